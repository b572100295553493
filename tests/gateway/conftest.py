"""A gateway with its own migrated database, and the API before it, over real HTTP on loopback."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.gateway.graphql.client import Api, serving
from tests.gateway.house import House, copied, fresh_database, open_house


@pytest.fixture(scope="session")
def migrated_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that is migrated once, to be copied for each test."""
    return fresh_database(tmp_path_factory.mktemp("database") / "template.sqlite3")


@pytest.fixture
async def house(migrated_template: Path, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(copied(migrated_template, tmp_path / "metonic.sqlite3")) as house:
        yield house


@pytest.fixture
async def api(house: House) -> AsyncIterator[Api]:
    """The API as the house's user, the trainer, asks it; ``api.as_user`` asks as somebody else."""
    async with serving(house) as api:
        yield api
