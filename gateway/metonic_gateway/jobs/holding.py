"""Holding the lease of a calendar for as long as a run takes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from metonic_gateway.store import leases
from metonic_gateway.store.leases import HEARTBEAT, Lease
from metonic_gateway.telemetry import get_logger

_log = get_logger(__name__)


@asynccontextmanager
async def held(
    lease: Lease, clock: Callable[[], datetime], heartbeat: timedelta = HEARTBEAT
) -> AsyncIterator[None]:
    """Extend the lease while the block runs, and release it in the end."""
    done, beating = asyncio.Event(), list[asyncio.Task[None]]()

    def begin() -> None:
        beating.append(asyncio.create_task(_beat(lease, clock, heartbeat, done)))

    # Nearly all runs end before their first beat, and need no task for it.
    first = asyncio.get_running_loop().call_later(heartbeat.total_seconds(), begin)
    try:
        yield
    finally:
        first.cancel()
        # Not cancelled: a beat that is cut off may have moved the end of the lease without our knowing.
        done.set()
        for beats in beating:
            await beats
        await leases.release(lease)


async def _beat(
    lease: Lease, clock: Callable[[], datetime], heartbeat: timedelta, done: asyncio.Event
) -> None:
    """A lost lease ends it: the run itself notices at its next transaction."""
    while not done.is_set():
        try:
            if not await leases.extend(lease, clock()):
                return
        except Exception:  # noqa: BLE001 - the next beat may succeed
            _log.exception("heartbeat_failed", calendar=lease.calendar_id)
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), heartbeat.total_seconds())
