"""Histories in which much is deleted at once: what is held, answered, moved and cut off ends in step."""

import shutil
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random
from unittest.mock import patch

from tests.simulation import approving
from tests.simulation.faults import Crash
from tests.simulation.hearing import unheard
from tests.simulation.invariants import all_both_ways, at_odds, broken, come_to_rest
from tests.simulation.world import World

from metonic_gateway.store.database import opened
from metonic_gateway.store.models import SyncPlanStep

HISTORIES = 10
_STEPS = 8
_STOCK = 5


async def lived(seed: int, template: Path, folder: Path) -> tuple[list[str], Counter[str], list[str]]:
    """What is broken in the history of that seed, what it was made of, and what happened."""
    database = folder / f"{seed}.sqlite3"
    shutil.copy(template, database)
    dice = Random(seed)  # noqa: S311 - chance that can be repeated
    with patch("os.urandom", dice.randbytes):
        async with opened(f"sqlite://{database}?synchronous=OFF"):
            world = World(dice)
            violations = await _lived(world)
            made = Counter({"steps": await SyncPlanStep.all().count()})
    made.update(" ".join(line.split()[:3]) for line in world.trace if line.startswith("held run"))
    return violations, made, world.trace


async def _lived(world: World) -> list[str]:
    await world.open()
    await _stocked(world)
    for _ in range(_STEPS):
        acts = [(6, world.someone_acts), *approving.acts(world)]
        (act,) = world.dice.choices([act for _, act in acts], [weight for weight, _ in acts])
        with suppress(Crash):
            await act()
        await world.run(world.dice.choice(world.desks))
    violations = await come_to_rest(world, quiet_rounds=1) + await at_odds(world)
    await all_both_ways(world)
    await world.platform.send_all()
    return violations + await come_to_rest(world) + await broken(world) + await unheard(world)


async def _stocked(world: World) -> None:
    """Enough in every calendar for much of it to go at once, and something to go in one of them."""
    world.weather.is_calm = True
    for _ in range(_STOCK * len(world.desks)):
        await world.make_event()
        await world.platform.make(world.values.content(is_series=False, is_private=False))
    for desk in world.desks:
        await world.run(desk)
    world.weather.is_calm = False
    await approving.wipe(world)


async def test_whatever_is_held_and_answered_both_sides_end_in_step(template: Path, tmp_path: Path) -> None:
    made: Counter[str] = Counter()
    for seed in range(HISTORIES):
        violations, found, trace = await lived(seed, template, tmp_path)
        made += found

        assert not violations, f"seed {seed}:\n" + "\n".join([*trace, *violations])

    assert made["steps"]
    assert made["held run approved"]
    assert made["held run rejected"]
