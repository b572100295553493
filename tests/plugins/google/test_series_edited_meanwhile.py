"""What people do while a part of a series is still to be written, and what becomes of what Google refuses."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from tests.plugins.google.lesson import DAY, EXCEPTION, HOUR, first_lesson, lesson_in, prefer, varied
from tests.plugins.google.others_bodies import at, times
from tests.plugins.google.standing import FickleGoogleStand, GoogleStand
from tests.plugins.google.studio import Studio
from tests.simulation import people

from metonic_core.model.series import Override, Recurrence
from metonic_core.selection import BUSY, Treatment

BOTH = pytest.mark.parametrize("studio", [(GoogleStand, 1), (FickleGoogleStand, 1)], indirect=True)


async def _break(studio: Studio, path: str = EXCEPTION, **options: Any) -> None:  # noqa: ANN401
    """A run in which Google fails at occurrences, or at those of that path."""
    studio.stand.google.arm("failing", times=50, method="PATCH", path=path, **options)
    await studio.run()
    studio.stand.google.world.faults.armed.clear()


def _patches(studio: Studio) -> int:
    return sum(entry.method == "PATCH" for entry in studio.stand.google.log)


@BOTH
async def test_notes_that_are_not_shown_any_more_stay_in_no_occurrence(studio: Studio) -> None:
    lesson = await lesson_in(studio, *varied(studio))

    await prefer(studio, include_notes=False)
    await _break(studio)
    await studio.runs(4)

    for slot in lesson.slots:
        assert not (await lesson.occurrence(slot)).get("description")
    assert await lesson.ours() == lesson.content
    await lesson.expect_rest()


@BOTH
async def test_an_occurrence_is_hidden_with_its_series_whatever_failed(studio: Studio) -> None:
    lesson = await lesson_in(studio, varied(studio)[0])
    await prefer(studio, private=Treatment.INCLUDE)

    await lesson.hide()
    await _break(studio)
    await studio.runs(4)

    for found in (await lesson.master(), await lesson.occurrence(lesson.slots[0])):
        assert found["visibility"] == "private"
    await lesson.expect_rest()


async def test_a_series_that_was_shown_again_is_hidden_again(studio: Studio) -> None:
    lesson = await lesson_in(studio, *varied(studio))
    await lesson.hide()
    await studio.run()
    await lesson.say(is_private=False)
    await studio.run()
    shown = await lesson.master()

    await lesson.hide()
    await studio.runs(2)

    assert shown["summary"] == "Knee"
    await lesson.expect_hidden()


@BOTH
async def test_what_the_user_moved_meanwhile_stays_and_comes_in_and_the_rest_is_hidden(
    studio: Studio,
) -> None:
    lesson = await lesson_in(studio, *varied(studio))
    moved, when = lesson.slots[0], lesson.content.when.moved_to(lesson.slots[0] + 2 * DAY)
    await lesson.hide()
    await _break(studio)

    await lesson.edit_there(moved, **times(when))
    await studio.runs(4)

    known = await lesson.ours()
    assert known.override(moved) == Override(moved, when=when)
    expected = (Override(moved, when=when), *lesson.content.overrides[1:])
    assert known == replace(lesson.content, is_private=True, overrides=expected)
    found = await lesson.occurrence(moved)
    assert at(found["start"]["dateTime"]) == when.starts_at
    await replace(lesson, content=replace(lesson.content, overrides=expected)).expect_hidden()


@BOTH
async def test_a_title_of_the_users_meanwhile_comes_in_and_the_former_title_does_not(studio: Studio) -> None:
    lesson = await lesson_in(studio, *varied(studio))
    moved, titled, _ = lesson.slots
    await lesson.say(title="Back", notes="Dr. Jones")
    await _break(studio)

    await lesson.edit_there(titled, summary="My exam")
    await lesson.edit_there(moved, location="At home")
    await studio.runs(4)

    own = {o.slot: o for o in lesson.content.overrides}
    own[titled] = replace(own[titled], title="My exam")
    own[moved] = replace(own[moved], location="At home")
    expected = replace(lesson.content, title="Back", notes="Dr. Jones", overrides=tuple(own.values()))
    assert await lesson.ours() == expected
    found = await lesson.occurrence(moved)
    assert (found["summary"], found["location"], found["description"]) == ("Back", "At home", "Dr. Jones")
    await lesson.expect_rest()


async def test_an_occurrence_edited_here_and_there_meanwhile_is_asked_about(studio: Studio) -> None:
    lesson = await lesson_in(studio, *varied(studio))
    titled = lesson.slots[1]
    ours = tuple(replace(o, title="Test") if o.slot == titled else o for o in lesson.content.overrides)
    await lesson.say(overrides=ours)
    await _break(studio)

    await lesson.edit_there(titled, summary="My exam")
    await studio.runs(4)

    (row,) = await studio.rows()
    assert row.hold == "conflict"
    assert (await lesson.occurrence(titled))["summary"] == "My exam"
    assert (await lesson.ours()).overrides == ours


@BOTH
async def test_notes_that_the_user_wrote_for_one_occurrence_outlive_a_broken_write(studio: Studio) -> None:
    lesson = await lesson_in(studio, *varied(studio))
    before, meanwhile, _ = lesson.slots
    await lesson.edit_there(before, description="Bring shoes")
    await studio.run()
    await lesson.say(notes="Dr. Jones")
    await _break(studio)

    await lesson.edit_there(meanwhile, description="Bring a towel", transparency="transparent")
    await studio.runs(4)

    found = [await lesson.occurrence(slot) for slot in lesson.slots]
    assert [one["description"] for one in found] == ["Bring shoes", "Bring a towel", "Dr. Jones"]
    assert found[1]["transparency"] == "transparent"
    await lesson.expect_rest()


@BOTH
async def test_an_item_that_waits_for_a_person_is_hidden_to_its_last_occurrence(studio: Studio) -> None:
    lesson = await lesson_in(studio, *varied(studio))
    await lesson.say(when=lesson.content.when.moved_to(lesson.content.when.start + timedelta(minutes=30)))
    await studio.stand.ask(
        "PATCH",
        f"/events/{lesson.event_id}",
        times(lesson.content.when.moved_to(first_lesson(studio).start + HOUR)),
    )
    await studio.run()
    (row,) = await studio.rows()
    assert row.hold == "conflict"
    await lesson.hide()
    await _break(studio)

    await studio.runs(4)

    (row,) = await studio.rows()
    assert row.hold == "conflict"
    found = await studio.stand.ask("GET", "/events")
    assert {one.get("summary") for one in found["items"] if one["status"] != "cancelled"} == {BUSY}
    assert not any(one.get("description") or one.get("location") for one in found["items"])


async def test_an_occurrence_that_google_refuses_stops_nothing_else_and_is_tried_again_in_a_day(
    studio: Studio,
) -> None:
    lesson = await lesson_in(studio, *varied(studio))
    refused = lesson.slots[0]
    await lesson.hide()
    studio.stand.google.arm(
        "failing", times=900, method="PATCH", path=f"*{lesson.id_of(refused)}", status=400
    )

    await studio.runs(6)
    (row,) = await studio.rows()
    tried = _patches(studio)
    await studio.runs(6)

    assert row.hold == "quarantine"
    assert _patches(studio) == tried
    for slot in lesson.slots[1:]:
        assert (await lesson.occurrence(slot))["summary"] == BUSY
    assert replace(await lesson.ours(), is_private=False) == lesson.content
    studio.stand.google.world.faults.armed.clear()
    studio.pass_days(2)
    await studio.runs(3)
    await lesson.expect_hidden()


async def test_sixty_occurrences_are_reached_however_few_google_takes_at_a_time(studio: Studio) -> None:
    when = first_lesson(studio)
    slots = [when.start + n * DAY for n in range(1, 61)]
    moved = tuple(Override(slot, when=when.moved_to(slot + HOUR)) for slot in slots)
    lesson = await lesson_in(studio, *moved, recurrence=Recurrence(("FREQ=DAILY;COUNT=80",)))
    await lesson.hide()

    studio.stand.google.turn_on("quota", per_user=25, per_project=10_000)
    await studio.runs(16)
    studio.stand.google.turn_off("quota")
    await studio.runs(2)

    await lesson.expect_hidden()


async def test_a_series_that_is_deleted_while_it_is_written_is_deleted(studio: Studio) -> None:
    lesson = await lesson_in(studio, *varied(studio))
    await lesson.hide()
    await _break(studio)

    await people.delete(studio.world)
    await studio.runs(3)

    assert not await studio.events()


async def test_a_further_edit_reaches_what_the_one_before_did_not(studio: Studio) -> None:
    lesson = await lesson_in(studio, *varied(studio))
    await lesson.say(title="Back", notes="Dr. Jones")
    await _break(studio, f"*{lesson.id_of(lesson.slots[0])}")

    await lesson.say(title="Foot", notes="Dr. Brown")
    await _break(studio, f"*{lesson.id_of(lesson.slots[1])}")
    await studio.runs(4)

    for slot in lesson.slots:
        assert (await lesson.occurrence(slot))["description"] == "Dr. Brown"
    assert (await lesson.occurrence(lesson.slots[0]))["summary"] == "Foot"
    assert await lesson.ours() == replace(lesson.content, title="Foot", notes="Dr. Brown")
    await lesson.expect_rest()


async def test_a_failure_of_the_reading_before_a_write_sets_nothing_aside(studio: Studio) -> None:
    lesson = await lesson_in(studio, *varied(studio))
    await lesson.hide()
    studio.stand.google.arm("failing", times=2, method="GET", path=f"*/events/{lesson.event_id}")

    await studio.run()
    (row,) = await studio.rows()
    await studio.runs(3)

    assert (row.hold, row.refused) == (None, None)
    await lesson.expect_hidden()


async def test_a_failure_of_the_reading_after_a_write_sets_nothing_aside(studio: Studio) -> None:
    lesson = await lesson_in(studio, *varied(studio))
    other = await studio.stand.put(replace(lesson.content, recurrence=None, overrides=(), title="Other"))
    await studio.run()
    await lesson.hide()
    await _break(studio)
    studio.stand.google.arm("failing", times=2, method="GET", path=f"*/events/{lesson.event_id}")

    await studio.run()
    rows = await studio.rows()
    assert other
    assert {row.hold for row in rows} == {None}


@BOTH
async def test_an_occurrence_that_only_now_differs_there_is_asked_about_as_well(studio: Studio) -> None:
    lesson = await lesson_in(studio)
    slot = first_lesson(studio).start + 7 * DAY
    await lesson.say(overrides=(Override(slot, title="Test"),))

    await studio.stand.before_next_write(partial(lesson.edit_there, slot, summary="My exam"))
    await studio.runs(4)

    (row,) = await studio.rows()
    assert row.hold == "conflict"
    assert (await lesson.occurrence(slot))["summary"] == "My exam"
