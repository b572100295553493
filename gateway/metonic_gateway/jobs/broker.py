"""Actors on the service's own event loop, and the broker inside the service, with messages in memory.

A message is only a nudge, so losing them all costs time at most: the scheduler finds whatever stayed due.
"""

import asyncio
import logging
import threading
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from dramatiq import Worker
from dramatiq.asyncio import EventLoopThread, set_event_loop_thread
from dramatiq.broker import Broker, MessageProxy
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware

_AT_ONCE = 16
_IDLE_MILLISECONDS = 100
_INTERRUPT_CHECK_SECONDS = 0.1
_STOP_SECONDS = 4
_MINUTE_SECONDS = 60.0


class _CutOff(Exception):
    """The actor was cancelled as the worker ends."""


class _HostThread(EventLoopThread):
    """Stands for a thread that runs a loop, and is the loop that runs already."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # The parent would make a loop of its own: only what its `run_coroutine` reads is set.
        self.loop = loop
        self.interrupt_check_ival = _INTERRUPT_CHECK_SECONDS
        self.logger = logging.getLogger(__name__)
        self._running: set[asyncio.Task[Any]] = set()
        self._is_ending = False
        self._of_this_thread = threading.local()

    def run_coroutine(self, coro: Awaitable[Any]) -> Any:  # noqa: ANN401 - whatever the actor returns
        try:
            return super().run_coroutine(self._tracked(coro))
        except _CutOff:
            self._of_this_thread.is_cut_off = True
            return None

    def take_cut_off(self) -> bool:
        """Whether the actor that this thread has just run was cut off; asked once."""
        return bool(self._of_this_thread.__dict__.pop("is_cut_off", False))

    def cancel_all(self) -> None:
        """Cancel the actors that run, and let no further one begin."""
        self._is_ending = True
        for task in self._running:
            task.cancel()

    async def _tracked(self, coro: Awaitable[Any]) -> Any:  # noqa: ANN401 - likewise
        task = asyncio.ensure_future(coro)
        self._running.add(task)
        if self._is_ending:
            task.cancel()
        try:
            return await task
        except asyncio.CancelledError:
            if self._is_ending:
                raise _CutOff from None
            raise
        finally:
            self._running.discard(task)


class HostLoop(Middleware):
    """Runs async actors on a loop that is there already, so that they share its connections.

    The message of an actor that is cut off at the end goes back to the broker, for whoever works on.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._thread = _HostThread(loop)

    def before_worker_boot(self, _broker: Broker, _worker: Worker) -> None:
        set_event_loop_thread(self._thread)

    def after_worker_shutdown(self, _broker: Broker, _worker: Worker) -> None:
        set_event_loop_thread(None)

    def after_process_message(
        self,
        broker: Broker,
        message: MessageProxy,
        *,
        result: Any | None = None,  # noqa: ANN401, ARG002 - dramatiq passes it by name
        exception: BaseException | None = None,  # noqa: ARG002 - likewise
    ) -> None:
        if self._thread.take_cut_off():
            broker.enqueue(message.copy())

    def cancel_all(self) -> None:
        """Cancel the actors that run, and let no further one begin."""
        self._thread.cancel_all()


class Hosted(Broker):
    """A broker whose actors run on a loop that is there already.

    Nothing is retried: what failed is due again by its row.
    """

    host: HostLoop

    @abstractmethod
    def waiting(self, queue_name: str) -> int:
        """How many messages no worker has taken yet. Blocks; raises what the broker's library does."""


class EmbeddedBroker(StubBroker, Hosted):
    """A broker for one process."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.host = HostLoop(loop)
        super().__init__(middleware=[self.host])

    def waiting(self, queue_name: str) -> int:
        return self.queues[queue_name].qsize() if queue_name in self.queues else 0


class _OnceAMinute(logging.Filter):
    """Dramatiq says every three seconds that the broker is still away."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        is_new = record.created - self._said.get(record.msg, 0.0) > _MINUTE_SECONDS
        if is_new:
            self._said[record.msg] = record.created
        return is_new


@asynccontextmanager
async def working(broker: Hosted, at_once: int = _AT_ONCE) -> AsyncIterator[None]:
    """A worker for this broker; at the end runs are cancelled, and waited for some seconds.

    ``at_once``: how many messages it works on at the same time.
    """
    worker = Worker(broker, worker_threads=at_once, worker_timeout=_IDLE_MILLISECONDS)
    # No more than it works on: what waits is for whoever is free.
    worker.queue_prefetch = at_once
    await asyncio.to_thread(worker.start)
    for consumer in worker.consumers.values():
        consumer.logger.addFilter(_OnceAMinute())
    try:
        yield
    finally:
        # First nobody takes another message, then what runs is cut off.
        for thread in worker.workers:
            thread.stop()
        broker.host.cancel_all()
        await aside(lambda: worker.stop(timeout=_STOP_SECONDS * 1000), 2 * _STOP_SECONDS)


async def aside(call: Callable[[], None], seconds: float) -> None:
    """Have it done on a thread that is waited for so long, and that does not keep the process from ending."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()

    def run() -> None:
        try:
            call()
        finally:
            # Whoever waited may be gone.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="aside", daemon=True).start()
    with suppress(TimeoutError):
        await asyncio.wait_for(done.wait(), seconds)
