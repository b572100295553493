"""When a resource takes place: a date, or an instant with the zone it was meant in (reference "Events").

The offset of a ``dateTime`` is that of whoever asks, not of the event: the instant is taken from it, and the
wall-clock time from the event's zone.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from metonic_core.model.when import AllDay, Slot, Timed, When, instant_of, is_zone
from metonic_google.errors import Incomprehensible
from metonic_google.items import Item, part_of, text_of

D = TypeVar("D", bound=date)

UTC_ZONE = "UTC"
_DAY = timedelta(days=1)
# Beyond these there is no room to reckon in: Python's dates end with the year 9999.
_FIRST_YEAR, _END_YEAR = 100, 9000
_LONGEST = timedelta(days=366 * 900)


@dataclass(frozen=True, slots=True)
class Span:
    """When a resource takes place; ``is_exact`` is False if that cannot be said in our terms."""

    when: When
    is_exact: bool = True


def needs_zone(item: Item) -> bool:
    """Whether only the calendar's zone tells what clocks show at its times."""
    return any(
        text_of(part, "dateTime") and not is_zone(text_of(part, "timeZone"))
        for part in (part_of(item, "start"), part_of(item, "end"))
    )


def span_of(item: Item, calendar_zone: str) -> Span:
    """When it takes place; raises Incomprehensible."""
    start, end = part_of(item, "start"), part_of(item, "end")
    if (first := text_of(start, "date")) and (last := text_of(end, "date")):
        return _all_day(_date(first), _date(last))
    if text_of(start, "dateTime") and text_of(end, "dateTime"):
        return _timed(start, end, calendar_zone)
    raise Incomprehensible("The event has no start and end that go together.")


def _all_day(first: date, last: date) -> Span:
    # Old events end on the day on which they begin.
    return Span(AllDay(first, max(last, first + _DAY)))


def _timed(start: Item, end: Item, calendar_zone: str) -> Span:
    named, until = text_of(start, "timeZone"), text_of(end, "timeZone")
    zone = named if is_zone(named) else calendar_zone
    is_said = named in (zone, "") and until in (zone, "", named)
    first = _instant(start, zone)
    last = max(_instant(end, zone), first)
    at, until_at = _local(first, zone), _local(last, zone)
    if at.fold or until_at.fold:
        # The second time round of the hour that comes twice: only the first has a wall-clock time of its own.
        return Span(Timed(shown(first, UTC_ZONE), shown(last, UTC_ZONE), UTC_ZONE), is_exact=False)
    return Span(Timed(_wall(at), _wall(until_at), zone), is_said)


def slot_of(item: Item, when: When) -> Slot | None:
    """Which occurrence of the series an exception stands for; None for one that it cannot have any more."""
    original = part_of(item, "originalStartTime")
    if isinstance(when, AllDay):
        return _date(text_of(original, "date")) if text_of(original, "date") else None
    return shown(_instant(original, when.zone), when.zone) if text_of(original, "dateTime") else None


def _date(text: str) -> date:
    try:
        return in_range(date.fromisoformat(text))
    except ValueError as error:
        raise Incomprehensible("The event has a date that is none.") from error


def _instant(part: Item, zone: str) -> datetime:
    """The instant, with whatever offset; a time without one is wall-clock time."""
    try:
        at = in_range(datetime.fromisoformat(text_of(part, "dateTime")))
        at = at.replace(microsecond=0) if at.microsecond else at
        return at if at.tzinfo else instant_of(at, zone)
    except (ValueError, OverflowError) as error:
        raise Incomprehensible("The event has a time that is none.") from error


def in_range(at: D) -> D:
    """The same date or time; raises ValueError for one that cannot be reckoned with."""
    if not _FIRST_YEAR <= at.year < _END_YEAR:
        raise ValueError("out of range")
    return at


def check_length(when: When) -> None:
    """Whoever asks later where occurrences lie adds lengths to slots."""
    if when.end - when.start > _LONGEST:
        raise Incomprehensible("The event lasts longer than a calendar can reckon.")


def shown(instant: datetime, zone: str) -> datetime:
    """What clocks in the zone show at that instant."""
    local = _local(instant, zone)
    return _wall(local.replace(fold=0) if local.fold else local)


def _local(instant: datetime, zone: str) -> datetime:
    """The same by the clock of the zone; ``fold`` is set where that has shown the same time before."""
    return instant.astimezone(ZoneInfo(zone))


def _wall(local: datetime) -> datetime:
    """Without the zone. Of a first read it is a good part, and ``replace`` takes four times as long."""
    return datetime.combine(local.date(), local.time())


def said(at: Slot, when: When) -> dict[str, Any]:
    """A start or end of ``when`` in Google's terms; of a time that comes twice the first.

    What is null takes away the other kind, where an event changes between days and times.
    """
    if isinstance(at, datetime) and isinstance(when, Timed):
        local = at.replace(tzinfo=ZoneInfo(when.zone), fold=0)
        return {"dateTime": local.isoformat(timespec="seconds"), "timeZone": when.zone, "date": None}
    return {"date": at.isoformat(), "dateTime": None, "timeZone": None}
