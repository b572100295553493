"""However notifications and runs are mixed, nothing that was told is lost, and few runs are drawn."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from tests.gateway.push.conftest import Scene

from metonic_gateway.store import channels, leases, outcomes
from metonic_gateway.store.leases import Lease
from metonic_gateway.store.models import CalendarSyncConfig
from metonic_gateway.store.outcomes import Success
from metonic_gateway.store.run_log import RunLog
from metonic_gateway.store.runs import Outcome

FREQUENCY, BACK_OFF = timedelta(minutes=15), timedelta(minutes=2)
SOON = timedelta(seconds=5)
PROBLEM = {
    "code": "unreachable",
    "message": "It is down.",
    "next_step": "Wait.",
    "at": "2026-11-22T12:00:00Z",
}


@dataclass
class Mix:
    """``is_open``: something was told that no run which worked has looked for; ``is_new``: nor any other."""

    calendar: UUID
    channel: UUID
    now: datetime
    lease: Lease | None = None
    is_open: bool = False
    is_new: bool = False

    async def row(self) -> CalendarSyncConfig:
        return await CalendarSyncConfig.get(id=self.calendar)

    async def tell(self) -> None:
        addressed = await channels.addressed(self.channel)
        assert addressed is not None
        before = (await self.row()).nudge_seq
        await channels.note(addressed, self.now)
        drawn = (await self.row()).nudge_seq - before
        assert drawn == (0 if self.is_new else 1)
        self.is_open = self.is_new = True

    async def begin(self) -> None:
        """When the calendar is due."""
        due = (await self.row()).next_sync_at
        assert due is not None
        self.now = max(self.now, due)
        self.lease = await leases.acquire(self.calendar, self.now)
        assert self.lease is not None
        assert self.lease.is_noticed == self.is_open
        self.is_new = False

    async def end(self, *, works: bool) -> None:
        lease, self.lease = self.lease, None
        assert lease is not None
        if works:
            later = self.now + FREQUENCY
            log = RunLog(self.calendar, "schedule", self.now, lease.fence)
            success = Success(log, Outcome("success"), later, None)
            await outcomes.record_success(lease, success, self.now)
            self.is_open = self.is_new
        else:
            await outcomes.record_failure(lease, self.now, PROBLEM, self.now + BACK_OFF)
        await leases.release(lease)

    async def check(self) -> None:
        row = await self.row()
        assert (row.noticed_seq > row.served_seq) == self.is_open
        assert (row.noticed_seq > row.taken_seq) == self.is_new
        if self.lease is None and self.is_open:
            assert row.next_sync_at is not None
            assert row.next_sync_at - self.now <= (BACK_OFF if row.failures else SOON)


@pytest.mark.parametrize("seed", range(12))
async def test_nothing_that_was_told_is_lost(scene: Scene, told: UUID, seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - a history that can be had again
    mix = Mix(told, UUID(scene.exchange.standing[0]), scene.house.now + timedelta(minutes=1))

    for _ in range(40):
        mix.now += timedelta(seconds=dice.randrange(4))
        if dice.random() < 0.5:
            await mix.tell()
        elif mix.lease is None:
            await mix.begin()
        else:
            await mix.end(works=dice.random() < 0.6)
        await mix.check()


@pytest.mark.parametrize("works", [True, False])
async def test_what_is_told_while_a_run_ends_is_looked_for_soon(
    scene: Scene, told: UUID, *, works: bool
) -> None:
    mix = Mix(told, UUID(scene.exchange.standing[0]), scene.house.now + timedelta(minutes=1))
    await mix.tell()
    await mix.begin()

    looked_up = await channels.addressed(mix.channel)
    await mix.end(works=works)
    assert looked_up is not None
    await channels.note(looked_up, mix.now)
    mix.is_open = mix.is_new = True

    await mix.check()
    row = await mix.row()
    assert row.next_sync_at is not None
    assert works or row.next_sync_at == mix.now + BACK_OFF
