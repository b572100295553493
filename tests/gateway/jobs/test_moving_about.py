"""Random histories of somebody who chooses one calendar after the other, while runs die and are overtaken.

Afterwards each appointment stands once in the present calendar, no copy in those that were to be cleared, and
every event of the user's own where it was.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest
from tests.gateway.house import House
from tests.gateway.jobs.leaving import THIRD, choose, put_own
from tests.gateway.memory import HOME, WORK

from metonic_gateway.store import appointments
from metonic_gateway.store.models import Appointment

CALENDARS = ("home", "work", "third")


class Death(BaseException):
    """The process dies here."""


@dataclass
class Wanderer:
    """``kept`` are calendars whose copies were to stay when they were left; ``own`` is what is the user's."""

    house: House
    dice: Random
    calendar: UUID
    present: str = ""
    kept: set[str] = field(default_factory=set)
    own: list[tuple[str, str]] = field(default_factory=list)
    names: int = 0
    steps: int = 0

    def name(self) -> str:
        self.names += 1
        return f"v{self.names}"

    async def choose(self) -> None:
        chosen, removes = self.dice.choice(CALENDARS), self.dice.random() < 0.7
        await choose(self.house, chosen, remove_copies=removes)
        if chosen != self.present and self.present and not removes:
            self.kept.add(self.present)
        self.kept.discard(chosen)
        self.present = chosen

    async def act(self) -> None:
        acts = [self.choose, self.add, self.edit, self.cancel, self.put]
        (act,) = self.dice.choices(acts, [3, 3, 3, 1, 2])
        await act()

    async def add(self) -> None:
        await self.house.add(self.name())

    async def put(self) -> None:
        place, title = self.dice.choice(CALENDARS), self.name()
        put_own(self.house, place, title)
        self.own.append((place, title))

    async def edit(self) -> None:
        await self._change(title=self.name())

    async def cancel(self) -> None:
        await self._change(is_deleted=True)

    async def _change(self, *, title: str | None = None, is_deleted: bool = False) -> None:
        rows = await Appointment.filter(is_deleted=False, imported_from=None).order_by("created_at", "id")
        if not rows:
            return
        chosen = self.dice.choice(rows).id
        known = (await appointments.load([chosen]))[chosen]
        content = replace(known.content, title=title or known.content.title)
        made = replace(known, content=content, is_deleted=is_deleted)
        await appointments.change(made, self.house.services.window(), self.house.now)

    async def run(self) -> None:
        """A run in whose midst the process may die, or something happens."""
        self.steps, fate = self.dice.randint(1, 12), self.dice.choice(["dies", "acts", "lives"])

        async def step() -> None:
            self.steps -= 1
            if self.steps == 0 and fate == "dies":
                raise Death
            if self.steps == 0 and fate == "acts":
                await self.act()

        self.house.world.before_reading = self.house.world.before_writing = step
        try:
            await self.house.sync(self.calendar)
        except Death:
            pass
        finally:
            self.house.world.before_reading = self.house.world.before_writing = _nothing
        self.house.later(timedelta(minutes=20))

    def copies(self, place: str) -> list[str]:
        events = self.house.world.events.get(place, {}).values()
        return sorted(event.content.title for event in events if event.marker)


async def _nothing() -> None:
    return


@pytest.mark.parametrize("seed", range(25))
async def test_whoever_wanders_about_finds_everything_once(house: House, seed: int) -> None:
    house.world.calendars = [HOME, WORK, THIRD]
    wanderer = Wanderer(house, Random(seed), await house.connect())  # noqa: S311 - chance that can be repeated
    await wanderer.choose()

    for _ in range(20):
        await wanderer.act()
        if wanderer.dice.random() < 0.6:
            await wanderer.run()
    for _ in range(4):
        await house.sync(wanderer.calendar)
        house.later(timedelta(minutes=20))

    live = await Appointment.filter(is_deleted=False, imported_from=None)
    assert wanderer.copies(wanderer.present) == sorted(row.content["title"] for row in live)
    cleared = set(CALENDARS) - {wanderer.present} - wanderer.kept
    assert {place: wanderer.copies(place) for place in cleared} == {place: [] for place in cleared}
    for place, title in wanderer.own:
        assert title in house.world.titles(place)
    imported = [row.content["title"] for row in await Appointment.exclude(imported_from=None)]
    assert len(imported) == len(set(imported))
    assert (await house.row(wanderer.calendar)).last_sync_status == "success"
