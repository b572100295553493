"""Edits that come while a write is on its way: nobody's is overwritten unseen."""

from dataclasses import replace

from metonic_core.model.content import NOTES, TITLE, VISIBILITY, Content
from metonic_core.model.event import StoredEvent
from metonic_core.spi.changes import Seen
from metonic_core.spi.errors import EtagMismatch, IdentityTaken, Unavailable
from metonic_core.spi.writes import Delete, Failed, Update
from metonic_core.testing.checks.batches import retitling
from metonic_core.testing.checks.batches import write as write_all
from metonic_core.testing.checks.contents import LESSON, NEXT_MARKER, WEEKLY, creating, lesson
from metonic_core.testing.checks.expecting import error_of, expect, expect_error, expect_same, named
from metonic_core.testing.checks.following import make, make_if_held, read, stored
from metonic_core.testing.checks.updating import OTHER
from metonic_core.testing.stand import Stand

_EDITED = replace(LESSON, title="Edited just now", notes="Edited by the user")
_CONDITION = (
    "have the service compare: send the etag with the write itself (If-Match, a precondition). To read the "
    "event, compare and then write leaves a moment in which an edit is lost."
)


async def _edited_on_the_way(stand: Stand) -> StoredEvent:
    """A copy that the user will edit when our next write is sent and has not arrived."""
    _, made = await make(stand, LESSON)
    await _edit_on_the_way(stand, made, _EDITED)
    return made


async def _edit_on_the_way(stand: Stand, made: StoredEvent, content: Content) -> None:
    await stand.settle()

    async def edit() -> None:
        await stand.edit(made.id, content)

    await stand.before_next_write(edit)


class Interleaving:
    """What becomes of an edit that nobody could have looked for."""

    async def test_an_edit_that_comes_between_look_and_update_is_not_lost(self, stand: Stand) -> None:
        for group in (TITLE, NOTES, VISIBILITY):
            made = await _edited_on_the_way(stand)
            write = Update(made.id, made.etag, OTHER, frozenset({group}), NEXT_MARKER)

            await expect_error(
                stand.adapter.update_event(stand.calendar_id, write),
                EtagMismatch,
                f"Another client edited the event while an update of its {group} was on its way",
                _CONDITION,
            )
            expect_same(
                stand.adapter,
                _EDITED,
                (await stored(stand, made.id)).content,
                "An edit that came while an update was on its way is not as it was made",
                _CONDITION,
            )

    async def test_an_edit_of_a_series_that_comes_between_look_and_update_is_not_lost(
        self, stand: Stand
    ) -> None:
        made = await make_if_held(stand, WEEKLY, "series")
        edited = replace(WEEKLY, notes="Edited by the user")
        await _edit_on_the_way(stand, made, edited)
        write = Update(made.id, made.etag, replace(WEEKLY, title="Ours"), frozenset({TITLE}), NEXT_MARKER)

        await expect_error(
            stand.adapter.update_event(stand.calendar_id, write),
            EtagMismatch,
            "Another client edited a series while an update of its title was on its way",
            _CONDITION,
        )
        expect_same(
            stand.adapter,
            edited,
            (await stored(stand, made.id)).content,
            "An edit of a series that came while an update was on its way is not as it was made",
            _CONDITION,
        )

    async def test_an_edit_that_comes_between_look_and_batch_is_not_lost(self, stand: Stand) -> None:
        made = await _edited_on_the_way(stand)

        # It comes first: whoever sends several at once has the others arrive before what is held.
        first, *_ = await write_all(stand, retitling(made), creating(lesson(1)), creating(lesson(2)))

        expect(
            isinstance(first, Failed) and isinstance(first.error, EtagMismatch),
            f"Another client edited an event while a batch was on its way, and its update ended {first!r}.",
            _CONDITION,
        )
        expect_same(
            stand.adapter,
            _EDITED,
            (await stored(stand, made.id)).content,
            "An edit that came while a batch was on its way is not as it was made",
            _CONDITION,
        )

    async def test_an_edit_that_comes_between_look_and_deletion_is_not_lost(self, stand: Stand) -> None:
        made = await _edited_on_the_way(stand)

        await expect_error(
            stand.adapter.delete_event(stand.calendar_id, Delete(made.id, made.etag)),
            EtagMismatch,
            "Another client edited the event while its deletion was on its way",
            _CONDITION,
        )
        expect(
            isinstance(await read(stand, made.id), Seen),
            "An event that was edited while its deletion was on its way is gone.",
            _CONDITION,
        )

    async def test_an_event_that_comes_between_look_and_create_is_not_lost(self, stand: Stand) -> None:
        asked = creating(LESSON)
        chosen = stand.adapter.event_id(stand.calendar_id, asked.identity)
        if chosen is None:
            stand.cannot("the service gives ids of its own")

        async def occupy() -> None:
            await stand.occupy(asked.identity, _EDITED)

        await stand.before_next_write(occupy)

        error = await error_of(stand.adapter.create_event(stand.calendar_id, asked))

        expect(
            isinstance(error, IdentityTaken | Unavailable),
            "Another client made an event in the place of a create that was on its way, and the create "
            + (f"raised {named(error)}." if error else "was answered as if it had been stored."),
            "make the event only if there is none, in one request (If-None-Match: *, an insert with the id), "
            "and raise IdentityTaken where there is one that is no copy of ours.",
        )
        expect_same(
            stand.adapter,
            _EDITED,
            (await stored(stand, chosen)).content,
            "An event that another client made while a create was on its way is not as it was made",
            "never replace in create_event.",
        )
