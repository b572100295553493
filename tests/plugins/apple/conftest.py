"""A real CalDAV server (Radicale) and a signed-in client to ask it with."""

from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
from tests.plugins.apple.outside import PASSWORD, USER, HttpClient, Radicale, account, make_calendar
from tests.plugins.apple.scripted import Scripted
from tests.radicale import calendar_server

from metonic_apple.adapter import AppleAdapter


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Radicale]:
    folder = tmp_path_factory.mktemp("radicale")
    with calendar_server(folder, {USER: PASSWORD, "bob": "other"}) as url:
        yield Radicale(url)


@pytest.fixture
async def client() -> AsyncIterator[HttpClient]:
    async with aiohttp.ClientSession() as session:
        yield HttpClient(session)


@pytest.fixture
async def calendar(radicale: Radicale, client: HttpClient, request: pytest.FixtureRequest) -> str:
    """An empty calendar of alice's, one per test."""
    path = f"/{USER}/{abs(hash(request.node.nodeid))}/"
    await make_calendar(client, radicale.url.rstrip("/") + path)
    client.asked.clear()
    return path


@pytest.fixture
def adapter(radicale: Radicale, client: HttpClient) -> AppleAdapter:
    return AppleAdapter(client, account(radicale.home))


@pytest.fixture
async def server() -> AsyncIterator[Scripted]:
    scripted = await Scripted().start()
    yield scripted
    await scripted.stop()
