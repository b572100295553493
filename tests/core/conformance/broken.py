"""Adapters that are wrong in one thing each, as plugins have been."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time
from uuid import uuid4

from tests.core.conformance.lined import LinedAdapter

from metonic_core.model.content import NOTES, TIME, Content
from metonic_core.spi import (
    ChangePage,
    Create,
    CursorExpired,
    Delete,
    Gone,
    Outcome,
    ProviderError,
    RateLimited,
    Reading,
    Removed,
    Seen,
    Stored,
    Timed,
    Unacceptable,
    Unavailable,
    Unfit,
    Update,
    Window,
    Write,
)


class Hasty(LinedAdapter):
    """Moves its cursor past the last event of a full page."""

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
        page = await super().get_changes(calendar_id, cursor, window)
        return replace(page, changes=page.changes[:-1]) if page.more else page


class Careless(LinedAdapter):
    """Updates whatever version is there."""

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        found = self.calendar.live.get(write.id)
        return await super().update_event(calendar_id, replace(write, etag=found.etag) if found else write)


class Doubling(LinedAdapter):
    """Makes a new event whenever it is asked to."""

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        return await super().create_event(calendar_id, replace(write, identity=uuid4()))


class Firm(LinedAdapter):
    """Takes what is not shown any more for deleted."""

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
        page = await super().get_changes(calendar_id, cursor, window)
        return replace(
            page, changes=[replace(c, is_firm=True) if isinstance(c, Gone) else c for c in page.changes]
        )


class Flattening(LinedAdapter):
    """Writes the master of a series and forgets the occurrences that differ."""

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        groups = write.groups | self.calendar.live[write.id].content.groups() - write.content.groups()
        return await super().update_event(calendar_id, replace(write, groups=groups))


class AtMidnight(LinedAdapter):
    """Stores dates as midnights in UTC."""

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        return await super().create_event(calendar_id, replace(write, content=_at_midnight(write.content)))


def _at_midnight(content: Content) -> Content:
    when = content.when
    if isinstance(when, Timed):
        return content
    start, end = (datetime.combine(day, time()) for day in (when.start, when.end))
    return replace(content, when=Timed(start, end, "UTC"), recurrence=None)


class Brittle(LinedAdapter):
    """Lets one refused write end the batch."""

    async def write_events(self, calendar_id: str, writes: Sequence[Write]) -> Sequence[Outcome]:
        return [await self._outcome(calendar_id, write) for write in writes]

    async def _outcome(self, calendar_id: str, write: Write) -> Outcome:
        match write:
            case Create():
                return await self.create_event(calendar_id, write)
            case Update():
                return await self.update_event(calendar_id, write)
            case Delete():
                await self.delete_event(calendar_id, write)
        return Removed()


class Impatient(LinedAdapter):
    """Does not say how long the service wants to be left alone."""

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
        try:
            return await super().get_changes(calendar_id, cursor, window)
        except RateLimited as error:
            raise RateLimited(error.message) from error


class Rebuilding(LinedAdapter):
    """Writes an event anew from what it understood of it."""

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        stored = await super().update_event(calendar_id, write)
        self.line.extras.pop(write.id, None)
        return stored


class Unmoved(LinedAdapter):
    """Takes a cursor that the service has forgotten for one after which nothing changed."""

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
        try:
            return await super().get_changes(calendar_id, cursor, window)
        except CursorExpired:
            return ChangePage([], done=cursor)


class Calm(LinedAdapter):
    """Takes a service that fails for an empty calendar."""

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
        try:
            return await super().get_changes(calendar_id, cursor, window)
        except Unavailable:
            return ChangePage([], done=cursor or "")


class TooSure(LinedAdapter):
    """Says that nothing was written when nobody answered."""

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        try:
            return await super().create_event(calendar_id, write)
        except Unavailable as error:
            raise Unacceptable(error.message) from error


class Remembering(LinedAdapter):
    """Keeps what it has read."""

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        known: dict[str, Reading] = self.line.__dict__.setdefault("known", {})
        for one in await super().hydrate(calendar_id, [i for i in ids if i not in known]):
            known[one.event.id if isinstance(one, Seen) else one.id] = one
        return [known[i] for i in ids]


class Fragile(LinedAdapter):
    """Cannot read an event without failing at the others."""

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        read = await super().hydrate(calendar_id, ids)
        if not all(isinstance(one, Seen) for one in read):
            raise ProviderError("Something cannot be read.")
        return read


class Mute(LinedAdapter):
    """Refuses series without saying why."""

    def fit(self, content: Content) -> Sequence[Unfit]:
        return [Unfit(TIME, "", "")] if content.recurrence else []


class Choosy(LinedAdapter):
    """Takes nothing that has notes."""

    def fit(self, content: Content) -> Sequence[Unfit]:
        return [Unfit(NOTES, "There are no notes.", "Leave them out.")] if content.notes else []
