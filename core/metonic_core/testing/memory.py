"""A calendar in memory that behaves as real ones do, and the adapter to it.

Two conducts: one reports hints and hashes its etags from the content, as CalDAV servers do; the other
reports full states with growing revisions and never gives a deleted id away again, as Google does. Both
store notes in a form of their own.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from uuid import UUID

from metonic_core.model.codec import encode
from metonic_core.model.content import NOTES, Content, Group
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Window
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.changes import Change, ChangePage, EventPage, Gone, Reading, Seen, Touched
from metonic_core.spi.errors import CursorExpired, EtagMismatch, IdentityTaken, NotFound
from metonic_core.spi.provider import Account
from metonic_core.spi.writes import Create, Delete, Stored, Update


@dataclass(frozen=True, slots=True)
class Conduct:
    """``reports_states``: full states with revisions instead of hints. ``page_size``: changes per page."""

    reports_states: bool
    page_size: int = 3


HINTS = Conduct(reports_states=False)
STATES = Conduct(reports_states=True)


@dataclass(slots=True)
class MemoryCalendar:
    """``log`` holds every version ever stored, None for a deletion. ``dice`` makes the feed unreliable."""

    conduct: Conduct
    dice: Random | None = None
    live: dict[str, StoredEvent] = field(default_factory=dict)
    log: list[tuple[str, StoredEvent | None]] = field(default_factory=list)

    def put(self, event: StoredEvent) -> StoredEvent:
        """Store this version; returns it with its new etag."""
        content = replace(event.content, notes=event.content.notes and event.content.notes.rstrip() + "\n")
        stored = replace(event, content=content, revision=self._revision())
        stored = replace(stored, etag=self._etag(stored))
        self.live[event.id] = stored
        self.log.append((event.id, stored))
        return stored

    def erase(self, event_id: str) -> None:
        del self.live[event_id]
        self.log.append((event_id, None))

    def versions(self, event_id: str) -> list[StoredEvent]:
        """Every version the event ever had, oldest first."""
        return [event for i, event in self.log if i == event_id and event]

    def was_deleted(self, event_id: str) -> bool:
        return event_id not in self.live and any(i == event_id for i, _ in self.log)

    def _revision(self) -> int | None:
        return len(self.log) + 1 if self.conduct.reports_states else None

    def _etag(self, event: StoredEvent) -> str:
        if self.conduct.reports_states:
            return str(event.revision)
        text = json.dumps([encode(event.content), event.marker, event.uid])
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def chance(self, probability: float) -> bool:
        return self.dice is not None and self.dice.random() < probability


class MemoryAdapter(CalendarAdapter):
    """Speaks to one memory calendar; the calendar id is not looked at."""

    def __init__(self, calendar: MemoryCalendar) -> None:
        self.calendar = calendar

    async def authenticate(self) -> Account:
        return Account("memory", "Memory", "memory://", "anybody")

    async def get_events(
        self,
        calendar_id: str,  # noqa: ARG002 - there is one calendar
        window: Window | None,  # noqa: ARG002 - all of it is shown
        page: str | None = None,
    ) -> EventPage:
        ids = json.loads(page) if page else sorted(self.calendar.live)
        now, rest = ids[: self.calendar.conduct.page_size], ids[self.calendar.conduct.page_size :]
        found = [Seen(self.calendar.live[i]) for i in now if i in self.calendar.live]
        return EventPage(found, more=json.dumps(rest) if rest else None)

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:  # noqa: ARG002
        if not cursor:
            return self._listing(sorted(self.calendar.live), len(self.calendar.log))
        where = json.loads(cursor)
        if "list" in where:
            return self._listing(where["list"], where["then"])
        if self.calendar.chance(0.04):
            raise CursorExpired("the cursor is too old")
        if not self.calendar.conduct.reports_states and self.calendar.chance(0.04):
            return self._silent_reset()
        return self._delta(where["from"])

    def _listing(self, ids: list[str], then: int) -> ChangePage:
        size = self.calendar.conduct.page_size
        found = [self._report(i) for i in ids[:size] if i in self.calendar.live]
        if ids[size:]:
            more = json.dumps({"list": ids[size:], "then": then})
            return ChangePage(found, more=more)
        return ChangePage(found, done=json.dumps({"from": then}))

    def _silent_reset(self) -> ChangePage:
        """Everything is listed as if it were new, and deletions are forgotten."""
        found = [self._report(i) for i in sorted(self.calendar.live)]
        return ChangePage(found, done=json.dumps({"from": len(self.calendar.log)}))

    def _delta(self, start: int) -> ChangePage:
        end = min(start + self.calendar.conduct.page_size, len(self.calendar.log))
        found = list(self._changes(start, end))
        if self.calendar.dice:
            self.calendar.dice.shuffle(found)
        cursor = json.dumps({"from": end})
        if end < len(self.calendar.log):
            return ChangePage(found, more=cursor)
        return ChangePage(found, done=cursor)

    def _changes(self, start: int, end: int) -> Iterator[Change]:
        for event_id in dict.fromkeys(i for i, _ in self.calendar.log[start:end]):
            yield self._report(event_id)
        dice = self.calendar.dice
        if dice and start and self.calendar.conduct.reports_states and self.calendar.chance(0.25):
            event_id, event = dice.choice(self.calendar.log[:start])
            yield Seen(event) if event else Gone(event_id, revision=0)

    def _report(self, event_id: str) -> Change:
        event = self.calendar.live.get(event_id)
        if event is None:
            return Gone(event_id, revision=self._last_revision())
        return Seen(event) if self.calendar.conduct.reports_states else Touched(event_id, event.etag)

    def _last_revision(self) -> int | None:
        return len(self.calendar.log) if self.calendar.conduct.reports_states else None

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:  # noqa: ARG002
        live = self.calendar.live
        return [Seen(live[i]) if i in live else Gone(i, is_firm=False) for i in ids]

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        event_id = self.event_id(calendar_id, write.identity)
        found = self.calendar.live.get(event_id)
        if found:
            return Stored(found, is_adopted=True)
        if self.calendar.conduct.reports_states and self.calendar.was_deleted(event_id):
            raise IdentityTaken("a deleted event has this id")
        uid = str(write.identity)
        made = StoredEvent(event_id, "", write.content, uid=uid, marker=write.marker)
        return Stored(self.calendar.put(made))

    async def update_event(self, calendar_id: str, write: Update) -> Stored:  # noqa: ARG002
        found = self._expected(write)
        content = found.content.take(write.groups, write.content)
        return Stored(self.calendar.put(replace(found, content=content, marker=write.marker)))

    async def delete_event(self, calendar_id: str, write: Delete) -> None:  # noqa: ARG002
        self._expected(write)
        self.calendar.erase(write.id)

    def _expected(self, write: Update | Delete) -> StoredEvent:
        found = self.calendar.live.get(write.id)
        if found is None:
            raise NotFound("there is no such event")
        if found.etag != write.etag:
            raise EtagMismatch("the event has changed")
        return found

    def event_id(self, calendar_id: str, identity: UUID) -> str:  # noqa: ARG002
        return identity.hex

    def same(self, group: Group, ours: Content, theirs: Content) -> bool:
        if group == NOTES:
            return ours.notes.rstrip() == theirs.notes.rstrip()
        return ours.get(group) == theirs.get(group)
