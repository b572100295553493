"""``python -m bench.far ORIGIN``: a proxy before a server far away: each request and each answer takes 40 ms.

Connections are kept on both sides where the server keeps them. A process of its own, so that it takes no time
of whoever is measured.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen

import aiohttp
from aiohttp import web

from metonic_simulators.servers import HOST

ROUND_TRIP = 0.08
_HOP_BY_HOP = {"connection", "content-length", "keep-alive", "transfer-encoding"}


@contextmanager
def far(origin: str) -> Iterator[str]:
    """The origin of a proxy before that one, for as long as the block runs."""
    command = [sys.executable, "-m", "bench.far", origin]
    with Popen(command, stdout=PIPE, text=True) as process:  # noqa: S603 - ourselves
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


def passing_on(origin: str) -> web.Application:
    """The proxy."""
    app = web.Application(client_max_size=0)
    session = web.AppKey("session", aiohttp.ClientSession)

    async def connected(app: web.Application) -> AsyncIterator[None]:
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(cookie_jar=jar, auto_decompress=False) as made:
            app[session] = made
            yield

    async def passed_on(request: web.Request) -> web.Response:
        body = await request.read()
        await asyncio.sleep(ROUND_TRIP / 2)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        url = origin + request.raw_path
        async with request.app[session].request(
            request.method, url, headers=headers, data=body, allow_redirects=False
        ) as answer:
            content = await answer.read()
        await asyncio.sleep(ROUND_TRIP / 2)
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP}
        return web.Response(status=answer.status, body=content, headers=kept)

    app.cleanup_ctx.append(connected)
    app.router.add_route("*", "/{path:.*}", passed_on)
    return app


def _run(origin: str) -> None:
    """Says where it listens as soon as it does."""
    with socket.create_server((HOST, 0)) as listening:
        where = f"http://{HOST}:{listening.getsockname()[1]}"
        web.run_app(passing_on(origin), sock=listening, print=lambda _: _say(where))


def _say(where: str) -> None:
    sys.stdout.write(f"{where}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _run(sys.argv[1])
