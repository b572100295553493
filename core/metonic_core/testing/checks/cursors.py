"""The feed of changes: nothing is passed over, and what is lost is said to be lost."""

from dataclasses import replace
from datetime import timedelta

from metonic_core.spi.changes import Gone, Seen
from metonic_core.spi.errors import CursorExpired, ProviderError
from metonic_core.testing.checks.contents import LESSON, MARKER, WINDOW, lesson
from metonic_core.testing.checks.expecting import error_of, expect, named
from metonic_core.testing.checks.following import Told, follow, make, only_with_cursors, stored
from metonic_core.testing.stand import Stand

_FEW = 3


def _expect_reported(told: Told, ids: list[str], when: str) -> None:
    __tracebackhide__ = True
    passed_over = [i for i in ids if i not in told.present]
    expect(
        not passed_over,
        f"get_changes moved its cursor past {len(passed_over)} of {len(ids)} events it did not report: "
        f"{when}.",
        "store the service's token in the cursor only after everything it covers was handed out: the last "
        "page's token in `done`, and until then a cursor that leads to what is left in `more`.",
    )


class Cursors:
    """What ``get_changes`` answers."""

    async def test_a_read_without_a_cursor_names_every_event(self, stand: Stand) -> None:
        ids = [await stand.put(lesson(n)) for n in range(2 * (stand.page_size or 2) + 1)]

        told = await follow(stand)

        _expect_reported(told, ids, "a read without a cursor names every event of the calendar")

    async def test_an_event_made_elsewhere_is_reported(self, stand: Stand) -> None:
        start = await follow(stand)
        event_id = await stand.put(LESSON)

        told = await follow(stand, start.done)

        _expect_reported(told, [event_id], "it was made by another client since the cursor")

    async def test_an_edit_made_elsewhere_is_reported_with_a_new_etag(self, stand: Stand) -> None:
        event_id = await stand.put(LESSON)
        start = await follow(stand)
        await stand.edit(event_id, replace(LESSON, title="Another"))

        told = await follow(stand, start.done)

        _expect_reported(told, [event_id], "it was edited by another client since the cursor")
        expect(
            told.etag_of(event_id) != start.etag_of(event_id),
            "An event that was edited is reported with the etag it had before.",
            "report the etag the event has now: one that is known already is not looked at.",
        )

    async def test_a_deletion_made_elsewhere_is_reported(self, stand: Stand) -> None:
        event_id, other = await stand.put(lesson(1)), await stand.put(lesson(2))
        start = await follow(stand)
        await stand.erase(event_id)

        told = await follow(stand, start.done)

        expect(
            told.tells_removal_of(event_id),
            "An event that another client deleted was not reported as gone.",
            "report Gone for what the service says is deleted (a tombstone, a cancelled or removed entry).",
        )
        expect(
            not told.tells_removal_of(other),
            "An event that is there was reported as gone after another one was deleted.",
            "report Gone only for the ids that the service names as deleted.",
        )

    async def test_nothing_new_is_reported_as_nothing_new(self, stand: Stand) -> None:
        ids = [await stand.put(lesson(n)) for n in range(_FEW)]
        start = await follow(stand)

        told = await follow(stand, start.done)

        moved = [
            i for i in ids if told.etag_of(i) not in {None, start.etag_of(i)} or told.tells_removal_of(i)
        ]
        expect(
            not moved,
            f"Nothing had changed, and {len(moved)} events were reported with another etag or as gone.",
            "an etag names a version: it must stay while nobody edits the event.",
        )

    async def test_nothing_new_costs_no_more_with_more_events(self, stand: Stand) -> None:
        start = await follow(stand)
        only_with_cursors(start)
        before = stand.requests()
        empty = await follow(stand, start.done)
        base = stand.requests() - before
        for number in range(2 * (stand.page_size or _FEW) + 1):
            await stand.put(lesson(number))
        full = await follow(stand, empty.done)
        before = stand.requests()

        await follow(stand, full.done)

        asked = stand.requests() - before
        expect(
            asked <= base,
            f"When nothing was new, an empty calendar took {base} requests and a full one {asked}.",
            "ask the service for what changed since its token, instead of listing the calendar each time.",
        )

    async def test_no_change_is_lost_between_pages(self, stand: Stand) -> None:
        start = await follow(stand)
        ids = [await stand.put(lesson(n)) for n in range(3 * (stand.page_size or 1) + 1)]

        told = await follow(stand, start.done)

        _expect_reported(told, ids, "so many had been made since the cursor that they filled several pages")

    async def test_what_changes_while_pages_are_read_is_not_lost(self, stand: Stand) -> None:
        known = [await stand.put(lesson(n)) for n in range(2 * (stand.page_size or 1) + 1)]
        await stand.settle()
        first = await stand.adapter.get_changes(stand.calendar_id, None, WINDOW)
        late = await stand.put(replace(LESSON, title="Late"))
        await stand.edit(known[0], replace(LESSON, title="Edited late"))

        rest = (await follow(stand, first.more)).pages if first.more else [first]
        since = await follow(stand, rest[-1].done)
        told = Told([*rest, *since.pages], since.done, is_complete=False)

        _expect_reported(told, [late], "it was made between two pages of one read")
        expect(
            told.etag_of(known[0]) in {None, (await stored(stand, known[0])).etag},
            "An event that was edited between two pages of one read was last reported as it was before.",
            "begin the cursor of a complete read before its first page, not after its last one: what changes "
            "meanwhile must come again.",
        )
        _expect_reported(told, known[:1], "it was edited between two pages of one read")

    async def test_a_cursor_can_be_used_twice(self, stand: Stand) -> None:
        start = await follow(stand)
        event_id = await stand.put(LESSON)

        first, again = await follow(stand, start.done), await follow(stand, start.done)

        expect(
            event_id in again.present or event_id not in first.present,
            "A cursor that was used before did not lead to the same changes again.",
            "hold all that the adapter must remember in the cursor itself, nothing in the adapter: a run "
            "that dies asks with the old cursor once more.",
        )

    async def test_what_left_the_window_is_not_reported_as_deleted(self, stand: Stand) -> None:
        event_id = await stand.put(LESSON)
        start = await follow(stand)
        far = LESSON.when.moved_to(LESSON.when.slot + timedelta(days=7 * 365))
        await stand.edit(event_id, replace(LESSON, when=far))

        told = await follow(stand, start.done)

        report = told.reports.get(event_id)
        expect(
            not (isinstance(report, Gone) and report.is_firm),
            "An event that was moved out of the window was reported as firmly deleted, and it is there.",
            "give Gone is_firm=True only where the service states a deletion; where it only stops showing an "
            "event, as with a window, say is_firm=False, and the event is read before anything is done.",
        )

    async def test_an_expired_cursor_is_said_to_be_expired(self, stand: Stand) -> None:
        await stand.put(LESSON)
        start = await follow(stand)
        only_with_cursors(start)
        await stand.expire_cursors()

        error = await error_of(stand.adapter.get_changes(stand.calendar_id, start.done, WINDOW))

        expect(
            isinstance(error, CursorExpired),
            "The service no longer knows the cursor, and get_changes "
            + (f"raised {named(error)}." if error else "raised nothing."),
            "raise CursorExpired for every answer that means so (410, syncStateNotFound, a refused token): "
            "only that makes the engine read completely.",
        )

    async def test_after_an_expired_cursor_everything_is_read_anew(self, stand: Stand) -> None:
        ids = [await stand.put(lesson(n)) for n in range(_FEW)]
        only_with_cursors(await follow(stand))
        await stand.expire_cursors()
        ids.append(await stand.put(LESSON))

        told = await follow(stand)

        _expect_reported(told, ids, "the service had forgotten its cursors and all was read without one")
        error = await error_of(stand.adapter.get_changes(stand.calendar_id, told.done, WINDOW))
        expect(
            error is None,
            f"The cursor of a complete read was refused right after it was given: {error and named(error)}.",
            "take the token of the complete read itself, not one kept from before.",
        )

    async def test_a_silent_reset_invents_no_deletion(self, stand: Stand) -> None:
        kept, lost = await stand.put(lesson(1)), await stand.put(lesson(2))
        start = await follow(stand)
        only_with_cursors(start)
        await stand.erase(lost)
        await stand.reset_silently()

        told = await follow(stand, start.done)
        complete = await follow(stand)

        expect(
            not told.tells_removal_of(kept),
            "The service reported everything anew, and an event that is there was reported as gone.",
            "take what a service does not mention for unchanged, however much it mentions.",
        )
        expect(
            kept in complete.present and lost not in complete.present,
            "After a silent reset a read without a cursor does not name exactly what is there.",
            "ask the service without its token where the cursor is None: that read is what finds the "
            "deletions that a reset forgot.",
        )

    async def test_an_error_between_pages_is_not_the_end_of_the_feed(self, stand: Stand) -> None:
        if stand.page_size is None:
            stand.cannot("the service puts everything on one page")
        for number in range(2 * stand.page_size + 1):
            await stand.put(lesson(number))
        await stand.settle()
        first = await stand.adapter.get_changes(stand.calendar_id, None, WINDOW)
        await stand.answer(500)

        error = await error_of(stand.adapter.get_changes(stand.calendar_id, first.more, WINDOW))

        expect(
            isinstance(error, ProviderError),
            "The service failed at the second page, and get_changes went on as if it were the last.",
            "raise Unavailable when a page cannot be had: a feed that ends early looks like deletions.",
        )

    async def test_a_page_promises_only_markers_that_it_shows(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)

        told = await follow(stand)

        without = [
            change
            for page in told.pages
            for change in page.changes
            if page.has_markers and isinstance(change, Seen) and change.event.id == made.id
        ]
        expect(
            all(change.event.marker == MARKER for change in without),
            "A page has_markers, and a copy in it is without its marker.",
            "ask the service for the property that holds the marker, or give the page has_markers=False, so "
            "that new events are read before they are imported.",
        )

    async def test_own_writes_come_back_with_the_etag_of_their_answer(self, stand: Stand) -> None:
        start = await follow(stand)
        _, made = await make(stand, LESSON)

        told = await follow(stand, start.done)

        reported = told.etag_of(made.id)
        expect(
            reported in {None, made.etag},
            f"A create was answered with the etag {made.etag!r} and is reported with {reported!r}.",
            "answer a write with the etag of what is stored; where the service changes it after the write, "
            "read the event once more before answering.",
        )
