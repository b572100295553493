"""An event as somebody sees it: in the reader's zone, with what the reader may see."""

from dataclasses import dataclass
from typing import Any

from metonic_simulators.google.calendars import Calendar, Event, reaches
from metonic_simulators.google.events import times
from metonic_simulators.google.world import World
from metonic_simulators.store.clock import from_stamp

_TIMES = ("start", "end", "originalStartTime")
_OF_A_BUSY_TIME = (
    *_TIMES,
    "id",
    "status",
    "transparency",
    "recurringEventId",
    "recurrence",
    "iCalUID",
    "eventType",
)
_EMPTY: dict[str, Any] = {
    "transparency": "opaque",
    "visibility": "default",
    "guestsCanInviteOthers": True,
    "guestsCanSeeOtherGuests": True,
}
"""What is not told, as it is what is meant anyway."""
_OF_A_TOMBSTONE = ("id", "status", "recurringEventId", "originalStartTime")


@dataclass(frozen=True)
class Reader:
    """``zone``: in which moments are shown; ``is_full``: tombstones keep what the event was."""

    world: World
    calendar: Calendar
    user: str
    zone: str
    most_attendees: int = 0
    is_full: bool = True

    @property
    def role(self) -> str:
        return self.calendar.role(self.user)

    def see(self, event: Event) -> dict[str, Any]:
        if event.is_cancelled and not (self.is_full and reaches(self.role, "writer")):
            return self._tombstone(event)
        if not self._sees_details(event):
            return self._busy(event)
        found = self._timed({"kind": "calendar#event", "etag": event.etag, **_told(event.body)})
        found.pop("attendees", None)
        found |= _stamps(event)
        found["htmlLink"] = f"https://www.google.com/calendar/event?eid={event.id}"
        found["reminders"] = _unshared(dict(event.reminders.get(self.user, {"useDefault": True})))
        found |= self._people(event)
        return found

    def _sees_details(self, event: Event) -> bool:
        if not reaches(self.role, "reader"):
            return False
        is_private = event.body.get("visibility") in {"private", "confidential"}
        return not is_private or reaches(self.role, "writer")

    def _tombstone(self, event: Event) -> dict[str, Any]:
        kept = {key: event.body[key] for key in _OF_A_TOMBSTONE if key in event.body}
        return self._timed({"kind": "calendar#event", "etag": event.etag, **kept})

    def _busy(self, event: Event) -> dict[str, Any]:
        kept = {key: event.body[key] for key in _OF_A_BUSY_TIME if key in event.body}
        return {
            **self._timed({"kind": "calendar#event", "etag": event.etag, **_told(kept)}),
            **_stamps(event),
            "visibility": "private",
        }

    def _timed(self, body: dict[str, Any]) -> dict[str, Any]:
        for name in _TIMES:
            if name in body:
                body[name] = times.shown(body[name], self.zone)
        return body

    def _people(self, event: Event) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in ("organizer", "creator"):
            if name in event.body:
                person = dict(event.body[name])
                is_self = person.get("email") == self.calendar.id
                found[name] = {**person, **({"self": True} if is_self else {})}
        attendees = [self._attendee(one, event) for one in event.body.get("attendees", [])]
        is_cut = 0 < self.most_attendees < len(attendees)
        shown = [one for one in attendees if one.get("self")] if is_cut else attendees
        found |= {"attendees": shown} if shown else {}
        return found | ({"attendeesOmitted": True} if is_cut else {})

    def _attendee(self, attendee: dict[str, Any], event: Event) -> dict[str, Any]:
        email = attendee.get("email")
        marks = {
            "organizer": email == event.body.get("organizer", {}).get("email"),
            "self": email == self.calendar.id,
        }
        return {**attendee, **{key: True for key, is_so in marks.items() if is_so}}


def _told(body: Any) -> dict[str, Any]:  # noqa: ANN401 - a mapping of the wire
    """Without what is empty, or means what is meant anyway."""
    return {
        key: value
        for key, value in body.items()
        if _EMPTY.get(key) != value and value is not False and value not in ([], {}, "")
    }


def _stamps(event: Event) -> dict[str, Any]:
    created = from_stamp(event.created).replace(microsecond=0)
    return {"created": times.stamp_text(created), "updated": times.stamp_text(from_stamp(event.updated))}


def _unshared(reminders: dict[str, Any]) -> dict[str, Any]:
    return {"useDefault": False, **reminders}
