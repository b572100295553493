"""Stands before the calendar server: sees every byte, counts, and can hold a request on its way.

A gate holds what matches it, either before the server hears of it or after the server has answered. What
``instead`` has an answer to never reaches the server. ``rewrite`` is done to the body of every answer.
"""

import asyncio
import base64
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

import aiohttp
from aiohttp import web
from yarl import URL

from metonic_simulators.servers import HOST

_HOP_BY_HOP = frozenset(
    {"host", "connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"}
)


class Stage(Enum):
    """How far a request has come."""

    BEFORE = "before it reached the server"
    AFTER = "after it reached the server"


@dataclass
class Exchange:
    """A request and, once there is one, its answer. ``user`` is whose credentials it carries."""

    user: str
    method: str
    path: str
    sent: bytes
    status: int = 0
    answered: bytes = b""


@dataclass
class Gate:
    """Holds every request that matches, at that stage, until it is dropped."""

    stage: Stage
    matches: Callable[[Exchange], bool]
    held: list[Exchange] = field(default_factory=list)
    dropped: asyncio.Event = field(default_factory=asyncio.Event)

    def drop(self) -> None:
        """Let nothing of what is held go on: who waits for it finds the connection closed."""
        self.dropped.set()


class Proxy:
    """``port`` is where it listens; what went through is in ``seen``, as it was sent and answered."""

    def __init__(self, server_port: int) -> None:
        self._server = f"http://{HOST}:{server_port}"
        self._gates: list[Gate] = []
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None
        self.port = 0
        self.seen: list[Exchange] = []
        self.instead: Callable[[Exchange], web.Response | None] = lambda _: None
        self.rewrite: Callable[[bytes], bytes] = lambda body: body

    async def start(self) -> None:
        app = web.Application(client_max_size=0)
        app.router.add_route("*", "/{anything:.*}", self._handle)
        self._session = aiohttp.ClientSession(auto_decompress=False)
        self._runner = web.AppRunner(app, shutdown_timeout=0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, 0)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        for gate in self._gates:
            gate.drop()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/"

    def gate(self, stage: Stage, matches: Callable[[Exchange], bool]) -> Gate:
        """From now on, hold requests that match."""
        gate = Gate(stage, matches)
        self._gates.append(gate)
        return gate

    def of(self, user: str) -> list[Exchange]:
        """What went through on behalf of that user."""
        return [exchange for exchange in self.seen if exchange.user == user]

    def counts(self) -> Counter[str]:
        """How many requests there were, by method."""
        return Counter(exchange.method for exchange in self.seen)

    def holds(self, text: str) -> list[Exchange]:
        """Every exchange that has that text in its path, its body or its answer."""
        needle = text.encode()
        return [e for e in self.seen if needle in e.path.encode() + b"\0" + e.sent + b"\0" + e.answered]

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        exchange = Exchange(
            _user_of(request), request.method, request.rel_url.raw_path_qs, await request.read()
        )
        self.seen.append(exchange)
        if (answer := self.instead(exchange)) is not None:
            return answer
        if await self._is_dropped(exchange, Stage.BEFORE):
            return _cut_off(request)
        passed_on = await self._passed_on(request, exchange)
        if await self._is_dropped(exchange, Stage.AFTER):
            return _cut_off(request)
        return passed_on

    async def _is_dropped(self, exchange: Exchange, stage: Stage) -> bool:
        for gate in self._gates:
            if gate.stage is stage and not gate.dropped.is_set() and gate.matches(exchange):
                gate.held.append(exchange)
                await gate.dropped.wait()
                return True
        return False

    async def _passed_on(self, request: web.Request, exchange: Exchange) -> web.Response:
        if self._session is None:
            return web.Response(status=503)
        # What is compressed could not be searched.
        headers = {**_passing(request.headers.items()), "Accept-Encoding": "identity"}
        url = URL(self._server + exchange.path, encoded=True)
        async with self._session.request(
            exchange.method, url, headers=headers, data=exchange.sent, allow_redirects=False
        ) as answer:
            exchange.answered = self.rewrite(await answer.read())
            exchange.status = answer.status
            return web.Response(
                status=answer.status, headers=_passing(answer.headers.items()), body=exchange.answered
            )


def _passing(headers: object) -> dict[str, str]:
    pairs = dict(headers)  # type: ignore[call-overload]  # an items view of a multidict, each name once here
    return {name: value for name, value in pairs.items() if name.lower() not in _HOP_BY_HOP}


def _user_of(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Basic":
        return ""
    return base64.b64decode(token).decode().partition(":")[0]


def _cut_off(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response(status=503)
