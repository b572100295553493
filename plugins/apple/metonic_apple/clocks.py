"""Clocks that an object describes itself: a VTIMEZONE whose name is in no database (RFC 5545 3.6.5).

Its instants are read by its own rules. For a series that is not enough, because a rule speaks of wall-clock
times: it is told in a zone of the database whose clocks were seen to show the same for as long as the series
lasts, which is no guess at where it takes place. Where none does, the event is not understood.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from metonic_apple.contentlines import Component, parse
from metonic_apple.errors import Incomprehensible
from metonic_core.model.series import recurrence_of, slots_until, span_end
from metonic_core.model.when import Timed, is_zone

_LIMIT = datetime(2101, 1, 1, tzinfo=UTC)
_MOST_CHANGES = 3000
_WEEK, _DAY, _SECOND = timedelta(days=7), timedelta(days=1), timedelta(seconds=1)
_OFFSET = re.compile(r"([+-])([01][0-9]|2[0-3])([0-5][0-9])([0-5][0-9])?\Z")
_FIXED = re.compile(r"(?:GMT|UTC)([+-])([01]?[0-9]|2[0-3])(?::?([0-5][0-9]))?\Z")
# Long enough that whatever agrees until then does so by the same rules.
_AGREED_FOR = timedelta(days=366 * 12)


@dataclass(frozen=True, slots=True)
class Clock:
    """``changes``: from which instant on clocks are how far ahead of UTC; ``first`` is the offset before."""

    first: timedelta
    changes: tuple[tuple[datetime, timedelta], ...]

    def offset(self, instant: datetime) -> timedelta:
        """How far the clock is ahead of UTC then."""
        known = bisect_right(self.changes, instant, key=lambda change: change[0])
        return self.changes[known - 1][1] if known else self.first

    def instant(self, local: datetime) -> datetime:
        """The UTC instant of a wall-clock time: the first of two in a fold, moved forward in a gap."""
        there = local.replace(tzinfo=UTC)
        near = {self.offset(there + _DAY * days) for days in (-1, 0, 1)}
        found = sorted(there - offset for offset in near)
        return next((at for at in found if at + self.offset(at) == there), found[-1])


@lru_cache(maxsize=64)
def clock_of(text: str) -> Clock:
    """The clock of the text of a VTIMEZONE; raises Incomprehensible and InvalidValue."""
    zone = parse(f"BEGIN:VCALENDAR\n{text}\nEND:VCALENDAR\n").children("VTIMEZONE")[0]
    observances = zone.children("STANDARD") + zone.children("DAYLIGHT")
    changes = sorted(islice((c for o in observances for c in _changes(o)), _MOST_CHANGES))
    if not observances or len(changes) == _MOST_CHANGES:
        raise _unusable()
    earliest = min(observances, key=lambda observance: _local(_value(observance, "DTSTART")))
    return Clock(_offset(earliest, "TZOFFSETFROM"), tuple(changes))


def fixed_clock(tzid: str) -> Clock:
    """The clock of a name that is an offset, as Apple's ``GMT+0530``; raises Incomprehensible."""
    found = _FIXED.match(tzid.strip().strip('"').upper())
    if found is None:
        raise Incomprehensible("The event uses a time zone that is not in the IANA database.")
    sign, hours, minutes = found.groups(default="0")
    ahead = timedelta(hours=int(hours), minutes=int(minutes))
    return Clock(-ahead if sign == "-" else ahead, ())


def _changes(observance: Component) -> Iterator[tuple[datetime, timedelta]]:
    before, after = _offset(observance, "TZOFFSETFROM"), _offset(observance, "TZOFFSETTO")
    start = _local(_value(observance, "DTSTART"))
    rdates = [_local(text) for found in observance.lines("RDATE") for text in found.value.split(",")]
    yield from ((at.replace(tzinfo=UTC) - before, after) for at in (start, *rdates))
    for found in observance.lines("RRULE"):
        yield from ((at, after) for at in _onsets(found.value.upper(), start, before))


def _onsets(rule: str, start: datetime, before: timedelta) -> Iterator[datetime]:
    """When the rule has clocks change: it runs on the clock before that, and UNTIL alone is an instant."""
    if "FREQ=YEARLY" not in rule.split(";"):
        raise _unusable()
    when, until = Timed(start, start, "UTC"), _until(rule, before)
    for at in slots_until(when, recurrence_of([_endless(rule)], (), when), _LIMIT):
        instant = when.moved_to(at).starts_at - before
        if instant > until:
            return
        yield instant


def _endless(rule: str) -> str:
    return ";".join(part for part in rule.split(";") if not part.startswith("UNTIL="))


def _until(rule: str, before: timedelta) -> datetime:
    found = re.search(r"(?:\A|;)UNTIL=([0-9TZ]+)", rule)
    if found is None:
        return _LIMIT
    text = found.group(1)
    instant = _local(text).replace(tzinfo=UTC)
    return instant if text.endswith("Z") else instant - before


def _value(observance: Component, name: str) -> str:
    found = observance.first(name)
    return found.value.strip() if found else ""


def _local(text: str) -> datetime:
    digits = text.strip().rstrip("Z")
    try:
        return datetime.strptime(digits, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - wall time
    except ValueError:
        raise _unusable() from None


def _offset(observance: Component, name: str) -> timedelta:
    found = _OFFSET.match(_value(observance, name))
    if found is None:
        raise _unusable()
    sign, hours, minutes, seconds = found.groups(default="0")
    ahead = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))
    return -ahead if sign == "-" else ahead


def _unusable() -> Incomprehensible:
    return Incomprehensible("The event uses a time zone that is not in the IANA database, nor described.")


def twin(clock: Clock, start: datetime, rules: Iterable[str]) -> str:
    """The IANA zone to tell a series in that starts at that wall-clock time; raises Incomprehensible.

    Fixed offsets have zones that name no place; of all others those that stand for many come first.
    """
    first = clock.instant(start)
    once = Timed(start, start, "UTC")
    end = span_end(once, recurrence_of(rules, (), once), ()) or first + _AGREED_FOR
    moments = list(_told_apart_by(clock, first, min(end + 2 * _DAY, first + 5 * _AGREED_FOR)))
    for name in _candidates():
        zone = ZoneInfo(name)
        if all(at.astimezone(zone).utcoffset() == clock.offset(at) for at in moments):
            return name
    raise Incomprehensible(
        "The series repeats by the clock of a time zone that is not in the IANA database, nor like one there."
    )


def _told_apart_by(clock: Clock, first: datetime, last: datetime) -> Iterator[datetime]:
    """Moments at which a clock that is another shows it: about each change, and once a week."""
    at = first
    while at < last:
        yield at
        at += _WEEK
    for change, _ in clock.changes:
        if first < change < last:
            yield from (change - _SECOND, change)


@lru_cache(maxsize=1)
def _candidates() -> tuple[str, ...]:
    fixed = (f"Etc/GMT{hours:+}" for hours in range(-14, 13) if hours)
    standing_for_many = sorted(set(WINDOWS_TO_OLSON.values()))
    return ("UTC", *(name for name in (*fixed, *standing_for_many) if is_zone(name)))
