"""A platform whose word arrived, and that did not hear so, takes in what came after that all the same."""

from collections.abc import Awaitable, Callable
from random import Random

import pytest
from tests.simulation.course import Crash
from tests.simulation.entering import edit
from tests.simulation.hearing import unheard
from tests.simulation.platform import Platform
from tests.simulation.world import World

from metonic_core.model.content import TITLE
from metonic_gateway.store import models

Say = Callable[[Platform], Awaitable[None]]


async def _say_and_hear_nothing(world: World, say: Say) -> None:
    steps = iter([None, Crash()])

    async def step() -> None:
        if error := next(steps):
            raise error

    platform, before = world.platform, world.platform.step
    platform.step = step
    with pytest.raises(Crash):
        await say(platform)
    platform.step = before
    assert len(platform.waiting) == 1


async def _edit(platform: Platform) -> None:
    platform.values.groups = frozenset({TITLE})
    platform.dice = Random(1)  # noqa: S311 - one that sends at once
    await platform.edit()


@pytest.mark.parametrize(
    ("say", "after"), [(Platform.cancel, {"is_deleted": False}), (_edit, {"title": "v4711"})]
)
async def test_what_was_read_while_a_word_waited_in_vain_is_taken_in(
    world: World, say: Say, after: dict[str, object]
) -> None:
    platform = world.platform
    await platform.read_all()
    await _say_and_hear_nothing(world, say)
    (message,) = platform.waiting
    row = await models.Appointment.get(platform_id=message.state.platform_id)
    await edit(world, row.id, **after)

    await platform.read_all()
    await platform.send_all()

    assert await unheard(world) == []


async def test_what_was_not_read_while_it_waited_is_not_looked_up(world: World) -> None:
    """Else nobody would notice what the feed does not tell."""
    platform = world.platform
    await platform.read_all()
    await _say_and_hear_nothing(world, Platform.cancel)
    (message,) = platform.waiting
    row = await models.Appointment.get(platform_id=message.state.platform_id)
    await edit(world, row.id, is_deleted=False)

    await platform.send_all()

    assert platform.records[message.state.platform_id].state.is_cancelled
    assert await unheard(world) == []
