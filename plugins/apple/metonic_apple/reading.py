"""From a calendar object to an event: a master VEVENT and the occurrences that differ (RFC 4791 4.1)."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from metonic_apple.contentlines import Component, Line, clean, line, parse, unescaped
from metonic_apple.errors import Incomprehensible
from metonic_apple.limits import OUT_OF_RANGE, check_range, check_recurrences, is_name
from metonic_apple.moments import UTC_ZONE, Moment, duration, forward, later, moment, wall
from metonic_apple.slots import Slots, periods
from metonic_apple.zones import Zones
from metonic_core.model.content import Content, Status, ordered
from metonic_core.model.series import Override, Recurrence, recurrence_of
from metonic_core.model.when import AllDay, Slot, Timed, When, is_same_span
from metonic_core.spi import Foreign, InvalidValue, Seen, StoredEvent, Unreadable

MARKER = "X-METONIC-COPY"
UNDATED = "19700101T000000Z"
"""DTSTAMP of the copies we make: it must be there, an adapter reads no clock, and the same create must be the
same bytes. Long past, so that nobody takes it for a recent edit; not read as one either."""

ACCESS = "X-CALENDARSERVER-ACCESS"
"""CLASS in the words of Calendar Server: said of the whole object, by some of the event."""

# How Apple's clients and servers join the parts of a series that was changed from one occurrence on.
_SPLIT = "X-CALENDARSERVER-RECURRENCE-SET"
_PUBLIC = frozenset({"", "PUBLIC"})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Resource:
    """A parsed calendar object that holds an event.

    ``is_partial``: it holds occurrences without their series, and ``master`` only stands in for that.
    """

    calendar: Component
    zones: Zones
    master: Component
    exceptions: tuple[Component, ...]
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """When a VEVENT takes place; ``is_exact`` is False if that cannot be said in our terms."""

    when: When
    is_exact: bool = True


def reading(
    event_id: str, etag: str, text: str, floating: str | None = UTC_ZONE
) -> Seen | Unreadable | Foreign:
    """What that text says in a calendar of that zone; raises ZoneNeeded if it matters and is None."""
    try:
        calendar = parse(text)
        if not calendar.children("VEVENT"):
            return Foreign(event_id, etag)
        return Seen(event_of(event_id, etag, resource_of(calendar, floating)))
    except Incomprehensible as error:
        return Unreadable(event_id, etag, error.reason)
    except InvalidValue as error:
        return Unreadable(event_id, etag, error.message)
    except (OverflowError, ValueError):
        return Unreadable(event_id, etag, OUT_OF_RANGE)


def resource_of(calendar: Component, floating: str | None = UTC_ZONE) -> Resource:
    """The parts of a calendar object; raises Incomprehensible if they make no single event."""
    events = calendar.children("VEVENT")
    masters = [event for event in events if event.first("RECURRENCE-ID") is None]
    if len(masters) > 1:
        raise Incomprehensible("The object holds more than one event.")
    check_recurrences(events)
    zones = Zones(calendar, floating)
    if not masters:
        return Resource(calendar, zones, _stand_in(events), tuple(events[1:]), is_partial=True)
    exceptions = tuple(event for event in events if event is not masters[0])
    return Resource(calendar, zones, masters[0], exceptions)


def _stand_in(events: list[Component]) -> Component:
    """For the series of whoever was invited to some occurrences: the first, repeated where the others are."""
    first, *others = events
    items = [item for item in first.items if not (isinstance(item, Line) and item.name == "RECURRENCE-ID")]
    slots = [found for event in others for found in event.lines("RECURRENCE-ID")]
    return Component("VEVENT", [*items, *(line("RDATE", found.value, found.params) for found in slots)])


def event_of(event_id: str, etag: str, resource: Resource) -> StoredEvent:
    """The event in our terms; raises Incomprehensible and InvalidValue."""
    span = span_of(resource.master, resource.zones)
    content = content_of(resource, span.when)
    check_range(content)
    events = (resource.master, *resource.exceptions)
    uid = text_of(resource.master, "UID")
    return StoredEvent(
        id=event_id,
        etag=etag,
        content=content,
        uid=uid if uid and is_name(uid) else None,
        modified_at=_modified_at(resource),
        marker=text_of(resource.master, MARKER) or None,
        can_write=not resource.is_partial,
        can_write_time=span.is_exact and all(_is_exact(e, resource) for e in resource.exceptions),
        has_guests=any(event.first("ATTENDEE") for event in events),
        is_split=any(found.params.get("RELTYPE") == _SPLIT for found in resource.master.lines("RELATED-TO")),
    )


def _is_exact(exception: Component, resource: Resource) -> bool:
    """A cancelled occurrence has no time to write, and some are stored without one."""
    is_cancelled = is_cancelled_in(exception, status_of(resource.master))
    return is_cancelled or span_of(exception, resource.zones).is_exact


def content_of(resource: Resource, when: When) -> Content:
    """What the object says about the event, ``when`` being its master's."""
    master = resource.master
    content = Content(
        title=text_of(master, "SUMMARY"),
        when=when,
        recurrence=recurrence_in(resource, when),
        location=text_of(master, "LOCATION"),
        notes=text_of(master, "DESCRIPTION"),
        status=status_of(master),
        is_private=is_private(master) or is_private(resource.calendar),
        is_busy=is_busy(master),
    )
    lasting = periods(master.lines("RDATE"), Slots(when, resource.zones))
    overrides = {at: Override(at, when=period) for at, period in lasting.items()}
    slots = slots_in(content, resource.zones)
    overrides |= {o.slot: o for o in (override_of(e, content, slots) for e in resource.exceptions)}
    overrides |= {at: Override(at, is_cancelled=True) for at in excluded(resource, content)}
    return replace(content, overrides=ordered(overrides.values()))


def text_of(component: Component, name: str) -> str:
    """The plain text of a property; empty if it is not there."""
    found = component.first(name)
    return clean(unescaped(found.value)) if found else ""


def word_of(component: Component, name: str) -> str:
    """A property whose value is one word, upper case; empty if it is not there."""
    found = component.first(name)
    return found.value.strip().upper() if found else ""


def status_of(component: Component) -> Status:
    """STATUS; confirmed where nothing else is said."""
    word = word_of(component, "STATUS").lower()
    return Status(word) if word in set(Status) else Status.CONFIRMED


def is_private(component: Component) -> bool:
    """Whether it is kept from others: by any word but PUBLIC, known or not (RFC 5545 3.8.1.3)."""
    words = (found.value.strip(' "\t').upper() for found in component.lines("CLASS", ACCESS))
    return any(word not in _PUBLIC for word in words)


def is_busy(component: Component) -> bool:
    """Whether it takes up time; it does where TRANSP says nothing."""
    return word_of(component, "TRANSP") != "TRANSPARENT"


def span_of(component: Component, zones: Zones) -> Span:
    """When a VEVENT takes place, by DTSTART with DTEND, DURATION or neither (RFC 5545 3.6.1)."""
    first = component.first("DTSTART")
    if first is None:
        raise Incomprehensible("The event has no DTSTART.")
    start = moment(first, zones)
    return (
        _timed(component, start, zones)
        if isinstance(start.at, datetime)
        else _all_day(component, start.at, zones)
    )


def _all_day(component: Component, start: date, zones: Zones) -> Span:
    length, last = component.first("DURATION"), component.first("DTEND")
    end = start + _DAY
    if last is not None:
        at = moment(last, zones).at
        end = at.date() if isinstance(at, datetime) else at
    elif length is not None:
        lasting = duration(length.value)
        # Hours of a day: it takes up each day that it reaches into.
        end = start + lasting.days - (-lasting.exact // _DAY) * _DAY
    return Span(AllDay(start, max(end, start + _DAY)))


def _timed(component: Component, start: Moment, zones: Zones) -> Span:
    zone = start.zone or zones.floating
    local = forward(wall(start, zone), zone)
    is_said = start.zone is not None and not start.is_told
    length, last = component.first("DURATION"), component.first("DTEND")
    if last is not None:
        end = moment(last, zones)
        until = forward(wall(end, zone), zone)
        is_said = is_said and end.zone == start.zone and not end.is_told
        return Span(Timed(local, max(until, local), zone), is_said)
    until = later(local, zone, duration(length.value)) if length is not None else local
    return Span(Timed(local, until, zone), is_said)


def recurrence_in(resource: Resource, when: When) -> Recurrence | None:
    """The rules and extra dates of the series; raises Incomprehensible and InvalidValue."""
    master = resource.master
    if master.first("EXRULE") is not None:
        raise Incomprehensible("The series excludes occurrences by a rule (EXRULE), which is not supported.")
    rules = [found.value for found in master.lines("RRULE")]
    rdates = Slots(when, resource.zones).all_of(master.lines("RDATE"))
    return recurrence_of(rules, rdates, when) if rules or rdates else None


def slots_in(series: Content, zones: Zones) -> Slots:
    """How the occurrences of that series are named."""
    return Slots(series.when, zones, series.recurrence or Recurrence(()))


def excluded(resource: Resource, series: Content) -> set[Slot]:
    """The slots that EXDATE cancels."""
    return set(slots_in(series, resource.zones).all_of(resource.master.lines("EXDATE")))


def slot_of(exception: Component, slots: Slots) -> Slot:
    """Which occurrence of the series that VEVENT stands for."""
    found = exception.first("RECURRENCE-ID")
    if found is None:
        raise Incomprehensible("The object holds more than one event.")
    if found.params.get("RANGE"):
        raise Incomprehensible("The series changes from one occurrence on (RANGE), which is not supported.")
    return slots.of(moment(found, slots.zones))


def is_cancelled_in(exception: Component, series: Status) -> bool:
    """Whether that occurrence alone is cancelled; in a cancelled series it is no different."""
    return status_of(exception) is Status.CANCELLED is not series


def override_of(exception: Component, series: Content, slots: Slots) -> Override:
    """How that VEVENT differs from its series."""
    at = slot_of(exception, slots)
    if is_cancelled_in(exception, series.status):
        return Override(at, is_cancelled=True)
    when = _if_other(span_of(exception, slots.zones).when, series.when, at)
    if is_apart(exception, series):
        return Override(at, when=when)
    title, location = text_of(exception, "SUMMARY"), text_of(exception, "LOCATION")
    return Override(
        at,
        when=when,
        title=None if title == series.title else title,
        location=None if location == series.location else location,
    )


def is_apart(exception: Component, series: Content) -> bool:
    """Whether what that VEVENT is about is private, and its series is not: then only its time is told."""
    return is_private(exception) and not series.is_private


def _if_other(when: When, series: When, at: Slot) -> When | None:
    return None if is_same_span(when, inherited(series, at)) else when


def inherited(series: When, at: Slot) -> When:
    """When the occurrence of that slot takes place if nothing about it was changed."""
    return series.moved_to(at)


def _modified_at(resource: Resource) -> datetime | None:
    """LAST-MODIFIED, else DTSTAMP; of two the last, as iCloud puts the time of the request first."""
    for name in ("LAST-MODIFIED", "DTSTAMP"):
        events = (resource.master, *resource.exceptions)
        known = [at for event in events for found in event.lines(name)[-1:] if (at := _instant(found))]
        if known:
            return max(known)
    return None


def _instant(found: Line) -> datetime | None:
    value = found.value.strip()
    if value == UNDATED:
        return None
    try:
        return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
