"""When a resource takes place (resources "event" and "dateTimeTimeZone").

``start`` and ``end`` are told in the zone of whoever asks, UTC unless a request prefers another one: the
instant is taken from them, and the zone that was meant from ``originalStartTimeZone``. Of whole days only the
dates say anything: midnights come as midnights whatever zone is asked for.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from metonic_core.model.when import AllDay, Slot, Timed, When, instant_of, is_in_gap
from metonic_outlook.errors import Flaw, Incomprehensible
from metonic_outlook.items import ZONE, Item, part_of, property_of, text_of
from metonic_outlook.zones import UTC_ZONE, Mailbox, iana_name, is_same_name, kept, zone_of

_DAY = timedelta(days=1)
# Seven digits of a second are more than Python reads; none of them means anything.
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?(Z?)\Z")
# Beyond these there is no room to reckon in, and 0001-01-01 stands for no date.
_YEARS = range(100, 9000)
_LONGEST = timedelta(days=366 * 900)


@dataclass(frozen=True, slots=True)
class Span:
    """When a resource takes place; ``is_exact`` is False if that cannot be said in our terms."""

    when: When
    is_exact: bool = True


def span_of(item: Item, series: When | None = None) -> Span:
    """When an event takes place, or an occurrence of that series; raises Incomprehensible."""
    start, end = part_of(item, "start"), part_of(item, "end")
    if not text_of(start, "dateTime") or not text_of(end, "dateTime"):
        raise Incomprehensible(Flaw.NO_TIMES)
    span = Span(_all_day(start, end)) if item.get("isAllDay") is True else _timed(item, series, start, end)
    if span.when.end - span.when.start > _LONGEST:
        raise Incomprehensible(Flaw.TOO_LONG)
    return span


def _all_day(start: Item, end: Item) -> AllDay:
    first, last = _read(start)[0].date(), _read(end)[0].date()
    return AllDay(first, max(last, first + _DAY))


def _timed(item: Item, series: When | None, start: Item, end: Item) -> Span:
    # An occurrence is told by its instants, on the clock of its series, whatever zone somebody moved it in.
    zone, is_told = (series.zone, True) if isinstance(series, Timed) else _meant(item)
    first = _instant(start)
    last = max(_instant(end), first)
    clocks = ZoneInfo(zone)
    told = [at.astimezone(clocks) for at in (first, last)]
    begins, ends = (at.replace(tzinfo=None, fold=0) for at in told)
    when = Timed(begins, ends, zone)
    if not any(at.fold for at in told):
        return Span(when, is_told)
    if part_of(item, "recurrence"):
        # The rule is about the wall clock, and the other occurrences are right by it.
        return Span(when, is_exact=False)
    # The second time round of the hour that comes twice: only the first has a wall-clock time of its own.
    return Span(Timed(shown(first, UTC_ZONE), shown(last, UTC_ZONE), UTC_ZONE), is_exact=False)


def _meant(item: Item) -> tuple[str, bool]:
    """The zone that a timed event was meant in, and whether that is all there is to say about it."""
    named, until = text_of(item, "originalStartTimeZone"), text_of(item, "originalEndTimeZone")
    ruling = text_of(part_of(part_of(item, "recurrence"), "range"), "recurrenceTimeZone")
    # A rule is about the clocks of its own zone, whatever the event is in.
    name = ruling or named
    is_one = all(is_same_name(name, other) for other in (named, until) if other)
    zone = zone_of(name, property_of(item, ZONE))
    if zone is not None:
        return zone, is_one
    if part_of(item, "recurrence"):
        raise Incomprehensible(Flaw.UNKNOWN_ZONE)
    return UTC_ZONE, False


def _instant(part: Item) -> datetime:
    """The instant, UTC; a time in a zone that is not known cannot be told."""
    at, is_utc = _read(part)
    zone = UTC_ZONE if is_utc else iana_name(text_of(part, "timeZone") or UTC_ZONE)
    if zone is None:
        raise Incomprehensible(Flaw.NO_TIME)
    return at.replace(tzinfo=UTC) if zone == UTC_ZONE else instant_of(at, zone)


def _read(part: Item) -> tuple[datetime, bool]:
    return moment(text_of(part, "dateTime"))


def moment(text: str) -> tuple[datetime, bool]:
    """A time as Graph writes it, to the second, and whether it says that it is UTC."""
    found = _MOMENT.match(text)
    if found is None:
        raise Incomprehensible(Flaw.NO_TIME)
    try:
        at = datetime.fromisoformat(found[1])
    except ValueError as error:
        raise Incomprehensible(Flaw.NO_TIME) from error
    _check_range(at)
    return at, bool(found[2])


def day(text: str) -> date:
    """A date as Graph writes it; raises Incomprehensible, also for the one that stands for none."""
    try:
        at = date.fromisoformat(text)
    except ValueError as error:
        raise Incomprehensible(Flaw.NO_TIME) from error
    _check_range(at)
    return at


def _check_range(at: date) -> None:
    if at.year not in _YEARS:
        raise Incomprehensible(Flaw.OUT_OF_RANGE)


def slot_of(exception: Item, when: When, home: str) -> Slot | None:
    """Which occurrence of the series an exception stands for; None where it does not tell.

    Graph tells occurrences of a series apart by their days, so the time of day is that of the series, also
    where clocks leap. ``home`` is the name of the zone of the series, for whole days.
    """
    text = text_of(exception, "originalStart")
    if not text:
        return None
    at = moment(text)[0].replace(tzinfo=UTC)
    if isinstance(when, Timed):
        return _slot_at(at, when)
    return _midnight(at, iana_name(home))


def _slot_at(at: datetime, when: Timed) -> datetime:
    """The occurrence at that instant: where clocks skip the last hour of a day, its own is the day before."""
    on = shown(at, when.zone).date()
    before = datetime.combine(on - _DAY, when.start.time())
    return before if instant_of(before, when.zone) == at else datetime.combine(on, when.start.time())


def _midnight(at: datetime, zone: str | None) -> date:
    """The day that begins at that instant: in the zone of the series, in UTC, or where that is midnight."""
    local = shown(at, zone or UTC_ZONE)
    if local.time() == time() or at.time() == time():
        return local.date() if local.time() == time() else at.date()
    return (at + _DAY / 2).date()


def slot_on(on: date, when: When) -> Slot:
    """The occurrence of the series on that day."""
    return datetime.combine(on, when.start.time()) if isinstance(when, Timed) else on


def shown(instant: datetime, zone: str) -> datetime:
    """What clocks in the zone show at that instant."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def is_plain(when: Timed) -> bool:
    """Whether clocks show its start and end once, so that wall-clock time and zone tell them."""
    return not any(is_in_gap(at, when.zone) or _is_twice(at, when.zone) for at in (when.start, when.end))


def _is_twice(local: datetime, zone: str) -> bool:
    one, other = (local.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1))
    return one != other


def name_for(when: When, mailbox: Mailbox) -> str:
    """The name under which ``when`` is written: that of its zone, or UTC where that cannot tell it.

    Days begin at the midnights of the mailbox's user.
    """
    if isinstance(when, AllDay):
        return mailbox.name(mailbox.home) or UTC_ZONE
    return (mailbox.name(when.zone) if is_plain(when) else None) or UTC_ZONE


def said(when: When, mailbox: Mailbox) -> dict[str, Any]:
    """``when`` in Graph's terms: all of it, as Graph wants it together."""
    name = name_for(when, mailbox)
    start, end = (_said(at, when, name) for at in (when.start, when.end))
    return {"start": start, "end": end, "isAllDay": isinstance(when, AllDay)}


def _said(at: Slot, when: When, name: str) -> dict[str, str]:
    if isinstance(when, Timed) and isinstance(at, datetime):
        # Told under UTC because its own zone cannot be named, or shows it twice.
        is_elsewhere = name == UTC_ZONE and iana_name(when.zone) != UTC_ZONE
        local = shown(instant_of(at, when.zone), UTC_ZONE) if is_elsewhere else at
    else:
        local = datetime.combine(at, time())
    return {"dateTime": local.isoformat(timespec="seconds"), "timeZone": name}


def beside(when: When, mailbox: Mailbox) -> str | None:
    """What is kept beside the event, so that its zone comes back as it was; days have none."""
    return kept(when.zone, name_for(when, mailbox)) if isinstance(when, Timed) else None
