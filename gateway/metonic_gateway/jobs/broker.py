"""Actors on the service's own event loop, and the broker inside the service, with messages in memory.

A message is only a nudge, so losing them all costs time at most: the scheduler finds whatever stayed due.
"""

import asyncio
import logging
import threading
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import CancelledError, Future
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from dramatiq import Worker
from dramatiq.asyncio import EventLoopThread, set_event_loop_thread
from dramatiq.broker import Broker, MessageProxy
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Middleware

from metonic_gateway.telemetry import get_logger

_AT_ONCE = 16
_IDLE_MILLISECONDS = 100
_STOP_SECONDS = 4
_MINUTE_SECONDS = 60.0

_log = get_logger(__name__)


class _CutOff(Exception):
    """The actor was cancelled as the worker ends."""


class _HostThread(EventLoopThread):
    """Stands for a thread that runs a loop, and is the loop that runs already."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # The parent would make a loop of its own: only what others read is set.
        self.loop = loop
        self._running: set[asyncio.Future[Any]] = set()
        self._is_ending = False
        self._of_this_thread = threading.local()

    def run_coroutine(self, coro: Awaitable[Any]) -> Any:  # noqa: ANN401 - whatever the actor returns
        """Nothing interrupts an actor of ours: who waits sleeps, where the parent's looks up all the time."""
        ended = Future[Any]()
        self.loop.call_soon_threadsafe(self._begin, coro, ended)
        try:
            return ended.result()
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

    def _begin(self, coro: Awaitable[Any], ended: Future[Any]) -> None:
        task = asyncio.ensure_future(coro)
        self._running.add(task)
        task.add_done_callback(partial(self._end, ended))
        if self._is_ending:
            task.cancel()

    def _end(self, ended: Future[Any], task: asyncio.Future[Any]) -> None:
        self._running.discard(task)
        if task.cancelled():
            ended.set_exception(_CutOff() if self._is_ending else CancelledError())
        elif error := task.exception():
            ended.set_exception(error)
        else:
            ended.set_result(task.result())


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
        except Exception:  # noqa: BLE001 - what is ended is not needed any more
            _log.warning("not_ended_in_order", exc_info=True)
        finally:
            # Whoever waited may be gone.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="aside", daemon=True).start()
    with suppress(TimeoutError):
        await asyncio.wait_for(done.wait(), seconds)
