"""The broker inside the service: messages in memory, actors on the service's own event loop.

A message is only a nudge, so losing them all costs time at most: the scheduler finds whatever stayed due.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dramatiq import Worker
from dramatiq.asyncio import EventLoopThread, set_event_loop_thread
from dramatiq.broker import Broker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware, ShutdownNotifications

CALENDARS_AT_ONCE = 16
_IDLE_MILLISECONDS = 100
_INTERRUPT_CHECK_SECONDS = 0.1


class _HostThread(EventLoopThread):
    """Stands for a thread that runs a loop, and is the loop that runs already."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # The parent would make a loop of its own: only what `run_coroutine` reads is set.
        self.loop = loop
        self.interrupt_check_ival = _INTERRUPT_CHECK_SECONDS
        self.logger = logging.getLogger(__name__)


class HostLoop(Middleware):
    """Runs async actors on a loop that is there already, so that they share its connections."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._thread = _HostThread(loop)

    def before_worker_boot(self, _broker: Broker, _worker: Worker) -> None:
        set_event_loop_thread(self._thread)

    def after_worker_shutdown(self, _broker: Broker, _worker: Worker) -> None:
        set_event_loop_thread(None)


def embedded_broker(loop: asyncio.AbstractEventLoop) -> StubBroker:
    """A broker for one process. Nothing is retried: what failed is due again by its row."""
    return StubBroker(middleware=[ShutdownNotifications(notify_shutdown=True), HostLoop(loop)])


@asynccontextmanager
async def working(broker: Broker) -> AsyncIterator[None]:
    """A worker for this broker; at the end, runs are cancelled and waited for."""
    worker = Worker(broker, worker_threads=CALENDARS_AT_ONCE, worker_timeout=_IDLE_MILLISECONDS)
    await asyncio.to_thread(worker.start)
    try:
        yield
    finally:
        # Off the loop: it waits for coroutines that run on it.
        await asyncio.to_thread(worker.stop)
