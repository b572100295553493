"""One run per calendar, and nobody who lost a lease may act on it."""

import asyncio
from datetime import timedelta

from tests.gateway.house import House, eventually, synced
from tortoise.expressions import F

from metonic_gateway.jobs.holding import held
from metonic_gateway.store import claiming, leases, outcomes
from metonic_gateway.store.leases import HEARTBEAT, LENGTH
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncMapping
from metonic_gateway.store.outcomes import Success
from metonic_gateway.store.run_log import RunLog
from metonic_gateway.store.runs import Outcome


async def test_a_calendar_has_one_holder(house: House) -> None:
    calendar = await house.connect()

    first = await leases.acquire(calendar, house.now)

    assert first is not None
    assert await leases.acquire(calendar, house.now) is None


async def test_of_many_that_ask_at_once_one_gets_it(house: House) -> None:
    calendar = await house.connect()

    asked = await asyncio.gather(*(leases.acquire(calendar, house.now) for _ in range(20)))

    assert sum(lease is not None for lease in asked) == 1


async def test_a_calendar_that_is_not_due_is_not_leased(house: House) -> None:
    calendar = await house.connect()
    await CalendarSyncConfig.filter(id=calendar).update(next_sync_at=house.now + timedelta(seconds=1))

    assert await leases.acquire(calendar, house.now) is None


async def test_a_stopped_or_paused_calendar_is_neither_leased_nor_found(house: House) -> None:
    calendar = await house.connect()
    for change in ({"stopped": "needs_sign_in"}, {"stopped": None, "is_active": False}):
        await CalendarSyncConfig.filter(id=calendar).update(**change)

        assert await leases.acquire(calendar, house.now) is None
        assert await claiming.claimable(house.now, 10) == []


async def test_a_calendar_that_is_being_disconnected_is_leased_for_its_last_run(house: House) -> None:
    calendar = await house.connect()
    await CalendarSyncConfig.filter(id=calendar).update(stopped="disconnecting")

    assert await leases.acquire(calendar, house.now) is not None


async def test_a_lease_ends_by_itself_and_the_next_holder_has_a_higher_fence(house: House) -> None:
    calendar = await house.connect()
    first = await leases.acquire(calendar, house.now)

    second = await leases.acquire(calendar, house.later(LENGTH))

    assert first is not None
    assert second is not None
    assert second.fence > first.fence


async def test_a_former_holder_neither_extends_nor_releases(house: House) -> None:
    calendar = await house.connect()
    first = await leases.acquire(calendar, house.now)
    second = await leases.acquire(calendar, house.later(LENGTH))
    assert first is not None
    assert second is not None

    assert not await leases.extend(first, house.now)
    await leases.release(first)

    assert (await house.row(calendar)).lease_until == second.until


async def test_a_heartbeat_holds_a_lease_for_longer(house: House) -> None:
    calendar = await house.connect()
    lease = await leases.acquire(calendar, house.now)
    assert lease is not None

    house.later(HEARTBEAT)
    assert await leases.extend(lease, house.now)

    house.later(LENGTH - timedelta(seconds=1))
    assert await leases.acquire(calendar, house.now) is None


async def test_a_heartbeat_takes_nothing_again_that_was_given_back(house: House) -> None:
    calendar = await house.connect()
    lease = await leases.acquire(calendar, house.now)
    assert lease is not None
    log = RunLog(calendar, "schedule", house.now, lease.fence)
    success = Success(log, Outcome("success"), house.later(HEARTBEAT), None)

    await outcomes.record_success(lease, success, house.now)

    assert not await leases.extend(lease, house.now)
    assert (await house.row(calendar)).lease_until is None


async def test_a_raised_fence_keeps_the_calendar_until_its_holder_lets_go(house: House) -> None:
    calendar = await house.connect()
    lease = await leases.acquire(calendar, house.now)
    assert lease is not None
    await CalendarSyncConfig.filter(id=calendar).update(fence=lease.fence + 1)

    # A write that takes longer than a lease must not land after whoever raised it has cleared up.
    for _ in range(5):
        house.later(HEARTBEAT)
        assert await leases.extend(lease, house.now)
    house.later(LENGTH - timedelta(seconds=1))
    assert await leases.acquire(calendar, house.now) is None

    await leases.release(lease)
    assert await leases.acquire(calendar, house.now) is not None


async def test_a_run_that_lost_its_calendar_stores_and_writes_nothing_any_more(house: House) -> None:
    calendar = await synced(house)
    before = house.world.titles()
    added = await house.add("Squats")

    async def taken_away() -> None:
        await CalendarSyncConfig.all().update(fence=F("fence") + 1)

    house.world.before_reading = taken_away
    await house.sync(calendar)

    row = await CalendarSyncMapping.get(appointment_id=added)
    assert (house.world.titles(), row.intent, row.due) == (before, None, "decide")


async def test_a_service_that_starts_breaks_the_leases_of_its_former_life(house: House) -> None:
    calendar = await house.connect()
    lease = await leases.acquire(calendar, house.now)
    assert lease is not None

    assert await leases.break_all() == 1

    assert not await leases.extend(lease, house.now)
    assert await leases.acquire(calendar, house.now) is not None


async def test_the_calendar_that_waits_longest_comes_first(house: House) -> None:
    calendar = await house.connect()
    row = await house.row(calendar)
    older = row.clone(pk=row.user_id)
    older.provider = "other"
    older.next_sync_at = house.now - timedelta(minutes=1)
    await older.save(force_create=True)

    assert [found for found, _ in await claiming.claimable(house.now, 10)] == [older.id, calendar]


async def test_the_lease_is_extended_while_a_run_takes_long(house: House) -> None:
    calendar = await house.connect()
    lease = await leases.acquire(calendar, house.now)
    assert lease is not None
    house.later(timedelta(seconds=30))

    async def is_extended() -> bool:
        return (await house.row(calendar)).lease_until == house.now + LENGTH

    async with held(lease, lambda: house.now, timedelta(milliseconds=1)):
        await eventually(is_extended)

    assert (await house.row(calendar)).lease_until is None
