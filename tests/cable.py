"""A line to a server that can be cut and mended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from metonic_simulators.servers import HOST

_CHUNK = 65536


class Cable:
    """``port`` is where it begins; connections to it lead to the server's port."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listening: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def mend(self) -> None:
        self._listening = await asyncio.start_server(self._connect, HOST, self.port)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Nobody is connected any more, and nobody can connect."""
        if self._listening is not None:
            self._listening.close()
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(OSError):
            there, to_there = await asyncio.open_connection(HOST, self._server_port)
            self._open.add(to_there)
            await asyncio.gather(_pass_on(reader, to_there), _pass_on(there, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def cable(server_port: int) -> AsyncIterator[Cable]:
    made = Cable(server_port)
    await made.mend()
    try:
        yield made
    finally:
        await made.cut()
