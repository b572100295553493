"""Adapters that are wrong about who sees an event, and whether it takes place."""

from collections.abc import Sequence
from dataclasses import replace

from tests.core.conformance.lined import LinedAdapter

from metonic_core.model.content import VISIBILITY, Content, Group, Status
from metonic_core.spi import Create, ProviderError, Reading, Seen, Stored, Update


class _Reading(LinedAdapter):
    """Reads a content differently, and takes the difference for none."""

    def read_as(self, content: Content) -> Content:
        raise NotImplementedError

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        return [self._read(one) for one in await super().hydrate(calendar_id, ids)]

    def _read(self, one: Reading) -> Reading:
        if not isinstance(one, Seen):
            return one
        return Seen(replace(one.event, content=self.read_as(one.event.content)))

    def same(self, group: Group, ours: Content, theirs: Content) -> bool:
        return super().same(group, self.read_as(ours), self.read_as(theirs))


class Telling(_Reading):
    """Knows no privacy: everything is public, and that is nothing to write."""

    def read_as(self, content: Content) -> Content:
        return replace(content, is_private=False)


class Busy(_Reading):
    """Takes each event for one that takes up time."""

    def read_as(self, content: Content) -> Content:
        return replace(content, is_busy=True)


class Certain(_Reading):
    """Takes what is tentative, and what is cancelled, for confirmed."""

    def read_as(self, content: Content) -> Content:
        return replace(content, status=Status.CONFIRMED)


class Mistaking(_Reading):
    """Takes what is cancelled for what is tentative."""

    def read_as(self, content: Content) -> Content:
        is_cancelled = content.status is Status.CANCELLED
        return replace(content, status=Status.TENTATIVE if is_cancelled else content.status)


class Quoting(LinedAdapter):
    """Says in an error what it was to write."""

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        try:
            return await super().update_event(calendar_id, write)
        except ProviderError as error:
            error.message += f" It was about {write.content.title!r}."
            raise


class _Writing(LinedAdapter):
    """Writes a content differently."""

    def write_as(self, content: Content) -> Content:
        raise NotImplementedError

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        return await super().create_event(calendar_id, replace(write, content=self.write_as(write.content)))

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        return await super().update_event(calendar_id, replace(write, content=self.write_as(write.content)))


class Reversing(_Writing, _Reading):
    """Has the flag the wrong way round, in both directions."""

    def read_as(self, content: Content) -> Content:
        return replace(content, is_private=not content.is_private)

    def write_as(self, content: Content) -> Content:
        return self.read_as(content)


class Secretive(_Writing, _Reading):
    """Keeps in the notes, for itself, what is private, where other clients show the event to everybody."""

    def write_as(self, content: Content) -> Content:
        return replace(content, is_private=False, notes=content.notes + "\u200b" * content.is_private)

    def read_as(self, content: Content) -> Content:
        notes = content.notes.rstrip()
        return replace(content, is_private=content.is_private or notes.endswith("\u200b"))

    def same(self, group: Group, ours: Content, theirs: Content) -> bool:
        plain = (replace(one, notes=one.notes.replace("\u200b", "")) for one in (ours, theirs))
        return LinedAdapter.same(self, group, *plain)


class Exposing(LinedAdapter):
    """Sends the whole event with each update, and of its visibility what it takes for usual."""

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        if VISIBILITY in write.groups:
            return await super().update_event(calendar_id, write)
        usual = replace(write, content=replace(write.content, is_private=False, is_busy=True))
        return await super().update_event(calendar_id, replace(usual, groups=write.groups | {VISIBILITY}))


class Confirming(LinedAdapter):
    """Confirms an event with each update."""

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        confirmed = replace(write.content, status=Status.CONFIRMED)
        return await super().update_event(
            calendar_id, replace(write, content=confirmed, groups=write.groups | {"status"})
        )


class Freeing(_Writing):
    """Takes private for free."""

    def write_as(self, content: Content) -> Content:
        return replace(content, is_busy=content.is_busy and not content.is_private)
