"""One history: a world that is edited while it is synced, over a bad line, and what must hold of it then."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from unittest.mock import patch

from tests.simulation import ground
from tests.simulation.acts import happen
from tests.simulation.decisions import Decision, Script
from tests.simulation.hearing import unheard
from tests.simulation.invariants import at_odds, broken, out_of_step
from tests.simulation.resolving import resolve_the_rest
from tests.simulation.rest import all_both_ways, calm_down, come_to_rest, live_on
from tests.simulation.swarms import ANYTHING, Swarm
from tests.simulation.undoing import fought_over, go_on
from tests.simulation.values import TASTES_IN_GROUPS
from tests.simulation.world import CONDUCTS, World, settled

from metonic_gateway.store import models


@dataclass(frozen=True, slots=True)
class History:
    """``violations`` in words, the ``trace`` of what happened, and ``counts`` of what it came across."""

    script: Script
    violations: Sequence[str]
    trace: Sequence[str]
    counts: Counter[str] = field(compare=False)

    def __str__(self) -> str:
        return "\n".join([f"history {self.script}", *self.trace, "violations:", *self.violations])


async def nothing(world: World) -> None:
    """How most histories begin."""


Prepare = Callable[[World], Awaitable[None]]


def lived(script: Script, prepare: Prepare = nothing, swarm: Swarm = ANYTHING) -> History:
    """Live that history in a world of its own: the same script tells the same history each time."""
    dice = Random(script.seed)  # noqa: S311 - chance that can be repeated
    conducts = swarm.conducts or dice.sample(CONDUCTS, dice.choice([2, 2, 3]))
    database, _ = settled(len(conducts))
    world = World(dice, span=dice.choice(swarm.spans))
    world.values.groups = swarm.groups or dice.choice(TASTES_IN_GROUPS)
    world.values.share_of_series = swarm.share_of_series
    world.open(conducts)
    # Keys are random: from the seed too, by a generator of their own.
    keys = Random(script.seed)  # noqa: S311 - chance that can be repeated
    with patch("os.urandom", keys.randbytes):
        decisions = script.decisions(swarm.kinds, swarm.beginnings)
        try:
            violations = _runner().run(_lived(world, decisions, database, prepare))
        except Exception as error:  # noqa: BLE001 - whatever breaks a run breaks this history and no other
            violations = [f"it broke: {type(error).__name__}: {error}"]
    return History(script, violations, world.trace, world.counts + world.weather.struck)


@cache
def _runner() -> asyncio.Runner:
    return asyncio.Runner()


async def _lived(world: World, decisions: Sequence[Decision], database: bytes, prepare: Prepare) -> list[str]:
    async with ground.laid(database):
        await models.CalendarLink.all().update(window_end=world.window().end)
        await prepare(world)
        for decision in decisions:
            await world.course.go_on(decision.after)
            world.dice.seed(decision.chance)
            await happen(world, decision.what)
        world.dice.seed(len(world.trace))
        return await _judged(world)


async def _judged(world: World) -> list[str]:
    """What does not hold, at the first of three rests where anything does not."""
    await calm_down(world)
    await go_on(world)
    found = await come_to_rest(world) + await at_odds(world)
    await all_both_ways(world)
    await resolve_the_rest(world)
    await world.platform.send_all()
    found = found or await come_to_rest(world) + await out_of_step(world)
    found = found or await live_on(world) + await broken(world) + await unheard(world)
    return found or await fought_over(world)
