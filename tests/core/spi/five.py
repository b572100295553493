"""An adapter of five methods, which is all that a plugin must write."""

from collections.abc import Sequence
from dataclasses import replace

from metonic_core.spi import (
    Account,
    CalendarAdapter,
    Create,
    Delete,
    EtagMismatch,
    EventPage,
    NotFound,
    ProviderError,
    Seen,
    Stored,
    StoredEvent,
    Update,
    Window,
)
from metonic_core.spi.changes import Change

ACCOUNT = Account("subject", "Trainer", "https://example.com", "trainer", calendar_id="home")


class FiveMethods(CalendarAdapter):
    """One event per page; ``trouble`` is raised by the next writes of these ids, or of every id."""

    def __init__(self, *events: StoredEvent, others: Sequence[Change] = ()) -> None:
        self.events = {event.id: event for event in events}
        self.others = others
        self.trouble: dict[str, ProviderError] = {}
        self.listed = 0

    async def authenticate(self) -> Account:
        return ACCOUNT

    async def get_events(self, calendar_id: str, window: Window | None, page: str | None = None) -> EventPage:
        assert calendar_id == ACCOUNT.calendar_id
        self.listed += 1
        every = [Seen(e) for e in self.events.values() if window is None or e.content.occurs_in(window)]
        changes: list[Change] = [*every, *self.others]
        at = int(page or 0)
        return EventPage(changes[at : at + 1], more=str(at + 1) if at + 1 < len(changes) else None)

    async def create_event(self, calendar_id: str, write: Create) -> Stored:  # noqa: ARG002
        event_id = write.identity.hex
        self._check(event_id)
        self.events[event_id] = StoredEvent(event_id, "1", write.content, marker=write.marker)
        return Stored(self.events[event_id])

    async def update_event(self, calendar_id: str, write: Update) -> Stored:  # noqa: ARG002
        found = self._expected(write)
        content = found.content.take(write.groups, write.content)
        self.events[write.id] = replace(found, etag=found.etag + "1", content=content)
        return Stored(self.events[write.id])

    async def delete_event(self, calendar_id: str, write: Delete) -> None:  # noqa: ARG002
        self._expected(write)
        del self.events[write.id]

    def _expected(self, write: Update | Delete) -> StoredEvent:
        self._check(write.id)
        found = self.events.get(write.id)
        if found is None:
            raise NotFound("There is no such event.")
        if found.etag != write.etag:
            raise EtagMismatch("It has changed.")
        return found

    def _check(self, event_id: str) -> None:
        if error := self.trouble.get(event_id):
            raise error
