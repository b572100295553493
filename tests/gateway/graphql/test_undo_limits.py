"""What cannot be taken back, of which the user is told why and what to do instead."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from unittest.mock import patch
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.conflicting import resolve, the_conflict
from tests.gateway.graphql.operations import CREATE, DISCONNECT, UPDATE, lesson
from tests.gateway.graphql.settings import SET
from tests.gateway.graphql.undo_scene import (
    READ_RUN,
    UNDO,
    Scene,
    edit,
    opened_scene,
    put,
    retitled,
    titles,
)

from metonic_core.model.content import Content
from metonic_core.model.when import AllDay, Timed
from metonic_gateway.store import taking_back
from metonic_gateway.store.models import CalendarSyncHistory, SyncOperation
from metonic_gateway.store.sweeping import sweep

DAY = date(2026, 12, 1)
PROGRESS = "subscription ($id: ID!) { syncProgress(runId: $id) { phase done total } }"


@pytest.fixture
async def scene(api: Api) -> Scene:
    return await opened_scene(api)


async def imported(scene: Scene, number: int) -> str:
    """A run that imported so many events."""
    for n in range(number):
        put(scene.memory, Content(f"Event {n}", AllDay(DAY, DAY + timedelta(days=1))))
    return await scene.sync()


@pytest.mark.parametrize("id_", ["nonsense", "0" * 32, str(UUID(int=7))])
async def test_a_run_that_there_is_not_is_not_found(scene: Scene, id_: str) -> None:
    answer = await scene.trainer.call(UNDO, id=id_)

    assert (answer["__typename"], answer["code"]) == ("NotFound", "NOT_FOUND")
    assert answer["nextStep"]


async def test_somebody_elses_run_is_not_found(scene: Scene) -> None:
    run = await imported(scene, 1)

    assert (await scene.client.call(UNDO, id=run))["__typename"] == "NotFound"
    assert await CalendarSyncHistory.filter(kind="undo").count() == 0


async def test_a_run_that_waits_cannot_be_undone_yet(scene: Scene) -> None:
    run = await imported(scene, 1)
    await CalendarSyncHistory.filter(id=run).update(state="running")

    answer = await scene.trainer.call(UNDO, id=run)

    assert (answer["__typename"], answer["code"], answer["path"]) == (
        "InvalidInput",
        "CANNOT_UNDO",
        ["runId"],
    )
    assert not (await scene.trainer.call(READ_RUN, id=run))["canUndo"]


async def test_a_run_of_a_disconnected_calendar_cannot_be_undone(scene: Scene) -> None:
    run = await imported(scene, 1)
    await scene.trainer.call(DISCONNECT, provider="memory", remove=False)

    answer = await scene.trainer.call(UNDO, id=run)

    assert (answer["__typename"], answer["code"]) == ("NotConnected", "NOT_CONNECTED")
    assert not (await scene.trainer.call(READ_RUN, id=run))["canUndo"]


async def test_an_undo_ends_when_its_calendar_is_disconnected_and_goes_on_when_asked_again(
    scene: Scene,
) -> None:
    run = await imported(scene, 2)
    asked = await scene.trainer.call(UNDO, id=run)
    await scene.trainer.call(DISCONNECT, provider="memory", remove=False)
    await scene.house.undo()
    ended = await scene.trainer.call(READ_RUN, id=asked["id"])
    assert (ended["state"], ended["status"], len(ended["errors"])) == ("FINISHED", "FAILED", 1)
    assert len(await titles(scene.trainer)) == 2
    await scene.house.connect()

    again = await scene.undo(run)

    assert (again["id"], again["status"], again["errors"]) == (asked["id"], "SUCCESS", [])
    assert await titles(scene.trainer) == []


async def test_a_paused_calendar_can_be_undone_and_follows_once_it_goes_on(scene: Scene) -> None:
    made = await scene.lesson()
    await scene.settle()
    edit(scene.memory, "Lesson", retitled("Boxing"))
    run = await scene.sync()
    await scene.trainer.call(SET, settings={"isPaused": True})

    await scene.undo(run)
    await scene.settle()

    assert scene.memory.titles() == ["Boxing"]
    await scene.trainer.call(SET, settings={"isPaused": False})
    await scene.settle()
    assert (scene.memory.titles(), scene.pear.titles()) == (["Lesson"], ["Lesson"]), made


async def test_what_is_longer_ago_than_is_kept_cannot_be_undone(scene: Scene) -> None:
    run = await imported(scene, 1)
    await sweep(scene.house.now + timedelta(days=31))

    answer = await scene.trainer.call(UNDO, id=run)

    assert (answer["__typename"], answer["code"]) == ("InvalidInput", "CANNOT_UNDO")
    assert not (await scene.trainer.call(READ_RUN, id=run))["canUndo"]


async def test_a_run_of_which_a_part_is_not_kept_any_more_says_so(scene: Scene) -> None:
    run = await imported(scene, 2)
    line = await SyncOperation.filter(run_id=run).first()
    assert line is not None
    await line.delete()

    undone = await scene.undo(run)

    assert (undone["status"], [error["code"] for error in undone["errors"]]) == ("PARTIAL", ["CANNOT_UNDO"])
    assert len(await titles(scene.trainer)) == 1


async def test_of_very_many_that_were_left_alone_only_so_many_are_named(scene: Scene) -> None:
    run = await imported(scene, 4)
    for node in (await scene.trainer.call("{ appointments { nodes { id } } }"))["nodes"]:
        await scene.trainer.call(UPDATE, id=node["id"], appointment={"location": "Elsewhere"})

    with patch.object(taking_back, "_AT_ONCE", 1), patch.object(taking_back, "_MOST_ERRORS", 2):
        undone = await scene.undo(run)

    assert [error["code"] for error in undone["errors"]] == ["MOVED_SINCE", "MOVED_SINCE", "CANNOT_UNDO"]
    assert undone["errors"][-1]["error"] == "2 more could not be taken back."


async def test_notes_that_a_calendar_is_not_shown_survive_the_undo_of_what_it_was_sent(scene: Scene) -> None:
    await scene.trainer.call(SET, settings={"includeNotes": False})
    made = await scene.trainer.call(CREATE, appointment=lesson(notes="Knee injury"))
    await scene.settle()
    await scene.trainer.call(UPDATE, id=made["id"], appointment={"title": "Boxing"})

    await scene.undo(await scene.sync())
    await scene.settle()

    query = "query ($id: ID!) { appointment(id: $id) { title notes } }"
    assert await scene.trainer.call(query, id=made["id"]) == {"title": "Lesson", "notes": "Knee injury"}
    assert scene.memory.titles() == ["Lesson"]


async def test_what_a_calendar_may_not_pass_on_is_not_passed_on_by_undoing_either(scene: Scene) -> None:
    await scene.lesson()
    await scene.settle()
    edit(scene.pear, "Lesson", retitled("Party"))
    await scene.settle()
    run = await scene.last_run(scene.there)

    undone = await scene.undo(run, by=scene.client)
    await scene.settle()

    assert [error["code"] for error in undone["errors"]] == ["CANNOT_UNDO"]
    assert (scene.memory.titles(), scene.pear.titles()) == (["Lesson"], ["Lesson"])


async def test_what_a_calendar_chosen_before_was_given_is_named(scene: Scene) -> None:
    await scene.trainer.call(CREATE, appointment=lesson())
    run = await scene.sync()
    scene.memory.subject = "account-3"
    await scene.house.connect()
    await scene.settle()

    undone = await scene.undo(run)

    (error,) = undone["errors"]
    assert (error["code"], "do not sync with any more" in error["error"]) == ("CANNOT_UNDO", True)


async def test_a_slot_that_the_former_schedule_has_not_keeps_the_present_one(scene: Scene) -> None:
    weekly = {"rules": ["FREQ=WEEKLY;COUNT=3"]}
    made = await scene.trainer.call(CREATE, appointment=lesson(recurrence=weekly))
    await scene.settle()
    edit(scene.memory, "Lesson", lambda c: replace(c, when=c.when.moved_to(c.when.slot + timedelta(hours=1))))
    run = await scene.sync()
    overrides = [{"occurrence": "2026-12-08T11:00", "isCancelled": True}]
    await scene.trainer.call(
        UPDATE, id=made["id"], appointment={"recurrence": weekly | {"overrides": overrides}}
    )

    undone = await scene.undo(run)

    assert [error["code"] for error in undone["errors"]] == ["MOVED_SINCE"]


async def test_what_was_paired_stays_one_thing_when_the_run_is_undone(scene: Scene) -> None:
    when = lesson()["when"]["timed"]
    start, end = (datetime.fromisoformat(when[each]) for each in ("start", "end"))
    put(scene.memory, Content("LESSON", Timed(start, end, when["timeZone"])))
    await scene.settle()
    await scene.trainer.call(CREATE, appointment=lesson())
    await scene.settle()
    await resolve(scene.trainer, await the_conflict(scene.trainer), "KEEP_LOCAL")
    run = await scene.sync()

    undone = await scene.undo(run)
    await scene.settle()

    assert {error["code"] for error in undone["errors"]} == {"CANNOT_UNDO"}
    assert len(scene.memory.titles()) == len(await titles(scene.trainer)) == 1
