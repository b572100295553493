"""Meetings: who is mailed, the copies that guests have, and what they answer.

There is no way to write a meeting in silence: https://learn.microsoft.com/en-us/graph/api/event-update
"""

from collections.abc import Iterable, Mapping
from typing import Any

from metonic_simulators.graph import errors, ids
from metonic_simulators.graph.events import copies
from metonic_simulators.graph.events.copies import GUESTS_OWN
from metonic_simulators.graph.mailbox import Body, Calendar, Event
from metonic_simulators.graph.session import Session
from metonic_simulators.wire.log import Mail

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


def with_answers(written: Body, before: Mapping[str, Any]) -> Body:
    """Who was invited already keeps the answer that was given."""
    if "attendees" not in written:
        return written
    known = {_address(one): one["status"] for one in before["attendees"]}
    attendees = [{**one, "status": known.get(_address(one), one["status"])} for one in written["attendees"]]
    return {**written, "attendees": attendees}


def kept_by_guest(session: Session, event: Event, written: Body) -> Body:
    """What a guest can write of a copy: the rest is the organizer's, and ignored or refused."""
    if event.is_organizer:
        return written
    if written.keys() - GUESTS_OWN and session.world.quirks.is_on("guests-refused"):
        raise errors.access_denied()
    return {name: value for name, value in written.items() if name in GUESTS_OWN}


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
    if not event.master:
        copies.call_off(session.world, event, sorted(gone))
        if after is not None:
            copies.bring(session.world, calendar, after, sorted(new))


def follow(session: Session, calendar: Calendar, master: Event) -> None:
    """The copies of a series, after one of its occurrences changed or went."""
    if master.is_organizer:
        copies.bring(session.world, calendar, master, sorted(_guests(master, calendar)))


def _guests(event: Event | None, calendar: Calendar) -> dict[str, Body]:
    attendees = event.body["attendees"] if event is not None else []
    found = {_address(one): one for one in attendees}
    return {email: one for email, one in found.items() if email != calendar.owner.lower()}


def _address(attendee: Body) -> str:
    return str(attendee["emailAddress"]["address"]).lower()


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
    """About an event by its usual id in the sender's mailbox."""
    owner = session.world.people.users[sender]
    event_id = ids.written(ids.ITEM, owner.id, event.key.text)
    return Mail(method, sender, recipient, event_id, str(event.body["subject"] or ""))
