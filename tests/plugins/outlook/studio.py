"""A platform's appointments and a calendar at Outlook, with the whole engine on its real store between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from tests.plugins.outlook.others_writes import body_of
from tests.plugins.outlook.standing import GraphStand
from tests.simulation import ground, people
from tests.simulation.values import editable
from tests.simulation.world import MARKERS, World

from metonic_core import sync
from metonic_core.model.content import Content, occurrence_group
from metonic_core.spi import ProviderError, Seen, StoredEvent
from metonic_core.testing.checks.expecting import differing
from metonic_core.testing.checks.following import listed
from metonic_core.testing.conduct import CALDAV, GRAPH
from metonic_gateway.store import appointments, models, runs
from metonic_gateway.store.leases import Held
from metonic_gateway.store.ledger import SqlLedger
from metonic_outlook.provider import PROVIDER

_MINUTE = timedelta(minutes=1)


@dataclass
class Studio:
    """A platform's appointments, and a calendar at Outlook that is kept in step with them."""

    world: World
    stand: GraphStand
    fence: int = 0

    async def run(self) -> int:
        """One run of the calendar, a minute later; how many requests it took."""
        desk, world = self.world.desks[0], self.world
        world.now += _MINUTE
        self.stand.graph.advance(minutes=1)
        self.fence += 1
        await models.CalendarSyncConfig.filter(id=desk.id).update(fence=self.fence)
        log = await runs.begin(desk.id, "schedule", world.now)
        held = Held(desk.id, desk.link_id, self.fence, desk.user_id, desk.provider)
        ledger = SqlLedger(held, MARKERS, world.window, lambda: world.now, log)
        before = self.stand.requests()
        with suppress(ProviderError):
            await sync.run(ledger, self.stand.adapter, PROVIDER.capabilities, lambda: world.now)
        return self.stand.requests() - before

    async def runs(self, number: int) -> None:
        for _ in range(number):
            await self.run()

    def pass_days(self, number: int) -> None:
        self.world.now += timedelta(days=number)
        self.stand.graph.advance(days=number)
        self.stand.sign_in()

    async def events(self) -> dict[str, StoredEvent]:
        """What stands in the calendar, read anew."""
        found = await listed(self.stand)
        return {change.event.id: change.event for change in found if isinstance(change, Seen)}

    async def rows(self) -> list[models.CalendarSyncMapping]:
        return await models.CalendarSyncMapping.filter(link_id=self.world.desks[0].link_id, closed=None)

    async def make(self, number: int = 1) -> None:
        for _ in range(number):
            await people.make(self.world)

    async def edit_there(self, event: StoredEvent) -> None:
        """A person changes one thing of an event at Outlook."""
        world = self.world
        group = world.dice.choice(editable(event.content))
        content = world.values.edited(event.content, group)
        if group.startswith("occurrence:"):
            edited = next(o for o in content.overrides if occurrence_group(o.slot) == group)
            is_cancelled = world.dice.random() < 0.3
            content = replace(event.content, overrides=(replace(edited, is_cancelled=is_cancelled),))
            await self.stand.vary(event.id, content)
        else:
            fields = {name: value for name, value in body_of(content).items() if name != "recurrence"}
            await self.stand.ask("PATCH", self.stand.path(event.id), fields)


async def expect_in_step(studio: Studio) -> None:
    """Every pair says the same on both sides, nothing is due, and nothing stands there that no row knows."""
    rows, events = await studio.rows(), await studio.events()
    known = await appointments.load([row.appointment_id for row in rows if row.appointment_id])
    for row in rows:
        assert row.due is None, row
        event = events.get(row.external_event_id or "")
        if event is None or row.appointment_id is None or row.hold is not None:
            continue
        # Of a user's own private event the platform knows no more than when.
        if not event.content.is_private:
            ours: Content = known[row.appointment_id].content
            assert not differing(studio.stand.adapter, ours, event.content), (ours, event.content)
    assert set(events) <= {row.external_event_id for row in rows}


@asynccontextmanager
async def opened(database: bytes, kind: type[GraphStand], seed: int) -> AsyncIterator[Studio]:
    async with ground.laid(database):
        world = World(Random(seed))  # noqa: S311 - chance that can be repeated
        world.weather.is_calm = True
        world.open([GRAPH, CALDAV])
        stand = kind(PROVIDER)
        await stand.open()
        stand.graph.stop_clock(world.now)
        stand.sign_in()
        link = models.CalendarLink.filter(id=world.desks[0].link_id)
        await link.update(calendar_id=stand.calendar_id)
        yield Studio(world, stand)
        await stand.close()
