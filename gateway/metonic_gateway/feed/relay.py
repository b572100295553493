"""A feed that reaches who listens in other processes, by a line that may break.

What goes over the line are names of topics, many at once, with the name of the process that they come from.
While it is broken they wait, and when it is mended everybody looks again: what was said meanwhile is lost.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Protocol
from uuid import uuid4

from metonic_gateway.feed.feed import Feed
from metonic_gateway.telemetry import get_logger

_MOST_WAITING = 10_000
_TOGETHER = 100
"""How many topics go at once; PostgreSQL takes 8,000 bytes."""
_GATHER_SECONDS = 0.02
_MEND_SECONDS = 1.0
_LAST_SECONDS = 1
_EVERYTHING = "*"

_log = get_logger(__name__)


class Line(Protocol):
    """What carries texts to all processes that listen. What goes wrong is raised, as whatever it is."""

    async def send(self, text: str) -> None: ...

    def heard(self) -> AsyncGenerator[str | None, None]:
        """Texts as they come, our own as well; None where some may have been missed, and at the beginning."""
        ...


class RelayedFeed(Feed):
    """Nudges who listens here at once, and who listens elsewhere soon."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line
        self._name = uuid4().hex
        self._waiting: dict[str, None] = {}
        self._is_any = asyncio.Event()

    def publish(self, topic: str) -> None:
        super().publish(topic)
        if len(self._waiting) >= _MOST_WAITING:
            self._waiting = {_EVERYTHING: None}
        self._waiting[topic] = None
        self._is_any.set()

    async def tell(self) -> None:
        """Send what is published, until cancelled; what follows at once goes together."""
        state, clock, sent_at = _State("out"), asyncio.get_running_loop().time, float("-inf")
        while True:
            await self._is_any.wait()
            await asyncio.sleep(sent_at + _GATHER_SECONDS - clock())
            sent_at = clock()
            try:
                await self.tell_waiting()
                state.note_whole()
            except Exception as error:  # noqa: BLE001 - whatever breaks the line, it is tried again
                state.note_broken(error)
                await asyncio.sleep(_MEND_SECONDS)

    async def tell_waiting(self) -> None:
        """Send what waits; what is not sent goes on waiting."""
        self._is_any.clear()
        while self._waiting:
            topics = [*self._waiting][:_TOGETHER]
            # Before it is sent: what is published from here on is news again.
            for topic in topics:
                del self._waiting[topic]
            try:
                await self._line.send("\n".join([self._name, *topics]))
            except BaseException:
                self._waiting |= dict.fromkeys(topics)
                self._is_any.set()
                raise

    async def listen(self) -> None:
        """Nudge who listens here about what others publish, until cancelled."""
        state = _State("in")
        while True:
            try:
                async with aclosing(self._line.heard()) as heard:
                    async for text in heard:
                        state.note_whole()
                        self._take(text)
            except Exception as error:  # noqa: BLE001 - likewise
                state.note_broken(error)
            await asyncio.sleep(_MEND_SECONDS)

    def _take(self, text: str | None) -> None:
        if text is None:
            self.nudge_all()
            return
        name, *topics = text.split("\n")
        if name == self._name:
            return
        for topic in topics:
            if topic == _EVERYTHING:
                self.nudge_all()
            else:
                self.nudge(topic)


class _State:
    """Whether the line holds in that direction: a change is logged, once."""

    def __init__(self, direction: str) -> None:
        self._direction = direction
        self._is_broken = False

    def note_broken(self, error: Exception) -> None:
        if not self._is_broken:
            _log.warning("feed_broken", direction=self._direction, error=error)
        self._is_broken = True

    def note_whole(self) -> None:
        if self._is_broken:
            _log.info("feed_whole", direction=self._direction)
        self._is_broken = False


@asynccontextmanager
async def relayed(line: Line, *, is_listening: bool) -> AsyncIterator[RelayedFeed]:
    """A feed on that line while the block runs; ``is_listening``: whether anybody here may subscribe."""
    feed = RelayedFeed(line)
    tasks = [asyncio.create_task(feed.tell())]
    if is_listening:
        tasks.append(asyncio.create_task(feed.listen()))
    try:
        yield feed
    finally:
        await _cancelled(tasks)
        with suppress(Exception):
            await asyncio.wait_for(feed.tell_waiting(), _LAST_SECONDS)


async def _cancelled(tasks: Collection[asyncio.Task[None]]) -> None:
    """Problem: a library may make an error of its own out of a cancellation, which looks like a broken line.

    Solution: cancelled again and again, until they end.
    """
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=_GATHER_SECONDS)
