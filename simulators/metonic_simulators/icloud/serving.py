"""A stand-in on two ports of loopback, one for the entry host and one for the partition host."""

import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from metonic_simulators.icloud import dav
from metonic_simulators.icloud.admin import routes
from metonic_simulators.icloud.exchange import Answer, Asked, Dropped
from metonic_simulators.icloud.quirks import ICLOUD
from metonic_simulators.icloud.stand_in import StandIn
from metonic_simulators.icloud.world import Account, World
from metonic_simulators.servers import HOST, CalendarServer

_LARGEST_BODY = 64 * 1024 * 1024
_OF_THE_CONNECTION = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"),
        *("transfer-encoding", "upgrade", "host", "content-length", "content-encoding", "accept-encoding"),
        *("authorization", "expect", "date", "server"),
    }
)
_SECONDS = aiohttp.ClientTimeout(total=300)


@asynccontextmanager
async def icloud(  # noqa: PLR0913 - each is a choice of its own
    server: CalendarServer,
    *,
    port: int = 0,
    partition_name: str = HOST,
    account: Account | None = None,
    usual: Iterable[str] = ICLOUD,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[StandIn]:
    """A stand-in before that server for as long as the block runs; ``port`` 0: one that is free.

    ``partition_name``: what the partition host is called; ``localhost`` makes it another host than the entry.
    With ``tls`` both speak https. ``usual``: the quirks that are on.
    """
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(
        connector=connector, auto_decompress=False, timeout=_SECONDS, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:

        async def forward(world: World, asked: Asked) -> Answer:
            return await _forwarded(session, world, asked)

        stand_in = StandIn(server, forward, account or Account(), usual)
        runner = web.AppRunner(_application(stand_in), access_log=None)
        await runner.setup()
        try:
            stand_in.world.entry = await _listen(runner, HOST, port, tls)
            stand_in.world.partition = await _listen(runner, partition_name, 0, tls)
            yield stand_in
        finally:
            await runner.cleanup()


async def _listen(runner: web.AppRunner, name: str, port: int, tls: ssl.SSLContext | None) -> str:
    """Scheme, host and port of the new listener, by that name."""
    site = web.TCPSite(runner, HOST, port, ssl_context=tls)
    await site.start()
    # The port is what the system gave; a runner lists its sockets in the order in which they were opened.
    given = runner.addresses[-1][1]
    return f"{'https' if tls else 'http'}://{name}:{given}"


def _application(stand_in: StandIn) -> web.Application:
    async def answered(request: web.Request) -> web.StreamResponse:
        asked = Asked(
            method=request.method,
            path=request.raw_path.partition("?")[0],
            headers=request.headers,
            body=await request.read(),
            origin=f"{request.scheme}://{request.host}",
        )
        try:
            answer = await stand_in.answer(asked)
        except Dropped:
            return _hung_up(request)
        return await _cut(request, answer) if answer.is_cut else _response(answer)

    application = web.Application(client_max_size=_LARGEST_BODY)
    application.add_routes(routes(stand_in))
    application.router.add_route("*", "/{path:.*}", answered)
    return application


def _response(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


def _hung_up(request: web.Request) -> web.Response:
    """The client hears no answer: what is returned here finds nobody."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


async def _cut(request: web.Request, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=answer.headers)
    response.content_length = len(answer.body)
    await response.prepare(request)
    await response.write(answer.body[: len(answer.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def _forwarded(session: aiohttp.ClientSession, world: World, asked: Asked) -> Answer:
    headers = _passed_on(asked.headers, asked.method)
    headers.update({"Accept-Encoding": "identity", **world.server.headers})
    if "Destination" in headers:
        headers["Destination"] = world.server.origin + urlsplit(headers["Destination"]).path
    try:
        async with session.request(
            asked.method,
            URL(world.server.origin + asked.path, encoded=True),
            headers=headers,
            data=asked.body,
            allow_redirects=False,
        ) as answer:
            found = Answer(answer.status, await answer.read(), _passed_on(answer.headers, asked.method))
            return _in_our_name(found, world.server.origin, asked.origin)
    except aiohttp.ClientError:
        return Answer(502, b"The calendar server behind the stand-in cannot be reached.")


def _in_our_name(answer: Answer, theirs: str, ours: str) -> Answer:
    """What the calendar server names by whole URLs of its own is found here."""
    if answer.headers.get("Location", "").startswith(f"{theirs}/"):
        answer.headers["Location"] = ours + answer.headers["Location"].removeprefix(theirs)
    if answer.status == dav.MULTISTATUS:
        answer.body = answer.body.replace(f">{theirs}/".encode(), f">{ours}/".encode())
    return answer


def _passed_on(headers: Mapping[str, str], method: str) -> CIMultiDict[str]:
    """What is not about the connection alone; of a HEAD the length is all that it tells of the body."""
    kept = {"content-length"} if method == "HEAD" else set()
    return CIMultiDict(
        (name, value)
        for name, value in headers.items()
        if name.lower() in kept or name.lower() not in _OF_THE_CONNECTION
    )
