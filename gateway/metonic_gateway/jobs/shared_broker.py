"""Brokers that processes share: RabbitMQ or Redis, of which we take no more than a nudge needs.

What cannot be read, is not ours or is old is dropped: nobody takes up dead letters, and what was lost is
asked for again by the scheduler. A queue that nobody works on is filled to a bound and refuses the rest.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from copy import copy
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import redis
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.brokers.rabbitmq import RabbitmqBroker
from dramatiq.brokers.redis import RedisBroker
from dramatiq.common import current_millis
from dramatiq.errors import DecodeError
from dramatiq.message import Message
from pika.exceptions import ChannelClosedByBroker
from redis.exceptions import NoScriptError

from metonic_gateway.jobs.broker import Hosted, HostLoop, aside
from metonic_gateway.jobs.waking import Acks, Woken
from metonic_gateway.telemetry import get_logger
from metonic_gateway.traces import TRACEPARENT

_OLD_MILLISECONDS = 10 * 60 * 1000
_MOST_WAITING = 10_000
_MOST_RINGS = 100
_LAST_SECONDS = 2
# What a thread waits for a server that does not answer is bounded.
_RABBITMQ = {
    "heartbeat": "30",
    "blocked_connection_timeout": "5",
    "socket_timeout": "5",
    "stack_timeout": "5",
    "connection_attempts": "1",
}
_REDIS = {"socket_timeout": "5", "socket_connect_timeout": "5"}
_OPTIONS = frozenset({TRACEPARENT, "redis_message_id"})

_log = get_logger(__name__)


class BrokerFull(Exception):
    """More messages wait than workers take."""


class RabbitBroker(RabbitmqBroker, Hosted):
    """Messages are confirmed by the server before they count as sent."""

    def __init__(self, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self.host = HostLoop(loop)
        super().__init__(url=_completed(url, _RABBITMQ), confirm_delivery=True, middleware=[self.host])

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        try:
            return _Nudges(super().consume(queue_name, prefetch, timeout), queue_name)
        finally:
            self.rest()

    def enqueue_together(self, messages: Iterable[Message[Any]]) -> None:
        """Send them in order. The next one is asked for when one is sent; the first that is not, raises."""
        for message in messages:
            self.enqueue(message)

    def rest(self) -> None:
        """Close this thread's connection for sending: it would not be kept alive."""
        del self.connection

    def waiting(self, queue_name: str) -> int:
        try:
            asked = self.channel.queue_declare(queue_name, passive=True)
            return int(asked.method.message_count)
        except ChannelClosedByBroker:
            # Nobody has sent anything yet.
            return 0
        finally:
            self.rest()

    def _build_queue_arguments(self, queue_name: str) -> Mapping[str, object]:  # noqa: ARG002 - the parent's
        """Without a queue of dead letters.

        RabbitMQ refuses a queue that is there with other arguments: if these change, its name has to.
        """
        return {
            "x-message-ttl": _OLD_MILLISECONDS,
            "x-max-length": _MOST_WAITING,
            "x-overflow": "reject-publish",
        }


class RedisNudgeBroker(RedisBroker, Hosted):
    """What a dead worker held comes back after a minute, about when the scheduler asks again."""

    def __init__(self, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self.host = HostLoop(loop)
        super().__init__(  # type: ignore[no-untyped-call]  # dramatiq says nothing of its types
            url=_completed(url, _REDIS),
            namespace="metonic",
            # One command in twenty: an idle worker sends four a second, half of them about this queue.
            maintenance_chance=50_000,
            dead_message_ttl=_OLD_MILLISECONDS,
            middleware=[self.host],
        )
        # At most so many, as far as is known.
        self._waiting = _MOST_WAITING
        self._acks: dict[str, Acks] = {}

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:  # noqa: ARG002 - the parent's
        """One that is woken; the library's sleeps, for longer the longer nothing came."""
        fetched = super().consume(queue_name, prefetch, timeout=0)
        # They outlive a consumer that loses its connection.
        acks = self._acks.setdefault(queue_name, Acks(partial(self.ack_together, queue_name)))
        return _Nudges(Woken(self.client, self._bell(queue_name), fetched, acks), queue_name)

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """Raises BrokerFull."""
        sent = self._put(message, delay)
        self._ring(message.queue_name)
        return sent

    def enqueue_together(self, messages: Iterable[Message[Any]]) -> None:
        """Likewise, and ring for them when all are sent, or one is not."""
        sent = Counter[str]()
        try:
            for message in messages:
                self._put(message)
                sent[message.queue_name] += 1
        finally:
            for name, times in sent.items():
                self._ring(name, times)

    def _put(self, message: Message[Any], delay: int | None = None) -> Message[Any]:
        """Raises BrokerFull."""
        if self._waiting >= _MOST_WAITING:
            self._waiting = self.waiting(message.queue_name)
        if self._waiting >= _MOST_WAITING:
            raise BrokerFull
        self._waiting += 1
        return super().enqueue(message, delay=delay)

    def _ring(self, name: str, times: int = 1) -> None:
        """Wake workers that wait, and count what does.

        What cannot be rung for is sent all the same, and must not be sent again.
        """
        bell, asked = self._bell(name), self.client.pipeline(transaction=False)
        asked.lpush(bell, *[1] * min(times, _MOST_RINGS))
        asked.ltrim(bell, 0, _MOST_RINGS - 1)
        asked.llen(self._queue(name))
        # Unless it is counted, the next one counts.
        self._waiting = _MOST_WAITING
        with suppress(redis.RedisError):
            self._waiting = int(asked.execute()[-1])

    def ack_together(self, queue_name: str, ids: Iterable[str]) -> None:
        """Acknowledge messages by their ids in Redis, in one round trip. Raises RedisError."""
        asked, script = self.client.pipeline(transaction=False), self.scripts["dispatch"]
        # As the library has it, but for where it goes. A script itself would look first whether it is there.
        gathering = copy(self)
        gathering.scripts = {
            "dispatch": lambda args, keys: asked.evalsha(script.sha, len(keys), *keys, *args)
        }
        for one in ids:
            gathering.do_ack(queue_name, one)
        try:
            asked.execute()
        except NoScriptError:
            # The server has begun anew, and is told the script by the first call.
            for one in ids:
                self.do_ack(queue_name, one)

    def waiting(self, queue_name: str) -> int:
        return int(self.client.llen(self._queue(queue_name)))

    def _queue(self, name: str) -> str:
        return f"{self.namespace}:{name}"

    def _bell(self, name: str) -> str:
        """A list whose items wake workers that wait, one each."""
        return f"{self._queue(name)}.bell"

    def rest(self) -> None:
        """The connections are kept."""

    def close(self) -> None:
        self.client.connection_pool.disconnect()


SharedBroker = RabbitBroker | RedisNudgeBroker


@asynccontextmanager
async def shared_broker(url: str) -> AsyncIterator[SharedBroker]:
    """The broker at that URL, whose actors run on this loop. It need not be there yet."""
    is_redis = urlsplit(url).scheme in {"redis", "rediss"}
    broker = (RedisNudgeBroker if is_redis else RabbitBroker)(url, asyncio.get_running_loop())
    try:
        yield broker
    finally:
        await aside(broker.close, _LAST_SECONDS)


class _Nudges(Consumer):
    """Passes on what an actor can be called with.

    Problem: a message of a wrong shape ends the thread that works on it, or is fetched again and again.
    Solution: it gets no further than this.
    """

    def __init__(self, fetched: Consumer, queue_name: str) -> None:
        self._fetched = fetched
        self._queue_name = queue_name

    def __next__(self) -> MessageProxy | None:
        try:
            message = next(self._fetched)
        except (DecodeError, TypeError):
            _log.warning("message_unreadable", queue=self._queue_name)
            return None
        if message is None:
            return None
        if not self._is_ours(message):
            _log.warning("message_unreadable", queue=self._queue_name)
        elif message.message_timestamp > current_millis() - _OLD_MILLISECONDS:
            return message
        self._drop(message)
        return None

    def ack(self, message: MessageProxy) -> None:
        self._fetched.ack(message)

    def nack(self, message: MessageProxy) -> None:
        """Nobody looks at dead letters."""
        self._fetched.ack(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        self._fetched.requeue(messages)

    def close(self) -> None:
        self._fetched.close()

    def _is_ours(self, message: Any) -> bool:  # noqa: ANN401 - nobody has checked what it is made of
        """We send one option at most; the Redis broker adds one."""
        return (
            message.queue_name == self._queue_name
            and isinstance(message.actor_name, str)
            and isinstance(message.options, dict)
            and message.options.keys() <= _OPTIONS
            and type(message.message_timestamp) is int
        )

    def _drop(self, message: MessageProxy) -> None:
        # One whose options are broken has no id in Redis, and stays among what this worker holds there.
        with suppress(TypeError, KeyError):
            self._fetched.ack(message)


def _completed(url: str, options: Mapping[str, str]) -> str:
    """The URL with these options, where it does not say otherwise."""
    parts = urlsplit(url)
    return parts._replace(query=urlencode({**options, **dict(parse_qsl(parts.query))})).geturl()
