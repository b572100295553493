"""What becomes of a run that lost its calendar, or a transaction, before its end."""

from contextlib import suppress
from datetime import timedelta

import pytest
from tests.gateway.house import House, synced

from metonic_core.reconcile.step import Act, Operation, Reason, Side
from metonic_core.sync import Due
from metonic_gateway.jobs.run import Run
from metonic_gateway.jobs.troubles import UNEXPECTED
from metonic_gateway.store import leases, outcomes
from metonic_gateway.store.leases import LENGTH
from metonic_gateway.store.models import CalendarSyncMapping
from metonic_gateway.store.outcomes import Success
from metonic_gateway.store.rows import mapping_of
from metonic_gateway.store.run_log import RunLog
from metonic_gateway.store.runs import Outcome

LATER = timedelta(minutes=20)


async def test_what_a_transaction_did_that_failed_is_not_counted(house: House) -> None:
    calendar = await synced(house)
    await house.add("Boxing")
    lease = await leases.acquire(calendar, house.now)
    assert lease is not None
    run = Run(
        house.services,
        lease.calendar,
        lease.calendar.link_id,
        lease,
        RunLog(calendar, "schedule", house.now, 1),
    )
    (row,) = await CalendarSyncMapping.all()
    ledger = run.ledger()

    with suppress(ZeroDivisionError):
        async with ledger.transaction():
            await ledger.journal(mapping_of(row), [Operation(Side.EXTERNAL, Act.CREATE, Reason.NEW_HERE)])
            await ledger.due(Due.READ, None, 1)
            raise ZeroDivisionError
    await run.log.ensure()
    success = Success(run.log, Outcome("partial", errors=[UNEXPECTED.as_error(house.now)]), house.now, None)
    await outcomes.record_success(lease, success, house.now)

    *_, made = await house.runs()
    assert (made.status, made.items_pushed) == ("partial", 0)


@pytest.mark.parametrize("has_ended", [True, False])
async def test_the_row_of_a_run_that_slept_is_taken_up_at_once(house: House, *, has_ended: bool) -> None:
    calendar = await synced(house)
    house.later(LATER)
    slept = await leases.acquire(calendar, house.now)
    assert slept is not None
    log = RunLog(calendar, "schedule", house.now, slept.fence)
    house.later(LENGTH)
    lease = await leases.acquire(calendar, house.now)
    assert lease is not None
    ended = RunLog(calendar, "schedule", house.now, lease.fence)
    success = Success(ended, Outcome("success"), house.now + LATER, None)

    async def wake() -> None:
        await log.ensure()
        await log.requeue(house.now)

    if has_ended:
        await outcomes.record_success(lease, success, house.now)
        await wake()
    else:
        await wake()
        await outcomes.record_success(lease, success, house.now)
    await house.sync(calendar)

    *_, run = await house.runs()
    assert (run.id, run.state, run.status) == (log.id, "finished", "success")
