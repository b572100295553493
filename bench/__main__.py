"""``make bench``: measures, and prints the table that docs/benchmarks.md keeps."""

import asyncio
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from bench.measuring import Figure
from bench.platform_side import figures

HEAD = "| what | ours | floor | ratio | target |\n|---|---|---|---|---|"


def table(measured: Sequence[Figure]) -> str:
    """As Markdown, with the day and the machine."""
    rows = "\n".join(figure.row() for figure in measured)
    python = platform.python_version()
    machine = f"{platform.system()} {platform.machine()}, {cores()} cores, Python {python}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {machine}, SQLite.\n\n{HEAD}\n{rows}\n"


def cores() -> int:
    """How many may be used, which on shared machines is fewer than there are."""
    return len(os.sched_getaffinity(0))


if __name__ == "__main__":
    sys.stdout.write(table(asyncio.run(figures())))
