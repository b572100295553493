"""A stand-in before each of the two real servers, and a phone that asks it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from uuid import uuid4

import aiohttp
import pytest
from tests.simulators.phone import Phone

from metonic_simulators.icloud import StandIn, icloud
from metonic_simulators.servers import KINDS, CalendarServer, started


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, CalendarServer]]:
    """The servers behind the stand-ins: they run for as long as there are tests."""
    with ExitStack() as stack:
        yield {kind: stack.enter_context(started(kind, tmp_path_factory.mktemp(kind))) for kind in KINDS}


@pytest.fixture(params=["radicale", "xandikos"])
def server(servers: dict[str, CalendarServer], request: pytest.FixtureRequest) -> CalendarServer:
    return servers[str(request.param)]


@pytest.fixture
async def stand_in(server: CalendarServer) -> AsyncIterator[StandIn]:
    """ICloud's layout and none of its oddities: a test turns on what it is about."""
    async with icloud(server, usual=("icloud-layout",)) as running:
        yield running


@pytest.fixture
async def phone(stand_in: StandIn) -> AsyncIterator[Phone]:
    """Signed in, with an empty calendar."""
    async with aiohttp.ClientSession() as session:
        # What aiohttp asks again by itself, a PUT too, would hide a connection that was lost.
        session._retry_connection = False  # noqa: SLF001
        calendar = await stand_in.make_calendar(uuid4().hex)
        phone = Phone(session, stand_in, calendar)
        yield phone
        stand_in.reset()
        await phone.ask("DELETE", calendar)
