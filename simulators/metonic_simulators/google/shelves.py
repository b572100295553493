"""Calendars themselves, apart from who has them in a list: ``calendars`` in the reference; and colours."""

from typing import Any

from metonic_simulators.google import errors
from metonic_simulators.google.calendars import Calendar, etag_of
from metonic_simulators.google.events import times
from metonic_simulators.google.session import Session

_OWN = ("summary", "description", "location", "timeZone")
_BACKGROUNDS = (
    "#a4bdfc",
    "#7ae7bf",
    "#dbadff",
    "#ff887c",
    "#fbd75b",
    "#ffb878",
    "#46d6db",
    "#e1e1e1",
    "#5484ed",
)


def get(session: Session) -> dict[str, Any]:
    return shown(session.calendar)


def insert(session: Session) -> dict[str, Any]:
    """The caller becomes its data owner; raises Refused."""
    body = _own(session.call.json())
    if not body.get("summary"):
        raise errors.required("Missing title.")
    return shown(session.world.add_calendar(session.me, {"timeZone": "UTC", **body}))


def patch(session: Session) -> dict[str, Any]:
    calendar = session.need("owner")
    return _write(session, calendar, {**calendar.body, **_own(session.call.json())})


def update(session: Session) -> dict[str, Any]:
    calendar = session.need("owner")
    return _write(session, calendar, {"timeZone": calendar.zone, **_own(session.call.json())})


def delete(session: Session) -> None:
    """A primary calendar can only be cleared; raises Refused."""
    calendar = session.need("owner")
    if calendar.is_primary:
        raise errors.invalid("Cannot delete a primary calendar.")
    session.world.remove(calendar)


def clear(session: Session) -> None:
    """Deletes every event of a primary calendar; raises Refused."""
    calendar = session.need("owner")
    if not calendar.is_primary:
        raise errors.invalid("Only a primary calendar can be cleared.")
    for event in [one for one in calendar.events if not one.is_cancelled]:
        calendar.drop(event.id)
    calendar.generation += 1


def colors(_: Session) -> dict[str, Any]:
    palette = {
        str(number): {"background": one, "foreground": "#1d1d1d"}
        for number, one in enumerate(_BACKGROUNDS, 1)
    }
    updated = "2012-02-14T00:00:00.000Z"
    return {"kind": "calendar#colors", "updated": updated, "calendar": palette, "event": palette}


def shown(calendar: Calendar) -> dict[str, Any]:
    found = {"kind": "calendar#calendar", "etag": etag_of(calendar.stamp), "id": calendar.id}
    found |= {key: calendar.body[key] for key in _OWN if calendar.body.get(key)}
    return found | ({} if calendar.is_primary else {"dataOwner": calendar.owner})


def _write(session: Session, calendar: Calendar, body: dict[str, Any]) -> dict[str, Any]:
    session.check_match(etag_of(calendar.stamp))
    calendar.body = {key: one for key, one in body.items() if one is not None}
    calendar.stamp = session.world.clock.stamp()
    return shown(calendar)


def _own(body: dict[str, Any]) -> dict[str, Any]:
    found = {key: body[key] for key in _OWN if key in body}
    if any(one is not None and not isinstance(one, str) for one in found.values()):
        raise errors.invalid("Invalid value")
    if found.get("timeZone"):
        times.zone_of(found["timeZone"])
    return found
