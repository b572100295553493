"""Holding the lease of a calendar for as long as a run takes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
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
    done = asyncio.Event()
    beating = asyncio.create_task(_beat(lease, clock, heartbeat, done))
    try:
        yield
    finally:
        # Not cancelled: a beat that is cut off may have moved the end of the lease without our knowing.
        done.set()
        await beating
        await leases.release(lease)


async def _beat(
    lease: Lease, clock: Callable[[], datetime], heartbeat: timedelta, done: asyncio.Event
) -> None:
    """A lost lease ends it: the run itself notices at its next transaction."""
    while not await _is_set_within(done, heartbeat):
        try:
            if not await leases.extend(lease, clock()):
                return
        except Exception:  # noqa: BLE001 - the next beat may succeed
            _log.exception("heartbeat_failed", calendar=lease.calendar_id)


async def _is_set_within(event: asyncio.Event, wait: timedelta) -> bool:
    try:
        await asyncio.wait_for(event.wait(), wait.total_seconds())
    except TimeoutError:
        return False
    return True
