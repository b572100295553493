"""What a run stores by one statement while another takes its calendar over: nothing, once that is stored.

Where one waits for another, the test waits until the server says so.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.gateway.house import House, synced
from tests.gateway.store.test_side_by_side import Begin, begin, only, set_to
from tests.gateway.waiting import is_waited_for
from tests.postgres import on_postgres_alone
from tortoise.expressions import F
from tortoise.transactions import in_transaction

from metonic_core.model.mapping import Origin
from metonic_core.selection import Filters
from metonic_core.sync import LeaseLost
from metonic_gateway.jobs.run import Run
from metonic_gateway.store import appointments, leases, outcomes
from metonic_gateway.store.introducing import introduced
from metonic_gateway.store.leases import Lease
from metonic_gateway.store.models import Appointment, CalendarLink, CalendarSyncConfig, CalendarSyncMapping
from metonic_gateway.store.outcomes import Success
from metonic_gateway.store.run_log import RunLog
from metonic_gateway.store.runs import Outcome

pytestmark = on_postgres_alone

__all__ = ["begin"]


@dataclass
class Scene:
    """A run that is under way."""

    house: House
    lease: Lease
    run: Run

    @property
    def calendar(self) -> UUID:
        return self.lease.calendar_id

    async def drawn(self, number: str) -> None:
        await CalendarSyncConfig.filter(id=self.calendar).update(**{number: F(number) + 1})

    async def succeed(self) -> bool:
        later = self.house.now + timedelta(hours=1)
        success = Success(self.run.log, Outcome("success"), later, None)
        return await outcomes.record_success(self.lease, success, self.house.now)


@pytest.fixture
async def scene(house: House) -> AsyncIterator[Scene]:
    calendar = await synced(house)
    now = house.later(timedelta(minutes=30))
    lease = await leases.acquire(calendar, now)
    assert lease is not None
    log = RunLog(calendar, "schedule", now, lease.fence)
    yield Scene(house, lease, Run(house.services, lease.calendar, lease.calendar.link_id, lease, log))
    await leases.release(lease)


async def test_a_cursor_does_not_move_once_another_run_has_begun(scene: Scene, begin: Begin) -> None:
    ledger = scene.run.ledger()
    link = replace(await ledger.link(), cursor="further")

    async with in_transaction():
        await scene.drawn("fence")
        await CalendarLink.filter(id=link.id).update(cursor="elsewhere")
        moving = begin(ledger.move_link(link))
        await is_waited_for()

    with pytest.raises(LeaseLost):
        await moving
    assert (await CalendarLink.get(id=link.id)).cursor == "elsewhere"


async def test_a_cursor_moves_beside_who_looks_after_the_channels(scene: Scene, begin: Begin) -> None:
    ledger, at = scene.run.ledger(), scene.house.now
    link = replace(await ledger.link(), cursor="further")

    async with in_transaction():
        await CalendarLink.filter(id=link.id).update(push_at=at)
        moving = begin(ledger.move_link(link))
        await is_waited_for()

    await moving
    row = await CalendarLink.get(id=link.id)
    assert (row.cursor, row.push_at) == ("further", at)


async def test_a_run_has_not_worked_once_another_has_begun(scene: Scene, begin: Begin) -> None:
    async with in_transaction():
        await scene.drawn("fence")
        ending = begin(scene.succeed())
        await is_waited_for()

    with pytest.raises(LeaseLost):
        await ending
    assert (await scene.house.row(scene.calendar)).lease_until == scene.lease.until


@pytest.mark.parametrize("has_row", [True, False])
async def test_who_asks_while_a_run_ends_is_answered_at_once(
    scene: Scene,
    begin: Begin,
    has_row: bool,  # noqa: FBT001 - by its name
) -> None:
    if has_row:
        await scene.run.log.ensure()
    async with in_transaction():
        await scene.drawn("nudge_seq")
        ending = begin(scene.succeed())
        await is_waited_for()

    assert await ending
    assert await scene.house.columns(scene.calendar, "next_sync_at", "lease_until") == (scene.house.now, None)


async def test_who_waits_for_settings_decides_by_what_they_have_become(scene: Scene, begin: Begin) -> None:
    ledger = scene.run.ledger()

    async def selected() -> Filters | None:
        async with ledger.transaction():
            return (await ledger.selection()).filters

    async with in_transaction():
        await set_to(scene.house, only("group"))
        asking = begin(selected())
        await is_waited_for()

    assert await asking == Filters(types=frozenset({"group"}))


async def test_who_waits_for_a_role_shows_no_contact_any_more(scene: Scene, begin: Begin) -> None:
    house, rows = scene.house, CalendarSyncConfig.filter(id=scene.calendar)
    await rows.update(include_client_contact=True)
    await house.add("Yoga")
    await CalendarSyncMapping.all().update(origin=Origin.COPY.value)
    ledger = scene.run.ledger()

    async def is_contact_shown() -> bool:
        async with ledger.transaction():
            return (await ledger.selection()).include_contact

    assert await is_contact_shown()
    async with in_transaction():
        assert (await introduced("trainer-1", "client", None, None, house.now)).due
        asking = begin(is_contact_shown())
        await is_waited_for()

    assert not await asking


async def test_nobody_overwrites_what_somebody_is_at(house: House, begin: Begin) -> None:
    made = await house.add("Boxing")
    known = (await appointments.load([made]))[made]

    async def overwritten() -> bool:
        return bool(await begin(appointments.overwrite(known, house.now, is_waiting=False)))

    rows = Appointment.filter(id=made)
    async with in_transaction():
        assert await rows.select_for_update(no_key=True).only("id")
        assert not await overwritten()
    async with in_transaction():
        await rows.update(version=F("version") + 1)
        assert not await overwritten()
    assert not await overwritten()
    assert (await Appointment.get(id=made)).version == known.version + 1
