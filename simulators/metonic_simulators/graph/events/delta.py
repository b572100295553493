"""What changed in a calendar since a round before: https://learn.microsoft.com/en-us/graph/api/event-delta.

A round is a list of groups, each of which stays on one page; its window is frozen in the token.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from metonic_simulators.graph import errors
from metonic_simulators.graph.call import Reply
from metonic_simulators.graph.events import listing, render, series, zones
from metonic_simulators.graph.mailbox import Body, Calendar, Event
from metonic_simulators.graph.session import Session
from metonic_simulators.graph.tokens import Group, Mark, Rest, Window
from metonic_simulators.graph.world import World

_REFUSED = ("$select", "$filter", "$expand", "$orderby", "$search")
_TYPE = "#microsoft.graph.event"
_STUB = ("@odata.etag", "id", "seriesMasterId", "type", "start", "end")
_SMALL = ("@odata.etag", "id", "type", "start", "end")
_EVER = (datetime(1601, 1, 2, tzinfo=UTC), datetime(4499, 1, 1, tzinfo=UTC))


def view(session: Session) -> Reply:
    """calendarView/delta; raises Refused."""
    _check(session)
    if rest := _continued(session, "view"):
        return _page(session, rest)
    start, end = listing.window(session.call)
    return _begin(session, Window("view", session.calendar.name, start, end))


def events(session: Session) -> Reply:
    """events/delta, which only some have met; raises Refused."""
    if not session.world.quirks.is_on("events-delta"):
        raise errors.no_change_tracking()
    for name in ("startDateTime", "endDateTime"):
        if session.call.query.get(name) == "":
            raise errors.invalid_parameter(name[0].upper() + name[1:], "")
    _check(session)
    if rest := _continued(session, "events"):
        return _page(session, rest)
    start, end = _EVER
    if since := session.call.text("startDateTime"):
        start = zones.bound(since, "startDateTime")
    return _begin(session, Window("events", session.calendar.name, start, end))


def _check(session: Session) -> None:
    for name in _REFUSED:
        if name in session.call.query:
            message = f"The parameter '{name}' is not supported with change tracking."
            raise errors.bad_request(message, "ErrorInvalidUrlQuery")


def _continued(session: Session, kind: str) -> Rest | None:
    """What the token of the query stands for, none if there is none; raises Refused."""
    call, tokens = session.call, session.world.tokens
    skip, delta = call.text("$skiptoken"), call.text("$deltatoken")
    if not skip and not delta:
        return None
    rest, mark = tokens.rests.get(skip), tokens.marks.get(delta)
    found = rest.mark if rest else mark
    if found is None or found.window.kind != kind or found.window.calendar != session.calendar.name:
        name = "$skipToken" if skip else "$deltaToken"
        message = f"The value '{skip or delta}' of parameter '{name}' is invalid."
        raise errors.bad_request(message, "InvalidDeltaToken")
    _check_known(session, skip or delta, found)
    return rest or _round(session, found)


def _check_known(session: Session, token: str, mark: Mark) -> None:
    """Raises Refused for what the server has forgotten."""
    world, quirks = session.world, session.world.quirks
    life = timedelta(days=quirks.number("delta-life", "days"))
    is_old = quirks.is_on("delta-life") and world.now() - mark.issued > life
    is_armed = world.faults.next("GET", session.call.decoded, "sync-state-not-found")
    if not (is_old or is_armed or token in world.tokens.expired):
        return
    options = quirks.options("delta-reset")
    location = f"{_path(session, mark.window)}?$deltatoken=" if options["location"] else ""
    raise errors.sync_state_not_found(int(options["status"]), str(options["code"]), location)


def _begin(session: Session, window: Window) -> Reply:
    """A first round: all that is there."""
    world, calendar = session.world, session.calendar
    groups = [_group(world, calendar, one, window) for one in calendar.living() if not one.master]
    mark = Mark(window, _visible(world, calendar), world.now())
    rest = Rest(_disturbed(world, [one for one in groups if one]), mark)
    if world.quirks.is_on("empty-pages"):
        rest = replace(rest, groups=[(), *rest.groups])
    return _page(session, rest)


def _round(session: Session, mark: Mark) -> Rest:
    """What changed since then, as far as it shows already."""
    world, calendar = session.world, session.calendar
    until = _visible(world, calendar)
    since = mark.revision
    if world.quirks.is_on("delta-replays"):
        since = max(0, since - int(world.quirks.number("delta-replays", "events")))
    found = calendar.events.since(since, until) if until > since else []
    told = [one for one in found if not one.master and one.name not in calendar.hidden]
    groups = [_changed(world, calendar, one, mark.window) for one in told]
    next_mark = Mark(mark.window, max(until, mark.revision), world.now())
    rest = Rest(_disturbed(world, [one for one in groups if one]), next_mark)
    return replace(rest, groups=[(), *rest.groups]) if world.quirks.is_on("empty-pages") else rest


def _visible(world: World, calendar: Calendar) -> int:
    """The revision that shows: not always the last one."""
    now = calendar.events.revision
    calendar.rounds.append(now)
    if not world.quirks.is_on("delta-lag"):
        return now
    seconds, rounds = (world.quirks.number("delta-lag", name) for name in ("seconds", "rounds"))
    limit = world.now() - timedelta(seconds=seconds)
    old_enough = sum(1 for one in calendar.changes if one <= limit)
    seen_before = calendar.rounds[max(0, len(calendar.rounds) - 1 - int(rounds))]
    return min(now, old_enough, seen_before)


def _group(world: World, calendar: Calendar, event: Event, window: Window) -> Group:
    """An event that is in the window, a series with its occurrences there; nothing of what is outside."""
    if window.kind == "events":
        return (event,) if zones.moment(event.body["end"]) > window.start or event.is_series else ()
    if not event.is_series:
        return (event,) if series.overlaps(event, window.start, window.end) else ()
    found = series.within(world, calendar, event, window.start, window.end)
    return (event, *found) if found else ()


def _changed(world: World, calendar: Calendar, event: Event, window: Window) -> Group:
    """As a tombstone what is not there any more, or not in the window."""
    found = () if event.is_deleted else _group(world, calendar, event, window)
    if found or (not event.is_deleted and not world.quirks.is_on("out-of-window-removed")):
        return found
    return (replace(event, is_deleted=True),)


def _disturbed(world: World, groups: Sequence[Group]) -> list[Group]:
    found = list(groups)
    if world.quirks.is_on("delta-duplicates"):
        found = [*found, *found]
    if world.quirks.is_on("delta-shuffled"):
        found = [tuple(reversed(one)) for one in reversed(found)]
    return found


def _page(session: Session, rest: Rest) -> Reply:
    """As many groups as fit; the first one whatever its size."""
    size, calendar, taken = listing.page_size(session), session.calendar, [*rest.groups[:1]]
    for one in rest.groups[1:]:
        if not taken[0] or sum(map(len, taken)) + len(one) > size:
            break
        taken.append(one)
    left = Rest(rest.groups[len(taken) :], rest.mark)
    rows = [_row(session, calendar, one, rest.mark.window) for group in taken for one in group]
    content: dict[str, Any] = {"value": rows, **_link(session, left)}
    reply = session.answer(content, "Collection(event)")
    reply.headers |= session.applied("odata.track-changes")
    return reply


def _link(session: Session, left: Rest) -> Body:
    tokens, path = session.world.tokens, _path(session, left.mark.window)
    if left.groups:
        return {"@odata.nextLink": f"{path}?$skiptoken={tokens.skip(left)}"}
    return {"@odata.deltaLink": f"{path}?$deltatoken={tokens.delta(left.mark)}"}


def _path(session: Session, window: Window) -> str:
    """Where it goes on: seldom where it came from."""
    if not session.world.quirks.is_on("links-rewritten"):
        return session.path
    calendar = quote(session.world.calendar_id(session.user, session.calendar), safe="")
    what = "calendarView" if window.kind == "view" else "events"
    return f"{session.base}/users/{quote(session.user.email)}/calendars/{calendar}/{what}/delta"


def _row(session: Session, calendar: Calendar, event: Event, window: Window) -> Body:
    if event.is_deleted:
        return {"@odata.type": _TYPE, "id": session.event_id(event), "@removed": {"reason": "deleted"}}
    whole = {"@odata.type": _TYPE, **render.see(session, calendar, event)}
    names = _SMALL if window.kind == "events" else _STUB if event.is_virtual else None
    return {"@odata.type": _TYPE, **{name: whole[name] for name in names}} if names else whole
