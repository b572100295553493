"""Every operation of the API that the stand-in has: where it is and what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from metonic_simulators.google import errors, lists, shelves
from metonic_simulators.google.calendars import Event
from metonic_simulators.google.events import listing, transfers, writing
from metonic_simulators.google.events.render import Reader
from metonic_simulators.google.push import Push
from metonic_simulators.google.session import Session

Does = Callable[[Session], dict[str, Any] | None]
"""The answer, or none for 204; raises Refused."""

BASE = ("calendar", "v3")
_LIST, _ENTRY = "users/me/calendarList", "users/me/calendarList/{calendarId}"
_CALENDAR, _EVENTS = "calendars/{calendarId}", "calendars/{calendarId}/events"
_EVENT = "calendars/{calendarId}/events/{eventId}"


@dataclass(frozen=True, slots=True)
class Operation:
    """``name`` is Google's, without its ``calendar.``; ``writes``: to the events of a calendar."""

    name: str
    method: str
    pattern: tuple[str, ...]
    does: Does
    writes: bool

    def reads(self, segments: list[str]) -> dict[str, str] | None:
        """What the path names, if it is this operation's."""
        if len(segments) != len(self.pattern):
            return None
        pairs = list(zip(self.pattern, segments, strict=True))
        if any(wanted != one for wanted, one in pairs if not wanted.startswith("{")):
            return None
        return {wanted.strip("{}"): one for wanted, one in pairs if wanted.startswith("{")}


class Operations:
    """``push``: the channels of the moment, as a reset makes others."""

    def __init__(self, push: Callable[[], Push]) -> None:
        self._push = push
        self.all = (
            _operation("calendarList.list", "GET", _LIST, lists.listed),
            _operation("calendarList.insert", "POST", _LIST, lists.insert),
            _operation("calendarList.watch", "POST", f"{_LIST}/watch", self._watch_list),
            _operation("calendarList.get", "GET", _ENTRY, lists.get),
            _operation("calendarList.patch", "PATCH", _ENTRY, lists.patch),
            _operation("calendarList.update", "PUT", _ENTRY, lists.update),
            _operation("calendarList.delete", "DELETE", _ENTRY, lists.delete),
            _operation("calendars.insert", "POST", "calendars", shelves.insert),
            _operation("calendars.get", "GET", _CALENDAR, shelves.get),
            _operation("calendars.patch", "PATCH", _CALENDAR, shelves.patch),
            _operation("calendars.update", "PUT", _CALENDAR, shelves.update),
            _operation("calendars.delete", "DELETE", _CALENDAR, shelves.delete),
            _operation("calendars.clear", "POST", f"{_CALENDAR}/clear", shelves.clear),
            _operation("events.list", "GET", _EVENTS, listing.listed),
            _operation("events.insert", "POST", _EVENTS, _echo(writing.insert), writes=True),
            _operation("events.import", "POST", f"{_EVENTS}/import", _echo(transfers.imported), writes=True),
            _operation("events.watch", "POST", f"{_EVENTS}/watch", self._watch_events),
            _operation("events.get", "GET", _EVENT, _get),
            _operation("events.update", "PUT", _EVENT, _echo(writing.update), writes=True),
            _operation("events.patch", "PATCH", _EVENT, _echo(writing.patch), writes=True),
            _operation("events.delete", "DELETE", _EVENT, writing.delete, writes=True),
            _operation("events.instances", "GET", f"{_EVENT}/instances", listing.instances),
            _operation("events.move", "POST", f"{_EVENT}/move", _echo(transfers.moved), writes=True),
            _operation("channels.stop", "POST", "channels/stop", self._stop),
            _operation("colors.get", "GET", "colors", shelves.colors),
        )

    def find(self, method: str, segments: list[str]) -> tuple[Operation, dict[str, str]]:
        """Raises Refused for what is no operation."""
        if tuple(segments[:2]) == BASE:
            for one in self.all:
                at = one.reads(segments[2:]) if one.method == method else None
                if at is not None:
                    return one, at
        raise errors.not_found()

    def _watch_events(self, session: Session) -> dict[str, Any]:
        calendar = session.calendar
        if not calendar.is_watchable:
            message = "Push notifications are not supported by this resource."
            raise errors.classic(400, "global", "pushNotSupportedForRequestedResource", message)
        if "syncToken" in session.call.query:
            listing.check_sync_token(session, calendar)
        return self._push().watch(session, f"calendar:{calendar.id}")

    def _watch_list(self, session: Session) -> dict[str, Any]:
        return self._push().watch(session, f"list:{session.me}")

    def _stop(self, session: Session) -> None:
        self._push().stop(session)


def _operation(name: str, method: str, pattern: str, does: Does, *, writes: bool = False) -> Operation:
    return Operation(name, method, tuple(pattern.split("/")), does, writes)


def _echo(write: Callable[[Session], Event]) -> Does:
    """What was written, as the writer sees it."""

    def done(session: Session) -> dict[str, Any]:
        return _see(session, write(session))

    return done


def _get(session: Session) -> dict[str, Any]:
    return _see(session, writing.find(session, session.calendar).event)


def _see(session: Session, event: Event) -> dict[str, Any]:
    calendar, call = session.calendar, session.call
    most = call.number("maxAttendees", 0, most=10**9) if "maxAttendees" in call.query else 0
    return Reader(session.world, calendar, session.me, call.text("timeZone") or calendar.zone, most).see(
        event
    )
