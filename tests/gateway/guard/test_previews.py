"""Previews: what a sync would do, by the code that does it, and nothing is stored but the plan."""

from datetime import timedelta
from typing import Any

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.guard.stock import HOME, edit, erase, held, lesson, own_event, run, send, standing, stocked
from tests.gateway.house import House, synced

from metonic_core.spi.errors import Unavailable
from metonic_gateway.store import previews
from metonic_gateway.store.models import (
    Appointment,
    CalendarLink,
    CalendarSyncConfig,
    CalendarSyncHistory,
    CalendarSyncMapping,
    SyncOperation,
)

PREVIEW = """mutation ($settings: SyncSettingsInput) {
  previewSync(provider: "memory", settings: $settings) {
    __typename
    ... on SyncRun { id kind state plan { creates } }
    ... on UserError { code message nextStep }
    ... on InvalidInput { path }
  }
}"""
PLAN = """query ($id: ID!) { syncRun(id: $id) {
  state status errors { code nextStep }
  plan { creates updates deletes conflicts heldBecause steps(first: 50) {
    totalCount nodes { side operation title heldBecause reasonCode fields { group base local external } }
  } }
} }"""
SETTINGS = """mutation ($settings: SyncSettingsInput!) {
  updateSyncSettings(provider: "memory", settings: $settings) { __typename }
}"""


async def previewed(house: House, api: Api, settings: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - JSON has no narrower type
    asked = await api.call(PREVIEW, settings=settings)
    assert (asked["kind"], asked["state"], asked["plan"]) == ("PREVIEW", "QUEUED", None)
    await house.preview()
    return await api.call(PLAN, id=asked["id"])


async def everything() -> list[Any]:
    """All that is stored but runs and their plans, as it is."""
    tables = (Appointment, CalendarLink, CalendarSyncConfig, CalendarSyncMapping, SyncOperation)
    return [await table.all().order_by("id").values() for table in tables]


async def test_a_preview_says_what_a_sync_would_do_and_stores_nothing_else(house: House, api: Api) -> None:
    await stocked(house, 20)
    house.world.put(HOME, own_event(50, "New there"))
    edit(house, 0, 1)
    erase(house, 2)
    await house.add("New here")
    before = await everything(), dict(house.world.events[HOME])

    made = await previewed(house, api)

    plan = made["plan"]
    assert (plan["creates"], plan["updates"], plan["deletes"], plan["heldBecause"]) == (2, 2, 1, [])
    assert (made["state"], made["status"], plan["steps"]["totalCount"]) == ("FINISHED", "SUCCESS", 5)
    assert (await everything(), house.world.events[HOME]) == before


async def test_the_sync_then_does_what_the_preview_said(house: House, api: Api) -> None:
    calendar = await stocked(house, 20)
    house.world.put(HOME, own_event(50, "New there"))
    edit(house, 0, 1)
    erase(house, 2)
    await house.add("New here")
    foreseen = (await previewed(house, api))["plan"]["steps"]["nodes"]

    await run(house, calendar)

    done = await SyncOperation.filter(run__started_at=house.now).values_list("side", "operation", "reason")
    told = [(s["side"].lower(), s["operation"].lower(), s["reasonCode"]) for s in foreseen]
    assert sorted(done) == sorted(told)


async def test_a_preview_says_what_the_guard_would_hold(house: House, api: Api) -> None:
    await stocked(house, 50)
    erase(house, *range(40))

    plan = (await previewed(house, api))["plan"]

    assert plan["deletes"] == 40
    assert plan["heldBecause"][0].startswith("40 deletions")
    assert all(step["heldBecause"] for step in plan["steps"]["nodes"])
    assert (await standing(), await held()) == (50, 0)


async def test_an_empty_calendar_is_suspect_in_a_preview_too(house: House, api: Api) -> None:
    await stocked(house, 2)
    erase(house, 0, 1)

    plan = (await previewed(house, api))["plan"]

    assert plan["heldBecause"][0].startswith("The calendar was suddenly empty")


async def test_a_preview_counts_conflicts(house: House, api: Api) -> None:
    await send(house, lesson(0), lesson(1))
    await synced(house)
    (event, _) = house.world.events[HOME].values()
    del house.world.events[HOME][event.id]

    plan = (await previewed(house, api))["plan"]

    assert (plan["conflicts"], plan["deletes"]) == (1, 0)


@pytest.mark.parametrize(
    "settings",
    [
        {"syncAll": False, "filters": {"appointmentTypes": []}},
        {"direction": "PULL"},
        {"includeNotes": False},
    ],
)
async def test_supposed_settings_are_previewed_as_they_are_carried_out(
    house: House, api: Api, settings: dict[str, Any]
) -> None:
    await send(house, *map(lesson, range(12)))
    calendar = await synced(house)
    house.world.put(HOME, own_event(40))
    foreseen = (await previewed(house, api, settings))["plan"]["steps"]["nodes"]

    await api.call(SETTINGS, settings=settings)
    await run(house, calendar)

    done = await SyncOperation.filter(run__started_at=house.now).values_list("side", "operation", "reason")
    told = [(s["side"].lower(), s["operation"].lower(), s["reasonCode"]) for s in foreseen]
    assert sorted(done) == sorted(told)
    assert not any(step["heldBecause"] for step in foreseen)


async def test_what_would_be_let_in_again_is_previewed(house: House, api: Api) -> None:
    await api.call("{ viewer { id } }")
    await send(house, *map(lesson, range(3)))
    calendar = await house.connect()
    await api.call(SETTINGS, settings={"syncAll": False, "filters": {"appointmentTypes": []}})
    await house.sync(calendar)
    assert house.world.titles() == []

    plan = (await previewed(house, api, {"syncAll": True}))["plan"]

    assert plan["creates"] == 3
    assert [step["title"] for step in plan["steps"]["nodes"]] == ["Lesson 0", "Lesson 1", "Lesson 2"]


async def test_a_direction_that_is_opened_has_its_events_looked_at(house: House, api: Api) -> None:
    calendar = await stocked(house, 2)
    await api.call(SETTINGS, settings={"direction": "PUSH"})
    await house.sync(calendar)
    edit(house, 0)
    house.world.put(HOME, own_event(9, "New there"))
    await run(house, calendar)

    plan = (await previewed(house, api, {"direction": "BOTH"}))["plan"]

    assert (plan["creates"], plan["updates"]) == (1, 1)


async def test_settings_that_cannot_be_used_are_refused_as_elsewhere(api: Api, house: House) -> None:
    await synced(house)

    refused = await api.call(PREVIEW, settings={"frequencyMinutes": 1})

    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["settings", "frequencyMinutes"])
    assert house.previews == []


async def test_who_is_not_connected_gets_no_preview(api: Api) -> None:
    assert (await api.call(PREVIEW))["code"] == "NOT_CONNECTED"


async def test_a_provider_that_is_away_ends_the_preview_and_nothing_else(house: House, api: Api) -> None:
    await stocked(house, 2)
    before = await everything()
    house.world.error = Unavailable("The calendar server does not answer.")

    made = await previewed(house, api)

    assert (made["state"], made["status"], made["errors"][0]["code"]) == ("FINISHED", "FAILED", "UNREACHABLE")
    assert await everything() == before


async def test_asking_twice_for_the_same_gives_the_same_preview(house: House, api: Api) -> None:
    await synced(house)

    first, second = await api.call(PREVIEW), await api.call(PREVIEW)
    other = await api.call(PREVIEW, settings={"includeNotes": False})

    assert first["id"] == second["id"] != other["id"]
    assert (await CalendarSyncHistory.get(id=first["id"])).status == "failed"


async def test_a_preview_is_no_run_of_the_history_and_of_nobody_else(house: House, api: Api) -> None:
    await synced(house)
    asked = (await api.call(PREVIEW))["id"]
    await house.preview()

    history = await api.call("{ syncHistory { totalCount nodes { id kind } } }")
    status = await api.call('{ syncStatus(provider: "memory") { currentRun { id } lastRun { id } state } }')

    assert asked not in {run["id"] for run in history["nodes"]}
    assert (status["currentRun"], status["lastRun"], status["state"]) == (None, None, "IDLE")
    assert await api.as_user("client-1").call(PLAN, id=asked) is None


async def test_a_run_meanwhile_is_not_disturbed_and_takes_no_preview_for_its_own(
    house: House, api: Api
) -> None:
    calendar = await stocked(house, 3)
    edit(house, 0)
    asked = (await api.call(PREVIEW))["id"]

    async def meanwhile() -> None:
        house.world.before_reading = _nothing
        await run(house, calendar)

    house.world.before_reading = meanwhile
    await house.preview()

    assert (await CalendarSyncHistory.get(id=asked)).status == "success"
    assert await SyncOperation.filter(reason="edited_there").count() == 1
    assert await CalendarSyncHistory.filter(kind="sync", state="finished").count() == 2


async def test_a_preview_whose_worker_died_is_made_by_another(house: House, api: Api) -> None:
    await synced(house)
    asked = (await api.call(PREVIEW))["id"]
    (lost,) = house.previews
    assert await previews.claim(lost, house.now)

    assert list(await previews.waiting(house.now)) == []
    house.later(timedelta(minutes=11))
    assert list(await previews.waiting(house.now)) == [lost]
    await house.preview()

    assert (await CalendarSyncHistory.get(id=asked)).status == "success"


async def test_who_disconnects_gets_no_preview_any_more(house: House, api: Api) -> None:
    await synced(house)
    asked = (await api.call(PREVIEW))["id"]

    await api.call(
        'mutation { disconnectProvider(provider: "memory", removeExternalEvents: false) { __typename } }'
    )
    await house.preview()

    assert (await CalendarSyncHistory.get(id=asked)).status == "failed"


async def _nothing() -> None:
    return
