"""A calm world for single facts."""

from collections.abc import AsyncIterator
from random import Random

import pytest
from tests.simulation import events, ground, people
from tests.simulation.world import World, settled

from metonic_core.testing.conduct import CALDAV, GOOGLE


@pytest.fixture(scope="session")
def database() -> bytes:
    """Made before a test has a loop: making it takes one."""
    content, _ = settled(3)
    return content


@pytest.fixture(scope="session")
def nobody() -> bytes:
    """A database with nobody in it yet, made as early."""
    settled(3)
    return ground.empty()


@pytest.fixture
async def world(database: bytes) -> AsyncIterator[World]:
    async with ground.laid(database):
        world = World(Random(3))  # noqa: S311 - chance that can be repeated
        world.weather.is_calm = True
        world.open([CALDAV, GOOGLE, CALDAV])
        await people.make(world)
        await world.platform.make(people.new_content(world))
        events.own(world, world.desks[2])
        yield world
