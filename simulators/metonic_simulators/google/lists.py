"""A user's list of calendars: calendarList in Google's reference."""

from dataclasses import replace
from typing import Any

from metonic_simulators.google import errors
from metonic_simulators.google.calendars import ROLES, Calendar, Entry, etag_of, reaches
from metonic_simulators.google.session import Session
from metonic_simulators.google.tokens import Mark, Rest

_PAGE, _LARGEST_PAGE = 100, 250
_OWN = {
    **dict.fromkeys(("backgroundColor", "colorId", "foregroundColor", "summaryOverride"), str),
    **dict.fromkeys(("hidden", "selected"), bool),
    **dict.fromkeys(("defaultReminders",), list),
    "notificationSettings": dict,
}
_FALSE_UNLESS = ("deleted", "hidden", "primary", "selected")
_OF_THE_PAGE = {"pageToken", "maxResults", "syncToken", "alt", "fields", "prettyPrint", "key", "quotaUser"}


def listed(session: Session) -> dict[str, Any]:
    """calendarList.list; raises Refused."""
    call, tokens = session.call, session.world.tokens
    owner = f"list:{session.me}"
    key = tuple(sorted((name, value) for name, value in call.query.items() if name not in _OF_THE_PAGE))
    if "pageToken" in call.query:
        rest = tokens.rest(call.text("pageToken"), owner, key)
    else:
        entries = session.world.lists[session.me]
        rest = Rest(owner, key, _entries(session, owner), 0, entries.revision)
    end = rest.start + call.number("maxResults", _PAGE, most=_LARGEST_PAGE)
    items = [shown(session, one) for one in rest.items[rest.start : end] if isinstance(one, Entry)]
    answer: dict[str, Any] = {"kind": "calendar#calendarList", "etag": f'"p32{rest.revision:012}"'}
    if items or not session.world.quirks.is_on("empty-items-omitted"):
        answer["items"] = items
    if end < len(rest.items):
        return answer | {"nextPageToken": tokens.page(replace(rest, start=end))}
    mark = Mark(owner, (), rest.revision, 0, session.world.clock.now())
    return answer | {"nextSyncToken": tokens.sync(mark)}


def get(session: Session) -> dict[str, Any]:
    return shown(session, _entry(session))


def insert(session: Session) -> dict[str, Any]:
    """A calendar that the user may read comes into the list; raises Refused."""
    body = session.call.json()
    calendar = session.world.calendar(str(body.get("id", "")), session.me)
    return _write(session, Entry(calendar.id, _own(body), 0))


def patch(session: Session) -> dict[str, Any]:
    entry = _entry(session)
    session.check_match(etag_of(entry.stamp))
    merged = {**entry.body, **_own(session.call.json())}
    return _write(session, replace(entry, body={key: one for key, one in merged.items() if one is not None}))


def update(session: Session) -> dict[str, Any]:
    entry = _entry(session)
    session.check_match(etag_of(entry.stamp))
    return _write(session, replace(entry, body=_own(session.call.json())))


def delete(session: Session) -> None:
    """Out of the list; the owner of a calendar cannot drop it. Raises Refused."""
    entry = _entry(session)
    if session.world.calendars[entry.calendar].owner == session.me:
        raise errors.forbidden("The data owner cannot remove the calendar from the list.")
    session.world.list_entry(session.me, replace(entry, stamp=session.world.clock.stamp(), is_deleted=True))


def shown(session: Session, entry: Entry) -> dict[str, Any]:
    """What of the calendar and what of the user's own makes an entry."""
    calendar = session.world.calendars[entry.calendar]
    found: dict[str, Any] = {
        "kind": "calendar#calendarListEntry",
        "etag": etag_of(entry.stamp),
        "id": calendar.id,
    }
    if entry.is_deleted:
        return found | {"deleted": True}
    found |= {
        key: calendar.body[key]
        for key in ("summary", "description", "location", "timeZone")
        if key in calendar.body
    }
    found |= dict(entry.body)
    found |= {"accessRole": calendar.role(session.me), "primary": calendar.id == session.me}
    if not calendar.is_primary:
        found["dataOwner"] = calendar.owner
    return {key: one for key, one in found.items() if not (key in _FALSE_UNLESS and one is False)}


def _entries(session: Session, owner: str) -> list[Entry]:
    call, world = session.call, session.world
    entries = world.lists[session.me]
    if "syncToken" in call.query:
        _check_token_alone(session)
        mark = world.tokens.mark(call.text("syncToken"), owner, ())
        world.tokens.check(call.text("syncToken"), 0, world.clock.now(), world.quirks)
        return entries.since(mark.revision)
    least = call.text("minAccessRole") or "freeBusyReader"
    if least not in ROLES:
        raise errors.bad_parameter("minAccessRole", least)
    return [one for one in entries if _is_shown(session, one, least)]


def _is_shown(session: Session, entry: Entry, least: str) -> bool:
    call, calendar = session.call, session.world.calendars[entry.calendar]
    if entry.is_deleted:
        return call.flag("showDeleted")
    if entry.body.get("hidden") and not call.flag("showHidden"):
        return False
    return reaches(calendar.role(session.me), least)


def _check_token_alone(session: Session) -> None:
    call = session.call
    if "minAccessRole" in call.query or "showOwnOrganizationOnly" in call.query:
        raise errors.bad_request("Sync token cannot be used with other request restrictions.")
    if "false" in {call.text("showDeleted"), call.text("showHidden")}:
        raise errors.bad_request("Sync token cannot be used with other request restrictions.")


def _entry(session: Session) -> Entry:
    calendar: Calendar = session.calendar
    found = session.world.lists[session.me].get(calendar.id)
    if found is None or found.is_deleted:
        raise errors.not_found()
    return found


def _write(session: Session, entry: Entry) -> dict[str, Any]:
    written = replace(entry, stamp=session.world.clock.stamp(), is_deleted=False)
    session.world.list_entry(session.me, written)
    return shown(session, written)


def _own(body: dict[str, Any]) -> dict[str, Any]:
    """What a user can set; raises Refused for a value of a wrong type."""
    found = {key: body[key] for key in _OWN if key in body}
    for key, value in found.items():
        if value is not None and not isinstance(value, _OWN[key]):
            raise errors.invalid(f"Invalid value for: {key}")
    return found
