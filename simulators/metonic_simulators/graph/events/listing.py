"""Lists of events: what is there, what is in a window, and the occurrences of a series; page by page.

https://learn.microsoft.com/en-us/graph/api/calendar-list-calendarview
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

from metonic_simulators.graph import errors
from metonic_simulators.graph.call import Call, Reply
from metonic_simulators.graph.events import filters, finding, render, series, zones
from metonic_simulators.graph.mailbox import Body, Calendar, Event
from metonic_simulators.graph.session import Session

PAGE, _LARGEST = 10, 1000
_UNSELECTABLE = frozenset({"createdDateTime", "lastModifiedDateTime"})
Item = TypeVar("Item")


def events(session: Session) -> Reply:
    """Single events and series; raises Refused."""
    calendar, has_all = session.calendar, session.world.quirks.is_on("exceptions-listed")
    found: list[Event] = []
    for one in calendar.living():
        if not one.master:
            found.append(one)
        if one.is_series and has_all:
            found += series.exceptions(session.world, calendar, one)
    return _listed(session, calendar, found)


def view(session: Session) -> Reply:
    """What is in the window, series as their occurrences; raises Refused."""
    start, end = window(session.call)
    if _UNSELECTABLE & set(session.call.names("$select")):
        raise errors.bad_request("createdDateTime and lastModifiedDateTime cannot be selected here.")
    calendar = session.calendar
    found = expanded(session, calendar, calendar.living(), start, end)
    found.sort(key=lambda one: zones.moment(one.body["start"]))
    return _listed(session, calendar, found)


def instances(session: Session) -> Reply:
    """Raises Refused."""
    start, end = window(session.call)
    found = finding.find(session)
    if not found.event.is_series:
        raise errors.invalid_request("The event is no series.")
    return _listed(
        session, found.calendar, series.within(session.world, found.calendar, found.event, start, end)
    )


def exceptions(session: Session) -> Reply:
    """Of a series; raises Refused."""
    found = finding.find(session)
    return _listed(session, found.calendar, series.exceptions(session.world, found.calendar, found.event))


def expanded(
    session: Session, calendar: Calendar, events_: Sequence[Event], start: datetime, end: datetime
) -> list[Event]:
    found: list[Event] = []
    for one in events_:
        if one.is_series:
            found += series.within(session.world, calendar, one, start, end)
        elif not one.master and series.overlaps(one, start, end):
            found.append(one)
    return found


def window(call: Call) -> tuple[datetime, datetime]:
    """``startDateTime`` and ``endDateTime``, both of which must be there; raises Refused."""
    for name in ("startDateTime", "endDateTime"):
        if name not in call.query:
            message = (
                "This request requires a time window specified by the query string parameters "
                "StartDateTime and EndDateTime."
            )
            raise errors.bad_request(message, "ErrorInvalidParameter")
    start, end = (zones.bound(call.text(name), name) for name in ("startDateTime", "endDateTime"))
    if end < start:
        raise errors.bad_request("The end of the window is before its start.", "ErrorInvalidParameter")
    return start, end


def page(session: Session, items: Sequence[Item], show: Callable[[Item], Body], context: str) -> Reply:
    """``$top`` of them after ``$skip``, and the way to the next ones. Raises Refused."""
    call = session.call
    top = min(call.number("$top", page_size(session), least=1, most=_LARGEST), _longest(session))
    skip = call.number("$skip", 0)
    shown = [show(one) for one in items[skip : skip + top]]
    content: dict[str, Any] = {"value": shown}
    if call.text("$count").lower() == "true":
        content = {"@odata.count": len(items), **content}
    if skip + top < len(items):
        content["@odata.nextLink"] = f"{session.path}?{_query(call, skip + top)}"
    reply = session.answer(content, context)
    reply.headers |= session.applied(*_applied(session))
    return reply


def _applied(session: Session) -> list[str]:
    size = session.prefers.get("odata.maxpagesize")
    return [f"odata.maxpagesize={size}"] if size else []


def page_size(session: Session) -> int:
    """As preferred, or ten."""
    asked = session.prefers.get("odata.maxpagesize", "")
    size = int(asked[:6]) if asked.isdecimal() else 0
    return min(min(size, _LARGEST) or PAGE, _longest(session))


def _longest(session: Session) -> int:
    """How many items the server puts on a page, whatever is asked for."""
    quirks = session.world.quirks
    return int(quirks.number("short-pages", "size")) if quirks.is_on("short-pages") else _LARGEST


def _query(call: Call, skip: int) -> str:
    kept = [(name, value) for name, value in call.query.items() if name.lower() != "$skip"]
    pairs = [*kept, ("$skip", str(skip))]
    return "&".join(f"{quote(name, safe='$')}={quote(value, safe='')}" for name, value in pairs)


def _listed(session: Session, calendar: Calendar, found: Sequence[Event]) -> Reply:
    test = filters.parse(session.call.text("$filter"))
    kept = filters.ordered([one for one in found if test(one)], session.call.text("$orderby"))
    context = f"users('{session.user.id}')/events"
    return page(session, kept, lambda one: render.see(session, calendar, one), context)
