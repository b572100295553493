"""A clock was ahead and is set back: nothing waits until the time that it had shown."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.gateway.house import House, synced
from tests.gateway.jobs.leaving import at_home, choose, link_to

from metonic_core.spi import RateLimited, Unavailable
from metonic_gateway.jobs.scheduler import Scheduler
from metonic_gateway.store import clocks, leases, previews
from metonic_gateway.store.models import CalendarSyncConfig

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def looked(house: House) -> list[UUID]:
    """The calendars that a scheduler which starts now has synced."""
    asked: list[UUID] = []
    await Scheduler(house.messages(asked.extend), lambda: house.now).look()
    return asked


@pytest.mark.parametrize("ahead", [HOUR, 12 * HOUR, 400 * DAY])
async def test_a_calendar_is_looked_at_again(house: House, ahead: timedelta) -> None:
    calendar, now = await synced(house), house.now
    house.later(ahead)
    await house.sync(calendar)

    house.now = now

    assert await looked(house) == [calendar]


async def test_a_calendar_that_backs_off_is_asked_again(house: House) -> None:
    calendar, now = await synced(house), house.now
    house.world.error = Unavailable("The server is down.")
    house.later(30 * DAY)
    await house.sync(calendar)

    house.now = now

    assert await looked(house) == [calendar]


@pytest.mark.parametrize("frequency", [5, 15, 60, 90, 360, 1440])
async def test_whoever_waits_no_longer_than_their_frequency_goes_on_waiting(
    house: House, frequency: int
) -> None:
    calendar = await synced(house)
    at = house.now + timedelta(minutes=frequency) * 1.1
    rows = CalendarSyncConfig.filter(id=calendar)
    await rows.update(sync_frequency_minutes=frequency, next_sync_at=at)

    assert await looked(house) == []
    assert await house.columns(calendar, "next_sync_at") == (at,)


async def test_a_pause_that_the_provider_asked_for_is_kept(house: House) -> None:
    calendar = await synced(house)
    house.world.error = RateLimited("Not so fast.", 7 * 24 * 3600)
    house.later(HOUR)
    await house.sync(calendar)

    assert await looked(house) == []
    assert await clocks.put_right(house.now) == 0


async def test_a_lease_of_a_run_that_is_at_work_goes_on(house: House) -> None:
    calendar = await synced(house)
    lease = await leases.acquire(calendar, house.later(DAY))
    assert lease is not None
    now = house.later(-DAY)

    await clocks.put_right(now)

    assert await leases.extend(lease, now)
    assert await leases.acquire(calendar, now) is None


async def test_a_lease_of_a_run_that_died_ends(house: House) -> None:
    calendar, now = await house.connect(), house.now
    assert await leases.acquire(calendar, house.later(DAY)) is not None

    house.now = now

    assert await looked(house) == [calendar]
    assert await leases.acquire(calendar, now) is not None


async def test_a_message_that_was_lost_is_sent_again(house: House) -> None:
    calendar, now = await house.connect(), house.now
    asked: list[UUID] = []
    scheduler = Scheduler(house.messages(asked.extend), lambda: house.now)
    house.later(DAY)
    await scheduler.look()

    house.now = now
    await scheduler.look()

    assert asked == [calendar, calendar]


async def test_copies_left_behind_are_taken_out(house: House) -> None:
    calendar, now = await at_home(house), house.now
    house.later(30 * DAY)
    house.world.errors = {"home": Unavailable("The server is down.")}
    await choose(house, "work")
    await house.sync(calendar)
    house.world.errors = {}

    house.now = now
    assert await looked(house) == [calendar]
    await house.sync(calendar)

    assert house.world.titles("home") == ["Dentist"]
    assert not (await link_to("home")).is_leaving


async def test_a_preview_whose_worker_died_is_made(house: House) -> None:
    calendar, now = await synced(house), house.now
    run = await previews.request(calendar, None, now)
    assert await previews.claim(run, house.later(DAY)) is not None

    house.now = now + HOUR
    await looked(house)
    house.later(timedelta(minutes=11))
    await looked(house)

    assert house.previews == [run]
