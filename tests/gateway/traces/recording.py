"""Traces that are sent to a collector, and lines of a log."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.collector import Collector

from metonic_gateway.otlp import OtlpTraces
from metonic_gateway.traces import Traces


@asynccontextmanager
async def recorded(collector: Collector) -> AsyncIterator[Traces]:
    """When the block ends, all has arrived."""
    traces = OtlpTraces(collector.url, "serve")
    try:
        yield traces
    finally:
        await asyncio.to_thread(traces.close)


def lines(output: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.getvalue().splitlines()]
