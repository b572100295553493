"""``python -m bench.first_run here|there``: prints how many megabytes a first run takes above idle."""

import asyncio
import re
import sys
from pathlib import Path

from bench.pairs import desks
from metonic_gateway.telemetry import set_up_logging

EVENTS = 10_000
_KILOBYTES = 1024


async def megabytes(side: str) -> float:
    """Of ten thousand appointments that are to be copied, or of as many events that are to be imported.

    Idle is the process before it has opened anything. So migrating is counted in, and the calendar in memory.
    """
    idle = _memory("VmRSS")
    async with desks("toni") as (desk,):
        if side == "here":
            await desk.add_here(EVENTS)
        else:
            desk.add_there(EVENTS)
        await desk.run()
        return (_memory("VmHWM") - idle) / _KILOBYTES


def _memory(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError(f"the system does not tell {name}")
    return int(found[1])


if __name__ == "__main__":
    set_up_logging("console", "WARNING")
    sys.stdout.write(f"{asyncio.run(megabytes(sys.argv[1])):.1f}\n")
