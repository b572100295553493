"""How a worker waits for messages that come through Redis, and tells which have ended.

Dramatiq's consumer sleeps for longer the longer nothing came, and has every message that ended acknowledged
by itself.
"""

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import redis
from dramatiq.broker import Consumer, MessageProxy
from dramatiq.errors import ConnectionClosed

_IDLE_SECONDS, _BUSY_SECONDS = 0.5, 0.02


class Acks:
    """Ids of messages that ended, gathered from the threads that worked on them until somebody sends them.

    What cannot be sent is kept. There are hardly more than are worked on: where many are gathered, no more
    is taken before they are sent.
    """

    def __init__(self, send: Callable[[Iterable[str]], None]) -> None:
        self._send = send
        self._gathered: set[str] = set()
        self._changing = threading.Lock()

    def add(self, message_id: str) -> None:
        with self._changing:
            self._gathered.add(message_id)

    def send(self, at_least: int = 1) -> None:
        """If there are as many. Raises ConnectionClosed."""
        with self._changing:
            gathered = frozenset(self._gathered)
        if len(gathered) < at_least:
            return
        try:
            self._send(gathered)
        except redis.RedisError as error:
            # Any: what else it raised would end the thread that waits, as it closes its consumer.
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]  # dramatiq says nothing of its types
        with self._changing:
            self._gathered -= gathered


class Woken(Consumer):
    """Waits for the bell where nothing is there to be fetched.

    What was put back, or was rung for while nobody listened, is looked for twice a second.
    """

    def __init__(self, client: Any, bell: str, fetched: Any, acks: Acks) -> None:  # noqa: ANN401 - dramatiq and redis say nothing of their types
        self._client = client
        self._bell = bell
        self._fetched = fetched
        self._acks = acks
        self._is_rung = False
        self._has_dropped = False

    def __next__(self) -> MessageProxy | None:
        # A few are sent where nothing is to be done: what was rung for is fetched first.
        self._acks.send(at_least=self._fetched.prefetch)
        is_full = self._fetched.outstanding_message_count >= self._fetched.prefetch
        try:
            message: MessageProxy | None = next(self._fetched)
            if message is not None:
                self._find()
                return message
            self._acks.send()
            if is_full:
                time.sleep(_BUSY_SECONDS)
            elif not self._drop_rings():
                self._wait()
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call] # likewise
        return None

    def _find(self) -> None:
        """One that was put as the rings were dropped may not be the only one: somebody else is woken."""
        if self._has_dropped:
            with suppress(redis.RedisError):
                self._client.lpush(self._bell, 1)
        self._is_rung = self._has_dropped = False

    def _drop_rings(self) -> bool:
        """Rung for nothing, drop the rings for what was taken long ago.

        Returns whether there were any: what was put meanwhile is then looked for before the next wait.
        """
        is_rung, self._is_rung = self._is_rung, False
        with suppress(redis.ResponseError):
            self._has_dropped = is_rung and bool(self._client.delete(self._bell))
        return self._has_dropped

    def _wait(self) -> None:
        try:
            self._is_rung = bool(self._client.blpop([self._bell], timeout=_IDLE_SECONDS))
        except redis.ResponseError:
            # One before Redis 6, or that does not let us, or that has just become a replica.
            time.sleep(_IDLE_SECONDS)

    def ack(self, message: MessageProxy) -> None:
        """Makes room at once; Redis is told when more is looked for.

        What has no id that can be told stays among what this worker holds there.
        """
        self._fetched.queued_message_ids.discard(message.message_id)
        told = message.options.get("redis_message_id")
        if isinstance(told, str) and told.isascii():
            self._acks.add(told)

    def nack(self, message: MessageProxy) -> None:
        self._fetched.nack(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        self._fetched.requeue(messages)

    def close(self) -> None:
        """Raises ConnectionClosed."""
        self._acks.send()
