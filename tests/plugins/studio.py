"""A platform's appointments and a calendar at a provider, with the whole engine on its real store between."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from tests.simulation.world import MARKERS, Desk, World

from metonic_core import sync
from metonic_core.model.content import Content
from metonic_core.spi import CalendarAdapter, ProviderError, Seen, StoredEvent
from metonic_core.testing.checks.expecting import differing
from metonic_core.testing.checks.following import listed
from metonic_core.testing.stand import Stand
from metonic_gateway.store import appointments, models, runs
from metonic_gateway.store.leases import Held
from metonic_gateway.store.ledger import SqlLedger


@dataclass
class Kept:
    """A platform's appointments, and the calendar of a stand that is kept in step with them."""

    world: World
    stand: Stand
    fence: int = 0

    @property
    def desk(self) -> Desk:
        return self.world.desks[0]

    @property
    def adapter(self) -> CalendarAdapter:
        return self.stand.adapter

    async def sync(self) -> None:
        """One run of the calendar, a minute later, however it ends."""
        desk, world = self.desk, self.world
        world.now += timedelta(minutes=1)
        self.fence += 1
        await models.CalendarSyncConfig.filter(id=desk.id).update(fence=self.fence)
        log = await runs.begin(desk.id, "schedule", world.now)
        held = Held(desk.id, desk.link_id, self.fence, desk.user_id, desk.provider)
        ledger = SqlLedger(held, MARKERS, world.window, lambda: world.now, log)
        capabilities = self.stand.provider.capabilities
        with suppress(ProviderError):
            await sync.run(ledger, self.adapter, capabilities, lambda: world.now)

    async def events(self) -> dict[str, StoredEvent]:
        """What stands in the calendar, read anew."""
        found = await listed(self.stand)
        return {change.event.id: change.event for change in found if isinstance(change, Seen)}

    async def rows(self) -> list[models.CalendarSyncMapping]:
        return await models.CalendarSyncMapping.filter(link_id=self.desk.link_id, closed=None)


async def expect_in_step(kept: Kept) -> None:
    """Every pair says the same on both sides, nothing is due, and nothing stands there that no row knows."""
    rows, events = await kept.rows(), await kept.events()
    ids = [row.appointment_id for row in rows if row.appointment_id]
    known = await appointments.load(ids)
    for row in rows:
        assert row.due is None, row
        event = events.get(row.external_event_id or "")
        if event is None or row.appointment_id is None or row.hold is not None:
            continue
        # Of a user's own private event the platform knows no more than when.
        if not event.content.is_private:
            ours: Content = known[row.appointment_id].content
            assert not differing(kept.adapter, ours, event.content), (ours, event.content)
    assert set(events) <= {row.external_event_id for row in rows}
