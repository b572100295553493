"""How an event comes to be, changes and goes: insert, update, patch, delete."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from metonic_simulators.google import errors
from metonic_simulators.google.calendars import Calendar, Event
from metonic_simulators.google.events import gates, guests, rules, series, shape, times
from metonic_simulators.google.session import Session

WRITER = "writerWithoutPrivateAccess"
_SERVERS = (
    "id",
    "iCalUID",
    "organizer",
    "creator",
    "recurringEventId",
    "originalStartTime",
    "eventType",
    "privateCopy",
    "locked",
)
"""What a client cannot change once the event is there."""
_USUAL: dict[str, Any] = {"useDefault": True}
_IMPORTANT = ("start", "end", "location", "recurrence")

Body = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """An event to be changed; ``is_new``: an instance that is only now stored."""

    event: Event
    is_new: bool


def insert(session: Session) -> Event:
    """Raises Refused."""
    calendar, world = session.need(WRITER), session.world
    wanted = shape.without_nulls(shape.accepted(session.call.json()))
    if "id" in wanted:
        rules.check_id(wanted["id"])
    new_id = wanted.get("id") or world.new_event_id()
    if not world.faults.next("POST", session.call.decoded, "duplicate-undetected"):
        _check_free(calendar, new_id, wanted.get("iCalUID", ""))
    rules.check_creatable(wanted)
    wanted.pop("organizer", None)
    wanted |= {"id": new_id, "iCalUID": wanted.get("iCalUID") or f"{new_id}@google.com"}
    return created(session, calendar, {"organizer": {"email": calendar.id}, **wanted})


def created(session: Session, calendar: Calendar, wanted: Body) -> Event:
    """A new event out of a body with its ids; raises Refused."""
    _check_limits(session)
    reminders = wanted.pop("reminders", None)
    wanted.pop("originalStartTime", None)
    body: Body = {
        "status": "confirmed",
        "eventType": "default",
        "sequence": 0,
        **wanted,
        "creator": {"email": session.me},
    }
    body = _checked(session, calendar, gates.gated(session, {}, body), {})
    stamp = session.world.clock.stamp()
    own = {session.me: _reminders(reminders)} if reminders else {}
    return _kept(session, calendar, Event(body, stamp, stamp, stamp, own))


def update(session: Session) -> Event:
    """PUT: what the body leaves out is gone. Raises Refused."""
    calendar = session.need(WRITER)
    target = find(session, calendar)
    wanted = shape.without_nulls(shape.accepted(session.call.json()))
    old = dict(target.event.body)
    kept = {key: old[key] for key in _SERVERS if key in old}
    _check_type_kept(wanted, old)
    rules.check_sequence(wanted.get("sequence"), old["sequence"])
    new = {"status": "confirmed", **_changeable(wanted), **kept}
    return amended(session, calendar, target, new, wanted.get("reminders"))


def patch(session: Session) -> Event:
    """PATCH: only what the body has. Raises Refused."""
    calendar = session.need(WRITER)
    target = find(session, calendar)
    wanted = shape.accepted(session.call.json())
    old = dict(target.event.body)
    _check_type_kept(wanted, old)
    rules.check_sequence(wanted.get("sequence"), old["sequence"])
    had = dict(target.event.reminders.get(session.me, _USUAL))
    reminders = (
        shape.merged({"reminders": had}, {"reminders": wanted["reminders"]}) if "reminders" in wanted else {}
    )
    new = shape.merged(old, _whole_times(_changeable(wanted)))
    return amended(session, calendar, target, new, reminders.get("reminders", had))


def amended(session: Session, calendar: Calendar, target: Target, new: Body, reminders: Body | None) -> Event:
    """The next version of an event; raises Refused."""
    old, world = target.event, session.world
    session.check_match(old.etag)
    if new["status"] == "cancelled":
        return cancel(session, calendar, target)
    if old.is_cancelled and world.quirks.is_on("undelete-refused"):
        raise errors.forbidden()
    if old.master:
        new.pop("recurrence", None)
        _follow_series(session, calendar, old, new)
    body = _checked(session, calendar, gates.gated(session, dict(old.body), new), dict(old.body))
    guests.check_shared(session, calendar, old, body)
    own = _own_reminders(session, old, reminders or _USUAL)
    stamp = world.clock.stamp()
    if body == dict(old.body) and not target.is_new and own != old.reminders:
        return _reminded(session, calendar, old, own, stamp)
    if old.is_series and any(body.get(name) != old.body.get(name) for name in ("start", "recurrence")):
        _let_exceptions_go(session, calendar, body)
    return _kept(session, calendar, Event(body, stamp, old.created, stamp, own))


def delete(session: Session) -> None:
    """Raises Refused."""
    calendar = session.need(WRITER)
    target = find(session, calendar)
    if target.event.is_cancelled:
        raise errors.deleted()
    session.check_match(target.event.etag)
    cancel(session, calendar, target)


def cancel(session: Session, calendar: Calendar, target: Target) -> Event:
    """A tombstone; of an instance it is an exception for as long as the series lives."""
    event, world = target.event, session.world
    stamp = world.clock.stamp()
    body = {**event.body, "status": "cancelled"}
    deleted = 0 if event.master else stamp
    _end_exceptions(session, calendar, event.id)
    tombstone = replace(event, body=body, stamp=stamp, updated=stamp, deleted=deleted)
    if guests.is_organizer(event, calendar):
        guests.mail(session, "CANCEL", event)
    return _kept(session, calendar, tombstone, is_told=False)


def _end_exceptions(session: Session, calendar: Calendar, series_id: str) -> None:
    for one in calendar.exceptions_of(series_id):
        if session.world.quirks.is_on("exceptions-told"):
            stamp = session.world.clock.stamp()
            body = {**one.body, "status": "cancelled"}
            calendar.put(replace(one, body=body, stamp=stamp, updated=stamp, deleted=stamp))
        else:
            calendar.drop(one.id)


def find(session: Session, calendar: Calendar) -> Target:
    """What the path names, an instance of a series too; raises Refused."""
    event_id = session.at["eventId"]
    event = session.world.readable(calendar, event_id)
    if event is not None:
        is_read = session.call.method == "GET"
        return Target(event if is_read else calendar.events.get(event_id) or event, is_new=False)
    instance = series.find(calendar, event_id)
    if instance is None or event_id in calendar.hidden:
        raise errors.not_found()
    return Target(instance, is_new=True)


def _kept(session: Session, calendar: Calendar, event: Event, *, is_told: bool = True) -> Event:
    """Stores a version, and does all that follows from it."""
    world, before = session.world, calendar.seen(event.id)
    world.put(calendar, event)
    master = calendar.events.get(event.master)
    if master is not None and world.quirks.is_on("master-bumped"):
        stamp = world.clock.stamp()
        world.put(calendar, replace(master, stamp=stamp, updated=stamp))
    guests.spread(session, calendar, event)
    if is_told:
        method = "REQUEST" if guests.is_organizer(event, calendar) else "REPLY"
        guests.mail(session, method, event)
    _befall(session, calendar, event, before)
    return event


def _befall(session: Session, calendar: Calendar, event: Event, before: Event | None) -> None:
    world, call = session.world, session.call
    hidden = world.faults.next(call.method, call.decoded, "hidden")
    if hidden is not None:
        world.hide(calendar, event.id, before, float(hidden.option("seconds")))
    if world.faults.next(call.method, call.decoded, "touched-after"):
        stamp = world.clock.stamp()
        world.put(calendar, replace(event, stamp=stamp, updated=stamp))


def _checked(session: Session, calendar: Calendar, new: Body, old: Body) -> Body:
    """The body as it is stored; raises Refused."""
    quirks = session.world.quirks
    body = new | times.stored(new, is_strict=quirks.is_on("zero-length-refused"))
    if body.get("recurrence"):
        series.check_rule(body)
    rules.check_people(body)
    rules.check_type(body, calendar, session.user)
    rules.limited(body)
    if "description" in body and "conferenceData" not in body and quirks.is_on("conference-stripped"):
        body["description"] = rules.without_conference_block(body["description"])
    gates.request_conference(session, calendar, old, body)
    if old:
        is_important = any(body.get(name) != old.get(name) for name in _IMPORTANT)
        body["sequence"] = max(body.get("sequence") or 0, old["sequence"] + is_important)
    for attendee in body.get("attendees", []):
        attendee.setdefault("responseStatus", "needsAction")
    return body


def _follow_series(session: Session, calendar: Calendar, old: Event, new: Body) -> None:
    """A stricter visibility of one instance is that of all; a laxer one is ignored."""
    before, wanted = old.body.get("visibility", "default"), new.get("visibility", "default")
    master = calendar.events.get(old.master)
    if wanted == before or master is None:
        return
    if not rules.is_stricter(wanted, before):
        new["visibility"] = before
        return
    for one in (master, *calendar.exceptions_of(master.id)):
        stamp = session.world.clock.stamp()
        body = {**one.body, "visibility": wanted}
        session.world.put(calendar, replace(one, body=body, stamp=stamp, updated=stamp))


def _let_exceptions_go(session: Session, calendar: Calendar, body: Body) -> None:
    if body.get("recurrence") and not session.world.quirks.is_on("exceptions-dropped"):
        return
    for one in calendar.exceptions_of(body["id"]):
        calendar.drop(one.id)


def _reminded(session: Session, calendar: Calendar, old: Event, own: Any, stamp: int) -> Event:  # noqa: ANN401
    """Only the reminders changed: ``updated`` stays."""
    if session.world.quirks.is_on("reminders-bump"):
        return session.world.put(calendar, replace(old, reminders=own, stamp=stamp))
    silent = replace(old, reminders=own)
    calendar.events.replace(old.id, silent)
    return silent


def _check_free(calendar: Calendar, new_id: str, uid: str) -> None:
    """Ids are never free again, also not those of what was deleted; raises Refused."""
    if calendar.events.get(new_id) is not None or (uid and calendar.with_uid(uid)):
        raise errors.duplicate()


def _check_limits(session: Session) -> None:
    world, now = session.world, session.world.clock.now()
    if now < world.limited_until:
        raise errors.limits_exceeded()
    world.created += 1
    if world.quirks.is_on("calendar-limits") and world.created > world.quirks.number(
        "calendar-limits", "events"
    ):
        world.limit(world.quirks.number("calendar-limits", "hours"))
        raise errors.limits_exceeded()


def _check_type_kept(wanted: Body, old: Body) -> None:
    if wanted.get("eventType", old["eventType"]) not in {old["eventType"], None}:
        raise rules.type_restricted()


def _changeable(wanted: Body) -> Body:
    return {key: value for key, value in wanted.items() if key not in {*_SERVERS, "reminders"}}


def _whole_times(wanted: Body) -> Body:
    """A date replaces a moment and the other way round, whether or not the body clears the other one."""
    found = dict(wanted)
    for name in ("start", "end"):
        point = found.get(name)
        for one, other in (("date", "dateTime"), ("dateTime", "date")):
            if point and point.get(one) is not None:
                found[name] = {**point, other: None, **({"timeZone": None} if one == "date" else {})}
    return found


def _own_reminders(session: Session, old: Event, wanted: Body) -> Mapping[str, Any]:
    if wanted == old.reminders.get(session.me, _USUAL):
        return old.reminders
    return {**old.reminders, session.me: _reminders(wanted)}


def _reminders(reminders: Body) -> Body:
    rules.check_reminders(reminders)
    return reminders
