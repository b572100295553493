"""With nothing on, the stand-in says what the server behind it says."""

from collections.abc import AsyncIterator
from uuid import uuid4

import aiohttp
import pytest
from tests.simulators.phone import XML, Phone, Reply, event

from metonic_simulators.icloud import StandIn, icloud
from metonic_simulators.servers import CalendarServer

UNLIKE = {"date", "server", "content-length", "connection", "transfer-encoding"}
TOLD = '<propfind xmlns="DAV:"><prop><resourcetype/><getetag/><sync-token/><no-such/></prop></propfind>'


@pytest.fixture
async def plain(server: CalendarServer) -> AsyncIterator[StandIn]:
    async with icloud(server, usual=()) as running:
        yield running


@pytest.fixture
async def passed_on(plain: StandIn) -> AsyncIterator[Phone]:
    async with aiohttp.ClientSession() as session:
        phone = Phone(session, plain, await plain.make_calendar(uuid4().hex))
        yield phone
        await phone.ask("DELETE", phone.calendar)


async def _directly(phone: Phone, method: str, path: str, body: str, headers: dict[str, str]) -> Reply:
    server = phone.stand_in.world.server
    sent = {"Accept-Encoding": "identity", **server.headers, **headers}
    async with phone.session.request(
        method, server.origin + path, data=body.encode(), headers=sent, allow_redirects=False
    ) as answer:
        return Reply(answer.status, answer.headers, await answer.read())


def _told(reply: Reply) -> dict[str, str]:
    return {name.lower(): value for name, value in reply.headers.items() if name.lower() not in UNLIKE}


@pytest.mark.parametrize(
    ("method", "name", "body", "headers"),
    [
        ("OPTIONS", "", "", {}),
        ("PROPFIND", "", TOLD, {**XML, "Depth": "1"}),
        ("REPORT", "", "<x/>", {**XML, "Depth": "0"}),
        ("GET", "a%40b.ics", "", {}),
        ("HEAD", "a%40b.ics", "", {}),
        ("GET", "nowhere.ics", "", {}),
        ("PUT", "a%40b.ics", event("b"), {"If-None-Match": "*", "Content-Type": "text/calendar"}),
        ("DELETE", "a%40b.ics", "", {"If-Match": '"other"'}),
        ("MKCALENDAR", "", "", {}),
        ("LOCK", "a%40b.ics", "", {}),
    ],
)
async def test_what_is_asked_and_answered_passes_on_as_it_is(
    passed_on: Phone, method: str, name: str, body: str, headers: dict[str, str]
) -> None:
    assert (await passed_on.put("a%40b.ics", event("a"))).status == 201
    path = passed_on.calendar + name

    here = await passed_on.ask(method, path, body, headers)
    there = await _directly(passed_on, method, path, body, headers)

    assert (here.status, here.body) == (there.status, there.body)
    assert _told(here) == _told(there)
    if method == "HEAD":
        assert here.headers.get("Content-Length") == there.headers.get("Content-Length")


async def test_a_move_is_told_to_the_server_in_its_own_name(passed_on: Phone) -> None:
    await passed_on.put_all("a.ics")
    there = passed_on.stand_in.world.entry + passed_on.href("b.ics")

    moved = await passed_on.ask("MOVE", passed_on.href("a.ics"), headers={"Destination": there})

    # Xandikos refuses a move within a calendar, as the UID is there: at the place that is left.
    assert moved.status in {201, 412}


async def test_connections_are_kept(passed_on: Phone) -> None:
    connector = passed_on.session.connector
    for _ in range(3):
        await passed_on.changes()

    assert connector is not None
    assert len(connector._conns) == 1  # noqa: SLF001 - nothing public counts them
