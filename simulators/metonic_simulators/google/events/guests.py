"""The copies of an event in the calendars of its guests, and the mail about it."""

from dataclasses import replace
from typing import Any

from metonic_simulators.google import errors
from metonic_simulators.google.calendars import Calendar, Event
from metonic_simulators.google.session import Session
from metonic_simulators.wire.log import Mail

_OWN = frozenset(
    {"colorId", "eventLabelId", "transparency", "visibility", "status", "sequence", "attendeesOmitted"}
)
"""What belongs to each copy; of the guests and the properties a part does."""

Body = dict[str, Any]


def is_organizer(event: Event, calendar: Calendar) -> bool:
    return bool(event.body.get("organizer", {}).get("email") == calendar.id or event.body.get("privateCopy"))


def check_shared(session: Session, calendar: Calendar, old: Event, new: Body) -> None:
    """Raises Refused where a guest changes what is the organizer's; a guest's list of guests is completed."""
    if is_organizer(old, calendar) or old.body.get("guestsCanModify"):
        return
    _complete(new, old, calendar.id)
    if session.world.quirks.is_on("private-refused") and _private(new) != _private(old.body):
        raise errors.not_the_organizer()
    if _shared(new, calendar.id) != _shared(dict(old.body), calendar.id):
        raise errors.not_the_organizer()


def spread(session: Session, calendar: Calendar, event: Event) -> None:
    """Brings the guests' copies up to date; a guest's answer goes to the organizer and the others."""
    world, body = session.world, event.body
    organizer = world.calendars.get(body.get("organizer", {}).get("email", ""))
    if organizer is not None and organizer is not calendar:
        _answer(session, organizer, event, calendar.id)
        return
    for guest in body.get("attendees", []):
        copied = world.calendars.get(guest["email"])
        if copied is not None and copied is not calendar:
            _copy(session, copied, event)


def mail(session: Session, method: str, event: Event) -> None:
    """Records what would be sent: by ``sendUpdates``, or the older ``sendNotifications``."""
    wanted = session.call.text("sendUpdates") or ("all" if session.call.flag("sendNotifications") else "none")
    if wanted not in {"all", "externalOnly", "none"}:
        raise errors.bad_parameter("sendUpdates", wanted)
    if wanted == "none":
        return
    users = session.world.people.users
    for guest in event.body.get("attendees", []):
        address = guest["email"]
        if address != session.me and (wanted == "all" or address not in users):
            summary = str(event.body.get("summary", ""))
            session.world.outbox.append(Mail(method, session.me, address, event.id, summary))


def _copy(session: Session, calendar: Calendar, event: Event) -> None:
    old = calendar.events.get(event.id)
    for one in calendar.exceptions_of(event.id) if event.is_cancelled else ():
        calendar.drop(one.id)
    own = {key: old.body[key] for key in _OWN - {"sequence", "status"} if key in old.body} if old else {}
    body = {key: value for key, value in event.body.items() if key not in _OWN - {"sequence", "status"}} | own
    properties = {**body.get("extendedProperties", {}), "private": _private(old.body) if old else {}}
    body["extendedProperties"] = {key: value for key, value in properties.items() if value}
    if not body["extendedProperties"]:
        del body["extendedProperties"]
    stamp = session.world.clock.stamp()
    created = old.created if old else stamp
    reminders = old.reminders if old else {}
    session.world.put(calendar, Event(body, stamp, created, stamp, reminders, event.deleted))


def _answer(session: Session, organizer: Calendar, event: Event, guest: str) -> None:
    original = organizer.events.get(event.id)
    own = next((one for one in event.body.get("attendees", []) if one.get("email") == guest), None)
    if original is None or original.is_cancelled or own is None:
        return
    if event.is_cancelled:
        own = {**own, "responseStatus": "declined"}
    attendees = [own if one["email"] == guest else one for one in original.body.get("attendees", [])]
    if attendees != original.body.get("attendees", []):
        stamp = session.world.clock.stamp()
        body = {**original.body, "attendees": attendees}
        session.world.put(organizer, replace(original, body=body, stamp=stamp, updated=stamp))


def _complete(new: Body, old: Event, guest: str) -> None:
    """What a guest says of the guests counts for that guest alone, if it says that it left out the others."""
    own = next((one for one in new.get("attendees", []) if one.get("email") == guest), None)
    if new.pop("attendeesOmitted", False) and own is not None:
        new["attendees"] = [own if one["email"] == guest else one for one in old.body.get("attendees", [])]


def _shared(body: Body, guest: str) -> Body:
    found = {key: value for key, value in body.items() if key not in _OWN and value not in ([], {}, "")}
    found.pop("reminders", None)
    found["attendees"] = [one for one in body.get("attendees", []) if one.get("email") != guest]
    found["extendedProperties"] = body.get("extendedProperties", {}).get("shared", {})
    return found


def _private(body: Any) -> dict[str, str]:  # noqa: ANN401 - a mapping of the wire
    return dict(body.get("extendedProperties", {}).get("private", {}))
