"""Sending messages to a broker elsewhere, off the event loop: whoever sends neither waits nor fails.

A broker that is away costs a line in the log and time: what is due stays due.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from dramatiq.message import Message

from metonic_gateway.jobs.shared_broker import SharedBroker
from metonic_gateway.telemetry import get_logger

_MOST_WAITING = 10_000
_MOST_TOGETHER = 100
_IDLE_SECONDS = 5
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 5.0
_LAST_SECONDS = 2

_log = get_logger(__name__)


class Sender:
    """Sends in order, on a thread of its own; what is the same and still waits is sent once."""

    def __init__(self, broker: SharedBroker) -> None:
        self._broker = broker
        self._waiting: dict[tuple[str, tuple[Any, ...]], Message[Any]] = {}
        self._changed = threading.Condition()
        self._is_ending = False
        self._given_up = threading.Event()
        self._tried: Message[Any] | None = None
        self._is_away = False
        self._pause = _FIRST_PAUSE_SECONDS
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def enqueue(self, message: Message[Any]) -> None:
        """Have it sent soon. Where there is no room it is dropped, and asked for again by the scheduler."""
        with self._changed:
            if len(self._waiting) < _MOST_WAITING:
                # The latest of those that are the same: one that waited for long is no news to a worker.
                self._waiting[message.actor_name, message.args] = message
                self._changed.notify()

    def end(self) -> None:
        """Send what waits, for two seconds at most; blocks for as long."""
        with self._changed:
            self._is_ending = True
            self._changed.notify()
        self._thread.join(_LAST_SECONDS)
        self._given_up.set()

    def _run(self) -> None:
        while not self._is_done():
            if not self._waits():
                self._broker.rest()
            elif not self._is_sent():
                self._given_up.wait(self._pause)
                self._pause = min(2 * self._pause, _LONGEST_PAUSE_SECONDS)
        self._broker.rest()

    def _is_done(self) -> bool:
        has_any = self._tried is not None or self._waiting
        return self._given_up.is_set() or (self._is_ending and not has_any)

    def _waits(self) -> bool:
        """Whether there is anything to send; False if nothing came for a while, or the end has."""
        if self._tried is not None:
            return True
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_ending, _IDLE_SECONDS)
            return bool(self._waiting)

    def _is_sent(self) -> bool:
        """Whether nothing kept what waits from being sent."""
        try:
            self._broker.enqueue_together(self._next_ones())
        except Exception as error:  # noqa: BLE001 - two libraries' errors; whatever it is, it may pass
            if not self._is_away:
                _log.warning("broker_away", error=error)
            self._is_away = True
            return False
        return True

    def _next_ones(self) -> Iterator[Message[Any]]:
        """What waits, at most so many. Whoever asks for another one has sent the one before.

        Each is taken out when its turn comes: until then one that is the same takes its place.
        """
        for _ in range(_MOST_TOGETHER):
            if self._is_done():
                return
            self._tried = self._tried or self._taken()
            if self._tried is None:
                return
            yield self._tried
            self._note_sent()

    def _taken(self) -> Message[Any] | None:
        with self._changed:
            return self._waiting.pop(next(iter(self._waiting))) if self._waiting else None

    def _note_sent(self) -> None:
        if self._is_away:
            _log.info("broker_back")
        self._tried, self._is_away, self._pause = None, False, _FIRST_PAUSE_SECONDS


@asynccontextmanager
async def sending(broker: SharedBroker) -> AsyncIterator[Sender]:
    """What sends to this broker, while the block runs."""
    sender = Sender(broker)
    sender.start()
    try:
        yield sender
    finally:
        await asyncio.to_thread(sender.end)
