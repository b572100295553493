"""The table of quirks in docs/simulators.md: ``python -m tests.simulators.table`` prints it.

A quirk is shown by the first test whose name begins with its name.
"""

import re
import sys
from pathlib import Path

from metonic_simulators.icloud import ICLOUD, QUIRKS

HERE = Path(__file__).parent
_TEST = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)


def table() -> str:
    head = "| quirk | what it does | who says so | shown by |\n|---|---|---|---|\n"
    return head + "".join(_row(name) for name in QUIRKS)


def _row(name: str) -> str:
    quirk, (file, test) = QUIRKS[name], shown_by(name)
    title = f"`{name}` (on)" if name in ICLOUD else f"`{name}`"
    return f"| {title} | {quirk.says} | {quirk.source} | [`{test}`](../tests/simulators/{file}) |\n"


def shown_by(name: str) -> tuple[str, str]:
    """The file and the name of the test that shows the quirk."""
    wanted = "test_" + name.replace("-", "_")
    for path in sorted(HERE.glob("test_*.py")):
        for test in _TEST.findall(path.read_text("utf-8")):
            if test == wanted or test.startswith(wanted + "_"):
                return path.name, test
    raise LookupError(f"No test shows {name}: its name would begin with {wanted}_.")


if __name__ == "__main__":
    sys.stdout.write(table())
