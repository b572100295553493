"""Publish and subscribe inside one process.

What travels is a nudge: the name of a topic, never data. A subscriber looks up the present state itself, so
a nudge that is merged with an earlier one costs nothing.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager


class Feed:
    """Belongs to one event loop: publish and subscribe on it alone."""

    def __init__(self) -> None:
        self._by_topic: dict[str, set[_Subscription]] = {}

    def publish(self, topic: str) -> None:
        """Nudge who listens; never waits."""
        self.nudge(topic)

    def nudge(self, topic: str) -> None:
        """Nudge who listens in this process."""
        for subscription in self._by_topic.get(topic, ()):
            subscription.nudge(topic)

    def nudge_all(self) -> None:
        """Have everybody who listens in this process look again, whatever they listen to."""
        for topic in self._by_topic:
            self.nudge(topic)

    @contextmanager
    def subscribe(self, topics: Iterable[str]) -> Iterator[AsyncIterator[str]]:
        """An endless iterator over nudges for ``topics``, listening from here on.

        Enter first and read the present state then: what changes in between is nudged.
        """
        subscription = _Subscription()
        wanted = frozenset(topics)
        for topic in wanted:
            self._by_topic.setdefault(topic, set()).add(subscription)
        try:
            yield subscription
        finally:
            self._forget(subscription, wanted)

    def _forget(self, subscription: "_Subscription", topics: frozenset[str]) -> None:
        for topic in topics:
            self._by_topic[topic].discard(subscription)
            if not self._by_topic[topic]:
                del self._by_topic[topic]


class _Subscription(AsyncIterator[str]):
    """Holds at most one nudge per topic, in the order they first came."""

    def __init__(self) -> None:
        self._pending: dict[str, None] = {}
        self._is_nudged = asyncio.Event()

    def nudge(self, topic: str) -> None:
        self._pending[topic] = None
        self._is_nudged.set()

    async def __anext__(self) -> str:
        while not self._pending:
            self._is_nudged.clear()
            await self._is_nudged.wait()
        topic = next(iter(self._pending))
        del self._pending[topic]
        return topic
