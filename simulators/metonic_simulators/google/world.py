"""All that the stand-in for Google is: people, calendars, tokens, channels, and what is switched or armed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from metonic_simulators.google import errors
from metonic_simulators.google.calendars import SECONDARY, Calendar, Entry, Event
from metonic_simulators.google.people import People, User
from metonic_simulators.google.quirks import FAULTS, QUIRKS
from metonic_simulators.google.tokens import Tokens
from metonic_simulators.store.clock import Clock, from_stamp
from metonic_simulators.store.records import Records
from metonic_simulators.store.seeds import BASE32HEX, Seeds
from metonic_simulators.wire.faults import Faults, Switches
from metonic_simulators.wire.log import Entry as Logged
from metonic_simulators.wire.log import Mail
from metonic_simulators.wire.windows import Windows

Told = Callable[[str, str], None]
"""A resource changed: ``calendar:ID`` or ``list:USER``, and how: ``exists`` or ``not_exists``."""

_EPOCH = from_stamp(0)
_DEFAULT_REMINDERS = [{"method": "popup", "minutes": 10}]
_LIST_BODY = {
    "colorId": "14",
    "backgroundColor": "#9fe1e7",
    "foregroundColor": "#000000",
    "selected": True,
    "conferenceProperties": {"allowedConferenceSolutionTypes": ["hangoutsMeet"]},
}


@dataclass
class World:
    """``created``: when events were made, for the limit of that."""

    seed: str
    clock: Clock = field(default_factory=Clock)
    quirks: Switches = field(default_factory=lambda: Switches(QUIRKS))
    faults: Faults = field(default_factory=lambda: Faults(FAULTS))
    calendars: dict[str, Calendar] = field(default_factory=dict)
    lists: dict[str, Records[Entry]] = field(default_factory=dict)
    log: list[Logged] = field(default_factory=list)
    outbox: list[Mail] = field(default_factory=list)
    minutes: Windows = field(default_factory=Windows)
    seconds: Windows = field(default_factory=lambda: Windows(1))
    created: int = 0
    limited_until: datetime = _EPOCH
    tell: Told = lambda _, __: None

    def __post_init__(self) -> None:
        self.seeds = Seeds(self.seed)
        self.tokens = Tokens(self.seeds)
        self.people = People(self.clock, self.seeds, self.quirks)

    def add_user(
        self, email: str, name: str = "", zone: str = "Europe/Berlin", *, is_workspace: bool = True
    ) -> User:
        """With a primary calendar."""
        user = self.people.add(
            email, name or email.partition("@")[0].title(), zone, is_workspace=is_workspace
        )
        self.lists[email] = Records()
        self._open(Calendar(email, email, {"summary": email, "timeZone": zone}, self.clock.stamp()))
        return user

    def add_calendar(self, owner: str, body: dict[str, Any], calendar_id: str = "") -> Calendar:
        new_id = calendar_id or "c_" + self.seeds.text("calendar", 64, "0123456789abcdef") + SECONDARY
        return self._open(Calendar(new_id, owner, body, self.clock.stamp()))

    def _open(self, calendar: Calendar) -> Calendar:
        self.calendars[calendar.id] = calendar
        self.share(calendar, calendar.owner, "owner")
        return calendar

    def share(self, calendar: Calendar, user: str, role: str) -> None:
        """Gives or takes a role; a new reader gets it into the list, where another role is no change."""
        calendar.roles[user] = role
        calendar.generation += 1
        old = self.lists[user].get(calendar.id)
        if old is not None and old.is_deleted == (role == "none"):
            return
        body = (
            dict(old.body) if old else {**_LIST_BODY, "defaultReminders": _default_reminders(calendar, user)}
        )
        self.list_entry(user, Entry(calendar.id, body, self.clock.stamp(), is_deleted=role == "none"))

    def list_entry(self, user: str, entry: Entry) -> None:
        self.lists[user].put(entry.calendar, entry)
        self.tell(f"list:{user}", "exists")

    def calendar(self, name: str, user: str) -> Calendar:
        """By its id, ``primary`` for the user's own; raises Refused if the user can see no such calendar."""
        found = self.calendars.get(user if name == "primary" else name)
        if found is None or found.is_deleted or found.role(user) == "none":
            raise errors.not_found()
        return found

    def remove(self, calendar: Calendar) -> None:
        calendar.is_deleted = True
        for user, entries in self.lists.items():
            entry = entries.get(calendar.id)
            if entry is not None:
                self.list_entry(user, replace(entry, stamp=self.clock.stamp(), is_deleted=True))
        if self.quirks.is_on("push-not-exists"):
            self.tell(f"calendar:{calendar.id}", "not_exists")

    def limit(self, hours: float) -> None:
        """Calendar usage limits are exceeded for so long."""
        self.limited_until = self.clock.now() + timedelta(hours=hours)

    def new_event_id(self) -> str:
        return self.seeds.text("event", 26, BASE32HEX)

    def put(self, calendar: Calendar, event: Event) -> Event:
        """A new version in the calendar: whoever watches hears of it."""
        calendar.put(event)
        self.tell(f"calendar:{calendar.id}", "exists")
        return event

    def hide(self, calendar: Calendar, event_id: str, before: Event | None, seconds: float) -> None:
        """For a while what was there before is read; then the new version shows, as a change."""
        calendar.hidden[event_id] = before

        def shown() -> None:
            calendar.hidden.pop(event_id, None)
            event = calendar.events.get(event_id)
            if event is not None:
                calendar.put(event)

        self.clock.later(seconds, shown)

    def readable(self, calendar: Calendar, event_id: str) -> Event | None:
        """What can be read under that id now: a tombstone only as long as it is kept."""
        event = calendar.seen(event_id)
        return None if event is None or self.is_forgotten(event) else event

    def is_forgotten(self, event: Event) -> bool:
        days = self.quirks.number("retention", "days")
        is_over = bool(event.deleted) and (self.clock.now() - from_stamp(event.deleted)).days >= days
        return is_over and self.quirks.is_on("retention")


def _default_reminders(calendar: Calendar, user: str) -> list[dict[str, Any]]:
    return _DEFAULT_REMINDERS if calendar.id == user else []
