"""A platform's appointments and a calendar at a provider, with the whole engine on its real store between."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from tests.plugins.standing import SignedInStand, opened
from tests.simulation import ground, people
from tests.simulation.values import editable
from tests.simulation.world import MARKERS, Desk, World

from metonic_core import sync
from metonic_core.model.content import Content, occurrence_group
from metonic_core.model.series import Override
from metonic_core.spi import CalendarAdapter, ProviderError, Seen, StoredEvent, Timed
from metonic_core.testing.checks.contents import WEEKLY
from metonic_core.testing.checks.expecting import differing
from metonic_core.testing.checks.following import listed
from metonic_core.testing.conduct import Conduct
from metonic_core.testing.stand import Stand
from metonic_gateway.store import appointments, models, run_log
from metonic_gateway.store.leases import Held
from metonic_gateway.store.ledger import SqlLedger

_DAY = timedelta(days=1)
_ACTS = (
    *("edit", "edit", "edit", "edit there", "edit there", "edit there", "make", "make", "make there"),
    *("make there", "delete", "delete there"),
    *("run", "run", "run", "trouble", "trouble"),
)
_METHODS = ("*", "GET", "POST", "PATCH", "DELETE")


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
        log = await run_log.begin(desk.id, "schedule", world.now)
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


@dataclass
class SignedInStudio(Kept):
    """The same with a provider that one signs in to."""

    stand: SignedInStand

    async def run(self) -> int:
        """One run of the calendar, a minute later; how many requests it took."""
        self.stand.stand_in.advance(minutes=1)
        before = self.stand.requests()
        await self.sync()
        return self.stand.requests() - before

    async def runs(self, number: int) -> None:
        for _ in range(number):
            await self.run()

    def pass_days(self, number: int) -> None:
        self.world.now += timedelta(days=number)
        self.stand.stand_in.advance(days=number)
        self.stand.sign_in()

    async def make(self, number: int = 1) -> None:
        for _ in range(number):
            await people.make(self.world)

    async def edit_there(self, event: StoredEvent) -> None:
        """A person changes one thing of an event at the provider."""
        world = self.world
        group = world.dice.choice(editable(event.content))
        content = world.values.edited(event.content, group)
        if group.startswith("occurrence:"):
            edited = next(o for o in content.overrides if occurrence_group(o.slot) == group)
            is_cancelled = world.dice.random() < 0.3
            content = replace(event.content, overrides=(replace(edited, is_cancelled=is_cancelled),))
            await self.stand.vary(event.id, content)
        else:
            fields = self.stand.written(content)
            fields.pop("recurrence", None)
            await self.stand.ask("PATCH", self.stand.path(event.id), fields)

    async def live(self, acts: int, troubles: Sequence[str]) -> None:
        """So many things happen, whatever they are; what goes wrong meanwhile ends with them."""
        for _ in range(acts):
            await self._act(troubles)
            self.stand.stand_in.advance(seconds=1)
        await self.runs(4)

    async def _act(self, troubles: Sequence[str]) -> None:
        """Somebody does something, a run begins, or something goes wrong at the next one."""
        world, dice, stand_in = self.world, self.world.dice, self.stand.stand_in
        events = await self.events()
        match dice.choice(_ACTS):
            case "edit":
                await people.edit(world)
            case "edit there" if events:
                await self.edit_there(events[dice.choice(sorted(events))])
            case "make":
                await self.make()
            case "make there":
                await self.stand.put(people.new_content(world))
            case "delete":
                await people.delete(world)
            case "delete there" if events:
                await self.stand.erase(dice.choice(sorted(events)))
            case "trouble":
                fault = dice.choice(troubles)
                stand_in.arm(fault, times=dice.choice([1, 3]), method=dice.choice(_METHODS))
                await self.run()
                stand_in.world.faults.armed.clear()
            case _:
                await self.run()


@asynccontextmanager
async def world_with(
    stand: SignedInStand, database: bytes, conducts: Sequence[Conduct], seed: int
) -> AsyncIterator[World]:
    """Whose first calendar is that of the stand, which is open and has the time of the world."""
    async with ground.laid(database):
        world = World(Random(seed))  # noqa: S311 - chance that can be repeated
        world.weather.is_calm = True
        world.open(conducts)
        async with opened(stand):
            stand.stand_in.stop_clock(world.now)
            stand.sign_in()
            link = models.CalendarLink.filter(id=world.desks[0].link_id)
            await link.update(calendar_id=stand.calendar_id)
            yield world


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


async def expect_moved_though_only_its_series_is_written(
    studio: SignedInStudio, fault: str, occurrences: str
) -> None:
    """A new series of which an occurrence is moved; the first write to ``occurrences`` fails."""
    first = (studio.world.now + 3 * _DAY).replace(tzinfo=None, hour=10, minute=0, second=0, microsecond=0)
    series = replace(WEEKLY, when=Timed(first, first + timedelta(hours=1), "Europe/Berlin"))
    moved = Override(first + 14 * _DAY, when=series.when.moved_to(first + 15 * _DAY))
    await studio.world.platform.make(replace(series, overrides=(moved,)))

    studio.stand.stand_in.arm(fault, times=1, method="PATCH", path=occurrences)
    await studio.runs(4)

    found = await appointments.load([row.appointment_id for row in await studio.rows() if row.appointment_id])
    assert [appointment.content.overrides for appointment in found.values()] == [(moved,)]
    (event,) = (await studio.events()).values()
    assert (event.content.overrides, event.is_partial) == ((moved,), False)
