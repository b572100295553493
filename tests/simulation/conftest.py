"""Where histories find a migrated database, and a calm world for single facts."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from tests.simulation.world import World

from metonic_gateway.store.database import migrated, opened


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that is migrated once and copied for each history."""
    path = tmp_path_factory.mktemp("simulation") / "template.sqlite3"
    asyncio.run(migrated(f"sqlite://{path}"))
    return path


@pytest.fixture
async def world(template: Path, tmp_path: Path) -> AsyncIterator[World]:
    database = tmp_path / "metonic.sqlite3"
    shutil.copy(template, database)
    async with opened(f"sqlite://{database}"):
        world = World(Random(3))  # noqa: S311 - chance that can be repeated
        world.weather.is_calm = True
        await world.open()
        for desk in world.desks:
            desk.calendar.dice = None
        yield world
