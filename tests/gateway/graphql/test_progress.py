"""Who watches a run gets the present state first, then how it gets on, and at last that it is finished."""

from datetime import timedelta
from uuid import UUID, uuid4

import aiohttp
import pytest
from tests.gateway.graphql.client import Api, Json, next_of
from tests.gateway.graphql.operations import CONNECT, CREDENTIALS, DISCONNECT, STATUS, SYNC_NOW
from tests.gateway.house import House, eventually, synced

from metonic_core import spi
from metonic_gateway.services import run_topic
from metonic_gateway.store import history, run_log, runs
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncHistory
from metonic_gateway.store.run_log import RunLog
from metonic_gateway.store.runs import Outcome

PROGRESS = "runId phase done total perSecond"
WATCH = f"subscription ($id: ID!) {{ syncProgress(runId: $id) {{ {PROGRESS} }} }}"
RUN = f"query ($id: ID!) {{ syncRun(id: $id) {{ state progress {{ {PROGRESS} }} }} }}"


async def told(socket: aiohttp.ClientWebSocketResponse) -> Json:
    progress: Json = (await next_of(socket))["data"]["syncProgress"]
    return progress


async def running(house: House, **columns: object) -> UUID:
    """A run that somebody asked for and that runs."""
    calendar = await synced(house)
    made = await runs.request(calendar, (await house.row(calendar)).link_id or uuid4(), house.now)
    await run_log.begin(calendar, "manual", house.now)
    await CalendarSyncHistory.filter(id=made).update(**columns)
    return made


async def test_a_run_is_watched_from_the_queue_to_the_end(api: Api) -> None:
    calendar = await synced(api.house)
    for number in range(3):
        await api.house.add(f"Lesson {number}")
    run = (await api.call(SYNC_NOW, provider="memory"))["id"]
    seen: list[Json] = []

    async with api.subscribed(WATCH, id=run) as socket:
        seen.append(await told(socket))

        async def is_pulling() -> bool:
            while seen[-1]["phase"] != "PULL":
                seen.append(await told(socket))
            return True

        api.house.world.before_reading = lambda: eventually(is_pulling)
        await api.house.sync(calendar)
        while seen[-1]["phase"] != "FINISH":
            seen.append(await told(socket))
        assert (await socket.receive_json(timeout=5))["type"] == "complete"

    phases = list(dict.fromkeys(progress["phase"] for progress in seen))
    assert (phases[0], phases[-1]) == ("QUEUED", "FINISH")
    assert set(phases) <= {"QUEUED", "SETTLE", "PULL", "APPLY", "FINISH"}
    assert {progress["runId"] for progress in seen} == {run}
    assert seen[0] == {"runId": run, "phase": "QUEUED", "done": 0, "total": None, "perSecond": None}
    assert (seen[-1]["done"], seen[-1]["total"], seen[-1]["perSecond"]) == (3, 3, None)


async def test_a_change_of_the_run_is_told_and_a_nudge_without_one_is_not(api: Api) -> None:
    run = await running(api.house, phase="apply", done=50, total=200)

    async with api.subscribed(WATCH, id=str(run)) as socket:
        first = await told(socket)
        api.house.services.feed.publish(run_topic(run))
        await CalendarSyncHistory.filter(id=run).update(done=100)
        api.house.services.feed.publish(run_topic(run))
        second = await told(socket)

    assert [(p["phase"], p["done"], p["total"]) for p in (first, second)] == [
        ("APPLY", 50, 200),
        ("APPLY", 100, 200),
    ]


async def test_a_run_that_is_over_is_told_once(api: Api) -> None:
    run = await running(api.house)
    log = RunLog(uuid4(), "manual", api.house.now, 0, row=run)
    await log.finish(Outcome("success"), api.house.now)

    async with api.subscribed(WATCH, id=str(run)) as socket:
        assert (await told(socket))["phase"] == "FINISH"
        assert (await socket.receive_json(timeout=5))["type"] == "complete"


async def test_disconnecting_ends_what_waited(api: Api) -> None:
    await synced(api.house)
    run = (await api.call(SYNC_NOW, provider="memory"))["id"]

    async with api.subscribed(WATCH, id=run) as socket:
        await told(socket)
        await api.call(DISCONNECT, provider="memory", remove=False)

        assert (await told(socket))["phase"] == "FINISH"


async def test_a_run_of_somebody_else_is_not_found(api: Api) -> None:
    run = await running(api.house)
    stranger = api.as_user("client-2")

    for asker, asked in ((stranger, str(run)), (api, str(uuid4())), (api, "nonsense")):
        async with asker.subscribed(WATCH, id=asked) as socket:
            answer = await next_of(socket)
            assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_an_expired_token_ends_the_watching(api: Api) -> None:
    run = await running(api.house)
    async with api.subscribed(WATCH, id=str(run)) as socket:
        await told(socket)
        api.house.later(timedelta(days=3))
        api.house.services.feed.publish(run_topic(run))

        answer = await next_of(socket)

    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(("seconds", "rate"), [(0.9, None), (1, 30.0), (4, 7.5)])
async def test_the_rate_is_known_from_the_second_second_on(
    seconds: float, rate: float | None, api: Api
) -> None:
    run = await running(api.house, phase="pull", phase_at=api.house.now, done=30)
    api.house.later(timedelta(seconds=seconds))

    answer = await api.call(RUN, id=str(run))

    assert answer["progress"] == {
        "runId": str(run),
        "phase": "PULL",
        "done": 30,
        "total": None,
        "perSecond": rate,
    }


async def test_a_run_that_has_just_begun_settles(api: Api) -> None:
    run = await running(api.house)

    assert (await api.call(RUN, id=str(run)))["progress"]["phase"] == "SETTLE"


async def test_only_a_run_that_runs_has_progress(api: Api) -> None:
    calendar = await synced(api.house)
    run = (await api.call(SYNC_NOW, provider="memory"))["id"]
    queued = await api.call(RUN, id=run)
    await api.house.sync(calendar)

    finished = await api.call(RUN, id=run)

    assert (queued["state"], queued["progress"]) == ("QUEUED", None)
    assert (finished["state"], finished["progress"]) == ("FINISHED", None)


async def test_a_run_that_goes_on_in_the_row_of_another_begins_anew(house: House) -> None:
    run = await running(house, phase="apply", done=70, total=70)
    await RunLog(uuid4(), "manual", house.now, 0, row=run).requeue()
    row = await CalendarSyncHistory.get(id=run)
    await run_log.begin(row.sync_config_id, "schedule", house.now)

    found = await history.run(house.user, run)

    assert found is not None
    assert (found.state, found.phase, found.done, found.total) == ("running", None, 0, None)


async def test_who_waits_for_the_rest_of_a_first_read_does_not_see_a_calendar_at_rest(api: Api) -> None:
    made = await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)
    calendar = (await CalendarSyncConfig.get(id=made["id"])).id
    api.house.world.error = spi.Paced("Often enough for now.", 40)
    await api.house.sync(calendar)

    waiting = await api.call(STATUS, provider="memory")
    api.house.world.error = None
    api.house.later(timedelta(seconds=40))
    await api.house.sync(calendar)
    done = await api.call(STATUS, provider="memory")

    assert waiting["state"] == "QUEUED"
    assert (done["state"], done["lastRun"]["id"]) == ("IDLE", waiting["currentRun"]["id"])
