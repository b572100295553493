"""A scripted server with the plugin at it, and what stands in for Google, alone and with the engine."""

from collections.abc import AsyncIterator

import pytest
from tests.plugins import standing
from tests.plugins.google.scripted import Scripted
from tests.plugins.google.standing import FickleGoogleStand, GoogleStand
from tests.plugins.google.studio import Studio, opened
from tests.plugins.outside import HttpClient, account, session
from tests.plugins.scripted import running

from metonic_google.adapter import GoogleAdapter
from metonic_google.provider import PROVIDER


@pytest.fixture
async def server() -> AsyncIterator[Scripted]:
    async with running(Scripted()) as made:
        yield made


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    async with session() as http:
        yield HttpClient(http)


@pytest.fixture
def adapter(server: Scripted, client: HttpClient) -> GoogleAdapter:
    return GoogleAdapter(client, account(server.url))


@pytest.fixture(params=[GoogleStand, FickleGoogleStand], ids=["usual", "fickle"])
async def stand(request: pytest.FixtureRequest) -> AsyncIterator[GoogleStand]:
    """Before Google, whichever way it does what nobody says."""
    kind: type[GoogleStand] = request.param
    async with standing.opened(kind(PROVIDER)) as made:
        yield made


@pytest.fixture
async def studio(database: bytes, request: pytest.FixtureRequest) -> AsyncIterator[Studio]:
    kind, seed = getattr(request, "param", (GoogleStand, 1))
    async with opened(database, kind, seed) as made:
        yield made
