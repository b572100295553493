"""Messages in memory, actors on the loop that is there already."""

import asyncio
import threading
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

import dramatiq
import pytest
from tests.gateway.house import House, eventually

from metonic_gateway.jobs.actors import declare_actors, nudge_through, sweep_through
from metonic_gateway.jobs.broker import EmbeddedBroker, aside, working
from metonic_gateway.jobs.scheduler import Scheduler
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncHistory


async def until(condition: asyncio.Event) -> None:
    await asyncio.wait_for(condition.wait(), 10)


async def test_actors_run_on_the_loop_of_the_service() -> None:
    broker = EmbeddedBroker(asyncio.get_running_loop())
    ran_on: list[asyncio.AbstractEventLoop] = []
    ran = asyncio.Event()

    @dramatiq.actor(broker=broker)
    async def note() -> None:
        ran_on.append(asyncio.get_running_loop())
        ran.set()

    async with working(broker):
        note.send()
        await until(ran)

    assert ran_on == [asyncio.get_running_loop()]


async def test_a_worker_that_stops_cancels_what_runs() -> None:
    broker = EmbeddedBroker(asyncio.get_running_loop())
    began, cancelled = asyncio.Event(), asyncio.Event()

    @dramatiq.actor(broker=broker)
    async def hang() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async with asyncio.timeout(10), working(broker):
        hang.send()
        await until(began)

    assert cancelled.is_set()


async def test_a_nudge_becomes_a_run(house: House) -> None:
    calendar = await house.connect()
    broker = EmbeddedBroker(asyncio.get_running_loop())
    declare_actors(broker, house.services)

    async def is_synced() -> bool:
        return (await house.row(calendar)).last_sync_at is not None

    async with working(broker):
        nudge_through(broker)([calendar])
        await eventually(is_synced)

    assert (await house.row(calendar)).last_sync_status == "success"


async def test_a_sweep_erases_what_is_old(house: House) -> None:
    calendar = await house.connect()
    for title in ("old", "new"):
        await house.add(title)
        await house.sync(calendar)
        house.later(timedelta(days=100))
    house.later(timedelta(days=-100))
    assert await CalendarSyncHistory.all().count() == 2
    broker = EmbeddedBroker(asyncio.get_running_loop())
    declare_actors(broker, house.services)

    async def is_one_left() -> bool:
        return await CalendarSyncHistory.all().count() == 1

    async with working(broker):
        sweep_through(broker)()
        await eventually(is_one_left)


@pytest.fixture
def asked() -> list[UUID]:
    return []


@pytest.fixture
def scheduler(house: House, asked: list[UUID]) -> Scheduler:
    def nudge(calendars: Collection[UUID]) -> None:
        asked.extend(calendars)

    return Scheduler(house.messages(nudge, house.nudged.clear), lambda: house.now, timedelta(milliseconds=1))


async def test_the_scheduler_asks_once_for_a_calendar_that_is_due(
    house: House, scheduler: Scheduler, asked: list[UUID]
) -> None:
    calendar = await house.connect()

    await scheduler.look()
    await scheduler.look()

    assert asked == [calendar]


async def test_a_lost_message_is_repeated_after_a_minute(
    house: House, scheduler: Scheduler, asked: list[UUID]
) -> None:
    calendar = await house.connect()
    await scheduler.look()

    house.later(timedelta(seconds=60))
    await scheduler.look()

    assert asked == [calendar, calendar]


async def test_what_is_due_anew_is_asked_for_anew(
    house: House, scheduler: Scheduler, asked: list[UUID]
) -> None:
    calendar = await house.connect()
    await scheduler.look()
    await house.sync(calendar)

    await CalendarSyncConfig.filter(id=calendar).update(next_sync_at=house.later(timedelta(seconds=1)))
    await scheduler.look()

    assert asked == [calendar, calendar]


async def test_a_sweep_is_asked_for_once_a_day(house: House) -> None:
    swept: list[int] = []
    scheduler = Scheduler(house.messages(sweep=lambda: swept.append(1)), lambda: house.now)

    await scheduler.look()
    await scheduler.look()
    assert len(swept) == 1

    house.later(timedelta(days=1))
    await scheduler.look()
    assert len(swept) == 2


async def test_a_database_that_is_away_for_a_moment_ends_no_scheduler(house: House) -> None:
    calendar = await house.connect()
    seen = asyncio.Event()
    failures = iter([OSError("away")])

    def nudge(calendars: Collection[UUID]) -> None:
        for error in failures:
            raise error
        if list(calendars) == [] or calendar in calendars:
            seen.set()

    scheduler = Scheduler(house.messages(nudge), lambda: house.now, timedelta(milliseconds=1))
    running = asyncio.create_task(scheduler.run())
    await until(seen)
    running.cancel()
    await asyncio.wait({running})

    assert running.cancelled()


async def test_what_fails_as_a_process_ends_is_not_printed_by_its_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    printed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", printed.append)

    def fail() -> None:
        raise ConnectionError

    async def has_ended() -> bool:
        return "aside" not in {thread.name for thread in threading.enumerate()}

    await aside(fail, 10)
    await eventually(has_ended)

    assert printed == []
