"""A stand-in of its own for each test, in its loop, whose clock stands still until it is moved."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import aiohttp
import pytest
from tests.simulators.graph.official import Client
from tests.simulators.graph.receiver import Receiver, receiving
from tests.simulators.graph.signing import Browser

from metonic_simulators.graph import Simulator, graph

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALICE, BOB, CAROL = "alice@contoso.example", "bob@contoso.example", "carol@outlook.example"


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with graph(start=START, runs=False) as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as found:
        # What aiohttp asks again by itself would hide a connection that was lost.
        found._retry_connection = False  # noqa: SLF001
        yield found


@pytest.fixture
def alice(sim: Simulator, session: aiohttp.ClientSession) -> Client:
    return Client(session, sim, ALICE)


@pytest.fixture
def bob(sim: Simulator, session: aiohttp.ClientSession) -> Client:
    return Client(session, sim, BOB)


@pytest.fixture
def carol(sim: Simulator, session: aiohttp.ClientSession) -> Client:
    """She has a personal account."""
    return Client(session, sim, CAROL)


@pytest.fixture
async def receiver(sim: Simulator) -> AsyncIterator[Receiver]:
    async with receiving(sim.clock.now) as found:
        yield found


@pytest.fixture
def browser(sim: Simulator, session: aiohttp.ClientSession) -> Browser:
    return Browser(sim, session)
