"""A gateway with its own migrated database, and the API before it, over real HTTP on loopback."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from tests.gateway.graphql.client import Api, serving
from tests.gateway.house import House, copied, fresh_database, open_house


class _Impatient:
    """asyncio as uvicorn sees it in these tests: it looks a hundred times a second whether it shall stop."""

    def __getattr__(self, name: str) -> object:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 10)


@pytest.fixture(scope="session", autouse=True)
def _servers_that_stop_at_once() -> Iterator[None]:
    """Hundreds of tests start a server, and each would take a fifth of a second to stop."""
    with patch("uvicorn.server.asyncio", _Impatient()):
        yield


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
