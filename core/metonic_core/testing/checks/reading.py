"""Reading events: all of them, each whole, and none hidden by another."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from metonic_core.model.series import Recurrence
from metonic_core.model.when import Timed
from metonic_core.spi.changes import Foreign, Gone, Seen, Unreadable
from metonic_core.testing.checks.contents import BERLIN, HOUR, LESSON, WINDOW, lesson
from metonic_core.testing.checks.expecting import expect, expect_same
from metonic_core.testing.checks.following import follow, hydrated, id_of, listed, read, stored
from metonic_core.testing.stand import Stand

_BATCHED = 10


class Reading:
    """What ``get_events`` and ``hydrate`` answer."""

    async def test_an_empty_calendar_has_no_events(self, stand: Stand) -> None:
        found = await listed(stand)

        expect(
            not found,
            f"An empty calendar was listed with {len(found)} entries.",
            "leave out of get_events what is no member of the calendar, such as the calendar itself.",
        )

    async def test_what_another_client_made_is_read_as_it_is(self, stand: Stand) -> None:
        event_id = await stand.put(LESSON)

        found = await stored(stand, event_id)

        expect_same(
            stand.adapter,
            LESSON,
            found.content,
            "An event that another client had made was read differently",
            "map each of these fields of the service to our content, or have `same` say that the service "
            "cannot hold the difference.",
        )

    async def test_the_listing_names_every_event_once(self, stand: Stand) -> None:
        ids = [await stand.put(lesson(n)) for n in range(2 * (stand.page_size or 2) + 1)]

        found = [id_of(change) for change in await listed(stand)]

        missing = [i for i in ids if i not in found]
        expect(
            not missing,
            f"{len(missing)} of {len(ids)} events are missing from the listing.",
            "read on in get_events while the service has further pages, and begin each where the last ended.",
        )
        expect(
            len(found) == len(set(found)),
            f"The listing names events more than once: {len(found)} entries for {len(ids)} events.",
            "give each page of get_events a cursor of its own, so that no event is on two of them.",
        )

    async def test_a_window_hides_nothing_that_touches_it(self, stand: Stand) -> None:
        begins = WINDOW.start.replace(tzinfo=None)
        before = Timed(begins - 3 * HOUR, begins + 3 * HOUR, BERLIN)
        straddling = await stand.put(replace(LESSON, title="Begins before", when=before))
        old = begins.replace(hour=10) - timedelta(days=70)
        endless = replace(LESSON, title="Endless", when=Timed(old, old + HOUR, BERLIN))
        series = await stand.put(replace(endless, recurrence=Recurrence(("FREQ=WEEKLY",))))

        found = {id_of(change) for change in await listed(stand, WINDOW)}

        expect(
            straddling in found,
            "An event that begins before the window and ends in it is missing from the listing.",
            "ask get_events of the service for what ends after the start of the window, not what begins "
            "then.",
        )
        expect(
            series in found,
            "A series that began long before the window and goes on in it is missing from the listing.",
            "list series by their occurrences: one that began before the window may take place in it.",
        )

    async def test_events_are_read_in_the_order_they_were_asked_for(self, stand: Stand) -> None:
        ids = [await stand.put(lesson(n)) for n in range(3)]
        asked = [ids[2], ids[0], ids[1]]

        found = [id_of(answer) for answer in await hydrated(stand, *asked)]

        expect(
            found == asked,
            f"hydrate was asked for three events and answered {len(found)} in another order or by other ids.",
            "hydrate gives one answer per id, in the order of the ids, under the very id it was asked by.",
        )

    async def test_reading_what_is_not_there_says_gone(self, stand: Stand) -> None:
        event_id, other = await stand.put(lesson(1)), await stand.put(lesson(2))
        await stand.erase(event_id)

        gone, there = await hydrated(stand, event_id, other)

        expect(
            isinstance(gone, Gone),
            f"Reading an event that is deleted answered {type(gone).__name__}.",
            "hydrate answers Gone(id, is_firm=False) for what the service does not find (404, 410).",
        )
        expect(
            isinstance(there, Seen),
            "An event could not be read because another one, asked for beside it, is gone.",
            "hydrate must not let one missing event fail the others of its batch.",
        )

    async def test_what_was_never_there_is_not_firmly_deleted(self, stand: Stand) -> None:
        never = stand.adapter.event_id(stand.calendar_id, uuid4())
        if never is None:
            stand.cannot("the service gives ids of its own")

        found = await read(stand, never)

        expect(
            isinstance(found, Gone) and not found.is_firm,
            f"Reading an event that was never there answered {found!r}.",
            "answer Gone(id, is_firm=False) for what is not found (404): it may only not show yet. Firm is "
            "what the service itself calls deleted.",
        )

    async def test_one_unreadable_item_hides_no_other(self, stand: Stand) -> None:
        first, odd, last = (
            await stand.put(lesson(1)),
            await stand.put_unreadable(),
            await stand.put(lesson(2)),
        )

        told = await follow(stand)
        answers = await hydrated(stand, first, odd, last)

        expect(
            {first, last} <= told.present,
            "Events are missing from get_changes because another one cannot be understood.",
            "catch what goes wrong with a single item where it is mapped, report it, and go on.",
        )
        expect(
            isinstance(answers[0], Seen) and isinstance(answers[2], Seen),
            "Events cannot be read because another one, asked for beside them, cannot be understood.",
            "hydrate answers Unreadable for the one item and Seen for the others.",
        )

    async def test_an_unreadable_item_is_reported_as_such(self, stand: Stand) -> None:
        odd = await stand.put_unreadable()

        found = await read(stand, odd)

        expect(
            isinstance(found, Unreadable),
            f"An item that nobody can understand was read as {type(found).__name__}.",
            "hydrate answers Unreadable(id, etag, reason): an item that is left out, or said to be gone, "
            "looks like a deletion.",
        )
        reason = found.reason if isinstance(found, Unreadable) else ""
        expect(
            reason.strip(),
            "An unreadable item has no reason.",
            "give Unreadable a sentence that says what cannot be understood: the user sees it.",
        )

    async def test_a_phantom_hides_no_other_and_is_not_deleted(self, stand: Stand) -> None:
        phantom, real = await stand.put_phantom(), await stand.put(LESSON)

        told = await follow(stand)
        answers = await hydrated(stand, phantom, real)

        expect(
            real in told.present and isinstance(answers[1], Seen),
            "An event is hidden by another that is listed and cannot be read.",
            "compare what was asked for with what came, ask once more for what is missing, and go on.",
        )
        expect(
            not (isinstance(answers[0], Gone) and answers[0].is_firm),
            "An event that is listed and cannot be read was said to be deleted, firmly.",
            "answer Gone(id, is_firm=False) or Unreadable: only the service's own word is a deletion.",
        )

    async def test_what_is_no_event_is_foreign(self, stand: Stand) -> None:
        task = await stand.put_task()

        found = await read(stand, task)

        expect(
            isinstance(found, Foreign),
            f"Something that is no event was read as {type(found).__name__}.",
            "hydrate answers Foreign(id, etag) for tasks and the like, so that they are left alone for good.",
        )

    async def test_reading_changes_nothing(self, stand: Stand) -> None:
        event_id = await stand.put(LESSON)
        before = await stored(stand, event_id)

        await listed(stand)
        again = await stored(stand, event_id)

        expect(
            again == before,
            f"An event that was only read is not the same when it is read again: {before!r}, then {again!r}.",
            "map an item by what it says alone: no clock, no random value, nothing that reading moves.",
        )

    async def test_the_feed_and_the_event_have_one_etag(self, stand: Stand) -> None:
        event_id = await stand.put(LESSON)

        told = await follow(stand)
        found = await stored(stand, event_id)

        expect(
            told.etag_of(event_id) == found.etag,
            f"get_changes reported the etag {told.etag_of(event_id)!r}, hydrate {found.etag!r}.",
            "take the etag from the same place and in the same spelling: else each event is read every time.",
        )

    async def test_guests_are_told_of(self, stand: Stand) -> None:
        event_id = await stand.put_with_guests(LESSON)

        found = await stored(stand, event_id)

        expect(
            found.has_guests,
            "An event with guests was read without has_guests.",
            "set StoredEvent.has_guests where the service names attendees: what is not known to have guests "
            "is written, and they get mail.",
        )

    async def test_many_events_are_read_with_few_requests(self, stand: Stand) -> None:
        ids = [await stand.put(lesson(n)) for n in range(_BATCHED)]
        await stand.settle()
        before = stand.requests()

        await stand.adapter.hydrate(stand.calendar_id, ids)

        asked = stand.requests() - before
        expect(
            asked < _BATCHED,
            f"Reading {_BATCHED} events took {asked} requests.",
            "use the service's batch request in hydrate, or leave hydrate out: the default lists everything.",
        )
