"""What happens to who asks for an undo twice, and what a crash in the middle leaves."""

import asyncio
from datetime import date, timedelta
from unittest.mock import patch
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api, next_of
from tests.gateway.graphql.statements import counted
from tests.gateway.graphql.undo_scene import (
    HISTORY,
    READ_RUN,
    UNDO,
    Scene,
    opened_scene,
    put,
    titles,
)
from tests.postgres import IS_ASKED_FOR

from metonic_core.model.content import Content
from metonic_core.model.when import AllDay
from metonic_gateway.jobs.scheduler import Scheduler
from metonic_gateway.jobs.undoing import undo_run
from metonic_gateway.store import taking_back
from metonic_gateway.store.models import CalendarSyncHistory

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


async def test_who_asks_twice_or_in_two_browsers_gets_one_and_the_same_undo(scene: Scene) -> None:
    run = await imported(scene, 1)

    answers = await asyncio.gather(*(scene.trainer.call(UNDO, id=run) for _ in range(5)))
    await scene.house.undo()
    later = await scene.trainer.call(UNDO, id=run)

    assert {answer["id"] for answer in [*answers, later]} == {answers[0]["id"]}
    assert later["state"] == "FINISHED"
    assert await CalendarSyncHistory.filter(kind="undo").count() == 1
    assert (await scene.trainer.call(READ_RUN, id=later["id"]))["operations"]["totalCount"] == 1


async def test_what_two_workers_do_at_once_is_done_once(scene: Scene) -> None:
    run = await imported(scene, 5)
    asked = await scene.trainer.call(UNDO, id=run)

    with patch.object(taking_back, "_AT_ONCE", 2):
        await asyncio.gather(*(undo_run(scene.house.services, UUID(asked["id"])) for _ in range(3)))

    done = await scene.trainer.call(READ_RUN, id=asked["id"])
    assert (done["state"], done["errors"], done["operations"]["totalCount"]) == ("FINISHED", [], 5)


@pytest.mark.parametrize("crash", [0, 1, 2])
async def test_an_undo_that_is_cut_off_is_found_and_gone_on_with(scene: Scene, crash: int) -> None:
    run = await imported(scene, 5)
    asked = await scene.trainer.call(UNDO, id=run)
    parts = 0

    async def dying(*args: object) -> None:
        nonlocal parts
        parts += 1
        if parts > crash:
            raise RuntimeError
        await noting(*args)  # type: ignore[arg-type]

    noting = taking_back._journal  # noqa: SLF001 - the last thing but one in a transaction
    with patch.object(taking_back, "_AT_ONCE", 2), patch.object(taking_back, "_journal", dying):
        await scene.house.undo()
    standing = await scene.trainer.call(READ_RUN, id=asked["id"])
    assert (standing["state"], len(await titles(scene.trainer))) == (
        "RUNNING" if crash else "QUEUED",
        5 - 2 * crash,
    )

    house = scene.house
    await Scheduler(house.messages(), lambda: house.now).look()
    await house.undo()

    done = await scene.trainer.call(READ_RUN, id=asked["id"])
    assert (done["status"], done["operations"]["totalCount"]) == ("SUCCESS", 5)
    assert await titles(scene.trainer) == []


async def test_a_long_undo_tells_how_far_it_is(scene: Scene) -> None:
    run = await imported(scene, 5)
    asked = await scene.trainer.call(UNDO, id=run)

    async with scene.trainer.subscribed(PROGRESS, id=asked["id"]) as socket:
        first = (await next_of(socket))["data"]["syncProgress"]
        with patch.object(taking_back, "_AT_ONCE", 2):
            await taking_back_once(scene, asked["id"])
            await undo_run(scene.house.services, UUID(asked["id"]))
        last = first
        while last["phase"] != "FINISH":
            last = (await next_of(socket))["data"]["syncProgress"]

    assert first["phase"] == "QUEUED"
    assert (last["done"], last["total"]) == (5, 5)


async def taking_back_once(scene: Scene, undo: str) -> None:
    services = scene.house.services
    complaints = taking_back.Complaints(
        lambda _: ("failed", "", ""), lambda _: ("failed", "", ""), ("failed", "", "")
    )
    await taking_back.take_back(UUID(undo), complaints, services.window(), services.clock())
    standing = await scene.trainer.call(READ_RUN, id=undo)
    assert standing["progress"] == {"phase": "UNDO", "done": 2, "total": 5}


async def test_a_part_costs_as_many_statements_for_fifty_lines_as_for_five(scene: Scene) -> None:
    few, many = await imported(scene, 5), await imported(scene, 50)
    costs = []
    for run in (few, many):
        await scene.trainer.call(UNDO, id=run)
        with counted() as statements:
            await scene.house.undo()
        costs.append(len(statements))

    assert await titles(scene.trainer) == []
    # On PostgreSQL one of them locks the calendar.
    assert costs[1] == costs[0] <= 30 + IS_ASKED_FOR


async def test_a_history_tells_which_runs_can_be_undone_in_a_fixed_number_of_statements(scene: Scene) -> None:
    first = await imported(scene, 1)
    with counted() as for_few:
        await scene.trainer.call(HISTORY)
    for n in range(5):
        put(scene.memory, Content(f"More {n}", AllDay(DAY, DAY + timedelta(days=1))))
        await scene.sync()
    await scene.undo(first)

    with counted() as for_many:
        history = (await scene.trainer.call(HISTORY))["nodes"]

    told = {run["id"]: (run["kind"], run["canUndo"]) for run in history}
    (undo,) = [run for run in history if run["kind"] == "UNDO"]
    assert told[first] == ("SYNC", False)
    assert (undo["undoOf"], undo["canUndo"]) == (first, True)
    assert list(told.values()).count(("SYNC", True)) == 5
    assert len(for_many) <= len(for_few) + 1, "\n".join(for_many)


async def test_an_undo_is_no_sync_of_the_calendar(scene: Scene) -> None:
    run = await imported(scene, 1)
    await scene.trainer.call(UNDO, id=run)
    status = '{ syncStatus(provider: "memory") { currentRun { id } lastRun { id } } }'

    assert await scene.trainer.call(status) == {"currentRun": None, "lastRun": {"id": run}}
    await scene.settle()
    assert await CalendarSyncHistory.filter(kind="undo", state="queued").count() == 1
