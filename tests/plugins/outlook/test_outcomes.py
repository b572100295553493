"""What becomes of writes when Graph says something else than that it is done."""

from dataclasses import replace
from uuid import uuid4

import pytest
from tests.plugins.outlook.others_bodies import NAMES
from tests.plugins.outlook.standing import GraphStand

from metonic_core.model.content import TIME, TITLE, Content, occurrence_group
from metonic_core.model.event import StoredEvent
from metonic_core.model.series import Override, Recurrence
from metonic_core.model.when import Timed
from metonic_core.spi import (
    AccessDenied,
    Create,
    Delete,
    EtagMismatch,
    Failed,
    IdentityTaken,
    Outcome,
    RateLimited,
    Removed,
    Seen,
    Stored,
    Unacceptable,
    Unavailable,
    Unknown,
    Update,
    Write,
)
from metonic_core.testing.checks.contents import (
    CANCELLED,
    HOUR,
    LESSON,
    MARKER,
    MOVED,
    NEXT_MARKER,
    RENAMED,
    TEN,
    VARIED,
    WEEK,
    WEEKLY,
    creating,
    lesson,
)
from metonic_core.testing.checks.following import listed

_OTHER = replace(LESSON, title="Another")


async def written(stand: GraphStand, *writes: Write) -> list[Outcome]:
    return [*await stand.adapter.write_events(stand.calendar_id, writes)]


async def made(stand: GraphStand, content: Content = LESSON) -> StoredEvent:
    (outcome,) = await written(stand, creating(content))
    assert isinstance(outcome, Stored), outcome
    return outcome.event


async def there(stand: GraphStand) -> list[StoredEvent]:
    return [change.event for change in await listed(stand) if isinstance(change, Seen)]


def titled(event: StoredEvent, content: Content = _OTHER) -> Update:
    return Update(event.id, event.etag, content, frozenset({TITLE}), event.marker and NEXT_MARKER)


def properties(stand: GraphStand) -> dict[str, str]:
    """Of the only event in the calendar."""
    (event,) = [one for one in stand.shelf.living() if not one.master]
    return dict(event.properties)


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

    (again,) = await written(stand, replace(asked, marker=NEXT_MARKER, content=_OTHER))

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


async def test_a_412_without_a_change_is_tried_once_more(stand: GraphStand) -> None:
    event = await made(stand)
    stand.graph.arm("conflict", times=1, method="PATCH")

    (outcome,) = await written(stand, titled(event))

    assert isinstance(outcome, Stored)
    assert outcome.event.content.title == _OTHER.title


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
    await stand.edit(event.id, _OTHER)

    (outcome,) = await written(stand, Delete(event.id, event.etag))

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, EtagMismatch)


async def test_many_deletions_of_what_is_gone_each_end(stand: GraphStand) -> None:
    events = [await made(stand, lesson(number)) for number in range(5)]
    for event in events[::2]:
        await stand.erase(event.id)

    outcomes = await written(stand, *(Delete(event.id, event.etag) for event in events))

    assert outcomes == [Removed()] * 5
    assert await there(stand) == []


async def test_a_rule_that_outlook_cannot_hold_is_refused_before_a_byte_is_sent(stand: GraphStand) -> None:
    rare = replace(WEEKLY, recurrence=Recurrence(("FREQ=YEARLY;BYWEEKNO=10",)))
    before = stand.requests()

    (outcome,) = await written(stand, creating(rare))

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, Unacceptable)
    assert stand.requests() == before


# series


async def test_a_series_is_made_with_what_differs(stand: GraphStand) -> None:
    event = await made(stand, VARIED)

    assert (event.content.overrides, event.is_partial) == (VARIED.overrides, False)
    assert properties(stand)[NAMES["marker"]] == MARKER


async def test_a_series_whose_rhythm_changes_keeps_what_differs(stand: GraphStand) -> None:
    event = await made(stand, VARIED)
    later = replace(VARIED, when=VARIED.when.moved_to(TEN + HOUR / 2))
    shifted = tuple(replace(o, slot=o.slot + HOUR / 2) for o in VARIED.overrides)
    wanted = replace(later, overrides=shifted)
    groups = frozenset({TIME, *(occurrence_group(o.slot) for o in (*VARIED.overrides, *shifted))})

    (outcome,) = await written(stand, Update(event.id, event.etag, wanted, groups, NEXT_MARKER))

    assert isinstance(outcome, Stored), outcome
    assert outcome.event.content.overrides == shifted
    assert not outcome.event.is_partial


@pytest.mark.parametrize("is_dropped", [True, False])
async def test_a_cancelled_occurrence_of_a_copy_takes_place_again(
    *, is_dropped: bool, stand: GraphStand
) -> None:
    if not is_dropped:
        stand.graph.turn_off("exceptions-dropped")
        stand.graph.turn_off("occurrences-renamed")
    event = await made(stand, VARIED)
    wanted = replace(VARIED, overrides=(RENAMED, MOVED))
    groups = frozenset({occurrence_group(CANCELLED.slot)})

    (outcome,) = await written(stand, Update(event.id, event.etag, wanted, groups, NEXT_MARKER))

    assert isinstance(outcome, Stored), outcome
    assert outcome.event.content.overrides == (RENAMED, MOVED)
    assert not outcome.event.is_partial


async def test_a_cancelled_occurrence_of_a_users_series_is_told_as_it_stays(stand: GraphStand) -> None:
    await stand.put(VARIED)
    (event,) = await there(stand)
    wanted = replace(VARIED, overrides=(RENAMED, MOVED))
    groups = frozenset({occurrence_group(CANCELLED.slot)})

    (outcome,) = await written(stand, Update(event.id, event.etag, wanted, groups))

    assert isinstance(outcome, Stored), outcome
    assert outcome.event.content.overrides == VARIED.overrides


@pytest.mark.parametrize("fault", ["failing", "lost-request", "lost-response"])
async def test_a_series_of_which_a_part_was_written_says_so_and_goes_on(
    fault: str, stand: GraphStand
) -> None:
    stand.graph.arm(fault, times=1, method="PATCH")
    (first,) = await written(stand, creating(VARIED))
    (half,) = await there(stand)

    groups = frozenset(VARIED.groups())
    (second,) = await written(stand, Update(half.id, half.etag, VARIED, groups, NEXT_MARKER))

    assert isinstance(first, Unknown)
    assert isinstance(first.error, Unavailable)
    assert half.is_partial
    assert isinstance(second, Stored), second
    assert (second.event.content.overrides, second.event.is_partial) == (VARIED.overrides, False)


async def test_an_occurrence_that_outlook_refuses_leaves_the_others_written(stand: GraphStand) -> None:
    event = await made(stand, WEEKLY)
    far = Override(TEN + WEEK, title="x" * 10)
    other = Override(TEN + 4 * WEEK, title="Only this once")
    wanted = replace(WEEKLY, overrides=(far, other))
    groups = frozenset({occurrence_group(far.slot), occurrence_group(other.slot)})
    # The series itself is written without trouble.
    stand.graph.arm("slow", times=1, method="PATCH", seconds=0)
    stand.graph.arm("failing", times=1, method="PATCH", status=400, code="ErrorInvalidRequest")

    (outcome,) = await written(stand, Update(event.id, event.etag, wanted, groups, NEXT_MARKER))

    assert isinstance(outcome, Stored), outcome
    assert outcome.event.is_partial
    assert len(outcome.event.content.overrides) == 1


async def test_an_occurrence_that_is_edited_meanwhile_is_not_overwritten(stand: GraphStand) -> None:
    event = await made(stand, VARIED)
    wanted = replace(VARIED, overrides=(replace(RENAMED, title="Ours"), CANCELLED, MOVED))
    groups = frozenset({occurrence_group(RENAMED.slot)})

    async def edit() -> None:
        await stand.vary(event.id, replace(WEEKLY, overrides=(replace(RENAMED, title="Theirs"),)))

    await stand.before_next_write(edit)
    (outcome,) = await written(stand, Update(event.id, event.etag, wanted, groups, NEXT_MARKER))

    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, EtagMismatch)
    (after,) = await there(stand)
    assert after.content.override(RENAMED.slot) == replace(RENAMED, title="Theirs")


async def test_a_hundred_occurrences_take_few_requests(stand: GraphStand) -> None:
    daily = replace(WEEKLY, recurrence=Recurrence(("FREQ=DAILY;COUNT=200",)))
    slots = [TEN + number * WEEK / 7 for number in range(0, 200, 2)]
    named = replace(daily, overrides=tuple(Override(slot, title=f"Lesson {slot}") for slot in slots))
    before = stand.requests()

    (outcome,) = await written(stand, creating(named))

    assert isinstance(outcome, Stored), outcome
    assert len(outcome.event.content.overrides) == 100
    assert stand.requests() - before <= 10


async def test_several_new_series_are_written_together(stand: GraphStand) -> None:
    before = stand.requests()

    outcomes = await written(stand, *(Create(uuid4(), MARKER, VARIED) for _ in range(5)))

    assert all(isinstance(outcome, Stored) and not outcome.event.is_partial for outcome in outcomes)
    assert stand.requests() - before <= 6
