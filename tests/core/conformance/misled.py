"""Adapters that believe what they should not: a page of a portal, a look that is over, their own claims."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from tests.core.conformance.lined import Intercepted, LinedAdapter

from metonic_core.model.content import LOCATION, NOTES, Content
from metonic_core.model.event import StoredEvent
from metonic_core.spi import (
    Account,
    AllDay,
    ChangePage,
    Create,
    Delete,
    EtagMismatch,
    EventPage,
    Gone,
    NotFound,
    Outcome,
    Reading,
    Seen,
    Stored,
    Timed,
    Unacceptable,
    Update,
    Window,
    Write,
)
from metonic_core.spi.writes import Failed


class Welcomed(LinedAdapter):
    """Takes a page of a portal for a calendar without events."""

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
        try:
            return await super().get_changes(calendar_id, cursor, window)
        except Intercepted:
            return ChangePage([], done=cursor or "")


class Bereaved(LinedAdapter):
    """Finds no event on a page of a portal, and says that it is gone."""

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        try:
            return await super().hydrate(calendar_id, ids)
        except Intercepted:
            return [Gone(event_id, is_firm=False) for event_id in ids]


class Relieved(LinedAdapter):
    """Takes any status of 200 for a deletion that is done."""

    async def delete_event(self, calendar_id: str, write: Delete) -> None:
        try:
            await super().delete_event(calendar_id, write)
        except Intercepted:
            return


class Satisfied(LinedAdapter):
    """Takes any status of 200 for a write that is done, and answers with what it sent."""

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        try:
            return await super().update_event(calendar_id, write)
        except Intercepted:
            return Stored(StoredEvent(write.id, write.etag, write.content, marker=write.marker))


class Admitted(LinedAdapter):
    """Signs in at a portal."""

    async def authenticate(self) -> Account:
        try:
            return await super().authenticate()
        except Intercepted:
            return Account("memory", "", "memory://", "anybody")


class Clumsy(LinedAdapter):
    """Trips over what it did not expect."""

    async def get_events(self, calendar_id: str, window: Window | None, page: str | None = None) -> EventPage:
        try:
            return await super().get_events(calendar_id, window, page)
        except Intercepted as error:
            raise KeyError("items") from error


class Looking(LinedAdapter):
    """Reads the event, compares its etag, and then writes whatever is there."""

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        await self._look(calendar_id, write)
        async with self.line.writing():
            found = self.calendar.live[write.id]
            content = found.content.take(write.groups, write.content)
            return Stored(self.calendar.put(replace(found, content=content, marker=write.marker)))

    async def _look(self, calendar_id: str, write: Update | Delete) -> None:
        (found,) = await self.hydrate(calendar_id, [write.id])
        if not isinstance(found, Seen):
            raise NotFound("There is no such event.")
        if found.event.etag != write.etag:
            raise EtagMismatch("The event was changed.")
        if not found.event.can_write:
            raise Unacceptable("The event cannot be written.")


class LookingToDelete(Looking):
    """Reads the event, compares its etag, and then deletes whatever is there."""

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        return await LinedAdapter.update_event(self, calendar_id, write)

    async def delete_event(self, calendar_id: str, write: Delete) -> None:
        await self._look(calendar_id, write)
        async with self.line.writing():
            self.calendar.erase(write.id)


class LookingToCreate(LinedAdapter):
    """Looks whether there is such an event, and then puts its own in that place."""

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        is_taken = write.identity.hex in self.calendar.live or self.calendar.was_deleted(write.identity.hex)
        if is_taken:
            return await super().create_event(calendar_id, write)
        async with self.line.writing():
            chosen, uid = write.identity.hex, str(write.identity)
            self.calendar.made[write.identity] = chosen
            return Stored(
                self.calendar.put(StoredEvent(chosen, "", write.content, uid=uid, marker=write.marker))
            )


class Short(LinedAdapter):
    """Leaves the last page of a complete read to be read another time."""

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
        page = await super().get_changes(calendar_id, cursor, window)
        is_last = cursor is not None and '"list"' in cursor and page.done is not None
        return replace(page, changes=[]) if is_last else page


class Shorter(LinedAdapter):
    """Lists the first page, and no other."""

    async def get_events(self, calendar_id: str, window: Window | None, page: str | None = None) -> EventPage:
        return replace(await super().get_events(calendar_id, window, page), more=None)


class Final(LinedAdapter):
    """Says of what it does not find that it was deleted."""

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        read = await super().hydrate(calendar_id, ids)
        return [Gone(one.id) if isinstance(one, Gone) else one for one in read]


class Emptying(LinedAdapter):
    """Sends notes and location with each update, of which it knows nothing then."""

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        emptied = replace(
            write.content,
            notes=write.content.notes if NOTES in write.groups else "",
            location=write.content.location if LOCATION in write.groups else "",
        )
        groups = write.groups | {NOTES, LOCATION}
        return await super().update_event(calendar_id, replace(write, content=emptied, groups=groups))


class InUtc(LinedAdapter):
    """Writes instants."""

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        return await super().create_event(calendar_id, replace(write, content=_in_utc(write.content)))


def _in_utc(content: Content) -> Content:
    when = content.when
    if not isinstance(when, Timed):
        return content
    start, end = (at.replace(tzinfo=None) for at in (when.starts_at, when.ends_at))
    return replace(content, when=Timed(start, end, "UTC"), overrides=())


class Inclusive(LinedAdapter):
    """Takes the last day of an all-day event for the day after it, in both directions."""

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        content = _ending(write.content, -1)
        return self._shown(await super().create_event(calendar_id, replace(write, content=content)))

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        content = _ending(write.content, -1)
        return self._shown(await super().update_event(calendar_id, replace(write, content=content)))

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        read = await super().hydrate(calendar_id, ids)
        return [Seen(_later(one.event)) if isinstance(one, Seen) else one for one in read]

    def _shown(self, stored: Stored) -> Stored:
        return replace(stored, event=_later(stored.event))


def _later(event: StoredEvent) -> StoredEvent:
    return replace(event, content=_ending(event.content, 1))


def _ending(content: Content, days: int) -> Content:
    when = content.when
    if isinstance(when, Timed):
        return content
    return replace(content, when=AllDay(when.start, when.end + timedelta(days=days)))


class Boastful(LinedAdapter):
    """Writes two at a time at most, and says three."""

    async def write_events(self, calendar_id: str, writes: Sequence[Write]) -> Sequence[Outcome]:
        done = await super().write_events(calendar_id, writes[:2])
        return [*done, *(Failed(Unacceptable("That is too much at once.")) for _ in writes[2:])]
