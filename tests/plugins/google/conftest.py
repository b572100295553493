"""A scripted server, and the plugin's adapter at it."""

from collections.abc import AsyncIterator

import pytest
from tests.plugins.google.outside import HttpClient, account, session
from tests.plugins.google.scripted import Scripted
from tests.plugins.google.standing import FickleGoogleStand, GoogleStand

from metonic_google.adapter import GoogleAdapter
from metonic_google.provider import PROVIDER


@pytest.fixture
async def server() -> AsyncIterator[Scripted]:
    scripted = await Scripted().start()
    yield scripted
    await scripted.stop()


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
    made: GoogleStand = request.param(PROVIDER)
    await made.open()
    yield made
    await made.close()
