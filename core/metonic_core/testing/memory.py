"""The adapter to a calendar in memory, as the plugin of a service with that conduct would be."""

import json
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from metonic_core.model.content import NOTES, Content, Group
from metonic_core.model.event import StoredEvent
from metonic_core.model.repeated import without_repeated
from metonic_core.model.when import Window
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.changes import ChangePage, EventPage, Gone, Reading, Seen
from metonic_core.spi.errors import EtagMismatch, IdentityTaken, NotFound, Unacceptable, Unavailable
from metonic_core.spi.provider import Account
from metonic_core.spi.writes import Create, Delete, Stored, Update
from metonic_core.testing.calendar import MemoryCalendar


class MemoryAdapter(CalendarAdapter):
    """Speaks to one memory calendar; the calendar id is not looked at."""

    def __init__(self, calendar: MemoryCalendar) -> None:
        self.calendar = calendar

    async def authenticate(self) -> Account:
        return Account("memory", "Memory", "memory://", "anybody")

    async def get_events(
        self,
        calendar_id: str,  # noqa: ARG002 - there is one calendar
        window: Window | None,
        page: str | None = None,
    ) -> EventPage:
        size = self.calendar.conduct.page_size
        ids = json.loads(page) if page else sorted(self.calendar.live)
        now, rest = ids[:size], ids[size:]
        read = [self.calendar.read(i) for i in now]
        return EventPage([one for one in read if _is_in(window, one)], json.dumps(rest) if rest else None)

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:  # noqa: ARG002
        return self.calendar.changes(cursor, window)

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:  # noqa: ARG002
        return [self.calendar.read(i) for i in ids]

    async def find_events(
        self,
        calendar_id: str,  # noqa: ARG002 - there is one calendar
        identities: Sequence[UUID],
    ) -> Sequence[Sequence[StoredEvent]]:
        return [self.calendar.find(identity) for identity in identities]

    async def create_event(self, calendar_id: str, write: Create) -> Stored:  # noqa: ARG002
        chosen = self._chosen(write.identity)
        uid = None if self.calendar.conduct.gives_ids else str(write.identity)
        found = self._found(chosen)
        if found:
            if found.uid != uid:
                raise IdentityTaken("another event has this identity")
            return Stored(found, is_adopted=True)
        if not self.calendar.conduct.hashes_etags and self.calendar.was_deleted(chosen):
            raise IdentityTaken("a deleted event has this identity")
        identity = str(write.identity) if self.calendar.conduct.gives_ids else None
        self.calendar.made[write.identity] = chosen
        event = StoredEvent(chosen, "", write.content, uid=uid, marker=write.marker, identity=identity)
        return Stored(self.calendar.put(event))

    def _found(self, event_id: str) -> StoredEvent | None:
        """The event that has that id already. Where ids stay taken, it is read to see whose it is."""
        is_taken = event_id in self.calendar.live or self.calendar.was_deleted(event_id)
        if not (self.calendar.conduct.keeps_tombstones and is_taken):
            return self.calendar.live.get(event_id)
        reading = self.calendar.read(event_id)
        if isinstance(reading, Seen):
            return reading.event
        if isinstance(reading, Gone) and not reading.is_firm:
            raise Unavailable("something has this identity and does not show yet")
        raise IdentityTaken("another event, or a deleted one, has this identity")

    def _chosen(self, identity: UUID) -> str:
        """The id of the event that was created with this identity, or will be."""
        if self.calendar.conduct.gives_ids:
            return self.calendar.made.get(identity) or f"given-{len(self.calendar.log)}"
        return identity.hex

    async def update_event(self, calendar_id: str, write: Update) -> Stored:  # noqa: ARG002
        found = self._expected(write)
        content = written(found, write)
        if write.marker is not None:
            found = replace(found, marker=write.marker, is_partial=False)
        return Stored(self.calendar.put(replace(found, content=content)))

    async def delete_event(self, calendar_id: str, write: Delete) -> None:  # noqa: ARG002
        self._expected(write)
        self.calendar.erase(write.id)

    def _expected(self, write: Update | Delete) -> StoredEvent:
        found = self.calendar.live.get(write.id)
        if found is None or self.calendar.is_unfound(write.id):
            raise NotFound("there is no such event")
        if found.etag != write.etag:
            raise EtagMismatch("the event has changed")
        if not found.can_write:
            raise Unacceptable("the event cannot be written")
        if found.has_guests and not self.calendar.conduct.is_silent:
            self.calendar.outbox.append(f"{type(write).__name__} of {write.id}")
        return found

    def event_id(self, calendar_id: str, identity: UUID) -> str | None:  # noqa: ARG002
        return None if self.calendar.conduct.gives_ids else identity.hex

    def same(self, group: Group, ours: Content, theirs: Content) -> bool:
        if group == NOTES:
            return ours.notes.rstrip() == theirs.notes.rstrip()
        return ours.get(group) == theirs.get(group)


def written(found: StoredEvent, write: Update) -> Content:
    """What the event says once that write has reached all of it."""
    former = write.former if found.is_partial and write.marker is not None else ()
    return without_repeated(found.content, former).take(write.groups, write.content)


def _is_in(window: Window | None, read: Reading) -> bool:
    if not isinstance(read, Seen):
        return not isinstance(read, Gone)
    return window is None or read.event.content.occurs_in(window)
