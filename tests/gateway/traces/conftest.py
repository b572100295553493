"""A collector, and what is logged meanwhile."""

import io
from collections.abc import AsyncIterator, Iterator

import pytest
from tests.collector import Collector, collecting
from tests.gateway.logs import logging_as_before

from metonic_gateway.telemetry import set_up_logging


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    async with collecting() as collector:
        yield collector


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    with logging_as_before():
        set_up_logging("json", "info", stream)
        yield stream
