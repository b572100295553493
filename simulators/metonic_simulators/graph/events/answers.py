"""What guests answer, and what organizers call off: https://learn.microsoft.com/en-us/graph/api/event-accept."""

from collections.abc import Callable
from dataclasses import replace

from metonic_simulators.graph import errors
from metonic_simulators.graph.call import Reply
from metonic_simulators.graph.events import finding, removing, zones
from metonic_simulators.graph.events.meetings import letter
from metonic_simulators.graph.mailbox import Body, Event
from metonic_simulators.graph.people import User
from metonic_simulators.graph.session import Session

_ANSWERS = {"accept": "accepted", "tentativelyAccept": "tentativelyAccepted", "decline": "declined"}


def answer(action: str) -> Callable[[Session], Reply]:
    """accept, tentativelyAccept or decline; what it gives raises Refused."""
    return lambda session: _answer(session, _ANSWERS[action])


def _answer(session: Session, word: str) -> Reply:
    found, asked = finding.find(session), session.call.action()
    if found.event.is_organizer:
        raise errors.invalid_request("Your request can't be completed. You can't respond to this meeting.")
    status = {"response": word, "time": zones.utc(session.world.now())}
    organizer = str(found.event.body["organizer"]["emailAddress"]["address"])
    if asked.get("sendresponse", True):
        session.world.outbox.append(letter(session, "REPLY", session.user.email, organizer, found.event))
        _tell_organizer(session, found.event, organizer, status)
    if word == "declined":
        removing.remove(session, found)
        return Reply(202)
    shown = "busy" if word == "accepted" else "tentative"
    body = {**found.event.body, "responseStatus": status, "showAs": shown}
    session.world.put(found.calendar, replace(found.event, body=body), "updated")
    return Reply(202)


def cancel(session: Session) -> Reply:
    """Raises Refused for who is not the organizer."""
    found = finding.find(session)
    if not found.event.is_organizer:
        raise errors.invalid_request("You need to be an organizer to cancel a meeting.")
    removing.remove(session, found)
    return Reply(202)


def _tell_organizer(session: Session, copy: Event, organizer: str, status: Body) -> None:
    """What a guest answered shows at the organizer's."""
    world, user = session.world, session.world.people.named(organizer)
    if user is None:
        return
    for calendar in world.calendars_of(user):
        for event in calendar.living():
            if event.uid != copy.uid or event.master or not event.is_organizer:
                continue
            attendees = [_answered(one, session.user, status) for one in event.body["attendees"]]
            world.put(calendar, replace(event, body={**event.body, "attendees": attendees}), "updated")


def _answered(attendee: Body, user: User, status: Body) -> Body:
    is_own = str(attendee["emailAddress"]["address"]).lower() == user.email.lower()
    return {**attendee, "status": status} if is_own else attendee
