"""Which occurrences of a series RECURRENCE-ID, EXDATE and RDATE name (RFC 5545 3.8.4.4, 3.8.5.1, 3.8.5.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property

from metonic_apple.contentlines import Line
from metonic_apple.errors import Incomprehensible
from metonic_apple.moments import UTC_ZONE, Moment, duration, later, moment_of, moments, wall
from metonic_apple.zones import Zones
from metonic_core.model.series import Recurrence, slots_until
from metonic_core.model.when import Slot, Timed, When, is_same_span

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)
# Clocks are up to 12 hours behind UTC, and up to 14 ahead of it.
_LAST_BEHIND, _FIRST_AHEAD = time(12), time(10)
_LOOKED_THROUGH = timedelta(days=366 * 40)


@dataclass(frozen=True)
class Slots:
    """Of a series that takes place ``when``; ``recurrence`` is None where the slots are to tell it."""

    when: When
    zones: Zones
    recurrence: Recurrence | None = None

    def of(self, named: Moment) -> Slot:
        """The slot; raises Incomprehensible where that may be one or another.

        Some clients name the occurrences of a timed series by date, those of an all-day series by midnight.
        """
        if isinstance(self.when, Timed):
            is_day = not isinstance(named.at, datetime)
            return (
                datetime.combine(named.at, self.when.start.time()) if is_day else wall(named, self.when.zone)
            )
        if not isinstance(named.at, datetime):
            return named.at
        if named.zone is None or (named.zone != UTC_ZONE and not named.is_told):
            return named.at.date()
        return self._day(named)

    def all_of(self, lines: list[Line]) -> list[Slot]:
        """The slots that all values of these lines mean."""
        return [self.of(named) for found in lines for named in moments(found, self.zones)]

    def told_by(self, lines: list[Line]) -> list[Slot] | None:
        """The same; None where the series as it is now leaves open which."""
        try:
            return self.all_of(lines)
        except Incomprehensible:
            return None

    def _day(self, named: Moment) -> date:
        """The day of an instant: midnight where its writer was, or the time of an event that had one."""
        at = wall(named, UTC_ZONE)
        if at.time() == _MIDNIGHT:
            return at.date()
        there = wall(named, self.zones.floating)
        if there.time() == _MIDNIGHT:
            return there.date()
        days = {*_days_that_begin(at), there.date()}
        if self.recurrence is not None:
            days = {day for day in days if self._may_be(day)} or {there.date()}
        if len(days) > 1:
            raise Incomprehensible("The series of days names one of them by a time that may mean another.")
        return days.pop()

    def _may_be(self, day: date) -> bool:
        return day in self._days or day > self.when.start + _LOOKED_THROUGH

    @cached_property
    def _days(self) -> frozenset[Slot]:
        return frozenset(slots_until(self.when, self.recurrence, self.when.starts_at + _LOOKED_THROUGH))


def _days_that_begin(at: datetime) -> set[date]:
    """The days that begin somewhere at that time in UTC."""
    behind = {at.date()} if at.time() <= _LAST_BEHIND else set()
    return behind | ({at.date() + _DAY} if at.time() >= _FIRST_AHEAD else set())


def periods(lines: list[Line], slots: Slots) -> Mapping[Slot, When]:
    """The extra occurrences that tell by themselves how long they last; raises Incomprehensible."""
    found = [period for line in lines for period in periods_of(line, slots)]
    return {at: when for at, when in found if not is_same_span(when, slots.when.moved_to(at))}


def periods_of(line: Line, slots: Slots) -> list[tuple[Slot, When]]:
    """Those of one line."""
    values = [value.partition("/") for value in line.value.split(",") if "/" in value]
    if not isinstance(slots.when, Timed):
        if values:
            raise Incomprehensible("The series of days has extra occurrences that last for hours.")
        return []
    tzid, series = line.params.get("TZID"), slots.when
    starts = (slots.of(moment_of(start.strip(), tzid, slots.zones)) for start, _, _ in values)
    ends = (end.strip().upper() for _, _, end in values)
    whens = ((series.moved_to(at), end) for at, end in zip(starts, ends, strict=True))
    return [(usual.slot, _until(usual, end, tzid, slots.zones)) for usual, end in whens]


def _until(usual: Timed, end: str, tzid: str | None, zones: Zones) -> Timed:
    """The occurrence with another end: a time, or a duration."""
    if end.startswith(("P", "+P")):
        until = later(usual.start, usual.zone, duration(end))
    else:
        until = wall(moment_of(end, tzid, zones), usual.zone)
    return replace(usual, end=max(until, usual.start))
