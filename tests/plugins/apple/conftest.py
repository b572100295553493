"""A real CalDAV server (Radicale) and a signed-in client to ask it with."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import aiohttp
import pytest
from tests.plugins.apple.at_icloud import At
from tests.plugins.apple.outside import PASSWORD, USER, HttpClient, Radicale, account, make_calendar
from tests.plugins.apple.scripted import Scripted
from tests.plugins.scripted import running
from tests.radicale import calendar_server

from metonic_apple.adapter import AppleAdapter
from metonic_simulators.icloud import StandIn, icloud
from metonic_simulators.servers import CalendarServer, started


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
    async with running(Scripted()) as made:
        yield made


@pytest.fixture(scope="session")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CalendarServer]:
    """The server behind the stand-ins for iCloud."""
    with started("radicale", tmp_path_factory.mktemp("behind")) as running:
        yield running


@pytest.fixture
async def stand_in(behind: CalendarServer) -> AsyncIterator[StandIn]:
    """ICloud's layout and none of its oddities: a test turns on what it is about."""
    async with icloud(behind, usual=("icloud-layout",)) as running:
        yield running


@pytest.fixture
async def at(stand_in: StandIn, client: HttpClient) -> At:
    """Signed in there, with an empty calendar."""
    client.username, client.password = stand_in.user, stand_in.password
    home = account(stand_in.home, stand_in.user)
    calendar = await stand_in.make_calendar(uuid4().hex)
    return At(stand_in, client, home, AppleAdapter(client, home), calendar)
