"""One sync of one calendar: what it leaves on its row, in its history, and for those who asked meanwhile."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.gateway.house import House, eventually, synced

from metonic_core.model.when import Timed
from metonic_gateway.accounts.connecting import NotConnected
from metonic_gateway.jobs.requests import sync_now
from metonic_gateway.services import status_topic
from metonic_gateway.store import leases, preferences
from metonic_gateway.store.appointments import make_due
from metonic_gateway.store.models import CalendarLink, CalendarSyncHistory
from metonic_gateway.store.preferences import Preferences


async def ask(house: House, *, complete: bool = False) -> UUID:
    return await sync_now(house.services, house.user, "memory", complete=complete)


async def test_appointments_that_were_there_before_reach_a_newly_connected_calendar(house: House) -> None:
    await house.add("Boxing")

    await synced(house)

    assert house.world.titles() == ["Boxing"]


async def test_a_run_that_worked_is_written_down(house: House) -> None:
    await house.add("Boxing")

    calendar = await synced(house)

    (run,) = await house.runs()
    row = await house.row(calendar)
    assert (run.state, run.status, run.reason, run.items_pushed) == ("finished", "success", "schedule", 1)
    assert (row.last_sync_status, row.last_sync_at, row.items_synced) == ("success", house.now, 1)
    assert (row.failures, row.problem, row.lease_until) == (0, None, None)
    assert row.served_seq == row.nudge_seq


async def test_the_next_run_is_due_after_the_frequency_give_or_take_a_tenth(house: House) -> None:
    calendar = await synced(house)

    due = (await house.row(calendar)).next_sync_at
    assert due is not None
    assert timedelta(minutes=13.5) <= due - house.now <= timedelta(minutes=16.5)


async def test_a_scheduled_run_that_finds_nothing_leaves_no_row(house: House) -> None:
    calendar = await synced(house)
    before = await house.runs()

    house.later(timedelta(minutes=20))
    await house.sync(calendar)

    row = await house.row(calendar)
    assert await house.runs() == before
    assert (row.last_sync_at, row.last_sync_status) == (house.now, "success")
    assert row.idle_runs >= 1


async def test_a_calendar_that_is_not_due_is_left_alone(house: House) -> None:
    calendar = await synced(house)
    reads = house.world.reads

    await house.sync(calendar)

    assert house.world.reads == reads


async def test_a_person_who_asks_gets_a_run_even_if_there_is_nothing_to_do(house: House) -> None:
    calendar = await synced(house)

    run = await ask(house)
    assert (await CalendarSyncHistory.get(id=run)).state == "queued"
    assert house.nudged == [calendar]
    await house.sync(calendar)

    row = await CalendarSyncHistory.get(id=run)
    assert (row.state, row.status, row.reason) == ("finished", "success", "manual")


async def test_who_asks_twice_gets_the_same_run(house: House) -> None:
    await synced(house)

    assert await ask(house) == await ask(house)


async def test_who_asks_during_a_run_gets_that_run_and_the_calendar_is_looked_at_again(house: House) -> None:
    calendar = await synced(house)
    run = await ask(house)
    asked: list[UUID] = []

    async def meanwhile() -> None:
        asked.append(await ask(house))

    house.world.before_reading = meanwhile
    await house.sync(calendar)

    assert asked == [run]
    assert house.nudged[-1] == calendar
    assert (await house.row(calendar)).next_sync_at == house.now


async def test_what_the_window_reaches_while_a_run_lasts_past_midnight_is_not_left_out(house: House) -> None:
    calendar = await house.connect()
    noon = house.services.window().end.replace(hour=12, tzinfo=None)
    await house.add("Tomorrow")
    await house.add("Far ahead", Timed(noon, noon + timedelta(hours=1), "UTC"))

    async def midnight() -> None:
        house.world.before_writing = _nothing
        now = house.later(timedelta(hours=13))

        def edited(known: Preferences) -> Preferences:
            return replace(known, include_notes=False)

        await preferences.change(house.user, "memory", edited, house.services.window(), now)

    house.world.before_writing = midnight
    await house.sync(calendar)
    house.later(timedelta(days=1))
    await house.sync(calendar)

    assert house.world.titles() == ["Far ahead", "Tomorrow"]


async def test_an_edit_during_a_run_makes_the_calendar_due_at_once(house: House) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))

    async def meanwhile() -> None:
        await make_due([calendar], house.now)

    house.world.before_reading = meanwhile
    await house.sync(calendar)

    assert (await house.row(calendar)).next_sync_at == house.now
    assert house.nudged == [calendar]


async def test_a_complete_run_begins_to_read_anew_even_during_a_run(house: House) -> None:
    calendar = await synced(house)
    run = await ask(house)
    asked: list[UUID] = []

    async def meanwhile() -> None:
        house.world.before_reading = _nothing
        asked.append(await ask(house, complete=True))

    house.world.before_reading = meanwhile
    await house.sync(calendar)
    assert asked == [run]
    assert (await CalendarSyncHistory.get(id=run)).state == "queued"
    link = await CalendarLink.get(id=(await house.row(calendar)).link_id)
    assert not link.cursor

    await house.sync(calendar)
    assert (await CalendarSyncHistory.get(id=run)).status == "success"


async def test_nobody_can_ask_for_a_calendar_that_is_not_connected(house: House) -> None:
    with pytest.raises(NotConnected):
        await ask(house)


async def test_a_run_that_a_crash_cut_off_is_finished_by_the_next(house: House) -> None:
    calendar = await synced(house)
    cut_off = await ask(house)
    await CalendarSyncHistory.filter(id=cut_off).update(state="running")

    await house.sync(calendar)

    row = await CalendarSyncHistory.get(id=cut_off)
    assert (row.state, row.status) == ("finished", "failed")
    assert "cut off" in row.errors[0]["error"]


async def test_a_run_that_is_cancelled_gives_its_lease_back(house: House) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))
    reading = asyncio.Event()

    async def hanging() -> None:
        reading.set()
        await asyncio.Event().wait()

    house.world.before_reading = hanging
    run = asyncio.create_task(house.sync(calendar))
    await asyncio.wait_for(reading.wait(), 10)
    run.cancel()
    await asyncio.wait({run}, timeout=10)

    assert run.cancelled()
    assert await leases.acquire(calendar, house.now) is not None


async def test_subscribers_are_nudged_when_a_run_begins_and_when_it_ends(house: House) -> None:
    calendar = await synced(house)
    house.later(timedelta(minutes=20))
    states: list[bool] = []
    topic = status_topic(house.user)

    with house.services.feed.subscribe([topic]) as nudges:

        async def watch() -> None:
            async for _ in nudges:
                states.append((await house.row(calendar)).lease_until is not None)
                if len(states) == 2:
                    return

        async def is_seen() -> bool:
            return len(states) == 1

        watching = asyncio.create_task(watch())
        house.world.before_reading = lambda: eventually(is_seen)
        await house.sync(calendar)
        await asyncio.wait_for(watching, 10)

    assert states == [True, False]


async def _nothing() -> None:
    return


async def test_a_run_that_is_cut_off_lets_go_and_leaves_its_row_to_the_next(house: House) -> None:
    calendar = await house.connect()
    run = await ask(house)
    reading = asyncio.Event()

    async def hang() -> None:
        reading.set()
        await asyncio.Event().wait()

    house.world.before_reading = hang
    running = asyncio.create_task(house.sync(calendar))
    await asyncio.wait_for(reading.wait(), 10)
    running.cancel()
    await asyncio.wait({running})

    (row,) = await house.runs()
    assert running.cancelled()
    assert (row.id, row.state, row.status) == (run, "queued", None)
    assert (await house.row(calendar)).lease_until is None
