"""One random history from a seed: a world that is edited while it is synced, over a bad line."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from unittest.mock import patch

from tests.simulation.hearing import unheard
from tests.simulation.invariants import all_both_ways, at_odds, broken, come_to_rest
from tests.simulation.resolving import resolve_the_rest
from tests.simulation.undoing import fought_over, go_on
from tests.simulation.world import World

from metonic_gateway.store.database import opened

STEPS = 10


@dataclass(frozen=True, slots=True)
class History:
    """``violations`` in words, and the ``trace`` of what happened."""

    violations: Sequence[str]
    trace: Sequence[str]


async def lived(seed: int, template: Path, folder: Path) -> History:
    """Run the history of that seed on a fresh copy of a migrated database."""
    database = folder / f"{seed}.sqlite3"
    shutil.copy(template, database)
    dice = Random(seed)  # noqa: S311 - chance that can be repeated
    # Keys are random: from the seed too, so that the same seed tells the same history.
    with patch("os.urandom", dice.randbytes):
        history = await _lived(dice, f"sqlite://{database}?synchronous=OFF")
    database.unlink()
    return history


async def _lived(dice: Random, database: str) -> History:
    async with opened(database):
        world = World(dice)
        await world.open()
        for _ in range(STEPS):
            await world.someone_acts()
            await world.run(world.dice.choice(world.desks))
        world.weather.is_calm = True
        await go_on(world)
        violations = await come_to_rest(world, quiet_rounds=1) + await at_odds(world)
        await all_both_ways(world)
        await resolve_the_rest(world)
        await world.platform.send_all()
        violations += await come_to_rest(world) + await broken(world) + await unheard(world)
        violations += await fought_over(world)
    return History(violations, world.trace)
