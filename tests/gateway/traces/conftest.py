"""A service to trace, a collector, and what is logged meanwhile."""

import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.collector import Collector, collecting
from tests.gateway.house import new_database, settings_for
from tests.gateway.logs import logging_as_before

from metonic_gateway.settings import Settings
from metonic_gateway.telemetry import set_up_logging


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(new_database(tmp_path / "metonic.sqlite3"))


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
