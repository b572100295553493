"""What is due is asked for by one scheduler, fairly, and no faster than workers take it."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.gateway.house import House
from tests.postgres import on_postgres_alone
from tortoise.transactions import in_transaction

from metonic_gateway.jobs.scheduler import Scheduler
from metonic_gateway.store import claiming, leases
from metonic_gateway.store.claiming import ASK_AGAIN, MOST_ASKED, Claimed, claim, fairly
from metonic_gateway.store.models import CalendarSyncConfig, User

MINUTE = timedelta(minutes=1)


async def due(house: House, owners: Sequence[UUID], since: timedelta = MINUTE) -> list[UUID]:
    """A calendar of each, at a provider of its own, that has been due for so long."""
    made = [
        CalendarSyncConfig(
            id=uuid4(),
            user_id=user,
            provider=f"p{place}",
            account_subject="",
            account_name="",
            account_server="",
            account_username="",
            calendars=[],
            sync_frequency_minutes=15,
            next_sync_at=house.now - since + timedelta(milliseconds=place),
            created_at=house.now,
            updated_at=house.now,
        )
        for place, user in enumerate(owners)
    ]
    await CalendarSyncConfig.bulk_create(made)
    return [row.id for row in made]


async def crowd(house: House, number: int) -> list[UUID]:
    """A due calendar of each of so many users."""
    made = [User(id=uuid4(), platform_id=f"user-{n}", role="client") for n in range(number)]
    await User.bulk_create(made)
    return await due(house, [user.id for user in made])


async def test_each_calendar_is_asked_for_by_one_of_several_schedulers(house: House) -> None:
    calendars = await crowd(house, 20)

    claims = await asyncio.gather(*(claim(house.now, 8) for _ in range(6)))
    while (further := await claim(house.now, 100)).calendars:
        claims.append(further)

    asked = [calendar for each in claims for calendar in each.calendars]
    assert sorted(asked) == sorted(calendars)


async def test_what_is_asked_for_and_not_taken_is_bounded(house: House) -> None:
    await crowd(house, 12)

    first = await claim(house.now, 10)
    full = await claim(house.now, 10)
    await leases.acquire(first.calendars[0], house.now)
    further = await claim(house.now, 10)

    assert (len(first.calendars), first.is_more) == (10, True)
    assert full == Claimed([], is_more=False)
    assert (len(further.calendars), further.is_more) == (1, True)


async def test_nothing_more_is_due_once_all_is_asked_for(house: House) -> None:
    await crowd(house, 3)

    assert not (await claim(house.now)).is_more
    assert await claim(house.now) == Claimed([], is_more=False)


async def test_a_user_with_hundreds_of_calendars_keeps_nobody_waiting(house: House) -> None:
    many = await due(house, [house.user] * 500, since=timedelta(hours=1))
    others = await crowd(house, 100)

    asked = (await claim(house.now)).calendars

    assert {*others} < {*asked}
    assert asked[0] == many[0]
    assert len({*asked} & {*many}) == 5
    assert (await claim(house.now)).calendars == []
    await leases.acquire(many[0], house.now)
    assert (await claim(house.now)).calendars == [many[5]]


def test_users_take_turns_and_who_waits_longest_comes_first() -> None:
    alice, bob, carol = uuid4(), uuid4(), uuid4()
    waiting = [(uuid4(), alice), (uuid4(), alice), (uuid4(), bob), (uuid4(), carol)]
    a1, a2, b, c = (calendar for calendar, _ in waiting)

    assert fairly(waiting, {}, 10) == [a1, b, c, a2]
    assert fairly(waiting, {bob: 1}, 10) == [a1, c, a2, b]
    assert fairly(waiting, {}, 2) == [a1, b]
    assert fairly(waiting, {alice: 5}, 10) == [b, c]


async def test_what_a_scheduler_that_died_asked_for_is_asked_for_again_after_a_minute(house: House) -> None:
    calendars = await crowd(house, 2)

    def dies(_: Collection[UUID]) -> None:
        raise OSError("killed")

    with pytest.raises(OSError, match="killed"):
        await Scheduler(house.messages(dies), lambda: house.now).look()

    house.later(ASK_AGAIN - timedelta(seconds=1))
    assert (await claim(house.now)).calendars == []
    house.later(timedelta(seconds=1))
    assert sorted((await claim(house.now)).calendars) == sorted(calendars)


async def test_what_is_due_anew_before_it_was_taken_is_asked_for_anew(house: House) -> None:
    (calendar,) = await crowd(house, 1)
    await claim(house.now)
    house.later(timedelta(seconds=2))
    await CalendarSyncConfig.filter(id=calendar).update(next_sync_at=house.now)

    assert (await claim(house.now)).calendars == [calendar]


async def test_a_scheduler_whose_clock_is_a_little_behind_asks_for_nothing_twice(house: House) -> None:
    await crowd(house, 1)
    await claim(house.now)

    assert (await claim(house.now - timedelta(seconds=3))).calendars == []


async def test_a_pause_keeps_a_calendar_from_being_asked_for_but_not_from_being_disconnected(
    house: House,
) -> None:
    paused, leaving = await crowd(house, 2)
    await CalendarSyncConfig.filter(id__in=[paused, leaving]).update(is_paused=True)
    await CalendarSyncConfig.filter(id=leaving).update(stopped="disconnecting")

    assert (await claim(house.now)).calendars == [leaving]


async def test_a_calendar_that_somebody_holds_is_not_asked_for(house: House) -> None:
    (calendar,) = await crowd(house, 1)
    assert await leases.acquire(calendar, house.now) is not None

    assert (await claim(house.now)).calendars == []
    assert await claiming.claimable(house.now + leases.LENGTH, 10) != []


@on_postgres_alone
async def test_what_is_due_is_found_by_its_index_however_many_rows_there_are(house: House) -> None:
    async with in_transaction() as transaction:
        await transaction.execute_script("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        due = CalendarSyncConfig.filter(claiming.is_claimable(house.now)).order_by("next_sync_at").limit(10)

        plan = str(await due.explain())

    assert "ix_calendar_due" in plan
    assert "Sort Key" not in plan


async def test_after_a_standstill_a_scheduler_goes_on_as_soon_as_workers_take(house: House) -> None:
    calendars = await crowd(house, MOST_ASKED + 20)
    asked: list[UUID] = []

    def nudge(ids: Collection[UUID]) -> None:
        asked.extend(ids)

    scheduler = Scheduler(house.messages(nudge), lambda: house.now, timedelta(hours=1))
    running = asyncio.create_task(scheduler.run())
    try:
        async with asyncio.timeout(10):
            while len(asked) < len(calendars):
                await asyncio.sleep(0.01)
                assert len(asked) <= MOST_ASKED + 20
                await CalendarSyncConfig.filter(id__in=asked).update(asked_at=None, next_sync_at=None)
    finally:
        running.cancel()
        await asyncio.wait([running])

    assert sorted(asked) == sorted(calendars)
