"""Series: written in steps, with what differs in them."""

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import pytest
from tests.plugins.outlook.others_bodies import NAMES
from tests.plugins.outlook.standing import GraphStand
from tests.plugins.outlook.writes import made, properties, there, written

from metonic_core.model.content import TIME, occurrence_group
from metonic_core.model.series import Override, Recurrence
from metonic_core.spi import (
    Create,
    EtagMismatch,
    Failed,
    Stored,
    Timed,
    Unavailable,
    Unknown,
    Update,
)
from metonic_core.testing.checks.contents import (
    CANCELLED,
    HOUR,
    MARKER,
    MOVED,
    NEXT_MARKER,
    RENAMED,
    TEN,
    VARIED,
    WEEK,
    WEEKLY,
    creating,
)


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


async def test_a_series_whose_rhythm_changes_keeps_what_people_wrote_into_one_lesson(
    stand: GraphStand,
) -> None:
    event_id = await stand.put(replace(WEEKLY, overrides=(RENAMED,)))
    later = replace(WEEKLY, when=WEEKLY.when.moved_to(TEN + HOUR / 2))
    shifted = replace(RENAMED, slot=RENAMED.slot + HOUR / 2)
    other = Override(TEN + 4 * WEEK)
    for override, words in ((RENAMED, "The exam."), (other, "Bring a friend.")):
        found = await stand.occurrence(event_id, override, WEEKLY)
        await stand.ask("PATCH", stand.path(str(found)), {"showAs": "oof", "body": text(words)})
    (event,) = await there(stand)
    groups = frozenset({TIME, occurrence_group(RENAMED.slot), occurrence_group(shifted.slot)})

    (outcome,) = await written(
        stand, Update(event.id, event.etag, replace(later, overrides=(shifted,)), groups)
    )

    assert isinstance(outcome, Stored), outcome
    for override, words in ((RENAMED, "The exam."), (other, "Bring a friend.")):
        slot = replace(override, slot=override.slot + HOUR / 2)
        found = await stand.occurrence(event_id, slot, later)
        lesson = await stand.ask("GET", stand.path(str(found)))
        assert words in lesson["body"]["content"]
        assert lesson["showAs"] == "oof"


@pytest.mark.parametrize("rule", ["FREQ=WEEKLY", "FREQ=DAILY"])
async def test_a_lesson_in_an_hour_that_clocks_skip_to_the_next_day_is_itself(
    rule: str, stand: GraphStand
) -> None:
    # On 2028-03-25 clocks in Greenland go from 23:00 to midnight.
    first = datetime(2028, 3, 11, 23, 30)  # noqa: DTZ001 - wall time
    skipped = first + 2 * WEEK
    late = Timed(first, first + HOUR / 4, "America/Nuuk")
    series = replace(WEEKLY, when=late, recurrence=Recurrence((rule,)))
    event = await made(stand, replace(series, overrides=(Override(skipped, title="Late"),)))
    renamed = event.content.overrides

    await stand.vary(event.id, replace(series, overrides=(Override(skipped, location="Pool"),)))
    (moved,) = await there(stand)
    off = replace(series, overrides=(Override(skipped, is_cancelled=True),))
    (outcome,) = await written(
        stand, Update(event.id, moved.etag, off, frozenset({occurrence_group(skipped)}), NEXT_MARKER)
    )

    assert renamed == (Override(skipped, title="Late"),)
    assert moved.content.overrides == (Override(skipped, title="Late", location="Pool"),)
    assert isinstance(outcome, Stored)
    assert outcome.event.content.overrides == off.overrides


def text(words: str) -> dict[str, str]:
    return {"contentType": "text", "content": words}


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
