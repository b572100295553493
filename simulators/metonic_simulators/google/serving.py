"""The stand-in on one port of loopback: all of Google's hosts are one origin, as their paths differ."""

import gzip
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from metonic_simulators.google import batch, errors
from metonic_simulators.google.admin import Admin
from metonic_simulators.google.call import Call, Reply, refusal
from metonic_simulators.google.oauth.routes import SignIn
from metonic_simulators.google.oauth.routes import routes as sign_in_routes
from metonic_simulators.google.operations import Operations
from metonic_simulators.google.service import Service
from metonic_simulators.google.simulator import Simulator
from metonic_simulators.google.world import World
from metonic_simulators.store.clock import Clock
from metonic_simulators.wire.admin import routes as admin_routes
from metonic_simulators.wire.replies import Dropped
from metonic_simulators.wire.serving import LARGEST_BODY, hung_up, running, sending, sent
from metonic_simulators.wire.signing import Keys

USERS = ("alice@example.com", "bob@example.com")


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

    async with sending() as send:
        simulator = Simulator(made, send, redirect_uris)
        application = web.Application(client_max_size=LARGEST_BODY)
        _add_routes(application, simulator)
        async with running(simulator, application, port):
            yield simulator


def _add_routes(application: web.Application, simulator: Simulator) -> None:
    operations = Operations(lambda: simulator.push)

    async def called(request: web.Request) -> web.StreamResponse:
        service = Service(lambda: simulator.world, operations, simulator.url.rstrip("/"))
        call = Call.of(request.method, request.raw_path, CIMultiDict(request.headers), await request.read())
        try:
            return await _sent(request, await service.answer(call), simulator)
        except Dropped:
            return hung_up(request)

    async def batched(request: web.Request) -> web.StreamResponse:
        service = Service(lambda: simulator.world, operations, simulator.url.rstrip("/"))
        headers, body = CIMultiDict(request.headers), await request.read()
        try:
            reply = await batch.answered(headers, request.query_string, body, service.answer)
        except errors.Refused as refused:
            reply = refusal(refused)
        except Dropped:
            return hung_up(request)
        return await _sent(request, reply, simulator)

    sign_in = SignIn(lambda: simulator.world, Keys())
    application.add_routes(sign_in_routes(sign_in))
    application.add_routes(admin_routes(Admin(simulator).rows()))
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
    return await sent(request, reply.status, headers, body, is_cut=reply.is_cut)


def _takes_gzip(request: web.Request) -> bool:
    """Google wants the word in both headers."""
    return all("gzip" in request.headers.get(name, "").lower() for name in ("Accept-Encoding", "User-Agent"))
