"""Redis as the line between processes: publish and subscribe, one channel for all."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.asyncio.client import PubSub

_ANSWER_SECONDS = 5.0
_QUIET_SECONDS = 15.0


class Silent(Exception):
    """Redis no longer answers, though the connection looks open."""


class RedisLine:
    """``url`` may name a database; channels know none, so its number is part of their name."""

    def __init__(self, client: Redis, url: str) -> None:
        self._client = client
        self._channel = f"metonic:feed:{urlsplit(url).path.strip('/') or 0}"

    async def send(self, text: str) -> None:
        await self._client.publish(self._channel, text)

    async def heard(self) -> AsyncGenerator[str | None, None]:
        async with self._client.pubsub() as subscription:
            await subscription.subscribe(self._channel)
            while True:
                match await _next(subscription):
                    # It subscribes again by itself after a connection was lost.
                    case {"type": "subscribe"}:
                        yield None
                    case {"type": "message", "data": bytes(data)}:
                        yield data.decode()


async def _next(subscription: PubSub) -> object:
    """The next message, whatever kind it is; raises Silent."""
    if message := await subscription.get_message(timeout=_QUIET_SECONDS):
        return message
    await subscription.ping()
    if message := await subscription.get_message(timeout=_ANSWER_SECONDS):
        return message
    raise Silent


@asynccontextmanager
async def redis_line(url: str) -> AsyncIterator[RedisLine]:
    """The line at that URL, which need not be there yet."""
    client = Redis.from_url(url, socket_timeout=_ANSWER_SECONDS, socket_connect_timeout=_ANSWER_SECONDS)
    try:
        yield RedisLine(client, url)
    finally:
        await client.aclose()
