"""Whoever waits for the row of a calendar, in order to take its lease, sees all as it is by then."""

from dataclasses import replace
from datetime import timedelta

from tests.gateway.house import House, synced
from tests.gateway.jobs.test_idle_runs import Place, place
from tests.gateway.store.test_side_by_side import Begin, begin
from tests.gateway.waiting import is_waited_for
from tests.postgres import on_postgres_alone
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from metonic_core.model.mapping import Look
from metonic_core.sync import Due
from metonic_gateway.jobs.run import Run
from metonic_gateway.jobs.syncing import sync_calendar
from metonic_gateway.store import leases, runs
from metonic_gateway.store.ledger import SqlLedger
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncMapping
from metonic_gateway.store.rows import mapping_of
from metonic_gateway.store.run_log import RunLog

pytestmark = on_postgres_alone

__all__ = ["begin", "place"]

LATER = timedelta(minutes=30)


async def test_who_waits_for_a_lease_sees_what_was_asked_for_meanwhile(house: House, begin: Begin) -> None:
    calendar = await synced(house)
    now, row = house.later(LATER), await house.row(calendar)
    assert row.link_id is not None

    async with in_transaction():
        run = await runs.request(calendar, row.link_id, now, is_complete=True)
        taking = begin(leases.acquire(calendar, now))
        await is_waited_for()

    lease = await taking
    assert lease is not None
    assert lease.glance.is_any_unfinished
    assert lease.link[0]["cursor"] is None
    (waiting,) = [run.id for run in await house.runs() if run.state == "queued"]
    assert waiting == run


async def late(house: House) -> SqlLedger:
    """That of a run whose lease has ended, and that does not know it yet."""
    (calendar,) = await CalendarSyncConfig.all()
    lease = await leases.acquire(calendar.id, house.later(LATER))
    assert lease is not None
    log = RunLog(calendar.id, "schedule", house.now, lease.fence)
    house.later(2 * leases.LENGTH)
    return Run(house.services, lease.calendar, lease.calendar.link_id, lease, log).ledger()


async def test_who_takes_over_from_a_late_run_sees_what_it_stored(place: Place, begin: Begin) -> None:
    await place.house.add("Yoga")
    await place.run()
    ledger = await late(place.house)
    link = await ledger.link()

    async with ledger.transaction():
        await ledger.save([replace(mapping_of(await CalendarSyncMapping.get()), seen=Look())])
        await ledger.save_link(replace(link, cursor="further"))
        taking = begin(leases.acquire(place.id, place.house.now))
        await is_waited_for()

    lease = await taking
    assert lease is not None
    assert (lease.link[0]["cursor"], lease.glance.is_any_due) == ("further", True)


async def test_and_does_what_it_left(place: Place, begin: Begin) -> None:
    await place.house.add("Yoga")
    await place.run()
    ledger = await late(place.house)

    async with ledger.transaction():
        await ledger.save([replace(mapping_of(await CalendarSyncMapping.get()), seen=Look())])
        running = begin(sync_calendar(place.house.services, place.id, "schedule"))
        await is_waited_for()

    await running
    assert not await CalendarSyncMapping.filter(due=Due.READ).exists()


async def test_a_calendar_that_was_taken_away_while_it_was_taken_is_free(house: House, begin: Begin) -> None:
    calendar = await synced(house)
    now, rows = house.later(LATER), CalendarSyncConfig.filter(id=calendar)

    async def taken_away() -> None:
        await rows.update(fence=F("fence") + 1)

    async with in_transaction():
        await rows.update(nudge_seq=F("nudge_seq") + 1)
        taking = begin(leases.acquire(calendar, now))
        await is_waited_for()
        away = begin(taken_away())
        await is_waited_for(2)

    lease = await taking
    await away
    assert (lease is None) == ((await house.row(calendar)).lease_until is None)
