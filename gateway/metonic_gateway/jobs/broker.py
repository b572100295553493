"""The broker inside the service: messages in memory, actors on the service's own event loop.

A message is only a nudge, so losing them all costs time at most: the scheduler finds whatever stayed due.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

from dramatiq import Worker
from dramatiq.asyncio import EventLoopThread, set_event_loop_thread
from dramatiq.broker import Broker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware

CALENDARS_AT_ONCE = 16
_IDLE_MILLISECONDS = 100
_INTERRUPT_CHECK_SECONDS = 0.1


class _HostThread(EventLoopThread):
    """Stands for a thread that runs a loop, and is the loop that runs already."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # The parent would make a loop of its own: only what its `run_coroutine` reads is set.
        self.loop = loop
        self.interrupt_check_ival = _INTERRUPT_CHECK_SECONDS
        self.logger = logging.getLogger(__name__)
        self._running: set[asyncio.Task[Any]] = set()
        self._is_ending = False

    def run_coroutine(self, coro: Awaitable[Any]) -> Any:  # noqa: ANN401 - whatever the actor returns
        return super().run_coroutine(self._tracked(coro))

    def cancel_all(self) -> None:
        """Cancel the actors that run, and let no further one begin."""
        self._is_ending = True
        for task in self._running:
            task.cancel()

    async def _tracked(self, coro: Awaitable[Any]) -> Any:  # noqa: ANN401 - likewise
        """What is cancelled at the end counts as done: the calendar it was about stays due."""
        task = asyncio.ensure_future(coro)
        self._running.add(task)
        if self._is_ending:
            task.cancel()
        try:
            return await task
        except asyncio.CancelledError:
            if not self._is_ending:
                raise
        finally:
            self._running.discard(task)


class HostLoop(Middleware):
    """Runs async actors on a loop that is there already, so that they share its connections."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._thread = _HostThread(loop)

    def before_worker_boot(self, _broker: Broker, _worker: Worker) -> None:
        set_event_loop_thread(self._thread)

    def after_worker_shutdown(self, _broker: Broker, _worker: Worker) -> None:
        set_event_loop_thread(None)

    def cancel_all(self) -> None:
        """Cancel the actors that run, and let no further one begin."""
        self._thread.cancel_all()


class EmbeddedBroker(StubBroker):
    """A broker for one process. Nothing is retried: what failed is due again by its row."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.host = HostLoop(loop)
        super().__init__(middleware=[self.host])


@asynccontextmanager
async def working(broker: EmbeddedBroker) -> AsyncIterator[None]:
    """A worker for this broker; at the end, runs are cancelled and waited for."""
    worker = Worker(broker, worker_threads=CALENDARS_AT_ONCE, worker_timeout=_IDLE_MILLISECONDS)
    await asyncio.to_thread(worker.start)
    try:
        yield
    finally:
        broker.host.cancel_all()
        # Off the loop: it waits for coroutines that run on it.
        await asyncio.to_thread(worker.stop)
