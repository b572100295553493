"""A run is taken back: on the platform at once, in every calendar with the next runs, and nothing fights."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CHANGES, CREATE, DELETE, READ, UPDATE, lesson
from tests.gateway.graphql.undo_scene import (
    Scene,
    edit,
    erase,
    opened_scene,
    put,
    retitled,
    titles,
)

from metonic_core.model.content import Content
from metonic_core.model.when import AllDay
from metonic_gateway.store.models import SyncOperation

DAY = date(2026, 12, 1)
DENTIST = Content("Dentist", AllDay(DAY, DAY + timedelta(days=1)), notes="Floss")


@pytest.fixture
async def scene(api: Api) -> Scene:
    return await opened_scene(api)


async def test_an_edit_that_came_in_is_taken_back_everywhere(scene: Scene) -> None:
    made = await scene.lesson()
    await scene.settle()
    edit(scene.memory, "Lesson", retitled("Boxing"))
    run = await scene.sync()
    await scene.settle()
    assert (scene.memory.titles(), scene.pear.titles()) == (["Boxing"], ["Boxing"])

    undone = await scene.undo(run)

    assert (undone["kind"], undone["reason"], undone["undoOf"]) == ("UNDO", "UNDO", run)
    assert (undone["state"], undone["status"], undone["errors"]) == ("FINISHED", "SUCCESS", [])
    (operation,) = undone["operations"]["nodes"]
    assert (operation["side"], operation["operation"], operation["reasonCode"]) == (
        "LOCAL",
        "UPDATE",
        "undone",
    )
    assert operation["fields"] == [{"group": "TITLE", "base": "Boxing", "local": "Lesson", "external": None}]
    assert (await scene.trainer.call(READ, id=made))["title"] == "Lesson"
    await scene.settle()
    assert (scene.memory.titles(), scene.pear.titles()) == (["Lesson"], ["Lesson"])
    writes = await SyncOperation.filter(side="external", operation="update").count()
    await scene.settle()
    assert await SyncOperation.filter(side="external", operation="update").count() == writes


async def test_an_edit_that_went_out_is_taken_back_here_too(scene: Scene) -> None:
    made = await scene.lesson(notes="Bring water")
    await scene.settle()
    await scene.trainer.call(UPDATE, id=made, appointment={"title": "Boxing", "notes": "Bring gloves"})
    run = await scene.sync()
    await scene.settle()

    await scene.undo(run)
    await scene.settle()

    known = await scene.trainer.call(READ, id=made)
    assert (known["title"], known["notes"]) == ("Lesson", "Bring water")
    assert (scene.memory.titles(), scene.pear.titles()) == (["Lesson"], ["Lesson"])


async def test_what_moved_since_is_left_alone_and_named(scene: Scene) -> None:
    made = await scene.lesson(location="Hall 1")
    await scene.settle()
    edit(scene.memory, "Lesson", lambda c: replace(c, title="Boxing", location="Hall 2"))
    run = await scene.sync()
    await scene.trainer.call(UPDATE, id=made, appointment={"title": "Judo"})

    undone = await scene.undo(run)

    known = await scene.trainer.call(READ, id=made)
    assert (known["title"], known["location"]) == ("Judo", "Hall 1")
    (error,) = undone["errors"]
    assert (undone["status"], error["code"], error["appointmentId"]) == ("PARTIAL", "MOVED_SINCE", made)
    assert error["nextStep"]


async def test_a_copy_that_was_made_is_taken_out_and_stays_out(scene: Scene) -> None:
    made = await scene.lesson()
    run = await scene.sync()
    await scene.settle()

    await scene.undo(run)
    await scene.settle()
    await scene.trainer.call(UPDATE, id=made, appointment={"title": "Boxing"})
    await scene.settle()

    assert (scene.memory.titles(), scene.pear.titles()) == ([], ["Boxing"])
    query = "query ($id: ID!) { appointment(id: $id) { copies { choice reasonCode nextStep } } }"
    (copy,) = (await scene.trainer.call(query, id=made))["copies"]
    assert (copy["choice"], copy["reasonCode"]) == ("NEVER", "never")
    assert copy["nextStep"]


async def test_an_import_is_taken_back_and_its_event_stays_as_it_is_for_good(scene: Scene) -> None:
    event = put(scene.memory, DENTIST)
    run = await scene.sync()
    assert await titles(scene.trainer) == ["Dentist"]

    await scene.undo(run)
    assert await titles(scene.trainer) == []
    await scene.settle()
    assert scene.memory.events["home"] == {event.id: event}
    edit(scene.memory, "Dentist", retitled("Orthodontist"))
    await scene.settle()
    scene.house.later(timedelta(hours=25))
    await scene.settle()

    assert await titles(scene.trainer) == []
    assert scene.memory.titles() == ["Orthodontist"]
    assert (await scene.trainer.call("{ syncConflicts { totalCount } }"))["totalCount"] == 0


async def test_an_import_whose_undo_is_undone_is_synced_again(scene: Scene) -> None:
    put(scene.memory, DENTIST)
    undone = await scene.undo(await scene.sync())
    await scene.settle()

    again = await scene.undo(undone["id"])
    await scene.settle()
    edit(scene.memory, "Dentist", retitled("Orthodontist"))
    await scene.settle()

    assert (again["undoOf"], again["errors"]) == (undone["id"], [])
    assert await titles(scene.trainer) == ["Orthodontist"]
    assert scene.memory.titles() == ["Orthodontist"]


async def test_an_appointment_that_was_cancelled_by_deleting_its_event_comes_back_with_an_event(
    scene: Scene,
) -> None:
    put(scene.memory, DENTIST)
    put(scene.memory, replace(DENTIST, title="Optician"))
    await scene.settle()
    erase(scene.memory, "Dentist")
    run = await scene.sync_completely()
    assert await titles(scene.trainer) == ["Optician"]

    undone = await scene.undo(run)
    await scene.settle()

    assert undone["errors"] == []
    assert sorted(await titles(scene.trainer)) == ["Dentist", "Optician"]
    assert sorted(scene.memory.titles()) == ["Dentist", "Optician"]


async def test_copies_that_were_erased_are_made_anew_in_every_calendar(scene: Scene) -> None:
    made = await scene.lesson()
    await scene.settle()
    await scene.trainer.call(DELETE, id=made)
    run = await scene.sync()
    await scene.settle()
    assert (scene.memory.titles(), scene.pear.titles()) == ([], [])

    undone = await scene.undo(run)
    await scene.settle()

    assert undone["errors"] == []
    assert (await scene.trainer.call(READ, id=made))["status"] == "CONFIRMED"
    assert (scene.memory.titles(), scene.pear.titles()) == (["Lesson"], ["Lesson"])


async def test_the_event_that_a_cancelled_import_took_with_it_is_made_anew(scene: Scene) -> None:
    put(scene.memory, DENTIST)
    await scene.settle()
    (made,) = (await scene.trainer.call("{ appointments { nodes { id } } }"))["nodes"]
    await scene.trainer.call(DELETE, id=made["id"])
    run = await scene.sync()
    assert scene.memory.titles() == []

    await scene.undo(run)
    await scene.settle()

    assert scene.memory.titles() == ["Dentist"]
    assert await titles(scene.trainer) == ["Dentist"]


async def test_who_may_not_edit_takes_back_nothing_but_their_own_copy(scene: Scene) -> None:
    made = await scene.lesson()
    await scene.settle()
    first = await scene.last_run(scene.there)
    await scene.trainer.call(UPDATE, id=made, appointment={"title": "Boxing"})
    await scene.settle()
    second = await scene.last_run(scene.there)

    edited = await scene.undo(second, by=scene.client)
    await scene.settle()
    assert [error["code"] for error in edited["errors"]] == ["NOT_ENTITLED"]
    assert (scene.memory.titles(), scene.pear.titles()) == (["Boxing"], ["Boxing"])

    created = await scene.undo(first, by=scene.client)
    await scene.settle()
    assert created["errors"] == []
    assert (scene.memory.titles(), scene.pear.titles()) == (["Boxing"], [])


async def test_a_participant_with_the_right_takes_back_what_all_then_see(scene: Scene) -> None:
    await scene.lesson(may_edit=True)
    await scene.settle()
    edit(scene.pear, "Lesson", retitled("Boxing"))
    await scene.settle()
    run = await scene.last_run(scene.there)
    assert scene.memory.titles() == ["Boxing"]

    await scene.undo(run, by=scene.client)
    await scene.settle()

    assert (scene.memory.titles(), scene.pear.titles()) == (["Lesson"], ["Lesson"])


async def test_the_platform_hears_who_undid_it(scene: Scene) -> None:
    put(scene.memory, DENTIST)
    undone = await scene.undo(await scene.sync())

    page = await scene.trainer.as_backend().call(CHANGES)

    last = page["changes"][-1]
    assert (last["kind"], last["byUserId"], last["cause"]) == ("DELETE", "trainer-1", None)
    assert last["runId"] == undone["id"]


async def test_what_undo_takes_back_leads_to_the_same_state_when_undone_twice(scene: Scene) -> None:
    made = await scene.lesson()
    await scene.settle()
    edit(scene.memory, "Lesson", retitled("Boxing"))
    undone = await scene.undo(await scene.sync())
    await scene.settle()

    redone = await scene.undo(undone["id"])
    await scene.settle()

    assert (await scene.trainer.call(READ, id=made))["title"] == "Boxing"
    assert (scene.memory.titles(), scene.pear.titles()) == (["Boxing"], ["Boxing"])
    assert redone["canUndo"]


async def test_a_copy_that_was_taken_out_comes_back_when_that_is_undone(scene: Scene) -> None:
    await scene.trainer.call(CREATE, appointment=lesson())
    undone = await scene.undo(await scene.sync())
    await scene.settle()
    assert scene.memory.titles() == []

    await scene.undo(undone["id"])
    await scene.settle()

    assert scene.memory.titles() == ["Lesson"]
