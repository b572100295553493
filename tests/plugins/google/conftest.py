"""A scripted server, and the plugin's adapter at it."""

from collections.abc import AsyncIterator

import pytest
from tests.plugins.google.outside import HttpClient, account, session
from tests.plugins.google.scripted import Scripted

from metonic_google.adapter import GoogleAdapter


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
