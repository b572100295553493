"""What tests put into calendars, without the rules for clients: odd ids, foreign organizers, split series."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from metonic_simulators.google.calendars import ROLES, Calendar, Event
from metonic_simulators.google.events import series, times
from metonic_simulators.google.world import World
from metonic_simulators.store.clock import from_stamp
from metonic_simulators.wire.faults import Unusable

Body = dict[str, Any]


def calendar(world: World, name: str) -> Calendar:
    """By its id, for a primary calendar its owner's address; raises Unusable."""
    found = world.calendars.get(name)
    if found is None:
        raise Unusable(f"There is no calendar {name!r}: there are {', '.join(world.calendars)}.")
    return found


def put_calendar(world: World, wanted: Body) -> Calendar:
    """``owner``; also ``id``, ``summary``, ``timeZone``, ``roles`` by user; one that is there gets roles."""
    roles = wanted.get("roles", {})
    if not isinstance(roles, dict) or not all(one in ROLES for one in roles.values()):
        raise Unusable(f"`roles` gives users one of {', '.join(ROLES)}.")
    owner = str(wanted.get("owner", ""))
    for user in {owner, *roles} - {""}:
        if user not in world.people.users:
            raise Unusable(f"There is no user {user!r}.")
    found = world.calendars.get(str(wanted.get("id", "")))
    if found is None:
        if not owner:
            raise Unusable("`owner` is a user's address.")
        body = {
            "summary": str(wanted.get("summary", "Calendar")),
            "timeZone": str(wanted.get("timeZone", "UTC")),
        }
        found = world.add_calendar(owner, body, str(wanted.get("id", "")))
    for user, role in roles.items():
        world.share(found, user, role)
    return found


def put_event(world: World, wanted: Body) -> Event:
    """``calendar`` and ``event``, a body as on the wire: its times need an offset or a zone."""
    found, body = calendar(world, str(wanted.get("calendar", ""))), wanted.get("event")
    if not isinstance(body, dict):
        raise Unusable("`event` is an object.")
    event_id = str(body.get("id") or world.new_event_id())
    old = found.events.get(event_id)
    stored = {
        "status": "confirmed",
        "eventType": "default",
        "sequence": 0,
        "organizer": {"email": found.id},
        "creator": {"email": found.owner},
        "iCalUID": f"{event_id}@google.com",
        **body,
        "id": event_id,
    }
    stored |= {name: _point(body[name]) for name in ("start", "end", "originalStartTime") if name in body}
    stamp = world.clock.stamp()
    deleted = stamp if stored["status"] == "cancelled" and "recurringEventId" not in stored else 0
    return world.put(found, Event(stored, stamp, old.created if old else stamp, stamp, {}, deleted))


def _point(point: object) -> Body:
    """As it is kept, of whatever zone; raises Unusable."""
    if not isinstance(point, dict):
        raise Unusable(f"{point!r} is no object.")
    if "date" in point:
        return {"date": str(point["date"])}
    try:
        found = datetime.fromisoformat(str(point.get("dateTime", "")))
    except ValueError as error:
        raise Unusable(f"{point} is no `date` and no `dateTime`.") from error
    aware = (
        found if found.tzinfo else found.replace(tzinfo=times.known_zone(str(point.get("timeZone", "UTC"))))
    )
    return {**point, "dateTime": times.utc(aware)}


def split(world: World, wanted: Body) -> Event:
    """``calendar``, ``event``, ``at``: "this and following" of a series, as Google's own pages do it.

    The old series ends before; the new one is called ``OLD_R`` and when it begins. Gives the new one.
    """
    found = calendar(world, str(wanted.get("calendar", "")))
    master = found.events.get(str(wanted.get("event", "")))
    if master is None or not master.is_series:
        raise Unusable("`event` is the id of a series.")
    try:
        at = datetime.fromisoformat(str(wanted.get("at", "")))
    except ValueError as error:
        raise Unusable("`at` is the moment when an instance begins.") from error
    if at.tzinfo is None or "dateTime" not in master.body["start"]:
        raise Unusable("`at` is a moment with an offset, of a timed series.")
    body = dict(
        series.instance(
            master, at.astimezone(times.known_zone(master.body["start"].get("timeZone", "UTC")))
        ).body
    )
    for name in ("recurringEventId", "originalStartTime"):
        del body[name]
    body |= {
        "id": f"{master.id}_R{at.astimezone(UTC):%Y%m%dT%H%M%S}",
        "recurrence": master.body["recurrence"],
    }
    end = f"{at.astimezone(UTC) - timedelta(seconds=1):%Y%m%dT%H%M%SZ}"
    rules = [_until(line, end) for line in master.body["recurrence"]]
    stamp = world.clock.stamp()
    world.put(found, replace(master, body={**master.body, "recurrence": rules}, stamp=stamp, updated=stamp))
    stamp = world.clock.stamp()
    return world.put(found, Event(body, stamp, stamp, stamp, master.reminders))


def calendar_shown(one: Calendar) -> Body:
    return {"id": one.id, "owner": one.owner, "roles": one.roles, "deleted": one.is_deleted, **one.body}


def event_shown(one: Event) -> Body:
    """As it is stored."""
    return {
        **one.body,
        "etag": one.etag,
        "updated": from_stamp(one.updated).isoformat(),
        "deleted": bool(one.deleted),
    }


def _until(line: str, end: str) -> str:
    if not line.upper().startswith("RRULE"):
        return line
    kept = [part for part in line.split(";") if not part.upper().startswith(("UNTIL=", "COUNT="))]
    return ";".join([*kept, f"UNTIL={end}"])
