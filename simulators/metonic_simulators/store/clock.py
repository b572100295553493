"""The time of a simulator: the machine's until it is moved on, set, or stopped; and what is due later."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def from_stamp(stamp: int) -> datetime:
    """The moment of a number of microseconds since 1970."""
    return _EPOCH + stamp * _MICROSECOND


def to_stamp(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


class Clock:
    """Aware UTC moments. ``runs``: whether time passes by itself."""

    def __init__(self, start: datetime | None = None, *, runs: bool = True) -> None:
        self.runs = runs
        self._began = datetime.now(UTC)
        self._base = start or self._began
        self._last = 0
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = itertools.count()

    def now(self) -> datetime:
        return self._base + (datetime.now(UTC) - self._began) if self.runs else self._base

    def stamp(self) -> int:
        """Microseconds since 1970, later than any stamp before."""
        self._last = max(self._last + 1, to_stamp(self.now()))
        return self._last

    def set(self, moment: datetime, *, runs: bool | None = None) -> None:
        """Goes to a moment, and does what was due until then."""
        self._base, self._began = moment, datetime.now(UTC)
        self.runs = self.runs if runs is None else runs
        self.do_what_is_due()

    def advance(self, delta: timedelta) -> None:
        self.set(self.now() + delta)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Does something when that time has passed; while the clock stands still, when it is moved there."""
        due = self.now() + timedelta(seconds=seconds)
        heapq.heappush(self._due, (due, next(self._numbers), action))
        if self.runs:
            asyncio.get_running_loop().call_later(seconds, self.do_what_is_due)

    def do_what_is_due(self) -> None:
        while self._due and self._due[0][0] <= self.now():
            _, _, action = heapq.heappop(self._due)
            action()

    def forget(self) -> None:
        """Nothing is due any more."""
        self._due.clear()
