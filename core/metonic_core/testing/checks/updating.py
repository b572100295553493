"""Changing events: only what was named, only the version that was meant."""

from dataclasses import replace

from metonic_core.model.content import LOCATION, NOTES, TITLE, Content
from metonic_core.model.event import StoredEvent
from metonic_core.spi.changes import Seen
from metonic_core.spi.errors import AccessDenied, EtagMismatch, NotFound, Unacceptable
from metonic_core.spi.writes import Delete, Update
from metonic_core.testing.checks.contents import LESSON, NEXT_MARKER, lesson
from metonic_core.testing.checks.expecting import expect, expect_error, expect_same, skip
from metonic_core.testing.checks.following import make, read, stored
from metonic_core.testing.stand import Stand

OTHER = replace(lesson(30), title="Another title", location="Court", notes="Other notes.")


async def retitle(stand: Stand, event: StoredEvent, title: str = OTHER.title) -> StoredEvent:
    """Change the title alone; a copy keeps a marker, a user's own event has none."""
    marker = NEXT_MARKER if event.marker else None
    write = Update(event.id, event.etag, replace(OTHER, title=title), frozenset({TITLE}), marker)
    return (await stand.adapter.update_event(stand.calendar_id, write)).event


class Updating:
    """What ``update_event`` changes."""

    async def test_an_update_changes_the_groups_it_names_and_no_other(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)

        answer = await retitle(stand, made)

        wanted = replace(LESSON, title=OTHER.title)
        for event in (answer, await stored(stand, made.id)):
            expect_same(
                stand.adapter,
                wanted,
                event.content,
                "The title was to be changed and nothing else",
                "send only the groups in Update.groups: read the event, edit these, leave the rest as it is.",
            )

    async def test_an_update_of_all_groups_arrives(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        write = Update(made.id, made.etag, OTHER, OTHER.groups(), NEXT_MARKER)

        await stand.adapter.update_event(stand.calendar_id, write)

        expect_same(
            stand.adapter,
            OTHER,
            (await stored(stand, made.id)).content,
            "An event was to be changed in all its groups",
            "write each group that is named: title, time, location, notes, status, visibility.",
        )

    async def test_an_update_can_empty_a_text(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        emptied = replace(LESSON, location="", notes="")
        write = Update(made.id, made.etag, emptied, frozenset({LOCATION, NOTES}), NEXT_MARKER)

        await stand.adapter.update_event(stand.calendar_id, write)

        expect_same(
            stand.adapter,
            emptied,
            (await stored(stand, made.id)).content,
            "Location and notes were to be emptied",
            "send an empty value, or remove the field: a patch that leaves it out keeps the old text.",
        )

    async def test_an_update_gives_the_event_a_new_etag(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)

        answer = await retitle(stand, made)
        found = await stored(stand, made.id)

        expect(
            answer.etag != made.etag,
            "An update was answered with the etag that the event had before.",
            "answer with the etag of what is stored now.",
        )
        expect(
            found.etag == answer.etag,
            f"An update was answered with the etag {answer.etag!r}, and what is read has {found.etag!r}.",
            "answer a write with the etag of what is stored, read again if need be.",
        )

    async def test_an_update_puts_its_marker_on_a_copy(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)

        await retitle(stand, made)

        expect(
            (await stored(stand, made.id)).marker == NEXT_MARKER,
            "An update came with a new marker, and the copy does not carry it.",
            "write Update.marker with the rest of the update: it tells which of our writes landed.",
        )

    async def test_an_update_marks_no_event_of_the_user(self, stand: Stand) -> None:
        event_id = await stand.put(LESSON)

        await retitle(stand, await stored(stand, event_id))

        found = await stored(stand, event_id)
        expect(
            found.marker is None,
            "The user's own event carries a marker after an update without one.",
            "where Update.marker is None, leave the marker as it is: absent.",
        )
        expect(
            found.content.title == OTHER.title,
            "The user's own event was to be changed and was not.",
            "update by the id and the etag alone, whoever made the event.",
        )

    async def test_an_update_of_another_version_is_refused(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        await stand.settle()
        edited = replace(LESSON, title="Edited by the user")
        await stand.edit(made.id, edited)

        await self._refused(stand, made, edited)

    async def test_an_update_of_another_version_is_refused_in_other_groups_too(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        await stand.settle()
        edited = replace(LESSON, notes="Edited by the user")
        await stand.edit(made.id, edited)

        await self._refused(stand, made, edited)

    async def _refused(self, stand: Stand, made: StoredEvent, edited: Content) -> None:
        await expect_error(
            retitle(stand, made),
            EtagMismatch,
            "Another client had edited the event since the etag of the update",
            "compare Update.etag before anything is edited and make the write conditional on it (If-Match): "
            "the other client's edit is lost else.",
        )
        expect_same(
            stand.adapter,
            edited,
            (await stored(stand, made.id)).content,
            "An update of another version was refused and written all the same",
            "compare the etag before the first byte is written, not after.",
        )

    async def test_a_deletion_of_another_version_is_refused(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        await stand.settle()
        await stand.edit(made.id, replace(LESSON, title="Edited by the user"))

        await expect_error(
            stand.adapter.delete_event(stand.calendar_id, Delete(made.id, made.etag)),
            EtagMismatch,
            "Another client had edited the event since the etag of the deletion",
            "make the deletion conditional on Delete.etag (If-Match): else an edit is erased unseen.",
        )
        expect(
            isinstance(await read(stand, made.id), Seen),
            "A deletion of another version was refused and done all the same.",
            "compare the etag before the event is erased.",
        )

    async def test_an_update_of_what_is_gone_is_not_found(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        await stand.settle()
        await stand.erase(made.id)
        await stand.settle()

        await expect_error(
            retitle(stand, made),
            (NotFound, EtagMismatch),
            "The event of an update is gone",
            "raise NotFound where the service finds no event (404, 410), and make nothing new.",
        )
        expect(
            not isinstance(await read(stand, made.id), Seen),
            "An update of an event that was deleted brought it back.",
            "write updates in a way that cannot create (If-Match with the etag).",
        )

    async def test_foreign_properties_survive_an_update(self, stand: Stand) -> None:
        event_id, kept = await stand.put_decorated(LESSON)

        await retitle(stand, await stored(stand, event_id))

        raw = await stand.raw(event_id)
        lost = [text for text in kept if text not in raw]
        expect(
            not lost,
            f"An update dropped {len(lost)} properties that Metonic knows nothing of: {', '.join(lost)}.",
            "edit what is stored, or patch single fields, instead of writing the event anew from our "
            "content.",
        )

    async def test_an_event_that_cannot_be_written_is_left_alone(self, stand: Stand) -> None:
        event_id = await stand.put_locked()
        before = await stored(stand, event_id)
        expect(
            not before.can_write,
            "An event that this account may not write was read with can_write.",
            "set StoredEvent.can_write=False where the service says so (a guest's view, a locked event).",
        )

        await expect_error(
            retitle(stand, before),
            (Unacceptable, AccessDenied),
            "The account may not write the event",
            "raise Unacceptable or AccessDenied for what will never be taken: anything else is tried again.",
        )
        expect(
            await stored(stand, event_id) == before,
            "An event that cannot be written was changed.",
            "write nothing where the service refuses.",
        )

    async def test_guests_get_no_mail_where_writes_are_silent(self, stand: Stand) -> None:
        if not stand.provider.capabilities.silent_writes:
            skip("the plugin declares silent_writes=False: events with guests are never written")
        event_id = await stand.put_with_guests(LESSON)
        before = len(await stand.outbox())

        answer = await retitle(stand, await stored(stand, event_id))
        await stand.adapter.delete_event(stand.calendar_id, Delete(answer.id, answer.etag))

        sent = len(await stand.outbox()) - before
        expect(
            not sent,
            f"The plugin declares silent_writes, and {sent} mails went to guests.",
            "say with each write that nobody is to be notified, or declare silent_writes=False.",
        )
