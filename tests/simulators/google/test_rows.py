"""The documentation lists what the stand-in does, with the test that shows it; and it can be typed."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import Request, urlopen

from tests.simulators.google.rows import ROWS, tables

PAGE = Path(__file__).parents[3] / "docs" / "simulators.md"
BEGIN = "<!-- google: begin, written by `python -m tests.simulators.google.rows` -->\n"
END = "<!-- google: end -->"


def test_the_tables_in_the_documentation_are_fresh() -> None:
    _, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    written, _, _ = rest.partition(END)

    assert written == tables(), "replace them by the output of: python -m tests.simulators.google.rows"
    assert len(ROWS) == 70


def test_it_says_how_to_sign_in_and_sigterm_ends_it() -> None:
    command = [
        sys.executable,
        "-m",
        "metonic_simulators",
        "google",
        "--port",
        "0",
        "--user",
        "zoe@example.com",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603 - our own command
        assert child.stdout is not None
        said = ""
        while "switches" not in said:
            line = child.stdout.readline()
            assert line, f"It ended: {said}"
            said += line
        words = said.split()
        url, token = words[words.index("server") + 1], words[words.index("access") + 2]
        asked = Request(  # noqa: S310 - our own URL
            f"{url}calendar/v3/users/me/calendarList", headers={"Authorization": f"Bearer {token}"}
        )
        with urlopen(asked, timeout=30) as answer:  # noqa: S310 - our own URL
            (entry,) = json.loads(answer.read())["items"]
        child.send_signal(signal.SIGTERM)

        assert child.wait(30) == 0
        assert entry["id"] == "zoe@example.com"
