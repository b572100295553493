"""Brokers for tests, where METONIC_TEST_BROKER=embedded, redis or rabbitmq asks for one.

What the workers of a house do is then asked for by messages, and done by a worker as the service has one,
each house at a queue of its own. Otherwise it is called.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, suppress
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from unittest.mock import patch
from uuid import uuid4

from dramatiq.broker import Broker, MessageProxy
from dramatiq.message import Message
from dramatiq.middleware import Middleware
from tests.servers import rabbitmq, redis_server

from metonic_gateway.jobs import actors
from metonic_gateway.jobs import broker as jobs_broker
from metonic_gateway.jobs.actors import Outlet, declare_actors
from metonic_gateway.jobs.broker import EmbeddedBroker, Hosted, working
from metonic_gateway.jobs.sending import sending
from metonic_gateway.jobs.shared_broker import RabbitBroker, shared_broker
from metonic_gateway.services import Services
from metonic_simulators.servers import HOST

NAME = os.environ.get("METONIC_TEST_BROKER", "")
IS_SHARED = NAME in {"redis", "rabbitmq"}
assert IS_SHARED or NAME in {"", "embedded"}, f"METONIC_TEST_BROKER={NAME}"
_AT_ONCE = 3


@cache
def _url() -> str:
    """Of the server: a Redis of this process's own, or the RabbitMQ on this machine."""
    if NAME == "rabbitmq":
        return f"amqp://guest:guest@{HOST}:{rabbitmq()}/"
    with ExitStack() as stack:
        server = stack.enter_context(redis_server(Path(stack.enter_context(TemporaryDirectory()))))
        # Workers of a pool run no atexit.
        Finalize(None, stack.pop_all().close, exitpriority=1)
    return server.url


class Workers:
    """Those of a house: a worker from the first message on."""

    def __init__(self, services: Callable[[], Services]) -> None:
        self._services = services
        self._stack = AsyncExitStack()
        self._post: _Post | None = None
        self._beginning = asyncio.Lock()

    async def do(self, ask: Callable[[Outlet], None]) -> None:
        """Until it is done. Who is cancelled meanwhile ends the worker, which cuts off what runs."""
        async with self._beginning:
            if self._post is None:
                services = cast("Services", _AsTheyAre(self._services))
                self._post = await self._stack.enter_async_context(_working(services))
        try:
            await self._post.done(ask)
        except asyncio.CancelledError:
            await self.end()
            raise

    async def end(self) -> None:
        self._post = None
        await self._stack.aclose()


class _AsTheyAre:
    """The services that the house has by now: tests give it others."""

    def __init__(self, services: Callable[[], Services]) -> None:
        self._services = services

    def __getattr__(self, name: str) -> object:
        return getattr(self._services(), name)


_Key = tuple[str, tuple[Any, ...]]


class _Post(Middleware):
    """Sends to a queue, and knows when a worker has done what was sent. Told by the worker's threads."""

    def __init__(self, outlet: Outlet, queue: str) -> None:
        self._outlet = outlet
        self._queue = queue
        self._loop = asyncio.get_running_loop()
        self._sent: dict[_Key, asyncio.Future[None]] = {}
        self._begun: dict[str, asyncio.Future[None]] = {}
        self._asked: list[asyncio.Future[None]] = []

    async def done(self, ask: Callable[[Outlet], None]) -> None:
        self._asked = []
        ask(self)
        await asyncio.gather(*self._asked)

    def enqueue(self, message: Message[Any]) -> None:
        """What is the same and still waits may be sent once."""
        future = self._sent.setdefault(_key(message), self._loop.create_future())
        self._asked.append(future)
        self._outlet.enqueue(message.copy(queue_name=self._queue))

    def before_process_message(self, _broker: Broker, message: MessageProxy) -> None:
        self._soon(self._note_begun, message)

    def after_process_message(
        self,
        _broker: Broker,
        message: MessageProxy,
        *,
        result: Any | None = None,  # noqa: ANN401, ARG002 - dramatiq passes it by name
        exception: BaseException | None = None,  # noqa: ARG002 - likewise
    ) -> None:
        self._soon(self._note_done, message)

    def _soon(self, note: Callable[[MessageProxy], None], message: MessageProxy) -> None:
        # The house may be gone.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(note, message)

    def _note_begun(self, message: MessageProxy) -> None:
        if future := self._sent.pop(_key(message), None):
            self._begun[message.message_id] = future

    def _note_done(self, message: MessageProxy) -> None:
        future = self._begun.pop(message.message_id, None)
        if future is not None and not future.done():
            future.set_result(None)


def _key(message: Message[Any] | MessageProxy) -> _Key:
    return message.actor_name, tuple(message.args)


@asynccontextmanager
async def _working(services: Services) -> AsyncIterator[_Post]:
    queue = f"test-{uuid4().hex}"
    async with _broker(queue) as (broker, outlet):
        post = _Post(outlet, queue)
        broker.add_middleware(post)
        with patch.object(actors, "_QUEUE", queue):
            declare_actors(broker, services)
        # Which is also how long it takes to end.
        with patch.object(jobs_broker, "_IDLE_MILLISECONDS", 50):
            async with working(broker, _AT_ONCE):
                yield post


@asynccontextmanager
async def _broker(queue: str) -> AsyncIterator[tuple[Hosted, Outlet]]:
    """A broker, and what sends to it."""
    if not IS_SHARED:
        embedded = EmbeddedBroker(asyncio.get_running_loop())
        yield embedded, embedded
        return
    async with shared_broker(_url()) as broker:
        async with sending(broker) as sender:
            yield broker, sender
        if isinstance(broker, RabbitBroker):
            for suffix in ("", ".DQ", ".XQ"):
                broker.channel.queue_delete(f"{queue}{suffix}")
