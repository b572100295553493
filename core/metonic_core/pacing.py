"""Decisions about time: when a calendar is looked at next, and what an error of its provider means for it.

Pure: the present moment and the dice come from outside. ``jitter`` is a random number from 0 to 1.
"""

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from metonic_core.spi.errors import (
    AccessDenied,
    CalendarGone,
    Misconfigured,
    ProviderError,
    RateLimited,
    Scope,
    SignInNeeded,
)
from metonic_core.spi.pace import Pace

_SPREAD = 0.1
_FIRST_CEILING = timedelta(seconds=30)
_LAST_CEILING = timedelta(hours=6)
_DOUBLINGS = 10
# Who asks for fewer requests often names a time that is too short, and for whom comes back then a longer one.
_FIRST_PAUSE = timedelta(seconds=2)
_LAST_PAUSE = timedelta(seconds=64)
_RENEWED_AFTER = 0.8
# A provider tells of every single write, and of ours as well.
_BETWEEN_NOTICES = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(days=7)
"""A provider that asks for longer is taken for broken, not obeyed for years."""
_LEARNT_FOR = timedelta(hours=1)
# Of machines that count together.
_CLOCKS_DIFFER = timedelta(seconds=30)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MOST_ENTRIES = 60
TOLD_EVERY = timedelta(hours=6)
"""How often a calendar is looked at whose provider tells of changes: a lost notification costs no more."""


class Consequence(StrEnum):
    """What becomes of a calendar whose provider answered with an error."""

    KEEP_GOING = "keep_going"
    BACK_OFF = "back_off"
    NEEDS_SIGN_IN = "needs_sign_in"
    NEEDS_CALENDAR = "needs_calendar"
    NEEDS_OPERATOR = "needs_operator"

    @property
    def stops(self) -> bool:
        """Whether the calendar rests until its user has done something: trying again would not help."""
        return self in {Consequence.NEEDS_SIGN_IN, Consequence.NEEDS_CALENDAR}


_BY_CLASS: tuple[tuple[type[ProviderError], Consequence], ...] = (
    (SignInNeeded, Consequence.NEEDS_SIGN_IN),
    (CalendarGone, Consequence.NEEDS_CALENDAR),
    (AccessDenied, Consequence.NEEDS_CALENDAR),
    (Misconfigured, Consequence.NEEDS_OPERATOR),
)


def consequence_of(error: ProviderError) -> Consequence:
    """What an error means for the calendar it came up in; one item's trouble never stops the others."""
    for kind, consequence in _BY_CLASS:
        if isinstance(error, kind):
            return consequence
    return Consequence.KEEP_GOING if error.scope is Scope.ITEM else Consequence.BACK_OFF


def next_sync(now: datetime, frequency: timedelta, jitter: float) -> datetime:
    """When to look again after a run that worked: the frequency, up to a tenth sooner or later.

    The spread keeps calendars that were connected together from being asked together for ever.
    """
    return now + frequency * (1 - _SPREAD + 2 * _SPREAD * jitter)


def looked_at_every(frequency: timedelta, told_until: datetime | None, now: datetime) -> timedelta:
    """How often to look at a calendar whose provider tells of changes until ``told_until``, if it does.

    ``frequency`` is what its user set, and counts again once the provider has ceased to tell.
    """
    if told_until is None:
        return frequency
    return max(frequency, min(TOLD_EVERY / (1 + _SPREAD), told_until - now + frequency))


def after_notice(now: datetime, last_sync: datetime | None) -> datetime:
    """When to look at a calendar of which its provider told: at once, but not again and again.

    A clock that was set back has seen syncs that are still to come: nobody waits for them.
    """
    return now if last_sync is None else max(now, min(last_sync, now) + _BETWEEN_NOTICES)


def renewal(opened_at: datetime, expires_at: datetime, jitter: float) -> datetime:
    """When a push channel gets its successor: after 70 to 80 % of its life.

    The spread keeps channels that were opened together from being renewed together for ever.
    """
    return opened_at + (expires_at - opened_at) * (_RENEWED_AFTER - _SPREAD * jitter)


def back_off(failures: int, retry_after: timedelta | None, jitter: float) -> timedelta:
    """How long to wait after ``failures`` failed runs in a row (1 or more): full jitter, doubling up to 6 h.

    Never less than the provider asked for, if it asked for a pause, nor than a pause that doubles as well.
    """
    doubled = 1 << min(failures - 1, _DOUBLINGS)
    wait = min(_FIRST_CEILING * doubled, _LAST_CEILING) * jitter
    if retry_after is None:
        return wait
    return max(wait, min(retry_after, LONGEST_PAUSE), min(_FIRST_PAUSE * doubled, _LAST_PAUSE))


def retry_after_of(error: ProviderError) -> timedelta | None:
    """How long the provider asked to be left alone, if it did; zero where it did not say how long."""
    if not isinstance(error, RateLimited):
        return None
    return timedelta(seconds=min(error.retry_after or 0, LONGEST_PAUSE.total_seconds()))


class Spent:
    """What was spent of a pace lately, by those who are counted together.

    Problem: the provider counts a request when it arrives, at some time between its sending and its answer.
    Solution: it is counted here from the one on, and for the pace's whole span after the other.
    """

    def __init__(self) -> None:
        self._done: deque[tuple[datetime, int]] = deque()
        self._under_way = 0
        self._units = 0
        self._learnt: tuple[int, datetime] | None = None

    def wait(self, pace: Pace, units: int, now: datetime) -> timedelta:
        """How long to wait before so many units are spent; zero if they may be now.

        It is until nothing is left of what was spent: who goes on earlier comes to the same place with less,
        and what was begun anew each time would never be done. What is more than ever may be goes alone.
        """
        self._forget(now - pace.span, now)
        if not self._units or self._units + units <= self._allowed(pace, now):
            return timedelta(0)
        last = now if self._under_way else self._done[-1][0]
        return last + pace.span - now

    def grant(self, pace: Pace, least: int, most: int, now: datetime) -> int:
        """Spend as many units as there is room for, from ``least`` to ``most``; zero if not even those.

        For who spends for many: what is granted within a sixtieth of the span is one entry, at its beginning.
        """
        if self.wait(pace, least, now):
            return 0
        granted = max(least, min(most, self._allowed(pace, now) - self._units))
        at = now - (now - _EPOCH) % (pace.span / _MOST_ENTRIES)
        before = self._done.pop()[1] if self._done and self._done[-1][0] == at else 0
        self._done.append((at, before + granted))
        self._units += granted
        return granted

    def begin(self, units: int) -> None:
        """They are spent by a request that is sent now."""
        self._under_way += units
        self._units += units

    def end(self, units: int, now: datetime) -> None:
        """That request was answered, or will not be."""
        self._under_way -= units
        self._done.append((now, units))

    def learn(self, pace: Pace, now: datetime) -> None:
        """The provider has refused what was spent last: for a while no more than before that is asked."""
        self._forget(now - pace.span, now)
        before = self._units - (self._done[-1][1] if self._done else 0)
        if before < self._allowed(pace, now):
            self._learnt = max(before, pace.least), now + _LEARNT_FOR

    def is_forgotten(self, pace: Pace, now: datetime) -> bool:
        """Whether nothing of it counts any more."""
        self._forget(now - pace.span, now)
        return not self._units and self._allowed(pace, now) == pace.units

    def _allowed(self, pace: Pace, now: datetime) -> int:
        if self._learnt is None or self._learnt[1] <= now:
            return pace.units
        return min(self._learnt[0], pace.units)

    def _forget(self, until: datetime, now: datetime) -> None:
        """A clock that was set back has seen answers that are still to come: they hold up nobody."""
        while self._done and not until < self._done[0][0] <= now + _CLOCKS_DIFFER:
            self._units -= self._done.popleft()[1]

    def document(self) -> dict[str, Any]:
        """What was granted and learnt, as JSON has it; what is under way is not told."""
        learnt = self._learnt and [self._learnt[0], self._learnt[1].timestamp()]
        return {"granted": [[at.timestamp(), units] for at, units in self._done], "learnt": learnt}

    @classmethod
    def of_document(cls, stored: Mapping[str, Any]) -> "Spent":
        """The same, as it is stored."""
        spent = cls()
        spent._done.extend((datetime.fromtimestamp(at, UTC), units) for at, units in stored["granted"])
        spent._units = sum(units for _, units in spent._done)
        if stored["learnt"]:
            units, until = stored["learnt"]
            spent._learnt = units, datetime.fromtimestamp(until, UTC)
        return spent
