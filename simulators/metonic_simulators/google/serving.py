"""The stand-in on one port of loopback: all of Google's hosts are one origin, as their paths differ."""

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import format_datetime
from typing import Any

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

from metonic_simulators.google import batch, errors
from metonic_simulators.google.admin import routes as admin_routes
from metonic_simulators.google.call import Call, Dropped, Reply, refusal
from metonic_simulators.google.oauth.keys import Keys
from metonic_simulators.google.oauth.routes import SignIn
from metonic_simulators.google.oauth.routes import routes as sign_in_routes
from metonic_simulators.google.operations import Operations
from metonic_simulators.google.service import Service
from metonic_simulators.google.simulator import Simulator
from metonic_simulators.google.world import World
from metonic_simulators.store.clock import Clock

HOST = "127.0.0.1"
USERS = ("alice@example.com", "bob@example.com")
_LARGEST_BODY = 64 * 1024 * 1024
_PATIENCE = aiohttp.ClientTimeout(total=10)


@asynccontextmanager
async def google(  # noqa: PLR0913 - each is a choice of its own
    *,
    port: int = 0,
    seed: str = "metonic",
    users: Sequence[str] = USERS,
    zone: str = "Europe/Berlin",
    redirect_uris: Sequence[str] = (),
    start: datetime | None = None,
    runs: bool = True,
) -> AsyncIterator[Simulator]:
    """A stand-in for as long as the block runs; ``port`` 0: one that is free.

    ``redirect_uris``: where the client may send users back, anywhere if there are none; ``start``: what
    time it is at first, ``runs``: whether time passes by itself.
    """

    def made() -> World:
        world = World(seed, Clock(start, runs=runs))
        for email in users:
            world.add_user(email, zone=zone)
        return world

    async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
        simulator = Simulator(made, _sender(session), redirect_uris)
        runner = web.AppRunner(web.Application(client_max_size=_LARGEST_BODY), access_log=None)
        _add_routes(runner.app, simulator)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST, port).start()
            simulator.url = f"http://{HOST}:{runner.addresses[-1][1]}/"
            yield simulator
        finally:
            simulator.clock.forget()
            await runner.cleanup()
            await simulator.errands.end()


def _sender(session: aiohttp.ClientSession) -> Callable[[str, dict[str, str]], Awaitable[int]]:
    async def send(address: str, headers: dict[str, str]) -> int:
        try:
            async with session.post(address, headers=headers, data=b"", allow_redirects=False) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return 0

    return send


def _add_routes(application: web.Application, simulator: Simulator) -> None:
    operations = Operations(lambda: simulator.push)

    async def called(request: web.Request) -> web.StreamResponse:
        service = Service(lambda: simulator.world, operations, simulator.url.rstrip("/"))
        call = Call.of(request.method, request.raw_path, CIMultiDict(request.headers), await request.read())
        try:
            return await _sent(request, await service.answer(call), simulator)
        except Dropped:
            return _hung_up(request)

    async def batched(request: web.Request) -> web.StreamResponse:
        service = Service(lambda: simulator.world, operations, simulator.url.rstrip("/"))
        headers, body = CIMultiDict(request.headers), await request.read()
        try:
            reply = await batch.answered(headers, request.query_string, body, service.answer)
        except errors.Refused as refused:
            reply = refusal(refused)
        except Dropped:
            return _hung_up(request)
        return await _sent(request, reply, simulator)

    sign_in = SignIn(lambda: simulator.world, Keys())
    application.add_routes(sign_in_routes(sign_in))
    application.add_routes(admin_routes(simulator))
    application.router.add_post("/batch/calendar/v3", batched)
    application.router.add_route("*", "/calendar/v3/{path:.*}", called)


async def _sent(request: web.Request, reply: Reply, simulator: Simulator) -> web.StreamResponse:
    body, headers = reply.body(), CIMultiDict[Any](reply.headers)
    headers["Date"] = format_datetime(simulator.clock.now().replace(microsecond=0), usegmt=True)
    headers["Server"] = "ESF"
    headers["Vary"] = "Origin, X-Origin, Referer"
    headers["Cache-Control"] = "no-cache, no-store, max-age=0, must-revalidate"
    if body and _takes_gzip(request):
        body = gzip.compress(body, 1, mtime=0)
        headers["Content-Encoding"] = "gzip"
    if not reply.is_cut:
        return web.Response(status=reply.status, headers=headers, body=body or None)
    return await _cut(request, reply.status, headers, body)


def _takes_gzip(request: web.Request) -> bool:
    """Google wants the word in both headers."""
    return all("gzip" in request.headers.get(name, "").lower() for name in ("Accept-Encoding", "User-Agent"))


async def _cut(
    request: web.Request, status: int, headers: CIMultiDict[Any], body: bytes
) -> web.StreamResponse:
    response = web.StreamResponse(status=status, headers=headers)
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


def _hung_up(request: web.Request) -> web.Response:
    """The client hears no answer: what is returned here finds nobody."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()
