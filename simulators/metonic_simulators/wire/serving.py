"""One port of loopback, and the ways in which an answer leaves it: whole, cut in half, or not at all.

And the messages that a service sends by itself.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

from metonic_simulators.wire.simulator import Simulated

HOST = "127.0.0.1"
LARGEST_BODY = 64 * 1024 * 1024
PATIENCE = aiohttp.ClientTimeout(total=10)
"""How long a receiver of messages may take."""

Sent = tuple[int, str, bytes]
"""Status, 0 for no answer, media type, body."""
Send = Callable[[str, Mapping[str, str], bytes], Awaitable[Sent]]
"""Posts a body with those headers to an address."""


@asynccontextmanager
async def sending() -> AsyncIterator[Send]:
    """As long as the block runs."""
    async with aiohttp.ClientSession(timeout=PATIENCE) as session:

        async def send(address: str, headers: Mapping[str, str], body: bytes) -> Sent:
            try:
                asked = session.post(address, headers=headers, data=body, allow_redirects=False)
                async with asked as answer:
                    return answer.status, answer.headers.get("Content-Type", ""), await answer.read()
            except (aiohttp.ClientError, TimeoutError, ValueError):
                return 0, "", b""

        yield send


@asynccontextmanager
async def running(simulator: Simulated[Any], application: web.Application, port: int) -> AsyncIterator[None]:
    """The simulator is there as long as the block runs, and does nothing by itself any more afterwards."""
    try:
        async with listening(application, port) as url:
            simulator.be_at(url)
            yield
    finally:
        simulator.clock.forget()
        await simulator.errands.end()


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
