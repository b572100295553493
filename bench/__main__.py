"""``make bench``: measures, and prints the table that docs/benchmarks.md keeps (one part: ARGS=engine)."""

import asyncio
import os
import platform
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from bench import background, caldav, engine, google, graph, platform_side
from bench.measuring import Amount, Figure
from metonic_gateway.serving import leave_loaded_alone
from metonic_gateway.telemetry import set_up_logging

HEAD = "| what | time | floor | ratio | target |\n|---|---|---|---|---|"


Rows = Sequence[Figure | Amount]
PARTS: Mapping[str, Callable[[], Awaitable[Rows]]] = {
    "platform_side": platform_side.figures,
    "engine": engine.figures,
    "caldav": caldav.figures,
    "google": google.figures,
    "graph": graph.figures,
    "background": background.figures,
}


async def measured(parts: Sequence[str]) -> Rows:
    """The rows of these parts, or of all."""
    return [figure for part in parts or PARTS for figure in await PARTS[part]()]


def table(figures: Rows) -> str:
    """As Markdown, with the day and the machine."""
    rows = "\n".join(figure.row() for figure in figures)
    python = platform.python_version()
    machine = f"{platform.system()} {platform.machine()}, {cores()} cores, Python {python}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {machine}.\n\n{HEAD}\n{rows}\n"


def cores() -> int:
    """How many may be used, which on shared machines is fewer than there are."""
    return len(os.sched_getaffinity(0))


if __name__ == "__main__":
    set_up_logging("console", "WARNING")
    leave_loaded_alone()
    sys.stdout.write(table(asyncio.run(measured(sys.argv[1:]))))
