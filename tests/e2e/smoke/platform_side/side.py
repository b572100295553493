"""What the parts of the platform's story share: who takes part, and what should be where."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tests.e2e.smoke.api import Told
from tests.e2e.smoke.item import Item, of_appointment
from tests.e2e.smoke.platform_side.backend import Backend
from tests.e2e.smoke.platform_side.lessons import AT_HOME, Kind, Lesson
from tests.e2e.smoke.scene import Person, Scene
from tests.e2e.smoke.table import Difference, expect
from tests.e2e.smoke.user import path_in, state_in
from tests.e2e.smoke.waiting import until

PATIENCE_SECONDS = 600.0
_LOOK_EVERY_SECONDS = 0.5
_WAITING = {"PENDING", "GUARDED"}


@dataclass
class Side:
    """``items`` is what each lesson should be by now, by its platform id.

    ``own`` are the trainer's own events, paths by title. ``position`` is how far the platform has read.
    """

    scene: Scene
    backend: Backend
    trainer: Person
    guest: Person
    lessons: Sequence[Lesson]
    items: dict[str, Item] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    position: str | None = None

    def of(self, *kinds: Kind) -> list[Lesson]:
        return [lesson for lesson in self.lessons if lesson.kind in kinds]

    @property
    def copied(self) -> list[Lesson]:
        """Those that have a copy in the trainer's calendar, at first."""
        return [lesson for lesson in self.lessons if lesson.kind not in AT_HOME]

    def retitle(self, lesson: Lesson, words: str) -> Item:
        """What the lesson shall be, with another title."""
        item = self.items[lesson.platform_id]
        self.items[lesson.platform_id] = replace(item, title=f"{lesson.title}, {words}")
        return self.items[lesson.platform_id]

    def tell(self, figure: str) -> None:
        self.scene.table.tell(f"{len(self.lessons):,} appointments, {figure}")

    async def restart(self) -> None:
        """SIGKILL, and the service is started again."""
        await self.scene.service.kill()
        await self.scene.service.start()

    def writes(self, person: Person) -> int:
        """How many events the service has written into that calendar."""
        seen = self.scene.proxy.seen
        return sum(e.method == "PUT" and e.user == person.name and e.status // 100 == 2 for e in seen)

    async def written(self, number: int) -> None:
        """Wait until so many events more are written."""
        people = self.trainer, self.guest
        before = sum(map(self.writes, people))

        async def look() -> bool | None:
            return sum(map(self.writes, people)) >= before + number or None

        await until(look, f"{number} events are written", PATIENCE_SECONDS)

    async def at_rest(self) -> None:
        """Wait until nothing runs and nothing is pending in either calendar, by itself."""

        async def look() -> bool | None:
            for person in (self.trainer, self.guest):
                await person.api.approve()
                await person.api.settled(PATIENCE_SECONDS)
                if any(state_in(told) in _WAITING for told in await person.api.appointments()):
                    await asyncio.sleep(_LOOK_EVERY_SECONDS)
                    return None
            return True

        await until(look, "nothing is pending", PATIENCE_SECONDS)

    async def synced(self) -> None:
        """Both calendars are looked at, until there is nothing left to do."""
        for person in (self.trainer, self.guest):
            await person.synced(PATIENCE_SECONDS)
        await self.at_rest()

    async def paths(self, person: Person) -> dict[str, str]:
        """Where the copies are in that calendar, by the platform's id."""
        told = await person.api.appointments()
        return {t["platformId"]: path for t in told if t["platformId"] and (path := path_in(t))}

    async def in_step(self, *kinds: Kind) -> None:
        """Each appointment is as it should be, for the platform and in the calendars, and is there once.

        ``kinds`` are those that have no event by now beside those that never had one.
        """
        apart = [*AT_HOME, *kinds]
        titles = {self.items[lesson.platform_id].title for lesson in self.of(*apart)}
        await self.guest.in_step(at_home=titles)
        told = await self.trainer.in_step(at_home=titles)
        states = await self.backend.states(lesson.platform_id for lesson in self.lessons)
        expect("all lessons", {i: of_appointment(state) for i, state in states.items()}, self.items)
        wanted = {self.items[lesson.platform_id].title for lesson in self.lessons if lesson.kind not in apart}
        expect("what else the trainer has", {t["title"] for t in told} - titles - wanted, set(self.own))


def outcomes(told: Iterable[Told]) -> dict[str, str]:
    """The statuses by platform id; raises Difference where one was refused."""
    found = {}
    for outcome in told:
        if outcome["error"]:
            raise Difference(f"The backend is refused {outcome}")
        found[outcome["platformId"]] = outcome["status"]
    return found


class Watch:
    """Measures how long something takes."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def rate(self, number: int) -> str:
        return f"{number:,} in {self.seconds:.1f} s ({number / self.seconds:,.0f} a second)"
