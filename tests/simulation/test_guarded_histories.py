"""Histories in which much is deleted at once: what is held, answered, moved and cut off ends in step."""

from collections import Counter

from tests.simulation import approving, events
from tests.simulation.acts import KINDS
from tests.simulation.decisions import Script
from tests.simulation.history import lived
from tests.simulation.swarms import Swarm
from tests.simulation.world import World

HISTORIES = 14
_STOCK = 5
GUARDED = Swarm((*KINDS, (40, "answer what is held"), (4, "wipe there"), (4, "platform: cancel many")))


async def _stocked(world: World) -> None:
    """Enough in every calendar for much of it to go at once, and something to go in one of them."""
    world.weather.is_calm = True
    for _ in range(_STOCK * len(world.desks)):
        await events.make(world)
        await world.platform.make(world.values.content(is_series=False, is_private=False))
    for desk in world.desks:
        await world.run(desk)
    world.weather.is_calm = False
    await approving.wipe(world)


def test_whatever_is_held_and_answered_both_sides_end_in_step() -> None:
    made: Counter[str] = Counter()
    for seed in range(HISTORIES):
        history = lived(Script(seed), _stocked, GUARDED)
        made += history.counts
        made.update(" ".join(line.split()[:3]) for line in history.trace if line.startswith("held run"))

        assert not history.violations, str(history)

    assert made["held items"]
    assert made["held run approved"]
    assert made["held run rejected"]
