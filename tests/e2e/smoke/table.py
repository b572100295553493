"""What was checked, what came of it, and how long it took."""

import time
import traceback
from collections.abc import Awaitable
from dataclasses import dataclass, field
from pprint import pformat

_WIDTH = 100
_FRAMES = -6


class Difference(Exception):
    """Two things that should be equal are not; the message shows both."""


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    seconds: float
    problem: str | None


@dataclass
class Table:
    """A row per check. A check that fails ends neither the others nor the table."""

    rows: list[Row] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    async def run(self, group: str, done: Awaitable[None]) -> None:
        """A whole group of checks: of what is outside of them only a failure makes a row."""
        await self.check(f"{group}: to its end", done)
        if self.rows[-1].problem is None:
            self.rows.pop()

    async def check(self, name: str, done: Awaitable[object]) -> None:
        """``name`` begins with the name of its group and a colon."""
        began = time.monotonic()
        problem = None
        try:
            await done
        except Exception as error:  # noqa: BLE001 - whatever went wrong is the check's result
            problem = _told(error)
        self.rows.append(Row(name, time.monotonic() - began, problem))

    def tell(self, figure: str) -> None:
        """What was measured, a line below the checks."""
        self.figures.append(figure)

    @property
    def failed(self) -> list[Row]:
        return [row for row in self.rows if row.problem is not None]

    def _by_group(self) -> list[Row]:
        """Groups run at the same time: here they stand together, in the order in which they began to end."""
        groups = list(dict.fromkeys(_group_of(row) for row in self.rows))
        return sorted(self.rows, key=lambda row: groups.index(_group_of(row)))

    def text(self) -> str:
        """The table, and below it what is wrong."""
        rows = self._by_group()
        width = max((len(row.name) for row in rows), default=0)
        lines = [f"{r.name:<{width}}  {'FAILED' if r.problem else 'ok':<6}  {r.seconds:6.2f}" for r in rows]
        total = time.monotonic() - self.began
        count = f"{len(self.rows)} checks, {len(self.failed)} failed"
        lines += ["", *self.figures, f"{count:<{width}}          {total:6.2f}"]
        for row in self.failed:
            lines += ["", f"--- {row.name}", str(row.problem)]
        return "\n".join(lines)


def _group_of(row: Row) -> str:
    return row.name.partition(":")[0]


def _told(error: Exception) -> str:
    if isinstance(error, Difference):
        return str(error)
    return "".join(traceback.format_exception(error, limit=_FRAMES, chain=False))


def expect(what: str, found: object, wanted: object) -> None:
    """Raises Difference, with both, unless they are equal."""
    if found != wanted:
        one, other = _apart(found, wanted)
        raise Difference(f"{what}\n  is\n{_shown(one)}\n  should be\n{_shown(other)}")


def agree(what: str, platform: object, calendar: object) -> None:
    """Raises Difference, with both sides, unless they say the same."""
    if platform != calendar:
        one, other = _apart(platform, calendar)
        raise Difference(f"{what}\n  the platform says\n{_shown(one)}\n  the calendar says\n{_shown(other)}")


def _apart(one: object, other: object) -> tuple[object, object]:
    """Of two tables, the entries that differ; anything else whole."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return one, other
    keys = [key for key in one | other if key not in one or key not in other or one[key] != other[key]]
    return {key: one[key] for key in keys if key in one}, {key: other[key] for key in keys if key in other}


def _shown(thing: object) -> str:
    return "\n".join(f"    {line}" for line in pformat(thing, width=_WIDTH).splitlines())
