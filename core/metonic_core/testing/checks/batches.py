"""Many writes at once, and writes whose answer got lost: each outcome tells the truth."""

from collections.abc import Sequence

from metonic_core.model.content import TITLE
from metonic_core.model.event import StoredEvent
from metonic_core.spi.changes import Gone, Seen
from metonic_core.spi.errors import EtagMismatch, NotFound, Unavailable
from metonic_core.spi.writes import Create, Delete, Failed, Outcome, Removed, Stored, Unknown, Update, Write
from metonic_core.testing.checks.contents import LESSON, NEXT_MARKER, creating, lesson
from metonic_core.testing.checks.expecting import Broken, expect, expect_error, named
from metonic_core.testing.checks.following import listed, make, read, stored
from metonic_core.testing.checks.updating import OTHER, retitle
from metonic_core.testing.stand import Stand

_MOST = 60
_NOT_DONE = "answer Failed where nothing was written, Unknown where nobody can tell, and Stored where it was."


def retitling(event: StoredEvent, etag: str | None = None) -> Update:
    """An update of the title, of that version or another."""
    return Update(event.id, etag or event.etag, OTHER, frozenset({TITLE}), NEXT_MARKER)


async def write(stand: Stand, *writes: Write) -> Sequence[Outcome]:
    """The outcomes, one for each."""
    try:
        outcomes = await stand.adapter.write_events(stand.calendar_id, writes)
    except (EtagMismatch, NotFound, Unavailable) as error:
        raise Broken(
            f"One write of {len(writes)} did not succeed, and the whole batch raised {named(error)}.",
            "give each write of write_events its own outcome: Failed(error) for one that is refused, "
            "Unknown(error) for one that nobody answered. What was written before is forgotten else.",
        ) from error
    expect(
        len(outcomes) == len(writes),
        f"{len(writes)} writes had {len(outcomes)} outcomes.",
        "answer one outcome per write, in the order of the writes.",
    )
    return outcomes


class Batches:
    """What ``write_events`` answers."""

    async def test_a_batch_has_an_outcome_for_each_write_in_order(self, stand: Stand) -> None:
        kept, erased = (await make(stand, lesson(1)))[1], (await make(stand, lesson(2)))[1]
        asked = creating(lesson(3))

        first, second, third = await write(stand, Delete(erased.id, erased.etag), asked, retitling(kept))

        expect(
            isinstance(first, Removed) and isinstance(second, Stored) and isinstance(third, Stored),
            f"A deletion, a create and an update were answered with {_kinds([first, second, third])}.",
            "answer Removed, Stored and Stored in the order of the writes.",
        )
        found = {e.event.content.title for e in (second, third) if isinstance(e, Stored)}
        expect(
            found == {lesson(3).title, OTHER.title},
            "The outcomes of a batch do not belong to its writes.",
            "keep the order of the writes, whatever order the service answers in.",
        )

    async def test_one_refused_write_stops_no_other(self, stand: Stand) -> None:
        events = [(await make(stand, lesson(n)))[1] for n in range(3)]

        outcomes = await write(
            stand, retitling(events[0]), retitling(events[1], '"of-another-version"'), retitling(events[2])
        )

        expect(
            isinstance(outcomes[1], Failed) and isinstance(outcomes[1].error, EtagMismatch),
            f"An update of another version ended {outcomes[1]!r} in its batch.",
            "answer Failed(EtagMismatch(...)) for it.",
        )
        expect(
            isinstance(outcomes[0], Stored) and isinstance(outcomes[2], Stored),
            f"One write of a batch was refused, and the others ended {_kinds(outcomes)}.",
            "go on with the other writes of write_events after one that concerns a single event.",
        )

    async def test_a_batch_of_the_declared_size_is_written(self, stand: Stand) -> None:
        size = min(stand.provider.capabilities.batch_size, _MOST)

        outcomes = await write(stand, *(creating(lesson(n)) for n in range(size)))

        expect(
            all(isinstance(outcome, Stored) for outcome in outcomes),
            f"{size} creates, no more than the declared batch_size, ended {_kinds(outcomes)}.",
            "declare the batch_size that the service takes, or split the batch in write_events.",
        )
        there = len(await listed(stand))
        expect(
            there == size,
            f"{size} creates were answered Stored, and {there} events are there.",
            "answer Stored only for what the service has stored.",
        )

    async def test_an_empty_batch_has_no_outcomes(self, stand: Stand) -> None:
        await write(stand)


class LostAnswers:
    """What becomes of writes when the line breaks."""

    async def test_a_create_whose_answer_was_lost_makes_one_event(self, stand: Stand) -> None:
        asked = creating(LESSON)
        await stand.lose_answer()

        (outcome,) = await write(stand, asked)
        again = await stand.adapter.create_event(stand.calendar_id, asked)

        _expect_undecided(outcome, "create")
        there = await listed(stand)
        expect(
            len(there) == 1,
            f"The answer to a create was lost, it came again, and there are {len(there)} events.",
            "make a create idempotent: with an id derived from Create.identity, refused the second time, or "
            "with the service's own key for repeated requests.",
        )
        expect(
            again.is_adopted,
            "A create found the event that its first attempt had made, and did not say so.",
            "answer Stored(event, is_adopted=True).",
        )

    async def test_a_create_whose_answer_was_lost_is_found(self, stand: Stand) -> None:
        asked = creating(LESSON)
        await stand.lose_answer()
        await write(stand, asked)
        await stand.settle()

        chosen = stand.adapter.event_id(stand.calendar_id, asked.identity)
        if chosen is not None:
            found = isinstance(await read(stand, chosen), Seen)
        else:
            (events,) = await stand.adapter.find_events(stand.calendar_id, [asked.identity])
            found = len(events) == 1

        expect(
            found,
            "A create landed without an answer, and the event cannot be found by its identity.",
            "make events under the id that event_id names; where the service gives ids, answer find_events.",
        )

    async def test_an_update_whose_answer_was_lost_is_undecided(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        await stand.lose_answer()

        (outcome,) = await write(stand, retitling(made))

        _expect_undecided(outcome, "update")
        await expect_error(
            retitle(stand, made, "A third title"),
            EtagMismatch,
            "An update had landed without an answer, and one of the version before it came",
            "make every update conditional on Update.etag.",
        )

    async def test_a_deletion_whose_answer_was_lost_can_come_again(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        await stand.lose_answer()

        (outcome,) = await write(stand, Delete(made.id, made.etag))
        (again,) = await write(stand, Delete(made.id, made.etag))

        expect(
            isinstance(outcome, Unknown | Removed),
            f"The answer to a deletion was lost, and it ended {_kinds([outcome])}.",
            _NOT_DONE,
        )
        expect(
            isinstance(again, Removed),
            f"A deletion that came again after it had landed ended {_kinds([again])}.",
            "answer Removed where the event is gone already (404, 410).",
        )
        expect(isinstance(await read(stand, made.id), Gone), "A deleted event is there.", _NOT_DONE)

    async def test_a_write_that_never_arrived_can_come_again(self, stand: Stand) -> None:
        asked = creating(LESSON)
        await stand.lose_request()

        (outcome,) = await write(stand, asked)
        await stand.adapter.create_event(stand.calendar_id, asked)

        expect(
            isinstance(outcome, Unknown | Failed),
            f"A create never arrived at the service, and it ended {_kinds([outcome])}.",
            _NOT_DONE,
        )
        there = await listed(stand)
        expect(
            len(there) == 1,
            f"A create that had got lost came again, and there are {len(there)} events.",
            "do not remember in the adapter what was tried: the service knows what is there.",
        )

    async def test_outcomes_tell_the_truth_when_the_line_breaks(self, stand: Stand) -> None:
        asked = [creating(lesson(n)) for n in range(3)]
        await stand.lose_answer()

        outcomes = await write(stand, *asked)

        titles = {c.event.content.title for c in await listed(stand) if isinstance(c, Seen)}
        for one, outcome in zip(asked, outcomes, strict=True):
            _expect_true(one, outcome, is_there=one.content.title in titles)

    async def test_what_was_stored_is_read_when_its_answer_is_lost(self, stand: Stand) -> None:
        _, made = await make(stand, LESSON)
        await stand.lose_answer()
        await write(stand, retitling(made))

        found = await stored(stand, made.id)

        expect(
            found.content.title == OTHER.title and found.marker == NEXT_MARKER,
            "An update landed without an answer, and what is read does not show it.",
            "read from the service and not from what the adapter remembers; write the marker together with "
            "the rest, in one request.",
        )


def _expect_undecided(outcome: Outcome, kind: str) -> None:
    __tracebackhide__ = True
    expect(
        isinstance(outcome, Unknown | Stored),
        f"The answer to a {kind} was lost, and it ended {_kinds([outcome])}, though it had landed.",
        "raise Unavailable for every write without an answer (a time-out, a cut connection, a 5xx): it "
        "becomes Unknown, and the engine looks what became of it. Failed says that nothing was written.",
    )


def _expect_true(write: Create, outcome: Outcome, *, is_there: bool) -> None:
    __tracebackhide__ = True
    is_true = not (isinstance(outcome, Failed) and is_there) and not (
        isinstance(outcome, Stored) and not is_there
    )
    expect(
        is_true,
        f"A create of a batch ended {_kinds([outcome])}, and its event {write.content.title!r} is "
        f"{'there' if is_there else 'not there'}.",
        _NOT_DONE,
    )


def _kinds(outcomes: Sequence[Outcome]) -> str:
    """The kinds of outcomes, with the errors in them."""
    return ", ".join(
        f"{type(o).__name__}({named(o.error)})" if isinstance(o, Failed | Unknown) else type(o).__name__
        for o in outcomes
    )
