"""What tests put into calendars, without the rules for clients."""

from dataclasses import replace
from typing import Any

from metonic_simulators.graph.errors import Refused
from metonic_simulators.graph.events import attached, patterns, shape, zones
from metonic_simulators.graph.mailbox import Body, Calendar, Event
from metonic_simulators.graph.world import World
from metonic_simulators.wire.faults import Unusable


def calendar(world: World, name: str) -> Calendar:
    """By the name that it is kept under, or for a default one its owner's address; raises Unusable."""
    for one in world.calendars.values():
        if name in ({one.name, one.owner} if one.is_default else {one.name}):
            return one
    raise Unusable(f"There is no calendar {name!r}: there are {', '.join(world.calendars)}.")


def put_calendar(world: World, wanted: Body) -> Calendar:
    """``owner``; also ``name``, ``canEdit``, ``isRemovable``, ``shares``: by user whether they may write.

    One that is there, by ``calendar``, gets shares and flags. Raises Unusable.
    """
    shares = wanted.get("shares", {})
    if not isinstance(shares, dict) or any(one not in world.people.users for one in shares):
        raise Unusable("`shares` says of users whether they may write.")
    if "calendar" in wanted:
        found = calendar(world, str(wanted["calendar"]))
    elif str(wanted.get("owner", "")) in world.people.users:
        found = world.add_calendar(str(wanted["owner"]), {"name": str(wanted.get("name", "Another"))})
    else:
        raise Unusable("`owner` is a user's address.")
    found.shares |= {str(one): bool(value) for one, value in shares.items()}
    found.can_edit = bool(wanted.get("canEdit", found.can_edit))
    found.is_removable = bool(wanted.get("isRemovable", found.is_removable))
    return found


def put_event(world: World, wanted: Body) -> Event:
    """``calendar`` and ``event``, a body as on the wire; ``organizer``: an address, for a copy of a guest.

    Raises Unusable.
    """
    found, asked = calendar(world, str(wanted.get("calendar", ""))), wanted.get("event")
    if not isinstance(asked, dict):
        raise Unusable("`event` is an object.")
    try:
        body = {**shape.USUAL, **shape.read(asked, world.quirks)}
        if body["recurrence"]:
            start = body["start"]
            day = zones.day_of(start)
            body["recurrence"] = patterns.read(body["recurrence"], day, start["timeZone"], world.quirks)
        properties, extensions = attached.properties(asked, {}), attached.extensions(asked, {})
        shape.check(body)
    except Refused as refused:
        raise Unusable(str(refused)) from refused
    organizer = str(wanted.get("organizer", ""))
    if organizer:
        body["organizer"] = {"emailAddress": {"name": organizer, "address": organizer}}
        body["responseStatus"] = {"response": "notResponded", "time": zones.NO_TIME}
    now = world.now()
    uid = str(asked.get("iCalUId") or world.new_uid())
    event = Event(world.new_name(), body, 0, now, now, uid, is_organizer=not organizer)
    return world.put(found, replace(event, properties=properties, extensions=extensions), "created")


def calendar_shown(one: Calendar) -> dict[str, Any]:
    return {
        "calendar": one.name,
        "owner": one.owner,
        "name": one.body["name"],
        "isDefault": one.is_default,
        "canEdit": one.can_edit,
        "shares": one.shares,
        "deleted": one.is_deleted,
    }


def event_shown(one: Event) -> dict[str, Any]:
    """As it is stored."""
    return {
        **one.body,
        "event": one.name,
        "iCalUId": one.uid,
        "master": one.master,
        "day": one.day,
        "cancelled": list(one.cancelled),
        "properties": dict(one.properties),
        "deleted": one.is_deleted,
    }
