"""Decisions about time: when a calendar is looked at next, and what an error of its provider means for it.

Pure: the present moment and the dice come from outside. ``jitter`` is a random number from 0 to 1.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from metonic_core.spi.errors import (
    AccessDenied,
    CalendarGone,
    Misconfigured,
    ProviderError,
    RateLimited,
    Scope,
    SignInNeeded,
)

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
