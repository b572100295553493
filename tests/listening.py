"""An address on loopback at which a service can tell of changes."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer

from metonic_core.spi import Incoming


@asynccontextmanager
async def listening(take: Callable[[Incoming], str | None]) -> AsyncIterator[str]:
    """The address; each request there is answered with the text that ``take`` makes of it, or with 204."""

    async def answer(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        text = take(Incoming(headers, dict(request.query), await request.read()))
        return web.Response(status=204) if text is None else web.Response(text=text)

    application = web.Application()
    application.router.add_post("/hook", answer)
    async with TestServer(application) as server:
        yield str(server.make_url("/hook"))
