"""Scheduled runs that find nothing: one request each, nothing written, no row of history."""

import asyncio
from collections import Counter
from dataclasses import dataclass

from tests.e2e.smoke.scene import Person, Scene
from tests.e2e.smoke.table import expect
from tests.e2e.smoke.waiting import until

# The smallest frequency is a minute, a tenth more or less.
_SCHEDULED_SECONDS = 90
RESTING = ("dana", "gina")
"""Disconnected, and without a calendar: nobody asks theirs anything."""


@dataclass(frozen=True)
class Calm:
    """How things stood for somebody when nothing was left to do."""

    idle_runs: int
    requests: int
    history_rows: int
    events: dict[str, tuple[str, str]]

    @classmethod
    async def of(cls, person: Person) -> "Calm":
        status = await person.api.status()
        return cls(
            status["idleRuns"],
            len(person.proxy.of(person.name)),
            await person.api.history_rows(),
            {} if person.name in RESTING else await person.device.fingerprint(),
        )


async def calmed(people: list[Person]) -> dict[str, Calm]:
    """Everybody synced once more, so that their next runs are scheduled ones."""
    await asyncio.gather(*(person.api.sync() for person in people if person.name not in RESTING))
    return {person.name: await Calm.of(person) for person in people}


async def idle(scene: Scene, before: dict[str, Calm]) -> None:
    busy = [scene.people[name] for name in before if name not in RESTING]
    await scene.table.check("idle: the scheduler comes to everybody", _all_ran(busy, before))
    for person in busy:
        check = _one_request_each(person, before[person.name])
        await scene.table.check(f"idle: {person.name}'s: one request, no change, no row", check)
    for name in RESTING:
        await scene.table.check(f"idle: {name}'s: no request at all", _none(scene.people[name], before[name]))


async def _all_ran(busy: list[Person], before: dict[str, Calm]) -> None:
    async def look() -> bool | None:
        ran = [(await person.api.status())["idleRuns"] > before[person.name].idle_runs for person in busy]
        return all(ran) or None

    await until(look, "a scheduled run that finds nothing, of everybody's", _SCHEDULED_SECONDS)


async def _one_request_each(person: Person, before: Calm) -> None:
    await person.api.settled()
    after = await Calm.of(person)

    asked = Counter(exchange.method for exchange in person.proxy.of(person.name)[before.requests :])
    expect("the requests, and one per run", asked, Counter(REPORT=after.idle_runs - before.idle_runs))
    expect("rows of history", after.history_rows, before.history_rows)
    expect("etags and bodies", after.events, before.events)


async def _none(person: Person, before: Calm) -> None:
    expect("how it stands", await Calm.of(person), before)
