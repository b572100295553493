"""How an event comes from elsewhere: imported, or moved from another calendar."""

import base64
from dataclasses import replace

from metonic_simulators.google import errors
from metonic_simulators.google.calendars import Calendar, Event, reaches
from metonic_simulators.google.events import guests, rules, shape, writing
from metonic_simulators.google.session import Session


def imported(session: Session) -> Event:
    """A private copy; what has the same ``iCalUID`` is replaced. Nobody is told. Raises Refused."""
    calendar = session.need(writing.WRITER)
    wanted = shape.without_nulls(shape.accepted(session.call.json()))
    uid = wanted.get("iCalUID")
    if not uid:
        raise errors.required("Missing iCal UID.")
    organizer = wanted.setdefault("organizer", {"email": calendar.id})
    _check_takes_part(calendar, wanted)
    wanted["eventType"] = "default"
    old = next((one for one in calendar.with_uid(uid) if not one.master), None)
    if old is None:
        if organizer.get("email") not in {calendar.id, *session.world.calendars}:
            wanted["privateCopy"] = True
        return writing.created(session, calendar, {**wanted, "id": id_of(uid)})
    rules.check_sequence(wanted.get("sequence", 0), old.body["sequence"])
    kept = {key: old.body[key] for key in ("id", "privateCopy", "creator") if key in old.body}
    reminders = wanted.pop("reminders", None)
    target = writing.Target(old, is_new=False)
    return writing.amended(session, calendar, target, {"status": "confirmed", **wanted, **kept}, reminders)


def moved(session: Session) -> Event:
    """Another calendar becomes its organizer; a stub stays behind. Raises Refused."""
    source, world = session.need(writing.WRITER), session.world
    destination = world.calendar(session.call.text("destination"), session.me)
    if not reaches(destination.role(session.me), writing.WRITER):
        raise errors.access_level()
    event = writing.find(session, source).event
    if event.is_cancelled:
        raise errors.deleted()
    if event.body["eventType"] != "default":
        raise rules.type_restricted()
    if event.master or not guests.is_organizer(event, source):
        raise errors.classic(
            400, "calendar", "cannotChangeOrganizer", "Cannot change the organizer of this event."
        )
    session.check_match(event.etag)
    return _carried(session, source, destination, event)


def id_of(uid: str) -> str:
    """What Google calls an event that was imported: ``_`` and the UID in base32hex."""
    return "_" + base64.b32hexencode(uid.encode()).decode().rstrip("=").lower()


def _carried(session: Session, source: Calendar, destination: Calendar, event: Event) -> Event:
    world = session.world
    exceptions = source.exceptions_of(event.id)
    for one in (event, *exceptions):
        stamp = world.clock.stamp()
        body = {**one.body, "organizer": {"email": destination.id}}
        world.put(destination, replace(one, body=body, stamp=stamp, updated=stamp))
    for one in exceptions:
        source.drop(one.id)
    stamp = world.clock.stamp()
    stub = {**event.body, "status": "cancelled"}
    world.put(source, replace(event, body=stub, stamp=stamp, updated=stamp, deleted=stamp))
    guests.mail(session, "REQUEST", event)
    found = destination.events.get(event.id)
    if found is None:
        raise errors.not_found()
    return found


def _check_takes_part(calendar: Calendar, wanted: writing.Body) -> None:
    people = [wanted["organizer"], *wanted.get("attendees", [])]
    if {calendar.id, calendar.owner}.isdisjoint(one.get("email") for one in people):
        raise errors.classic(
            400,
            "calendar",
            "participantIsNeitherOrganizerNorAttendee",
            "The owner of the calendar must either be the organizer or an attendee of an event that is "
            "imported.",
        )
