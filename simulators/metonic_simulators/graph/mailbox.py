"""Calendars and the events in them, as they are kept: nothing here is as on the wire but names of members."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from metonic_simulators.graph.ids import Key
from metonic_simulators.store.records import Records

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One version of an event; the next one replaces it.

    ``body``: what was written, ``start`` and ``end`` with their own zone; ``stamp``: of this version, in
    microseconds since 1970; ``day``: the slot of an occurrence in its series' zone, ``slot``: as a moment;
    ``cancelled``: days that a series leaves out; ``run`` counts how often its ids were made anew;
    ``is_virtual``: an occurrence that nobody changed.
    """

    name: str
    body: Mapping[str, Any]
    stamp: int
    created: datetime
    modified: datetime
    uid: str
    master: str = ""
    day: str = ""
    slot: datetime = datetime(1, 1, 1, tzinfo=UTC)
    cancelled: tuple[str, ...] = ()
    run: int = 0
    is_virtual: bool = False
    is_deleted: bool = False
    is_organizer: bool = True
    properties: Mapping[str, str] = field(default_factory=dict)
    extensions: Mapping[str, Body] = field(default_factory=dict)

    @property
    def is_series(self) -> bool:
        return bool(self.body.get("recurrence")) and not self.master

    @property
    def key(self) -> Key:
        return Key(self.master, self.run, self.day) if self.master else Key(self.name)

    @property
    def type(self) -> str:
        if self.is_virtual:
            return "occurrence"
        if self.master:
            return "exception"
        return "seriesMaster" if self.is_series else "singleInstance"


@dataclass
class Calendar:
    """``owner``: an address; ``shares``: who else sees it, and whether they may write.

    ``hidden``: what is still read instead of what was written;
    ``changes``: when each revision of the events came to be; ``rounds``: the revision at each delta round.
    """

    name: str
    owner: str
    body: Body
    stamp: int
    is_default: bool = False
    is_removable: bool = True
    can_edit: bool = True
    shares: dict[str, bool] = field(default_factory=dict)
    events: Records[Event] = field(default_factory=Records)
    changes: list[datetime] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)
    hidden: dict[str, Event | None] = field(default_factory=dict)
    is_deleted: bool = False
    exceptions: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def put(self, event: Event, now: datetime) -> Event:
        self.events.put(event.name, event)
        if event.master:
            self.exceptions[event.master].add(event.name)
        self.changes.append(now)
        return event

    def event(self, name: str) -> Event | None:
        """The version that can be read now."""
        found = self.hidden[name] if name in self.hidden else self.events.get(name)
        return None if found is None or found.is_deleted else found

    def living(self) -> list[Event]:
        found = (self.event(one.name) for one in self.events)
        return [one for one in found if one is not None]

    def exceptions_of(self, master: Event) -> dict[str, Event]:
        """By the day of their slot."""
        found = map(self.event, sorted(self.exceptions.get(master.name, ())))
        return {one.day: one for one in found if one is not None}

    def is_seen_by(self, email: str) -> bool:
        return not self.is_deleted and (email == self.owner or email in self.shares)

    def is_written_by(self, email: str) -> bool:
        return self.shares.get(email, False) if email != self.owner else self.can_edit
