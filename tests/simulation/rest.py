"""How a history ends: nothing goes wrong any more, and each calendar is synced as long as it is asked to.

First without the daily complete read, so that what was lost from the feed shows; then with it.
"""

from datetime import timedelta

from tests.simulation import events
from tests.simulation.tastes import both_ways
from tests.simulation.world import World

from metonic_gateway.store import models

ROUNDS = 14


async def calm_down(world: World) -> None:
    """Everybody ends what they are at, and what is on its way arrives."""
    await world.course.finish()
    await world.weather.clear()
    for _ in range(2):
        await events.tidy(world)
    for desk in world.desks:
        # Its feed may have shown less than there was.
        desk.heard = None
    # Past the visibility lag, and whatever is still on its way may be taken for lost.
    world.now += timedelta(minutes=2)


async def come_to_rest(world: World) -> list[str]:
    """I1, of what people did: each calendar is synced as long as anything asks for it, and that ends."""
    for _ in range(ROUNDS):
        waiting = [desk for desk in world.desks if await world.is_waiting(desk)]
        if not waiting:
            return []
        for desk in waiting:
            await world.run(desk)
        world.now += timedelta(seconds=31)
    return ["I1: it does not come to rest"]


async def live_on(world: World) -> list[str]:
    """I1, of all: day after day each calendar is read completely, until a day on which nothing is written."""
    for _ in range(ROUNDS):
        before = await _written(world)
        world.now += timedelta(days=1, minutes=1)
        for desk in world.desks:
            await world.run(desk)
        if await _written(world) == before:
            return []
    return ["I1: it does not come to rest from day to day"]


async def _written(world: World) -> tuple[object, ...]:
    versions = await models.Appointment.all().order_by("id").values_list("id", "version")
    return (*(len(desk.calendar.log) for desk in world.desks), *versions)


async def all_both_ways(world: World) -> None:
    """Every calendar is synced both ways from here on, and all else stays as people set it."""
    for desk in world.desks:
        await both_ways(desk, world.window(), world.now)
