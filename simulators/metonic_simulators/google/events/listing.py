"""Lists of events: full, since a sync token, page by page; and the instances of a series.

https://developers.google.com/workspace/calendar/api/guides/sync
"""

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from metonic_simulators.google import errors
from metonic_simulators.google.calendars import Calendar, Event, etag_of
from metonic_simulators.google.events import asked as query
from metonic_simulators.google.events import series, times, writing
from metonic_simulators.google.events.asked import Asked
from metonic_simulators.google.events.render import Reader
from metonic_simulators.google.session import Session
from metonic_simulators.google.tokens import Mark, Rest
from metonic_simulators.store.clock import from_stamp

_PAGE, _LARGEST_PAGE = 250, 2500


def listed(session: Session) -> dict[str, Any]:
    """events.list; raises Refused."""
    calendar = session.calendar
    asked = query.read(session, calendar)
    rest = _rest(session, calendar, asked)
    events, following = _page(session, rest)
    reader = Reader(session.world, calendar, session.me, asked.zone, asked.most_attendees, asked.deleted)
    answer = _head(session, calendar, asked.zone)
    items = [reader.see(one) for one in events]
    if items or not session.world.quirks.is_on("empty-items-omitted"):
        answer["items"] = items
    if following is not None:
        answer["nextPageToken"] = session.world.tokens.page(following)
    elif _brings_token(session, asked):
        answer["nextSyncToken"] = _sync_token(session, calendar, rest.revision)
    return answer


def check_sync_token(session: Session, calendar: Calendar) -> int:
    """The revision that the sync token stands for; raises Refused."""
    token, tokens = session.call.text("syncToken"), session.world.tokens
    query.check_token_alone(session)
    mark = tokens.mark(token, _owner(session, calendar), query.of_the_feed(session.call))
    if session.world.faults.next("GET", session.call.decoded, "sync-token-expired"):
        raise errors.full_sync_required()
    tokens.check(token, calendar.generation, session.world.clock.now(), session.world.quirks)
    return mark.revision


def instances(session: Session) -> dict[str, Any]:
    """events.instances; raises Refused."""
    calendar = session.calendar
    asked = replace(query.read(session, calendar), single=True)
    master = writing.find(session, calendar).event
    owner, key = _owner(session, calendar) + master.id, query.of_the_list(session.call)
    if "pageToken" in session.call.query:
        rest = session.world.tokens.rest(session.call.text("pageToken"), owner, key)
    else:
        found = _instances(session, calendar, master, asked) if master.is_series else []
        found = [one for one in found if asked.deleted or not one.is_cancelled]
        rest = Rest(owner, key, _of_that_start(session, calendar, found), 0, 0)
    events, following = _page(session, rest)
    reader = Reader(session.world, calendar, session.me, asked.zone, asked.most_attendees)
    answer = _head(session, calendar, asked.zone) | {"items": [reader.see(one) for one in events]}
    if following is not None:
        answer["nextPageToken"] = session.world.tokens.page(following)
    return answer


def _rest(session: Session, calendar: Calendar, asked: Asked) -> Rest:
    """What is left to be told, this page included."""
    owner, key = _owner(session, calendar), query.of_the_list(session.call)
    revision = check_sync_token(session, calendar) if "syncToken" in session.call.query else None
    if "pageToken" in session.call.query:
        return session.world.tokens.rest(session.call.text("pageToken"), owner, key)
    if revision is None:
        events = _all(session, calendar, asked)
    else:
        events = _changed(session, calendar, asked, revision)
    return Rest(owner, key, events, 0, calendar.events.revision)


def _all(session: Session, calendar: Calendar, asked: Asked) -> list[Event]:
    world = session.world
    seen = [one for one in calendar.all_seen() if not world.is_forgotten(one)]
    any_property = world.quirks.is_on("properties-or")
    if asked.since:
        seen = [one for one in seen if from_stamp(one.updated) >= asked.since]
    expanded = _expanded(session, calendar, seen, asked) if asked.single else seen
    found = [
        one
        for one in expanded
        if _shows(calendar, one, asked)
        and query.matches(asked, one, any_property=any_property)
        and _is_within(calendar, one, asked)
    ]
    if asked.order:
        found.sort(key=_by_start(calendar) if asked.order == "startTime" else operator.attrgetter("updated"))
    return found


def _changed(session: Session, calendar: Calendar, asked: Asked, revision: int) -> list[Event]:
    """Since then, wherever it is in time; a series that was touched brings all its instances."""
    seen = [one for one in calendar.events.since(revision) if one.id not in calendar.hidden]
    found = [one for one in seen if query.matches(asked, one, any_property=False)]
    return _expanded(session, calendar, found, asked) if asked.single else found


def _expanded(session: Session, calendar: Calendar, events: Sequence[Event], asked: Asked) -> list[Event]:
    """With instances in the place of each series; each event once."""
    found: dict[str, Event] = {}
    for one in events:
        if not one.is_series:
            found.setdefault(one.id, one)
            continue
        for instance in _instances(session, calendar, one, asked):
            found[instance.id] = instance
    return list(found.values())


def _instances(session: Session, calendar: Calendar, master: Event, asked: Asked) -> list[Event]:
    most = int(session.world.quirks.number("horizon", "instances"))
    found = series.instances(calendar, master, most=most, low=asked.low, high=asked.high)
    return [one for one in found if query.overlaps(asked, one, calendar.zone)]


def _shows(calendar: Calendar, event: Event, asked: Asked) -> bool:
    """A tombstone only where it was asked for, but that of an instance whose series lives always."""
    if not event.is_cancelled or asked.deleted or asked.since:
        return True
    master = calendar.events.get(event.master) if event.master else None
    return master is not None and not master.is_cancelled and not asked.single


def _is_within(calendar: Calendar, event: Event, asked: Asked) -> bool:
    if event.is_series and (asked.low or asked.high):
        return series.touches(calendar, event, asked.low, asked.high)
    return query.overlaps(asked, event, calendar.zone)


def _page(session: Session, rest: Rest) -> tuple[list[Event], Rest | None]:
    """The events of this page, and what is left after it."""
    end = rest.start + _size(session)
    events = [one for one in rest.items[rest.start : end] if isinstance(one, Event)]
    return events, replace(rest, start=end) if end < len(rest.items) else None


def _size(session: Session) -> int:
    asked, quirks = session.call.number("maxResults", _PAGE, most=_LARGEST_PAGE), session.world.quirks
    if not quirks.is_on("short-pages"):
        return asked
    return int(quirks.number("short-pages", "size")) if "pageToken" in session.call.query else 0


def _head(session: Session, calendar: Calendar, zone: str) -> dict[str, Any]:
    entry = session.world.lists[session.me].get(calendar.id)
    stamp = max(calendar.stamp, calendar.changed)
    head = {
        "kind": "calendar#events",
        "etag": f'"p33{etag_of(stamp)[1:-1]}"',
        "summary": calendar.body["summary"],
        "updated": times.stamp_text(from_stamp(stamp)),
        "timeZone": zone,
        "accessRole": calendar.role(session.me),
        "defaultReminders": entry.body.get("defaultReminders", []) if entry else [],
    }
    return head | ({"description": calendar.body["description"]} if calendar.body.get("description") else {})


def _brings_token(session: Session, asked: Asked) -> bool:
    if asked.order:
        return False
    return not (asked.has_filters and session.world.quirks.is_on("no-token-with-filters"))


def _sync_token(session: Session, calendar: Calendar, revision: int) -> str:
    now, feed = session.world.clock.now(), query.of_the_feed(session.call)
    return session.world.tokens.sync(
        Mark(_owner(session, calendar), feed, revision, calendar.generation, now)
    )


def _owner(session: Session, calendar: Calendar) -> str:
    return f"events:{calendar.id}:{session.me}"


def _of_that_start(session: Session, calendar: Calendar, events: list[Event]) -> list[Event]:
    wanted = session.call.text("originalStart")
    if not wanted:
        return events
    points = (times.shown(one.body["originalStartTime"], calendar.zone) for one in events)
    return [one for one, point in zip(events, points, strict=True) if _same(point, wanted)]


def _same(point: dict[str, Any], wanted: str) -> bool:
    if "date" in point:
        return bool(point["date"] == wanted)
    return times.moment(point, "UTC") == times.bound(wanted, "originalStart")


def _by_start(calendar: Calendar) -> Callable[[Event], datetime]:
    return lambda one: times.moment(one.body["start"], calendar.zone)
