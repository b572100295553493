"""One port of loopback, and the ways in which an answer leaves it: whole, cut in half, or not at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

HOST = "127.0.0.1"
LARGEST_BODY = 64 * 1024 * 1024
PATIENCE = aiohttp.ClientTimeout(total=10)
"""How long a receiver of messages may take."""


@asynccontextmanager
async def listening(application: web.Application, port: int) -> AsyncIterator[str]:
    """The origin that it is at, with a slash, for as long as the block runs; ``port`` 0: one that is free."""
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        yield f"http://{HOST}:{runner.addresses[-1][1]}/"
    finally:
        await runner.cleanup()


async def sent(
    request: web.Request, status: int, headers: CIMultiDict[str], body: bytes, *, is_cut: bool
) -> web.StreamResponse:
    """``is_cut``: half of the body, then the connection ends."""
    if not is_cut:
        return web.Response(status=status, headers=headers, body=body or None)
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def hung_up(request: web.Request) -> web.Response:
    """The client hears no answer: what is returned here finds nobody."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()
