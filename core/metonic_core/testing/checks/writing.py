"""Making events: as they were asked for, once, and found again."""

from dataclasses import replace
from uuid import uuid4

from metonic_core.model.content import Status
from metonic_core.spi.changes import Gone, Seen
from metonic_core.spi.errors import IdentityTaken, NotFound
from metonic_core.spi.writes import Create, Delete
from metonic_core.testing.checks.contents import LESSON, MARKER, creating, lesson
from metonic_core.testing.checks.expecting import error_of, expect, expect_error, expect_same, named
from metonic_core.testing.checks.following import follow, id_of, listed, make, make_if_held, read, stored
from metonic_core.testing.stand import Stand

_TEXTS = (
    "Ärger; with, commas: and \\ backslashes \\n",
    "<b>&amp; 'quotes' \"double\"</b> %20 +",
    "日本語 🎾 é",
    "a long line " * 30 + "that has to be folded",
    "first line\nsecond line\n\nfourth line",
)


class Creating:
    """What ``create_event`` makes."""

    async def test_what_is_created_is_what_is_stored(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)

        expect_same(
            stand.adapter,
            LESSON,
            (await stored(stand, made.id)).content,
            "An event was created and is stored differently",
            "write every field of the content that the service can hold; where it can hold no difference, "
            "`same` says so.",
        )

    async def test_the_answer_to_a_create_is_the_stored_event(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)

        found = await stored(stand, made.id)

        expect(
            (found.etag, found.content) == (made.etag, made.content),
            f"A create was answered with {made!r}, and what is read is {found!r}.",
            "answer a write with what the service stored, read again if need be, not with what was sent.",
        )

    async def test_the_marker_of_a_copy_is_read_back(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)

        found = await stored(stand, made.id)

        expect(
            found.marker == MARKER,
            f"A copy was made with a marker and is read with {found.marker!r}.",
            "store Create.marker unchanged where other clients do not see it (an extended property, an X- "
            "property) and read it into StoredEvent.marker: without it a copy is imported as a new event.",
        )

    async def test_the_id_of_a_copy_is_known_or_its_identity_is(self, stand: Stand) -> None:
        asked, made = await make(stand, LESSON)

        chosen = stand.adapter.event_id(stand.calendar_id, asked.identity)
        found = await stored(stand, made.id)

        if chosen is not None:
            expect(
                made.id == chosen,
                f"event_id says {chosen!r}, and the event was made as {made.id!r}.",
                "have event_id name the id that create_event gives; if the service gives ids of its own, "
                "have it return None.",
            )
        else:
            expect(
                found.identity == str(asked.identity),
                f"event_id says None, and the event carries the identity {found.identity!r}.",
                "where the service gives the ids, store Create.identity with the event and read it into "
                "StoredEvent.identity: it is how a create whose answer was lost is found.",
            )

    async def test_a_copy_is_listed_under_the_id_of_its_create(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)

        ids = [id_of(change) for change in await listed(stand)]

        expect(
            ids == [made.id],
            f"An event was made as {made.id!r}, and the listing names {ids!r}.",
            "give an event one id, in one spelling, wherever it is named: a copy that comes back under "
            "another one looks like a new event.",
        )

    async def test_a_create_that_comes_twice_makes_one_event(self, stand: Stand) -> None:
        asked, made = await make(stand, LESSON)

        again = await stand.adapter.create_event(stand.calendar_id, asked)

        there = await listed(stand)
        expect(
            len(there) == 1,
            f"The same create came twice and made {len(there)} events.",
            "make a create idempotent: with an id derived from Create.identity, refused the second time, or "
            "with the service's own key for repeated requests; then read what is there.",
        )
        expect(
            again.event.id == made.id and again.is_adopted,
            f"The second create was answered with {again.event.id!r}, is_adopted={again.is_adopted}.",
            "answer Stored(event, is_adopted=True) with the event that the first create made.",
        )

    async def test_a_repeated_create_leaves_the_event_as_it_is(self, stand: Stand) -> None:
        asked, made = await make(stand, LESSON)
        await stand.edit(made.id, replace(LESSON, title="Edited by the user"))
        await stand.settle()

        again = await stand.adapter.create_event(stand.calendar_id, asked)

        found = await stored(stand, made.id)
        expect(
            found.content.title == "Edited by the user",
            "A create that came again overwrote what the user had made of the event meanwhile.",
            "never replace in create_event: make the event only if there is none (If-None-Match: *).",
        )
        expect(
            again.event.content.title == "Edited by the user",
            "A create that came again was answered with what was sent, and not with what is there.",
            "when the event is there already, read it and answer with it.",
        )

    async def test_a_duplicate_by_the_user_is_not_taken_for_the_copy(self, stand: Stand) -> None:
        asked, made = await make(stand, LESSON)
        duplicate = await stand.duplicate(made.id)
        await stand.settle()

        again = await stand.adapter.create_event(stand.calendar_id, asked)
        found = await stored(stand, duplicate)

        expect(
            again.event.id == made.id,
            "A create that came again adopted the user's duplicate of the event.",
            "keep the identity where a duplicate does not get it, or is told apart from the first.",
        )
        expect(
            found.identity is None,
            f"The user's duplicate of a copy carries the identity {found.identity!r}.",
            "give StoredEvent.identity only to the event that the create made.",
        )

    async def test_an_identity_that_somebody_else_has_is_taken(self, stand: Stand) -> None:
        identity = uuid4()
        await stand.occupy(identity, lesson(1))
        await stand.settle()

        await expect_error(
            stand.adapter.create_event(stand.calendar_id, Create(identity, MARKER, LESSON)),
            IdentityTaken,
            "Another event, no copy of ours, has the identity of a create",
            "adopt only what an earlier attempt of this create made (its UID and its marker tell), and raise "
            "IdentityTaken for anything else: the next identity is tried.",
        )

    async def test_a_create_after_a_deletion_makes_it_anew_or_says_why_not(self, stand: Stand) -> None:
        asked, made = await make(stand, LESSON)
        await stand.settle()
        await stand.erase(made.id)
        await stand.settle()

        try:
            again = await stand.adapter.create_event(stand.calendar_id, asked)
        except IdentityTaken:
            return

        expect(
            not again.is_adopted and isinstance(await read(stand, again.event.id), Seen),
            "A create whose event the user had deleted was answered as if the event were there.",
            "make the event, or raise IdentityTaken where the service keeps the ids of deleted events.",
        )

    async def test_texts_of_all_kinds_survive(self, stand: Stand) -> None:
        for text in _TEXTS:
            wanted = replace(
                LESSON, title=" ".join(text.split()), notes=text, location=" ".join(text.split())
            )

            _, made = await make(stand, wanted)

            expect_same(
                stand.adapter,
                wanted,
                (await stored(stand, made.id)).content,
                "A text came back differently",
                "escape when writing and unescape when reading, both exactly once, in UTF-8.",
            )

    async def test_visibility_and_status_are_kept(self, stand: Stand) -> None:
        wanted = replace(LESSON, is_private=True, is_busy=False, status=Status.TENTATIVE)

        found = await make_if_held(stand, wanted, "private, free and tentative events")

        expect_same(
            stand.adapter,
            wanted,
            (await stored(stand, found.id)).content,
            "A private, free and tentative event is stored differently",
            "map is_private, is_busy and status; raise Unacceptable where privacy cannot be kept.",
        )

    async def test_a_copy_has_no_guests_and_nobody_is_notified(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)

        found = await stored(stand, made.id)

        expect(
            not found.has_guests,
            "A copy has guests.",
            "write no attendees and no organizer with a create.",
        )
        outbox = await stand.outbox()
        expect(
            not outbox,
            f"A create sent {len(outbox)} mails.",
            "say with each write that nobody is to be notified (sendUpdates=none and the like).",
        )


class Deleting:
    """What ``delete_event`` erases."""

    async def test_what_is_deleted_is_gone(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        start = await follow(stand)

        await stand.adapter.delete_event(stand.calendar_id, Delete(made.id, made.etag))

        found = await read(stand, made.id)
        expect(
            isinstance(found, Gone),
            f"An event that was deleted is read as {type(found).__name__}.",
            "have delete_event erase the event at the service, and hydrate answer Gone for it.",
        )
        expect(
            (await follow(stand, start.done)).tells_removal_of(made.id),
            "A deletion of our own is not in the feed.",
            "report every deletion, whoever made it: the engine knows its own.",
        )

    async def test_deleting_what_is_gone_is_no_trouble(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        await stand.settle()
        await stand.erase(made.id)

        error = await error_of(stand.adapter.delete_event(stand.calendar_id, Delete(made.id, made.etag)))

        expect(
            error is None or isinstance(error, NotFound),
            f"Deleting an event that is gone raised {error and named(error)}.",
            "raise NotFound, or nothing, where the service finds no event (404, 410).",
        )

    async def test_an_identity_can_be_found_after_its_create(self, stand: Stand) -> None:
        asked, made = await make(stand, LESSON)
        other = creating(lesson(2))
        if stand.adapter.event_id(stand.calendar_id, asked.identity) is not None:
            stand.cannot("ids are chosen, so events are found by their ids")
        await stand.settle()

        found = await stand.adapter.find_events(stand.calendar_id, [other.identity, asked.identity])

        expect(
            [[event.id for event in events] for events in found] == [[], [made.id]],
            f"find_events answered {[len(events) for events in found]} events for an identity that nobody "
            "has and one that a copy has.",
            "answer one list per identity, in order, with the events that were created with it.",
        )
