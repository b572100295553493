"""A platform's appointments and a calendar at Google, with the whole engine on its real store between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from tests.plugins.google.others_bodies import body_of
from tests.plugins.google.standing import ALICE, BOB, GoogleStand
from tests.plugins.studio import Kept
from tests.simulation import ground, people
from tests.simulation.values import editable
from tests.simulation.world import World

from metonic_core.model.content import occurrence_group
from metonic_core.spi import CalendarAdapter, Client, StoredEvent
from metonic_core.testing.conduct import CALDAV, GOOGLE
from metonic_google.provider import PROVIDER
from metonic_simulators.google import seeding

CALENDAR = "home"


@dataclass
class Studio(Kept):
    """A platform's appointments, and a calendar at Google that is kept in step with them.

    ``line``: what the plugin has instead of its client.
    """

    stand: GoogleStand
    line: Client | None = None

    @property
    def adapter(self) -> CalendarAdapter:
        return PROVIDER.adapter(self.line, self.stand.account) if self.line else self.stand.adapter

    async def run(self) -> int:
        """One run of the calendar, a minute later; how many requests it took."""
        self.stand.google.advance(minutes=1)
        before = self.stand.requests()
        await self.sync()
        return self.stand.requests() - before

    async def runs(self, number: int) -> None:
        for _ in range(number):
            await self.run()

    def pass_days(self, number: int) -> None:
        self.world.now += timedelta(days=number)
        self.stand.google.advance(days=number)
        self.stand.sign_in()

    async def make(self, number: int = 1) -> None:
        for _ in range(number):
            await people.make(self.world)

    async def edit_there(self, event: StoredEvent) -> None:
        """A person changes one thing of an event at Google."""
        world = self.world
        group = world.dice.choice(editable(event.content))
        content = world.values.edited(event.content, group)
        if group.startswith("occurrence:"):
            edited = next(o for o in content.overrides if occurrence_group(o.slot) == group)
            content = replace(
                event.content, overrides=(replace(edited, is_cancelled=world.dice.random() < 0.3),)
            )
            await self.stand.vary(event.id, content)
        else:
            fields = {name: value for name, value in body_of(content).items() if name != "recurrence"}
            await self.stand.ask("PATCH", f"/events/{event.id}", fields)


@asynccontextmanager
async def opened(database: bytes, kind: type[GoogleStand], seed: int) -> AsyncIterator[Studio]:
    async with ground.laid(database):
        world = World(Random(seed))  # noqa: S311 - chance that can be repeated
        world.weather.is_calm = True
        world.open([GOOGLE, CALDAV])
        stand = kind(PROVIDER)
        await stand.open()
        stand.google.stop_clock(world.now)
        stand.sign_in()
        stand.calendar_id = seeding.put_calendar(
            stand.google.world, {"id": CALENDAR, "owner": BOB, "roles": {ALICE: "writer"}}
        ).id
        yield Studio(world, stand)
        await stand.close()
