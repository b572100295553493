"""Held runs when something else ends: the process, the connection, a pause."""

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.guard.asking import APPROVE, REJECT, STATUS, holding
from tests.gateway.guard.stock import (
    HOME,
    erase,
    held,
    held_run,
    own_event,
    planned,
    run,
    standing,
    stocked,
)
from tests.gateway.house import House
from tests.gateway.memory import WORK

from metonic_gateway.store import run_log
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncHistory


async def test_an_approval_outlives_a_crash_before_its_run(house: House, api: Api) -> None:
    calendar, plan = await holding(house)
    answer = await api.call(APPROVE, id=plan)
    await CalendarSyncHistory.filter(id=answer["id"]).update(state="running")

    await run_log.begin(calendar, "schedule", house.now)
    await run(house, calendar)

    assert (await standing(), await held()) == (10, 0)


async def test_what_a_run_held_before_it_was_cut_off_waits_all_the_same(house: House) -> None:
    calendar, plan = await holding(house)
    await CalendarSyncHistory.filter(id=plan).update(state="running", completed_at=None, status=None)

    await run(house, calendar)

    cut_off = await held_run()
    assert (str(cut_off.id), cut_off.status, await planned(cut_off.id)) == (plan, "failed", 40)


async def test_who_disconnects_is_asked_no_more(house: House, api: Api) -> None:
    _, plan = await holding(house)

    await api.call(
        'mutation { disconnectProvider(provider: "memory", removeExternalEvents: false) { __typename } }'
    )

    assert (await CalendarSyncHistory.get(id=plan)).state == "finished"
    assert (await api.call(APPROVE, id=plan))["code"] == "OUT_OF_DATE"
    assert await standing() == 50


async def test_the_same_calendar_connected_again_asks_again(house: House, api: Api) -> None:
    calendar, former = await holding(house)
    await api.call(
        'mutation { disconnectProvider(provider: "memory", removeExternalEvents: false) { __typename } }'
    )

    await house.connect()
    await house.sync(calendar)

    assert (await standing(), await held(), await planned((await held_run()).id)) == (50, 40, 40)
    assert str((await held_run()).id) != former


async def test_another_calendar_asks_about_its_own_only(house: House, api: Api) -> None:
    house.world.calendars.append(WORK)
    calendar = await stocked(house, 0)
    await api.call('mutation { chooseCalendar(provider: "memory", calendarId: "home") { __typename } }')
    for number in range(20):
        house.world.put(HOME, own_event(number))
    await house.sync(calendar)
    erase(house, *range(15))
    await run(house, calendar)
    assert await held() == 15

    await api.call('mutation { chooseCalendar(provider: "memory", calendarId: "work") { __typename } }')
    await house.sync(calendar)

    assert (await api.call(STATUS))["heldRun"] is None
    assert not await CalendarSyncHistory.filter(state="held").exists()


async def test_of_a_paused_calendar_nothing_is_approved_until_it_goes_on(house: House, api: Api) -> None:
    calendar, plan = await holding(house)
    settings = """mutation ($isPaused: Boolean) {
      updateSyncSettings(provider: "memory", settings: {isPaused: $isPaused}) { __typename }
    }"""
    await api.call(settings, isPaused=True)

    refused = await api.call(APPROVE, id=plan)

    assert (refused["__typename"], refused["code"]) == ("InvalidInput", "PAUSED")
    assert "isPaused" in refused["nextStep"]
    assert (await held(), await CalendarSyncHistory.filter(state="queued").count()) == (40, 0)

    await api.call(settings, isPaused=False)
    assert (await api.call(APPROVE, id=plan))["state"] == "QUEUED"
    await house.sync(calendar)
    assert await standing() == 10


@pytest.mark.parametrize(
    ("stopped", "refusal"),
    [
        ("needs_sign_in", ("SignInRequired", "SIGN_IN_REQUIRED")),
        ("needs_calendar", ("NotConnected", "CALENDAR_REQUIRED")),
    ],
)
async def test_of_a_stopped_calendar_nothing_is_approved_but_it_may_be_rejected(
    house: House, api: Api, stopped: str, refusal: tuple[str, str]
) -> None:
    calendar, plan = await holding(house)
    await CalendarSyncConfig.filter(id=calendar).update(stopped=stopped)

    refused = await api.call(APPROVE, id=plan)

    assert (refused["__typename"], refused["code"]) == refusal
    assert (await held(), await CalendarSyncHistory.filter(state="queued").count()) == (40, 0)
    assert (await api.call(REJECT, id=plan))["state"] == "REJECTED"
