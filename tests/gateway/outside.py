"""A server on loopback that stands for the calendar servers outside."""

import asyncio
import gzip

from aiohttp import web
from aiohttp.test_utils import TestServer

from metonic_core.spi import CalendarAdapter
from metonic_core.spi.provider import Field, Password, Provider
from metonic_gateway.accounts.egress import Limits

AUTHORIZATION = "Basic em9lOmh1bnRlcjI="
LIMITS = Limits(seconds=5, connect_seconds=2, body_bytes=10_000)


def no_adapter(*_: object) -> CalendarAdapter:
    raise NotImplementedError


PROVIDER = Provider(
    name="pear",
    title="Pear",
    sign_in=Password(
        (Field("username", "Name"), Field("password", "Password", is_secret=True)), "https://pear.test"
    ),
    adapter=no_adapter,
    hosts=("caldav.pear.test", "*.pear.test", "localhost"),
)


class Outside:
    """Remembers what it was asked; answers by the first part of the path."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.bodies: list[bytes] = []
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self.server = TestServer(app, host="127.0.0.1")

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server.port}{path}"

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        self.bodies.append(await request.read())
        match request.path.split("/"):
            case ["", "big", size]:
                return web.Response(body=b"x" * int(size))
            case ["", "bomb"]:
                body = gzip.compress(b"x" * 10_000_000)
                return web.Response(body=body, headers={"Content-Encoding": "gzip"})
            case ["", "away"]:
                return web.Response(status=302, headers={"Location": self.url("/elsewhere", "localhost")})
            case ["", "status", code]:
                return web.Response(status=int(code))
            case ["", "slow"]:
                await asyncio.Event().wait()
            case ["", "cut"] if request.transport is not None:
                request.transport.abort()
        return _hello()


def _hello() -> web.Response:
    answer = web.Response(body=b"hello", status=207, headers={"ETag": '"1"'})
    answer.headers.add("DAV", "1")
    answer.headers.add("DAV", "calendar-access")
    answer.set_cookie("session", "1")
    return answer
