"""The stand-in on one port of loopback: Graph and sign-in are one origin, as their paths differ."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web
from multidict import CIMultiDict

from metonic_simulators.graph import batch, errors
from metonic_simulators.graph.admin import Admin
from metonic_simulators.graph.call import Call, Reply
from metonic_simulators.graph.oauth.routes import SignIn
from metonic_simulators.graph.oauth.routes import routes as sign_in_routes
from metonic_simulators.graph.operations import Operations
from metonic_simulators.graph.service import Service
from metonic_simulators.graph.simulator import Simulator
from metonic_simulators.graph.world import World
from metonic_simulators.store.clock import Clock
from metonic_simulators.wire.admin import routes as admin_routes
from metonic_simulators.wire.replies import Dropped
from metonic_simulators.wire.serving import LARGEST_BODY, hung_up, running, sending, sent
from metonic_simulators.wire.signing import Keys

USERS = ("alice@contoso.example", "bob@contoso.example")
PERSONAL = ("carol@outlook.example",)
_VERSION = "/v1.0"


@asynccontextmanager
async def graph(  # noqa: PLR0913 - each is a choice of its own
    *,
    port: int = 0,
    seed: str = "metonic",
    users: Sequence[str] = USERS,
    personal: Sequence[str] = PERSONAL,
    zone: str = "W. Europe Standard Time",
    redirect_uris: Sequence[str] = (),
    start: datetime | None = None,
    runs: bool = True,
) -> AsyncIterator[Simulator]:
    """A stand-in for as long as the block runs; ``port`` 0: one that is free.

    ``personal``: whose accounts belong to no organization; ``redirect_uris``: where the client may send users
    back, anywhere if there are none; ``start``: what time it is at first, ``runs``: whether time passes by
    itself.
    """

    def made() -> World:
        world = World(seed, Clock(start, runs=runs))
        for email in (*users, *personal):
            world.add_user(email, zone=zone, is_personal=email in personal)
        return world

    async with sending() as send:
        simulator = Simulator(made, send, redirect_uris)
        application = web.Application(client_max_size=LARGEST_BODY)
        _add_routes(application, simulator)
        async with running(simulator, application, port):
            yield simulator


def _add_routes(application: web.Application, simulator: Simulator) -> None:
    operations = Operations(lambda: simulator.subscriptions)
    service = Service(lambda: simulator.world, operations)

    async def called(request: web.Request) -> web.StreamResponse:
        target = request.raw_path
        headers, body = CIMultiDict(request.headers), await request.read()
        call = Call.of(request.method, target[len(_VERSION) :], headers, body)
        try:
            return await _sent(request, await _answered(simulator, service, call), simulator)
        except Dropped:
            return hung_up(request)

    async def elsewhere(request: web.Request) -> web.StreamResponse:
        call = Call.of(request.method, request.raw_path, CIMultiDict(request.headers))
        segment = call.segments[0] if call.segments else ""
        message = f"Resource not found for the segment '{segment}'."
        refused = errors.bad_request(message)
        if segment == "beta" or not segment:
            refused = errors.bad_request("Invalid version: " + (segment or "none"))
        return await _sent(request, service.refuse(call, refused), simulator)

    application.add_routes(admin_routes(Admin(simulator).rows()))
    application.add_routes(sign_in_routes(SignIn(lambda: simulator.world, Keys())))
    application.router.add_route("*", _VERSION + "/{path:.*}", called)
    application.router.add_route("GET", "/{path:.*}", elsewhere)


async def _answered(simulator: Simulator, service: Service, call: Call) -> Reply:
    if (call.method, [one.lower() for one in call.segments]) != ("POST", ["$batch"]):
        return await service.answer(call)
    try:
        return await batch.answered(simulator.world, service, call)
    except errors.Refused as refused:
        return service.refuse(call, refused)


async def _sent(request: web.Request, reply: Reply, simulator: Simulator) -> web.StreamResponse:
    body, headers = reply.body(), CIMultiDict[str](reply.headers)
    new_id = simulator.people.new_guid("request")
    headers.setdefault("request-id", new_id)
    headers["client-request-id"] = request.headers.get("client-request-id", headers["request-id"])
    headers["Date"] = format_datetime(simulator.clock.now().replace(microsecond=0), usegmt=True)
    headers["Strict-Transport-Security"] = "max-age=31536000"
    headers["x-ms-ags-diagnostic"] = '{"ServerInfo":{"DataCenter":"Loopback","Slice":"E","Ring":"5"}}'
    headers["Cache-Control"] = "private"
    return await sent(request, reply.status, headers, body, is_cut=reply.is_cut)
