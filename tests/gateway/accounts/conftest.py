"""A house of its own for every test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.gateway.granting import Granting, granting_server
from tests.gateway.house import House, copied, fresh_database, open_house


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fresh_database(tmp_path_factory.mktemp("template") / "metonic.sqlite3")


@pytest.fixture
async def house(template: Path, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(copied(template, tmp_path / "metonic.sqlite3")) as opened:
        yield opened


@pytest.fixture
async def granting(house: House) -> AsyncIterator[Granting]:
    async with granting_server(house) as granting:
        yield granting
