"""Series: their occurrences, and the exceptions of them.

An exception is kept as what is other in it than in its series: the rest follows the series.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from metonic_simulators.graph import errors
from metonic_simulators.graph.events import patterns, zones
from metonic_simulators.graph.mailbox import Calendar, Event
from metonic_simulators.graph.world import World
from metonic_simulators.store.recurrence import Unreadable, occurrences

_EVER = datetime(4500, 1, 1, tzinfo=UTC)


def zone_name(master: Event) -> str:
    """The zone that its pattern is followed in."""
    body = master.body
    return str(
        (body["recurrence"] or {}).get("range", {}).get("recurrenceTimeZone") or body["start"]["timeZone"]
    )


def slots(world: World, master: Event) -> Iterator[Event]:
    """Every occurrence as the pattern has it, in order, those that are cancelled too.

    Raises Refused for a pattern that has none.
    """
    skips = world.quirks.is_on("short-months-skipped")
    line = patterns.line(master.body["recurrence"], skips=skips)
    zone = zone_name(master)
    known = zones.known(zone) or UTC
    try:
        if master.body["isAllDay"]:
            found = occurrences([line], zones.day_of(master.body["start"]))
        else:
            found = occurrences([line], zones.moment(master.body["start"]).astimezone(known), known)
    except Unreadable as error:
        raise errors.invalid_property("The recurrence pattern is not valid.") from error
    return (_occurrence(master, one, zone) for one in found)


def _occurrence(master: Event, start: date | datetime, zone: str) -> Event:
    body = master.body
    if isinstance(start, datetime):
        first = zones.at(start, zone)
    else:
        zone = body["start"]["timeZone"]
        first = {"dateTime": datetime.combine(start, time.min).isoformat(), "timeZone": zone}
    end = zones.wall(first) + _wall_length(body)
    times = {"start": first, "end": {"dateTime": end.isoformat(), "timeZone": zone}, "recurrence": None}
    return replace(
        master,
        body={**body, **times},
        master=master.name,
        day=first["dateTime"][:10],
        slot=zones.moment(first),
        is_virtual=True,
        properties={},
        extensions={},
    )


def _wall_length(body: Any) -> timedelta:  # noqa: ANN401 - members of an event
    """In wall time, unless it begins and ends in two zones."""
    if body["start"]["timeZone"] != body["end"]["timeZone"]:
        return zones.length(body)
    return zones.wall(body["end"]) - zones.wall(body["start"])


def resolved(master: Event, occurrence: Event, exception: Event) -> Event:
    """The exception with what it has of its series."""
    body = {**occurrence.body, **exception.body, "recurrence": None}
    return replace(exception, body=body, run=master.run, slot=occurrence.slot, uid=master.uid)


def members(world: World, calendar: Calendar, master: Event, until: datetime = _EVER) -> list[Event]:
    """Its occurrences and exceptions that are not cancelled, in the order of their slots, until then."""
    exceptions = calendar.exceptions_of(master)
    left, found = len(exceptions), []
    for one in slots(world, master):
        if one.slot >= until and not left:
            break
        exception = exceptions.get(one.day)
        left -= exception is not None
        if one.day in master.cancelled:
            continue
        if exception is not None:
            found.append(resolved(master, one, exception))
        elif one.slot < until:
            found.append(one)
    return found


def exceptions(world: World, calendar: Calendar, master: Event) -> list[Event]:
    """Whole, in the order of their slots; none of what is no series."""
    if not master.is_series:
        return []
    return [one for one in members(world, calendar, master, master.slot) if not one.is_virtual]


def within(world: World, calendar: Calendar, master: Event, start: datetime, end: datetime) -> list[Event]:
    """Those that overlap the window."""
    return [one for one in members(world, calendar, master, end) if overlaps(one, start, end)]


def overlaps(event: Event, start: datetime, end: datetime) -> bool:
    """Half-open: what touches the window does not, unless it has no length."""
    first, last = zones.moment(event.body["start"]), zones.moment(event.body["end"])
    return first < end and (last > start or (first == last == start))


def find(world: World, calendar: Calendar, master: Event, day: str) -> Event:
    """The occurrence or exception of that day; raises Refused."""
    for one in members(world, calendar, master, _after(day)):
        if one.day == day:
            return one
    raise errors.not_found()


def check_neighbours(world: World, calendar: Calendar, master: Event, changed: Event) -> None:
    """Raises Refused where an exception would come to the day of a neighbour, or beyond it."""
    moved = zones.moment(changed.body["start"])
    until = max(_after(changed.day), moved) + timedelta(days=400)
    found = members(world, calendar, master, until)
    at = next(number for number, one in enumerate(found) if one.day == changed.day)
    day, zone = _local_day(changed, master), master
    if at > 0 and day <= _local_day(found[at - 1], zone):
        raise errors.crossing()
    if at + 1 < len(found) and day >= _local_day(found[at + 1], zone):
        raise errors.crossing()


def _local_day(event: Event, master: Event) -> date:
    if event.body["isAllDay"]:
        return zones.day_of(event.body["start"])
    zone = zones.known(zone_name(master)) or UTC
    return zones.moment(event.body["start"]).astimezone(zone).date()


def _after(day: str) -> datetime:
    """When the slots of that day are over, in any zone."""
    return datetime.combine(date.fromisoformat(day), time.min, UTC) + timedelta(days=2)
