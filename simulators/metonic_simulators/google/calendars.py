"""Calendars, the events in them, who may do what there, and the lists in which users have them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from metonic_simulators.store.records import Records

ROLES = ("none", "freeBusyReader", "reader", "writerWithoutPrivateAccess", "writer", "owner")
"""Each may do what those before it may."""

SECONDARY = "@group.calendar.google.com"
UNWATCHABLE = ("@group.v.calendar.google.com", "@import.calendar.google.com")


def reaches(role: str, wanted: str) -> bool:
    return ROLES.index(role) >= ROLES.index(wanted)


@dataclass(frozen=True, slots=True)
class Event:
    """One version of an event; the next one replaces it.

    ``body``: as on the wire, with UTC times, without what depends on who reads; ``stamp``: of this version,
    in microseconds since 1970, the etag is twice that; ``reminders``: by user; ``deleted``: when, or 0.
    """

    body: Mapping[str, Any]
    stamp: int
    created: int
    updated: int
    reminders: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    deleted: int = 0

    @property
    def id(self) -> str:
        return str(self.body["id"])

    @property
    def is_cancelled(self) -> bool:
        return bool(self.body["status"] == "cancelled")

    @property
    def master(self) -> str:
        """The series that it is an instance of; empty for anything else."""
        return str(self.body.get("recurringEventId", ""))

    @property
    def is_series(self) -> bool:
        return bool(self.body.get("recurrence")) and not self.master

    @property
    def etag(self) -> str:
        return etag_of(self.stamp)


def etag_of(stamp: int) -> str:
    return f'"{2 * stamp}"'


@dataclass
class Calendar:
    """Its events and who may do what with them.

    ``roles``: by user; ``changed``: the stamp of the last change of an event; ``generation`` counts
    the changes of who may do what; ``hidden``: what is still read instead of what was written.
    """

    id: str
    owner: str
    body: dict[str, Any]
    stamp: int
    roles: dict[str, str] = field(default_factory=dict)
    events: Records[Event] = field(default_factory=Records)
    exceptions: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    uids: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    hidden: dict[str, Event | None] = field(default_factory=dict)
    changed: int = 0
    generation: int = 0
    is_deleted: bool = False

    @property
    def zone(self) -> str:
        return str(self.body["timeZone"])

    @property
    def is_primary(self) -> bool:
        return self.id == self.owner

    @property
    def is_watchable(self) -> bool:
        return not self.id.endswith(UNWATCHABLE)

    def role(self, user: str) -> str:
        return self.roles.get(user, "none")

    def put(self, event: Event) -> None:
        self.events.put(event.id, event)
        self.changed = max(self.changed, event.stamp)
        self.uids[str(event.body.get("iCalUID", ""))].add(event.id)
        if event.master:
            self.exceptions[event.master].add(event.id)

    def drop(self, event_id: str) -> None:
        event = self.events.get(event_id)
        if event is not None:
            self.events.drop(event_id)
            self.exceptions[event.master].discard(event_id)
            self.uids[str(event.body.get("iCalUID", ""))].discard(event_id)

    def seen(self, event_id: str) -> Event | None:
        """The version that can be read now."""
        return self.hidden[event_id] if event_id in self.hidden else self.events.get(event_id)

    def all_seen(self) -> list[Event]:
        if not self.hidden:
            return list(self.events)
        found = (self.seen(one.id) for one in self.events)
        return [one for one in found if one is not None]

    def exceptions_of(self, master: str) -> list[Event]:
        found = (self.events.get(one) for one in sorted(self.exceptions.get(master, ())))
        return [one for one in found if one is not None]

    def with_uid(self, uid: str) -> list[Event]:
        found = (self.events.get(one) for one in sorted(self.uids.get(uid, ())))
        return [one for one in found if one is not None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A calendar in somebody's list: what of it is the user's own."""

    calendar: str
    body: Mapping[str, Any]
    stamp: int
    is_deleted: bool = False
