"""The documentation lists what the stand-in does, with the test that shows it; and it can be typed."""

import json
from urllib.request import Request, urlopen

from tests.simulators.commands import after, typed
from tests.simulators.google.rows import ROWS
from tests.simulators.tables import tables, written

from metonic_simulators.google import FAULTS, QUIRKS


def test_the_tables_in_the_documentation_are_fresh() -> None:
    found = tables("google", ROWS, QUIRKS, FAULTS)

    assert written("google") == found, "replace them by the output of: python -m tests.simulators.google.rows"
    assert len(ROWS) == 70


def test_it_says_how_to_sign_in_and_sigterm_ends_it() -> None:
    with typed("google", "--port", "0", "--user", "zoe@example.com") as words:
        asked = Request(  # noqa: S310 - our own URL
            f"{after(words, 'server')}calendar/v3/users/me/calendarList",
            headers={"Authorization": f"Bearer {after(words, 'access', 'token')}"},
        )
        with urlopen(asked, timeout=30) as answer:  # noqa: S310 - our own URL
            (entry,) = json.loads(answer.read())["items"]

    assert entry["id"] == "zoe@example.com"
