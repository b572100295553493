"""PostgreSQL as the line between processes (LISTEN and NOTIFY), where there is no Redis."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

_CHANNEL = "metonic_feed"
_ANSWER_SECONDS = 5.0
_QUIET_SECONDS = 15.0


class PostgresLine:
    """Two connections of its own, as one that listens cannot be shared."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._telling: asyncpg.Connection[Any] | None = None

    async def send(self, text: str) -> None:
        if self._telling is None:
            self._telling = await self._connected()
        try:
            await self._telling.execute("SELECT pg_notify($1, $2)", _CHANNEL, text, timeout=_ANSWER_SECONDS)
        except BaseException:
            self.close()
            raise

    async def heard(self) -> AsyncGenerator[str | None, None]:
        connection = await self._connected()
        heard: asyncio.Queue[str | None] = asyncio.Queue()
        connection.add_termination_listener(lambda _: heard.put_nowait(None))
        try:
            await connection.add_listener(_CHANNEL, lambda *told: heard.put_nowait(str(told[-1])))
            yield None
            while True:
                text = await _next(heard, connection)
                if text is None:
                    raise asyncpg.ConnectionDoesNotExistError
                yield text
        finally:
            connection.terminate()

    def close(self) -> None:
        """The next text goes through another connection."""
        if self._telling is not None:
            self._telling.terminate()
        self._telling = None

    async def _connected(self) -> "asyncpg.Connection[Any]":
        connection: asyncpg.Connection[Any] = await asyncpg.connect(self._url, timeout=_ANSWER_SECONDS)
        return connection


async def _next(heard: asyncio.Queue[str | None], connection: "asyncpg.Connection[Any]") -> str | None:
    """The next text, None where the connection has ended; raises TimeoutError where it no longer answers."""
    while True:
        try:
            return await asyncio.wait_for(heard.get(), _QUIET_SECONDS)
        except TimeoutError:
            await connection.execute("SELECT 1", timeout=_ANSWER_SECONDS)


@asynccontextmanager
async def postgres_line(url: str) -> AsyncIterator[PostgresLine]:
    """The line through that database, which need not be there yet."""
    line = PostgresLine(url)
    try:
        yield line
    finally:
        line.close()
