"""The service is killed while a write is on its way, and started again: nothing lost, nothing doubled.

One kill per stage, with a create, an update and a delete on their way at once, each in a calendar of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.e2e.smoke.api import when
from tests.e2e.smoke.device import put
from tests.e2e.smoke.item import Item, timed
from tests.e2e.smoke.proxy import Gate, Stage
from tests.e2e.smoke.scene import Person, Scene, day
from tests.e2e.smoke.table import Difference, expect
from tests.e2e.smoke.user import path_in, state_in
from tests.e2e.smoke.waiting import TooLate, until

# A write that was cut off may still arrive: the service waits for ten seconds before it looks.
_RECOVERY_SECONDS = 60
_ARTICLES = {"create": "a create", "update": "an update", "delete": "a delete"}
_PLACE = "Edited while the service was down"
_WRITES = frozenset({"PUT", "DELETE"})


@dataclass
class _Victim:
    """Whose write is on its way; ``id_`` is the appointment that it is about, ``path`` its event's."""

    person: Person
    id_: str = ""
    path: str | None = None


async def create(victim: _Victim) -> None:
    told = await victim.person.api.create(title="Cut off", when=when(timed(day(4), 8)))
    victim.id_ = told["id"]


async def update(victim: _Victim) -> None:
    told = await victim.person.api.named("Seed")
    victim.id_, victim.path = told["id"], path_in(told)
    await victim.person.api.update(victim.id_, title="Cut off", when=when(timed(day(4), 8)))


async def delete(victim: _Victim) -> None:
    told = await victim.person.api.named("Seed")
    victim.id_, victim.path = told["id"], path_in(told)
    await victim.person.api.delete(victim.id_)


_KINDS: Sequence[Callable[[_Victim], Awaitable[None]]] = (create, update, delete)
NAMES = tuple(f"{kind.__name__}-{stage.name.lower()}" for stage in Stage for kind in _KINDS)


async def crashes(scene: Scene) -> None:
    victims = {name: _Victim(person) for name, person in await _seeded(scene)}
    for stage in Stage:
        await scene.table.check(
            f"crashes: killed and restarted, writes {stage.value}", _kill(scene, victims, stage)
        )
    recovered = [_recovered(scene, kind.__name__, stage, victims) for stage in Stage for kind in _KINDS]
    await asyncio.gather(*recovered)


async def _seeded(scene: Scene) -> list[tuple[str, Person]]:
    people = await asyncio.gather(*(scene.meet(name) for name in NAMES))
    for person in people:
        await person.device.create("Own", (day(3), day(4)))
        await person.api.create(title="Seed", when=when(timed(day(3), 8)))
    for person in people:
        await person.synced()
        await person.in_step()
    return list(zip(NAMES, people, strict=True))


async def _kill(scene: Scene, victims: dict[str, _Victim], stage: Stage) -> None:
    mine = {kind: victims[f"{kind.__name__}-{stage.name.lower()}"] for kind in _KINDS}
    users = {victim.person.name for victim in mine.values()}
    gate = scene.proxy.gate(stage, lambda exchange: exchange.user in users and exchange.method in _WRITES)
    await asyncio.gather(*(kind(victim) for kind, victim in mine.items()))
    await until(lambda: _all_held(gate, users), "a write of each is on its way")

    await scene.service.kill()
    gate.drop()
    await _edit_meanwhile(mine[update])
    await scene.service.start()

    arrived = [exchange.status for exchange in gate.held]
    if (stage is Stage.BEFORE) is any(arrived):
        raise Difference(f"The server's answers to what was held {stage.value}: {arrived}")


async def _edit_meanwhile(victim: _Victim) -> None:
    """An edit on top of the write that was cut off, or instead of it: neither may be lost."""
    if victim.path is not None:
        await victim.person.device.edit(victim.path, lambda event: put(event, "LOCATION", _PLACE))


async def _all_held(gate: Gate, users: set[str]) -> bool | None:
    return {exchange.user for exchange in gate.held} == users or None


async def _recovered(scene: Scene, kind: str, stage: Stage, victims: dict[str, _Victim]) -> None:
    victim = victims[f"{kind}-{stage.name.lower()}"]
    place = _PLACE if kind == update.__name__ else ""
    check = _gone(victim) if kind == delete.__name__ else _arrived(victim, place)
    await scene.table.check(f"crashes: {_ARTICLES[kind]} cut off {stage.value}", check)


async def _arrived(victim: _Victim, place: str) -> None:
    """By itself: nobody asks for a sync."""
    person = victim.person
    await _comes_to(victim, "IN_SYNC")

    path, item = await person.pair(victim.id_)
    expect("the event", item, Item("Cut off", timed(day(4), 8), place))
    if victim.path is not None:
        expect("its path", path, victim.path)
    expect("events", len(await person.device.texts()), len(await person.api.appointments()))
    await _nothing_is_left_to_do(victim)


async def _gone(victim: _Victim) -> None:
    person = victim.person
    await _comes_to(victim, "EXCLUDED")

    expect("the status", (await person.api.appointment(victim.id_))["status"], "CANCELLED")
    expect("events", [item.title for item in (await person.device.items()).values()], ["Own"])
    await _nothing_is_left_to_do(victim)


async def _comes_to(victim: _Victim, state: str) -> None:
    """Wait until it stands like that; raises Difference with both sides if it never does."""

    async def look() -> bool | None:
        return state_in(await victim.person.api.appointment(victim.id_)) == state or None

    try:
        await until(look, f"it stands {state}", _RECOVERY_SECONDS)
    except TooLate as error:
        told, items = await victim.person.api.appointment(victim.id_), await victim.person.device.items()
        raise Difference(f"{error}; the platform says {told}, the calendar {items}") from error
    await victim.person.api.settled()


async def _nothing_is_left_to_do(victim: _Victim) -> None:
    """A further run finds both sides in step, and asks the server once."""
    person = victim.person
    await person.in_step()
    told = await person.api.appointment(victim.id_)
    before, events = len(person.proxy.of(person.name)), await person.device.fingerprint()
    run = await person.synced()

    counts = run["itemsPushed"], run["itemsPulled"], len(person.proxy.of(person.name)) - before
    expect("what a further run sent, pulled and asked", counts, (0, 0, 1))
    expect("the events after it", await person.device.fingerprint(), events)
    expect("conflicts", await person.api.conflicts(), [])
    expect("the appointment after it", await person.api.appointment(victim.id_), told)
