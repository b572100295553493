"""What providers were asked, and told us, per day: counted in memory, and stored every few seconds.

What was not stored yet when a process is killed is missing from the count, and from nothing else.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from metonic_gateway.store import usage
from metonic_gateway.store.usage import Counts, Day
from metonic_gateway.telemetry import get_logger

_EVERY_SECONDS = 5

_log = get_logger(__name__)


class Usage:
    """Counts what happens; ``count`` costs no statement."""

    def __init__(self) -> None:
        self._counted: dict[str, Counter[str]] = {}

    def count(
        self, provider: str, *, requests: int = 0, batched: int = 0, webhooks: int = 0, throttled: int = 0
    ) -> None:
        """So many more at that provider; ``batched`` are operations that went together in a request."""
        counts = self._counted.setdefault(provider, Counter())
        counts.update(requests=requests, batched_operations=batched, webhooks=webhooks, throttled=throttled)

    async def store(self, now: datetime) -> None:
        """Add what was counted since the last time to the rows of the day; what cannot be added is kept."""
        for provider in list(self._counted):
            counts = self._counted.pop(provider)
            try:
                await usage.add(Day(provider, now.date()), Counts(**counts))
            except Exception:
                self._counted.setdefault(provider, Counter()).update(counts)
                raise


@asynccontextmanager
async def stored(usage: Usage, clock: Callable[[], datetime]) -> AsyncIterator[None]:
    """Store what is counted while the block runs, and once more at its end; needs an open database."""
    done = asyncio.Event()
    storing = asyncio.create_task(_store_until(done, usage, clock))
    try:
        yield
    finally:
        # Not cancelled: of a statement that is cut off nobody knows whether it has added anything.
        done.set()
        await storing


async def _store_until(done: asyncio.Event, usage: Usage, clock: Callable[[], datetime]) -> None:
    is_last = False
    while not is_last:
        with suppress(TimeoutError):
            await asyncio.wait_for(done.wait(), _EVERY_SECONDS)
        is_last = done.is_set()
        try:
            await usage.store(clock())
        except Exception:  # noqa: BLE001 - it is added the next time
            _log.exception("usage_not_stored")
