"""Dates, times and durations as iCalendar writes them (RFC 5545 3.3.4 - 3.3.6, 3.3.9)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from metonic_apple.contentlines import Line, line
from metonic_apple.errors import Incomprehensible
from metonic_apple.zones import Zones
from metonic_core.model.when import AllDay, Slot, When, instant_of

_MOMENT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?\Z")
_DURATION = re.compile(
    r"(?P<sign>[+-]?)P(?:(?P<weeks>[0-9]{1,5})W)?(?:(?P<days>[0-9]{1,6})D)?"
    r"(?:T(?:(?P<hours>[0-9]{1,7})H)?(?:(?P<minutes>[0-9]{1,8})M)?(?:(?P<seconds>[0-9]{1,9})S)?)?\Z"
)
_LAST_SECOND = 59
UTC_ZONE = "UTC"


@dataclass(frozen=True, slots=True)
class Moment:
    """A DATE, or a wall-clock time with its zone; a time without zone floats.

    ``is_told`` is True where another zone stands for one that only the object knows.
    """

    at: date | datetime
    zone: str | None = None
    is_told: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Duration:
    """``days`` pass on the calendar, ``exact`` on the clock (RFC 5545 3.3.6)."""

    days: timedelta
    exact: timedelta


def moments(found: Line, zones: Zones) -> list[Moment]:
    """The values of a DTSTART, DTEND, RECURRENCE-ID, EXDATE or RDATE; of a period its start."""
    params = found.params
    values = [value.partition("/")[0].strip() for value in found.value.split(",")]
    return [moment_of(value, params.get("TZID"), zones) for value in values if value]


def moment(found: Line, zones: Zones) -> Moment:
    """The one value of that property."""
    values = moments(found, zones)
    if len(values) != 1:
        raise Incomprehensible(f"The event has no usable {found.name}.")
    return values[0]


def moment_of(text: str, tzid: str | None, zones: Zones) -> Moment:
    """A date or time, in the zone of that TZID if it is wall-clock time."""
    parts = _MOMENT.match(text)
    if parts is None:
        raise Incomprehensible("The event has a date or time that is none.")
    year, month, day, hour, minute, second, utc = parts.groups()
    try:
        if hour is None:
            return Moment(date(int(year), int(month), int(day)))
        # RFC 5545 allows second 60; nothing here can tell a leap second from the one before.
        clock = int(hour), int(minute), min(int(second), _LAST_SECOND)
        at = datetime(int(year), int(month), int(day), *clock)  # noqa: DTZ001 - wall time
    except ValueError as error:
        raise Incomprehensible("The event has a date or time that is not in the calendar.") from error
    if utc:
        return Moment(at, UTC_ZONE)
    return _in_zone(at, tzid, zones) if tzid else Moment(at)


def _in_zone(at: datetime, tzid: str, zones: Zones) -> Moment:
    zone = zones.of(tzid)
    if isinstance(zone, str):
        return Moment(at, zone)
    return Moment(shown(zone.clock.instant(at), zone.name), zone.name, is_told=True)


def duration(text: str) -> Duration:
    """The value of a DURATION."""
    parts = _DURATION.match(text.strip().upper())
    if parts is None or parts.group("sign") == "-":
        raise Incomprehensible("The event has a DURATION that is none.")
    amounts = {name: int(amount) for name, amount in parts.groupdict(default="0").items() if name != "sign"}
    days = timedelta(days=amounts.pop("days"), weeks=amounts.pop("weeks"))
    return Duration(days, timedelta(**amounts))


def wall(of: Moment, zone: str) -> datetime:
    """The wall-clock time in a zone; a date is its midnight, a floating time stays as it is."""
    if not isinstance(of.at, datetime):
        return datetime(of.at.year, of.at.month, of.at.day)  # noqa: DTZ001 - wall time
    return of.at if of.zone in {zone, None} else shown(instant_of(of.at, of.zone or zone), zone)


def shown(instant: datetime, zone: str) -> datetime:
    """What clocks in the zone show at that instant."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def forward(local: datetime, zone: str) -> datetime:
    """The same wall-clock time, moved forward if clocks in that zone skip it."""
    return shown(instant_of(local, zone), zone)


def later(local: datetime, zone: str, by: Duration) -> datetime:
    """The wall-clock time after that duration."""
    return shown(instant_of(local + by.days, zone) + by.exact, zone)


def written(name: str, at: Slot, when: When, zones: Zones) -> Line:
    """A property for a slot, start or end of ``when``, in the value type and zone of that."""
    return written_all(name, [at], when, zones)


def written_all(name: str, ats: Sequence[Slot], when: When, zones: Zones) -> Line:
    """Likewise with several values."""
    if isinstance(when, AllDay):
        return line(name, ",".join(f"{at:%Y%m%d}" for at in ats), {"VALUE": "DATE"})
    if when.zone == UTC_ZONE:
        return line(name, ",".join(f"{at:%Y%m%dT%H%M%S}Z" for at in ats))
    return line(name, ",".join(f"{at:%Y%m%dT%H%M%S}" for at in ats), {"TZID": zones.tzid(when.zone)})
