"""What becomes of writes when Graph says something else than that it is done."""

from dataclasses import replace

import pytest
from tests.plugins.outlook.others_bodies import NAMES
from tests.plugins.outlook.standing import GraphStand
from tests.plugins.outlook.writes import OTHER, made, properties, there, titled, written

from metonic_core.model.series import Recurrence
from metonic_core.model.when import Timed
from metonic_core.spi import (
    AccessDenied,
    Delete,
    EtagMismatch,
    Failed,
    IdentityTaken,
    RateLimited,
    Removed,
    Stored,
    Unacceptable,
    Unavailable,
    Unknown,
)
from metonic_core.testing.checks.contents import (
    HOUR,
    LESSON,
    MARKER,
    NEXT_MARKER,
    TEN,
    VARIED,
    WEEKLY,
    creating,
    lesson,
)


async def test_a_create_takes_one_request_and_carries_its_properties(stand: GraphStand) -> None:
    before = stand.requests()
    await made(stand)

    kept = properties(stand)

    assert stand.requests() - before == 1
    assert kept[NAMES["marker"]] == MARKER
    assert kept[NAMES["zone"]].startswith("Europe/Berlin;")
    assert stand.graph.outbox == []


async def test_a_create_that_comes_again_in_other_words_finds_the_first(stand: GraphStand) -> None:
    asked = creating(LESSON)
    await written(stand, asked)

    (again,) = await written(stand, replace(asked, marker=NEXT_MARKER, content=OTHER))

    assert isinstance(again, Stored)
    assert (again.is_adopted, again.event.content.title) == (True, LESSON.title)
    assert len(await there(stand)) == 1


async def test_an_identity_that_graph_keeps_of_what_was_deleted_is_taken(stand: GraphStand) -> None:
    stand.graph.turn_on("transactions-kept")
    asked = creating(LESSON)
    (first,) = await written(stand, asked)
    assert isinstance(first, Stored)
    await written(stand, Delete(first.event.id, first.event.etag))

    (again,) = await written(stand, asked)

    assert isinstance(again, Failed)
    assert isinstance(again.error, IdentityTaken)


async def test_a_create_without_an_answer_in_a_batch_is_unknown_and_found(stand: GraphStand) -> None:
    writes = [creating(lesson(number)) for number in range(3)]
    stand.graph.arm("lost-response", times=1, method="POST", path="*/events")

    outcomes = await written(stand, *writes)

    lost = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, Unknown)]
    assert len(lost) == 1
    assert len(await there(stand)) == 3
    found = await stand.adapter.find_events(stand.calendar_id, [write.identity for write in writes])
    assert [[event.content.title for event in events] for events in found] == [
        [lesson(number).title] for number in range(3)
    ]


async def test_too_many_requests_within_a_batch_stop_what_follows(stand: GraphStand) -> None:
    stand.graph.arm("throttled", times=1, method="POST", path="*/events", retry_after="2.128")

    outcomes = await written(stand, *(creating(lesson(number)) for number in range(3)))

    errors = [outcome.error for outcome in outcomes if isinstance(outcome, Failed)]
    assert [type(error) for error in errors] == [RateLimited] * 3
    assert errors[0].retry_after == 2.128  # type: ignore[attr-defined]
    assert await there(stand) == []


async def test_a_zone_that_the_mailbox_does_not_know_is_told_in_another_name(stand: GraphStand) -> None:
    # A name that is new in 2026: Windows has it, and the stand-in's mailboxes do not.
    when = Timed(TEN, TEN + HOUR, "America/Edmonton")

    (outcome,) = await written(stand, creating(replace(LESSON, when=when)))

    assert isinstance(outcome, Stored), outcome
    assert outcome.event.content.when == when


async def test_several_in_a_zone_that_the_mailbox_does_not_know_are_told_in_another_name(
    stand: GraphStand,
) -> None:
    when = Timed(TEN, TEN + HOUR, "America/Edmonton")
    nowhere = [creating(replace(lesson(number), when=when)) for number in range(3)]

    outcomes = await written(stand, creating(LESSON), *nowhere)

    assert [type(outcome) for outcome in outcomes] == [Stored] * 4
    assert len(await there(stand)) == 4


async def test_a_412_without_a_change_is_tried_once_more(stand: GraphStand) -> None:
    event = await made(stand)
    stand.graph.arm("conflict", times=1, method="PATCH")

    (outcome,) = await written(stand, titled(event))

    assert isinstance(outcome, Stored)
    assert outcome.event.content.title == OTHER.title


@pytest.mark.parametrize("second", ["the event", "the mailbox"])
async def test_what_was_carried_out_is_stored_though_a_second_chance_comes_to_nothing(
    second: str, stand: GraphStand
) -> None:
    event = await made(stand)
    nowhere = replace(LESSON, when=Timed(TEN, TEN + HOUR, "America/Edmonton"))
    doubtful = titled(event) if second == "the event" else creating(nowhere)

    async def trouble() -> None:
        stand.graph.arm("throttled", times=1, method="GET")
        if second == "the event":
            stand.graph.arm("conflict", times=1, method="PATCH")

    await stand.before_next_write(trouble)
    outcomes = await written(stand, creating(lesson(1)), doubtful, creating(lesson(2)))

    assert [type(outcome) for outcome in outcomes] == [Stored, Failed, Stored]
    assert isinstance(outcomes[1], Failed)
    assert isinstance(outcomes[1].error, RateLimited)


async def test_an_update_leaves_what_it_does_not_name(stand: GraphStand) -> None:
    event_id = await stand.put(replace(LESSON, is_private=True))
    (own,) = await there(stand)

    await written(stand, titled(own))

    patches = [entry for entry in stand.graph.log if entry.operation == "event.update"]
    raw = await stand.ask("GET", stand.path(event_id))
    assert len(patches) == 1
    assert (raw["subject"], raw["sensitivity"], raw["reminderMinutesBeforeStart"]) == (
        "Another",
        "private",
        15,
    )


@pytest.mark.parametrize("kind", ["update", "deletion"])
async def test_what_has_guests_is_not_written(kind: str, stand: GraphStand) -> None:
    await stand.put_with_guests(LESSON)
    (event,) = await there(stand)
    stand.graph.outbox.clear()
    write = titled(event) if kind == "update" else Delete(event.id, event.etag)

    (outcome,) = await written(stand, write)

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, AccessDenied)
    assert stand.graph.outbox == []


async def test_a_deletion_looks_first_where_graph_does_not_compare(stand: GraphStand) -> None:
    stand.graph.turn_off("match-on-delete")
    event = await made(stand)
    await stand.edit(event.id, OTHER)

    (outcome,) = await written(stand, Delete(event.id, event.etag))

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, EtagMismatch)


async def test_many_deletions_of_what_is_gone_each_end(stand: GraphStand) -> None:
    events = [await made(stand, lesson(number)) for number in range(5)]
    for event in events[::2]:
        await stand.erase(event.id)

    outcomes = await written(stand, *(Delete(event.id, event.etag) for event in events))

    assert outcomes == [Removed(is_missing=number % 2 == 0) for number in range(5)]
    assert await there(stand) == []


async def test_a_rule_that_outlook_cannot_hold_is_refused_before_a_byte_is_sent(stand: GraphStand) -> None:
    rare = replace(WEEKLY, recurrence=Recurrence(("FREQ=YEARLY;BYWEEKNO=10",)))
    before = stand.requests()

    (outcome,) = await written(stand, creating(rare))

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Unacceptable)
    assert stand.requests() == before


async def test_one_write_of_which_a_part_is_stored_is_not_said_to_have_failed(stand: GraphStand) -> None:
    stand.graph.arm("throttled", times=1, method="PATCH")

    with pytest.raises(Unavailable):
        await stand.adapter.create_event(stand.calendar_id, creating(VARIED))


async def test_an_event_that_is_found_and_not_read_is_not_said_to_be_missing(stand: GraphStand) -> None:
    asked = creating(LESSON)
    await written(stand, asked)
    stand.graph.arm("failing", times=9, method="GET", path="*/events/*")

    with pytest.raises(Unavailable):
        await stand.adapter.find_events(stand.calendar_id, [asked.identity])
