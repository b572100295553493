"""The demo signs its client in through a form, as a browser would."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from metonic_gateway.demo.consent import agreed
from metonic_gateway.demo.folder import DemoProblem

_PAGE = """<form method="post" action="consent">
<input type="hidden" name="request" value="r1">
<input type="radio" name="user" value="a" checked><input type="radio" name="user" value="b">
<input type="checkbox" name="scope" value="openid" checked disabled>
<input type="checkbox" name="scope" value="x" checked><input type="checkbox" name="scope" value="y" checked>
<button name="answer" value="allow">Allow</button><button name="answer" value="deny">Deny</button></form>"""


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


async def _served(back: str, sent: list[tuple[str, str]]) -> TestServer:
    async def shown(_: web.Request) -> web.Response:
        return web.Response(text=_PAGE, content_type="text/html")

    async def answered(request: web.Request) -> web.Response:
        sent.extend((name, str(value)) for name, value in (await request.post()).items())
        return web.Response(status=302, headers={"Location": back})

    async def arrived(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.add_routes(
        [web.get("/sign/in", shown), web.post("/sign/consent", answered), web.get("/back", arrived)]
    )
    server = TestServer(app)
    await server.start_server()
    return server


async def test_what_is_filled_in_is_sent_and_what_comes_back_is_told(session: aiohttp.ClientSession) -> None:
    sent: list[tuple[str, str]] = []
    server = await _served("/back?code=c1&state=s1", sent)
    try:
        told = await agreed(session, str(server.make_url("/sign/in")))
    finally:
        await server.close()

    assert told == {"code": "c1", "state": "s1"}
    assert sent == [("request", "r1"), ("user", "a"), ("scope", "x"), ("scope", "y"), ("answer", "allow")]


async def test_a_page_that_does_not_lead_back_ends_the_demo(session: aiohttp.ClientSession) -> None:
    server = await _served("/back?error=access_denied&state=s1", [])
    try:
        with pytest.raises(DemoProblem, match="did not lead back") as told:
            await agreed(session, str(server.make_url("/sign/in")))
    finally:
        await server.close()

    assert "s1" not in told.value.message
