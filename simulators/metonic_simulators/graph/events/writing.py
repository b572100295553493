"""How events are made, changed and deleted: https://learn.microsoft.com/en-us/graph/api/event-update."""

import json
from dataclasses import replace
from typing import Any

from metonic_simulators.graph import errors
from metonic_simulators.graph.call import Reply
from metonic_simulators.graph.events import (
    attached,
    finding,
    meetings,
    patterns,
    render,
    series,
    shape,
    zones,
)
from metonic_simulators.graph.events.finding import Found
from metonic_simulators.graph.mailbox import Body, Calendar, Event
from metonic_simulators.graph.session import Session


def create(session: Session) -> Reply:
    """Raises Refused."""
    calendar, asked = session.calendar, session.call.json()
    session.need_write(calendar)
    written = shape.read(asked, session.world.quirks)
    if known := _of_transaction(session, calendar, asked, written.get("transactionId")):
        return _created(session, calendar, known)
    body = meetings.with_meeting(session, {**shape.USUAL, **written}, {})
    shape.check(body)
    _recur(session, body, written)
    world, now = session.world, session.world.now()
    event = Event(world.new_name(), body, 0, now, now, world.new_uid())
    event = _attach(event, asked)
    if event.is_series:
        _check_occurs(session, event)
    event = world.put(calendar, event, "created")
    if transaction := body["transactionId"]:
        world.transactions[calendar.owner, transaction] = (
            calendar,
            event.name,
            _fingerprint(calendar, asked),
        )
    meetings.tell(session, calendar, None, event)
    if fault := world.faults.next("POST", session.call.decoded, "hidden"):
        world.hide(calendar, event.name, None, float(fault.option("seconds")))
    _touch_later(session, calendar, event)
    return _created(session, calendar, event)


def get(session: Session) -> Reply:
    found = finding.find(session)
    return session.answer(render.see(session, found.calendar, found.event), _context(session))


def patch(session: Session) -> Reply:
    """Raises Refused."""
    found, asked = finding.find(session), session.call.json()
    session.need_write(found.calendar)
    session.check_match(found.event)
    written = shape.read(asked, session.world.quirks)
    if written.pop("transactionId", None):
        raise errors.invalid_property("The property 'transactionId' can be set on create alone.")
    if "isAllDay" in written and written["isAllDay"] != found.event.body["isAllDay"]:
        _check_whole(written)
    written = meetings.kept_by_guest(session, found.event, meetings.with_answers(written, found.event.body))
    change = _exception if found.master else _change
    event = change(session, found, written, asked)
    _touch_later(session, found.calendar, event)
    return session.answer(render.see(session, found.calendar, event), _context(session))


def _change(session: Session, found: Found, written: Body, asked: Body) -> Event:
    """Of a single event or a series as a whole."""
    calendar, before, world = found.calendar, found.event, session.world
    body = meetings.with_meeting(session, {**before.body, **written}, before.body)
    shape.check(body)
    _recur(session, body, written)
    event = _attach(replace(before, body=body), asked)
    if event.is_series:
        _check_occurs(session, event)
    if before.is_series and _is_retimed(before, event):
        event = _renewed(session, calendar, event)
    event = world.put(calendar, event, "updated")
    if fault := world.faults.next("PATCH", session.call.decoded, "hidden"):
        world.hide(calendar, event.name, before, float(fault.option("seconds")))
    meetings.tell(session, calendar, before, event)
    return event


def _renewed(session: Session, calendar: Calendar, event: Event) -> Event:
    """A series in a new rhythm: what belonged to the old one goes."""
    quirks, world = session.world.quirks, session.world
    is_dropped = quirks.is_on("exceptions-dropped") or not event.is_series
    for one in calendar.exceptions_of(event).values():
        if is_dropped or not _has_day(session, event, one.day):
            calendar.put(replace(one, is_deleted=True), world.now())
    if is_dropped:
        event = replace(event, cancelled=())
    return replace(event, run=event.run + 1) if quirks.is_on("occurrences-renamed") else event


def _has_day(session: Session, event: Event, day: str) -> bool:
    for one in series.slots(session.world, event):
        if one.day >= day:
            return one.day == day
    return False


def _exception(session: Session, found: Found, written: Body, asked: Body) -> Event:
    """Of one occurrence: what is other in it than in its series is kept."""
    calendar, before, master, world = found.calendar, found.event, found.master, session.world
    if master is None or written.pop("recurrence", None):
        raise errors.invalid_request("The recurrence of an occurrence cannot be changed.")
    body = {**before.body, **written}
    shape.check(body)
    kept = calendar.exceptions_of(master).get(before.day)
    own = {**(kept.body if kept else {}), **written}
    name, created = (kept.name, kept.created) if kept else (world.new_name(), world.now())
    event = _attach(replace(before, name=name, body=body, created=created, is_virtual=False), asked)
    if any(one in written for one in ("start", "end")):
        series.check_neighbours(world, calendar, master, event)
    stamp = world.clock.stamp()
    event = replace(event, stamp=stamp, modified=world.now())
    calendar.put(replace(event, body=own), world.now())
    meetings.tell(session, calendar, before, event)
    meetings.follow(session, calendar, world.put(calendar, master, "updated"))
    return event


def _recur(session: Session, body: Body, written: Body) -> None:
    """Checks and completes the recurrence in its place; one that was not written follows the start."""
    asked = body["recurrence"]
    if asked is None:
        return
    start = body["start"]
    if "recurrence" not in written and "start" in written:
        span = {**asked["range"], "startDate": zones.day_of(start).isoformat()}
        asked = {**asked, "range": span}
    body["recurrence"] = patterns.read(asked, zones.day_of(start), start["timeZone"], session.world.quirks)


def _check_occurs(session: Session, event: Event) -> None:
    if next(series.slots(session.world, event), None) is None:
        raise errors.bad_request("The recurrence has no occurrence.", "ErrorRecurrenceHasNoOccurrence")


def _is_retimed(before: Event, after: Event) -> bool:
    """Another pattern or another time: another end of the range is neither."""
    return not after.is_series or _rhythm(before) != _rhythm(after)


def _rhythm(event: Event) -> list[Any]:
    times = [event.body[name] for name in ("start", "end", "isAllDay")]
    return [event.body["recurrence"]["pattern"], series.zone_name(event), *times]


def _attach(event: Event, asked: Body) -> Event:
    properties = attached.properties(asked, event.properties)
    return replace(event, properties=properties, extensions=attached.extensions(asked, event.extensions))


def _of_transaction(
    session: Session, calendar: Calendar, asked: Body, transaction: str | None
) -> Event | None:
    """What was made before by the same request; raises Refused for what another request made."""
    found = session.world.transactions.get((calendar.owner, transaction or ""))
    if found is None:
        return None
    home, name, fingerprint = found
    event = home.events.get(name)
    is_kept = session.world.quirks.is_on("transactions-kept")
    if event is None or (event.is_deleted and not is_kept):
        return None
    if event.is_deleted or fingerprint != _fingerprint(calendar, asked):
        status = 409 if session.world.quirks.is_on("transaction-409") else 400
        raise errors.duplicate_transaction(status, session.event_id(event))
    return event


def _fingerprint(calendar: Calendar, asked: Body) -> str:
    return calendar.name + json.dumps(asked, sort_keys=True)


def _check_whole(written: Body) -> None:
    if "start" not in written or "end" not in written:
        raise errors.invalid_property("IsAllDay can be changed with start and end alone.")


def _created(session: Session, calendar: Calendar, event: Event) -> Reply:
    reply = session.answer(render.see(session, calendar, event), _context(session), 201)
    reply.headers["Location"] = f"{session.path}/{_encoded(session.event_id(event))}"
    return reply


def _encoded(event_id: str) -> str:
    return event_id.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")


def _touch_later(session: Session, calendar: Calendar, event: Event) -> None:
    """What the server does to it on its own."""
    world, call = session.world, session.call
    name = event.master or event.name
    if world.faults.next(call.method, call.decoded, "touched-after"):
        world.bump(calendar, name)
    if call.method == "POST" and world.quirks.is_on("late-bump"):
        world.clock.later(world.quirks.number("late-bump", "seconds"), lambda: world.bump(calendar, name))


def _context(session: Session) -> str:
    return f"users('{session.user.id}')/events/$entity"
