"""A collector that is away, slow or strict costs a line in the log a minute, and nobody waits for it."""

import asyncio
import io
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.collector import Collector
from tests.gateway.house import House, synced
from tests.gateway.traces.recording import lines, recorded

from metonic_gateway.otlp import OtlpTraces
from metonic_gateway.settings import Settings
from metonic_gateway.wiring import running
from metonic_simulators.servers import HOST, free_port


async def test_a_collector_that_is_away_delays_nothing_and_is_told_of_once(
    house: House, output: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    calendar = await synced(house)
    traces = OtlpTraces(f"http://{HOST}:{free_port()}/hunter2", "serve")
    house.services = replace(house.services, traces=traces)

    began = time.monotonic()
    for _ in range(20):
        house.later(timedelta(minutes=20))
        await house.sync(calendar)
    assert time.monotonic() - began < 10
    await asyncio.to_thread(traces.close)

    (line,) = [line for line in lines(output) if line["logger"].startswith("opentelemetry")]
    assert line["level"] in {"warning", "error"}
    assert "hunter2" not in output.getvalue()


async def test_a_collector_that_refuses_is_told_of_with_its_status(
    collector: Collector, output: io.StringIO
) -> None:
    collector.status = 401
    async with recorded(collector) as traces:
        for _ in range(3):
            with traces.span("run"):
                pass

    (line,) = [line for line in lines(output) if line["logger"].startswith("opentelemetry")]
    assert "401" in line["event"]


async def test_what_waits_to_be_sent_is_bounded(collector: Collector) -> None:
    async with recorded(collector) as traces:
        # Nobody answers meanwhile: the collector is on this loop.
        for _ in range(10_000):
            with traces.span("run"):
                pass

    waited, on_its_way = 2048, 512
    assert 0 < len(collector.spans) <= waited + on_its_way


async def test_the_end_waits_for_a_collector_for_seconds_at_most(
    settings: Settings, output: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "8")
    async with _silent() as endpoint:
        settings = settings.model_copy(update={"otlp_endpoint": endpoint})
        async with running(settings) as services:
            with services.traces.span("run"):
                pass
            began = time.monotonic()
        assert time.monotonic() - began < 7.5
        for thread in threading.enumerate():
            if thread.name.startswith("Otel"):
                await asyncio.to_thread(thread.join, 20)
    assert len([line for line in lines(output) if line["logger"].startswith("opentelemetry")]) == 1


@asynccontextmanager
async def _silent() -> AsyncIterator[str]:
    """A collector that takes what comes and never answers."""
    gone = asyncio.Event()

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await gone.wait()
        writer.close()

    server = await asyncio.start_server(take, HOST, 0)
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        gone.set()
        server.close()
        await server.wait_closed()
