"""What a run asks its rows again, and what it knows because it has stored them itself."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import pytest
from tests.gateway.graphql.statements import counted
from tests.gateway.jobs.test_idle_runs import LATER, Place, place

from metonic_core.model.mapping import Mapping
from metonic_core.sync import ToDo
from metonic_gateway.jobs.run import Run
from metonic_gateway.store import leases
from metonic_gateway.store.ledger import SqlLedger
from metonic_gateway.store.models import CalendarSyncMapping
from metonic_gateway.store.rows import mapping_of
from metonic_gateway.store.run_log import RunLog

__all__ = ["place"]


async def begun(place: Place) -> SqlLedger:
    """The ledger of a run that found nothing due when it began."""
    lease = await leases.acquire(place.id, place.house.later(LATER))
    assert lease is not None
    assert not lease.glance.is_any_due
    log = RunLog(place.id, "schedule", place.house.now, lease.fence)
    return Run(place.house.services, lease.calendar, lease.calendar.link_id, lease, log).ledger()


async def stored() -> Mapping:
    return mapping_of(await CalendarSyncMapping.all().get())


async def test_what_a_run_has_stored_it_knows_without_asking(place: Place) -> None:
    await place.house.add("Boxing")
    await place.run()
    ledger, row = await begun(place), await stored()

    async with ledger.transaction():
        await ledger.save([row.due()])
    with counted() as statements:
        assert await ledger.to_do() == ToDo(decide=True)
    async with ledger.transaction():
        await ledger.save([row.due(), row])
    with counted() as more:
        assert await ledger.to_do() == ToDo()

    assert not [*statements, *more]


async def test_what_was_taken_back_is_asked_of_the_rows(place: Place) -> None:
    await place.house.add("Boxing")
    await place.run()
    ledger, row = await begun(place), await stored()

    async with ledger.transaction():
        await ledger.save([row.due()])
    with suppress(ZeroDivisionError):
        async with ledger.transaction():
            await ledger.save([row])
            await ledger.reload([row.id])
            raise ZeroDivisionError

    assert await ledger.to_do() == ToDo(decide=True)


async def _made_there(place: Place) -> None:
    event = next(iter(place.calendar.live.values()))
    place.calendar.put(replace(event, content=replace(event.content, notes="Bring a mat")))


async def _made_here(place: Place) -> None:
    await place.house.add("Yoga")


@pytest.mark.parametrize(("make", "most"), [(_made_there, 26), (_made_here, 29)])
async def test_a_run_with_a_change_is_so_many_statements_at_most(
    place: Place, make: Callable[[Place], Awaitable[None]], most: int
) -> None:
    await place.house.add("Boxing")
    await place.run()
    place.house.later(LATER)
    await place.run()
    place.house.later(LATER)
    await make(place)

    with counted() as statements:
        await place.run()

    assert len(statements) <= most, "\n".join(s[:100] for s in statements)
