"""The processes beside the demo, none of which outlives it."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from pathlib import Path

_STOP_SECONDS = 5


async def started(command: Sequence[str], log: Path) -> Process:
    """``command`` is a module and its arguments; what it complains of goes into ``log``."""
    script = str(Path(__file__).with_name("tethered.py"))
    with log.open("ab") as output:
        # A session of its own: Ctrl-C in the terminal is for us, and what we still write must find it alive.
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", script, *command),
            stdin=PIPE,
            stdout=PIPE,
            stderr=output,
            start_new_session=True,
        )


async def stopped(running: Process) -> None:
    """Its input ends, so it does."""
    if running.stdin is not None:
        running.stdin.close()
    try:
        await asyncio.wait_for(running.wait(), _STOP_SECONDS)
    except TimeoutError:
        running.kill()
        await running.wait()
