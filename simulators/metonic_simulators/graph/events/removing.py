"""How events go: https://learn.microsoft.com/en-us/graph/api/event-delete."""

from dataclasses import replace

from metonic_simulators.graph.call import Reply
from metonic_simulators.graph.events import finding, meetings
from metonic_simulators.graph.events.finding import Found
from metonic_simulators.graph.session import Session


def delete(session: Session) -> Reply:
    """Raises Refused."""
    found = finding.find(session)
    session.need_write(found.calendar)
    if session.world.quirks.is_on("match-on-delete"):
        session.check_match(found.event)
    remove(session, found)
    return Reply(204)


def remove(session: Session, found: Found, *, is_silent: bool = False) -> None:
    """``is_silent``: nobody is mailed."""
    calendar, event, world = found.calendar, found.event, session.world
    if not is_silent:
        meetings.tell(session, calendar, event, None)
    if found.master is None:
        for one in calendar.exceptions_of(event).values():
            calendar.put(replace(one, is_deleted=True), world.now())
        world.put(calendar, replace(event, is_deleted=True), "deleted")
        if fault := world.faults.next(session.call.method, session.call.decoded, "hidden"):
            world.hide(calendar, event.name, event, float(fault.option("seconds")))
        return
    if not event.is_virtual:
        calendar.put(replace(event, is_deleted=True), world.now())
    days = (*found.master.cancelled, event.day)
    master = world.put(calendar, replace(found.master, cancelled=days), "updated")
    meetings.follow(session, calendar, master)


def delete_for_good(session: Session) -> Reply:
    """permanentDelete; raises Refused."""
    found = finding.find(session)
    session.need_write(found.calendar)
    remove(session, found, is_silent=session.world.quirks.is_on("silent-permanent-delete"))
    return Reply(204)
