"""The tables of a provider in docs/simulators.md: what it does, what shows that, what can be switched."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from metonic_simulators.wire.faults import Kind

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "simulators.md"
_TEST = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)

Rows = Sequence[tuple[str, str]]
"""What a client can observe, and the name of the test."""


def tables(folder: str, rows: Rows, quirks: Mapping[str, Kind], faults: Mapping[str, Kind]) -> str:
    """The rows, the switches and the faults; ``folder``: of the tests. Raises KeyError without the test."""
    files = _files(HERE / folder)
    shown = (
        (str(number), what, f"[`{test}`](../tests/simulators/{folder}/{files[test]})")
        for number, (what, test) in enumerate(rows, 1)
    )
    return "\n".join(
        (
            _table(("", "what a client can observe", "shown by"), shown),
            _table(("switch", "what it does", "who says so", "options"), map(_kind, quirks.values())),
            _table(("fault", "what it does", "who says so", "options"), map(_kind, faults.values())),
        )
    )


def written(provider: str) -> str:
    """What the documentation has between the marks of that provider."""
    begin = f"<!-- {provider}: begin, written by `python -m tests.simulators.{provider}.rows` -->\n"
    _, _, rest = PAGE.read_text("utf-8").partition(begin)
    return rest.partition(f"<!-- {provider}: end -->")[0]


def _files(folder: Path) -> dict[str, str]:
    """The file of each test."""
    paths = sorted(folder.glob("test_*.py"))
    return {test: path.name for path in paths for test in _TEST.findall(path.read_text("utf-8"))}


def _kind(one: Kind) -> tuple[str, ...]:
    name = f"`{one.name}` (on)" if one.is_on else f"`{one.name}`"
    return name, one.says, one.source, ", ".join(f"`{name}` {value}" for name, value in one.options.items())


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (" | ".join(one) for one in (head, ("---",) * len(head), *rows))
    return "".join(f"| {line} |\n" for line in lines)
