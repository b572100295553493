"""A calendar that is paused rests, says so, and is synced at once when it goes on."""

from datetime import timedelta

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import DISCONNECT, SYNC_NOW
from tests.gateway.graphql.settings import MINE, SET, after_setting, copy_of, created
from tests.gateway.house import synced

from metonic_gateway.store import claiming


async def test_a_paused_calendar_is_not_synced_and_says_so(api: Api) -> None:
    calendar = await synced(api.house)
    await created(api, "Lesson")

    titles = await after_setting(api, calendar, isPaused=True)

    (shown,) = await api.call(MINE)
    assert titles == []
    assert await claiming.claimable(api.house.later(timedelta(days=1)), 10) == []
    assert shown["settings"]["isPaused"] is True
    assert shown["status"] | {"syncDirection": None} == {
        "state": "PAUSED",
        "isActive": False,
        "nextSyncAt": None,
        "syncDirection": None,
    }


async def test_what_waits_for_a_paused_calendar_says_so(api: Api) -> None:
    calendar = await synced(api.house)
    await after_setting(api, calendar, isPaused=True)

    copy = await copy_of(api, await created(api, "Lesson"))

    assert (copy["state"], copy["reasonCode"]) == ("PENDING", "paused")
    assert copy["reason"] == "It waits until you let this calendar go on."


async def test_who_asks_for_a_sync_meanwhile_is_told_to_let_it_go_on(api: Api) -> None:
    calendar = await synced(api.house)
    await after_setting(api, calendar, isPaused=True)

    answer = await api.call(SYNC_NOW, provider="memory")

    assert (answer["__typename"], answer["code"], answer["path"]) == ("InvalidInput", "PAUSED", ["provider"])
    assert "isPaused: false" in answer["nextStep"]
    assert (await api.call("{ syncHistory { totalCount } }"))["totalCount"] == 0


async def test_a_calendar_that_goes_on_is_synced_at_once(api: Api) -> None:
    calendar = await synced(api.house)
    await after_setting(api, calendar, isPaused=True)
    await created(api, "Lesson")
    api.house.nudged.clear()

    answer = await api.call(SET, settings={"isPaused": False})
    await api.house.sync(calendar)

    assert answer["status"]["isActive"] is True
    assert api.house.nudged[:1] == [calendar]
    assert api.house.world.titles() == ["Lesson"]


async def test_settings_of_a_paused_calendar_count_when_it_goes_on(api: Api) -> None:
    calendar = await api.house.connect()
    await created(api, "Lesson", type="one_on_one")
    await api.house.sync(calendar)
    await after_setting(api, calendar, isPaused=True)
    api.house.nudged.clear()

    meanwhile = await after_setting(api, calendar, syncAll=False)
    nudged = list(api.house.nudged)
    later = await after_setting(api, calendar, isPaused=False)

    assert (meanwhile, nudged, later) == (["Lesson"], [], [])


async def test_a_paused_calendar_can_be_disconnected_with_its_copies(api: Api) -> None:
    calendar = await api.house.connect()
    await created(api, "Lesson")
    await api.house.sync(calendar)
    await after_setting(api, calendar, isPaused=True)

    await api.call(DISCONNECT, provider="memory", remove=True)
    await api.house.sync(calendar)

    assert api.house.world.titles() == []
    assert (await api.house.row(calendar)).stopped == "disconnected"


async def test_a_run_in_progress_ends_what_it_began(api: Api) -> None:
    calendar = await synced(api.house)
    await created(api, "Lesson")

    async def paused_meanwhile() -> None:
        api.house.world.before_reading = _nothing
        await api.call(SET, settings={"isPaused": True})

    api.house.world.before_reading = paused_meanwhile
    await api.house.sync(calendar)

    assert api.house.world.titles() == ["Lesson"]
    assert await claiming.claimable(api.house.later(timedelta(days=1)), 10) == []


async def test_a_shorter_frequency_reaches_a_run_in_progress(api: Api) -> None:
    calendar = await synced(api.house)
    await api.call(SET, settings={"frequencyMinutes": 1440})
    await created(api, "Lesson")

    async def shortened_meanwhile() -> None:
        api.house.world.before_reading = _nothing
        await api.call(SET, settings={"frequencyMinutes": 5})

    api.house.world.before_reading = shortened_meanwhile
    await api.house.sync(calendar)
    await api.house.sync(calendar)

    assert (await api.house.row(calendar)).next_sync_at < api.house.now + timedelta(minutes=10)  # type: ignore[operator]


async def _nothing() -> None:
    return
