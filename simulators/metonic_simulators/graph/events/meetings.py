"""Meetings: who is mailed, the copies that guests have, and what they answer.

There is no way to write a meeting in silence: https://learn.microsoft.com/en-us/graph/api/event-update
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from metonic_simulators.graph.events import zones
from metonic_simulators.graph.mailbox import Body, Calendar, Event
from metonic_simulators.graph.people import User
from metonic_simulators.graph.session import Session
from metonic_simulators.wire.log import Mail

_GUESTS_OWN = frozenset({"showAs", "categories", "isReminderOn", "reminderMinutesBeforeStart", "sensitivity"})
_SILENT = frozenset({"categories", "isReminderOn", "reminderMinutesBeforeStart"})
_JOIN = '<div class="me-email-text"><a href="{url}">Join the meeting now</a></div>'
"""What makes the body of an online meeting one: without it there is none any more."""


def with_meeting(session: Session, body: Body, before: Mapping[str, Any]) -> Body:
    """With what an online meeting needs; one that is, stays, unless its part of the body was cut out."""
    is_one, was_one = bool(body.get("isOnlineMeeting")), bool(before.get("onlineMeeting"))
    if was_one:
        url = before["onlineMeeting"]["joinUrl"]
        kept = {"isOnlineMeeting": True, "onlineMeetingProvider": "teamsForBusiness"}
        return {**body, **kept} if url in body["body"]["content"] else {**body, **kept, "onlineMeeting": None}
    if not is_one or session.user.is_personal:
        return {**body, "isOnlineMeeting": False, "onlineMeetingProvider": "unknown"}
    url = f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{session.world.seeds.text('meeting', 24)}"
    content = body["body"]["content"] + _JOIN.format(url=url)
    return {
        **body,
        "body": {"contentType": "html", "content": content},
        "onlineMeetingProvider": "teamsForBusiness",
        "onlineMeeting": {"joinUrl": url},
    }


def kept_by_guest(event: Event, written: Body) -> Body:
    """What a guest can write of a copy: the rest is the organizer's, and ignored."""
    if event.is_organizer:
        return written
    return {name: value for name, value in written.items() if name in _GUESTS_OWN}


def tell(session: Session, calendar: Calendar, before: Event | None, after: Event | None) -> None:
    """Mails whom it concerns, and brings their copies up to date; ``after`` none: it is deleted."""
    event = after or before
    if event is None or not event.is_organizer:
        return
    old, new = _guests(before, calendar), _guests(after, calendar)
    gone, added = old.keys() - new.keys(), new.keys() - old.keys()
    _mail(session, calendar, event, "CANCEL", sorted(gone))
    told = set(added) if _are_only_guests_other(before, after) else set(new)
    times = 1 + (len(calendar.exceptions_of(event)) if before is not None and not event.master else 0)
    for _ in range(times):
        _mail(session, calendar, event, "REQUEST", sorted(told))
    if event.is_virtual or event.master:
        return
    for email in sorted(gone):
        _drop_copy(session, event, email)
    for email in sorted(new):
        _copy(session, event, email)


def _guests(event: Event | None, calendar: Calendar) -> dict[str, Body]:
    attendees = event.body["attendees"] if event is not None else []
    found = {str(one["emailAddress"]["address"]).lower(): one for one in attendees}
    return {email: one for email, one in found.items() if email != calendar.owner.lower()}


def _are_only_guests_other(before: Event | None, after: Event | None) -> bool:
    """Nothing else changed that a guest would see."""
    if before is None or after is None:
        return False
    silent = _SILENT | {"attendees"}
    old, new = ({k: v for k, v in one.body.items() if k not in silent} for one in (before, after))
    return old == new


def _mail(session: Session, calendar: Calendar, event: Event, method: str, recipients: Iterable[str]) -> None:
    for one in recipients:
        session.world.outbox.append(letter(session, method, calendar.owner, one, event))


def letter(session: Session, method: str, sender: str, recipient: str, event: Event) -> Mail:
    subject = str(event.body["subject"] or "")
    return Mail(method, sender, recipient, session.event_id(event), subject)


def _copy(session: Session, event: Event, email: str) -> None:
    """What a guest with an account here has of it."""
    world, user = session.world, session.world.people.named(email)
    if user is None:
        return
    home, old = _copy_of(session, event, user)
    owner = world.people.users[session.user.email]
    organizer = {"emailAddress": {"name": owner.name, "address": owner.email}}
    body = {**event.body, "organizer": organizer, "transactionId": None}
    body["responseStatus"] = {"response": "notResponded", "time": zones.NO_TIME}
    if old is None:
        now = world.now()
        made = Event(world.new_name(), body, 0, now, now, event.uid, is_organizer=False)
        world.put(home, made, "created")
        return
    own = {name: old.body[name] for name in (*_GUESTS_OWN, "responseStatus")}
    world.put(home, replace(old, body={**body, **own}, cancelled=event.cancelled), "updated")


def _drop_copy(session: Session, event: Event, email: str) -> None:
    """It stays as a cancelled one until the guest removes it."""
    user = session.world.people.named(email)
    if user is None:
        return
    home, old = _copy_of(session, event, user)
    if old is not None:
        changes = {"isCancelled": True, "showAs": "free", "subject": f"Canceled: {old.body['subject'] or ''}"}
        session.world.put(home, replace(old, body={**old.body, **changes}), "updated")


def _copy_of(session: Session, event: Event, user: User) -> tuple[Calendar, Event | None]:
    home = session.world.default_calendar(user)
    found = [one for one in home.living() if one.uid == event.uid and not one.master]
    return home, found[0] if found else None
