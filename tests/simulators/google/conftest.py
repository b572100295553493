"""One stand-in for each module, as at the start for each test, and two people with Google's own client."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.simulators.google.official import client
from tests.simulators.google.running import ALICE, BOB, running

from metonic_simulators.google import Simulator


@pytest.fixture(scope="module")
def started() -> Iterator[Simulator]:
    with running() as sim:
        yield sim


@pytest.fixture
def sim(started: Simulator) -> Simulator:
    started.reset()
    return started


@pytest.fixture
def alice(sim: Simulator) -> Iterator[Any]:
    with client(sim, ALICE) as found:
        yield found


@pytest.fixture
def bob(sim: Simulator) -> Iterator[Any]:
    with client(sim, BOB) as found:
        yield found
