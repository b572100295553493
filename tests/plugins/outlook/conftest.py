"""A scripted server with the plugin at it, and what stands in for Graph with the engine."""

from collections.abc import AsyncIterator

import pytest
from tests.plugins import standing
from tests.plugins.outlook.scripted import Scripted
from tests.plugins.outlook.standing import GraphStand
from tests.plugins.outlook.studio import Studio, opened
from tests.plugins.outside import HttpClient, account, session
from tests.plugins.scripted import running

from metonic_outlook.adapter import OutlookAdapter
from metonic_outlook.provider import PROVIDER


@pytest.fixture
async def server() -> AsyncIterator[Scripted]:
    async with running(Scripted()) as made:
        yield made


@pytest.fixture
async def adapter(server: Scripted) -> AsyncIterator[OutlookAdapter]:
    async with session() as http:
        yield OutlookAdapter(HttpClient(http), account(server.url))


@pytest.fixture
async def stand() -> AsyncIterator[GraphStand]:
    async with standing.opened(GraphStand(PROVIDER)) as made:
        yield made


@pytest.fixture
async def studio(database: bytes, request: pytest.FixtureRequest) -> AsyncIterator[Studio]:
    kind, seed = getattr(request, "param", (GraphStand, 1))
    async with opened(database, kind, seed) as made:
        yield made
