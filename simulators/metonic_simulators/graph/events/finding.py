"""The event that a path names, where it is, and what it is an occurrence of."""

from dataclasses import dataclass

from metonic_simulators.graph import errors, ids
from metonic_simulators.graph.events import series
from metonic_simulators.graph.ids import Key
from metonic_simulators.graph.mailbox import Calendar, Event
from metonic_simulators.graph.session import Session


@dataclass(frozen=True, slots=True)
class Found:
    """``event`` is whole; ``master``: the series that it belongs to, if it does."""

    calendar: Calendar
    event: Event
    master: Event | None = None


def find(session: Session) -> Found:
    """By ``eventId`` in the path, of either kind; raises Refused."""
    key = key_of(session, session.at["eventId"])
    for calendar in _calendars(session):
        event = calendar.event(key.name)
        if event is None or (event.master and not key.day):
            continue
        if not key.day:
            return Found(calendar, event)
        if not event.is_series or key.run != event.run:
            raise errors.not_found()
        return Found(calendar, series.find(session.world, calendar, event, key.day), event)
    raise errors.not_found()


def key_of(session: Session, event_id: str) -> Key:
    """Raises Refused."""
    return Key.of(ids.read((ids.ITEM, ids.IMMUTABLE), session.user.id, event_id))


def _calendars(session: Session) -> list[Calendar]:
    """The one in the path; else all of the user's own: what is shared is found by its calendar alone."""
    if "calendarId" in session.at:
        return [session.calendar]
    return [one for one in session.world.calendars_of(session.user) if one.owner == session.user.email]
