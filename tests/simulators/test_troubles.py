"""What befalls any request, off and on."""

import ssl
from pathlib import Path
from time import monotonic

import aiohttp
import pytest
from tests.simulators.certificates import certificate
from tests.simulators.phone import Phone, event, hangs_up

from metonic_simulators.icloud import icloud
from metonic_simulators.servers import CalendarServer


async def test_throttled_for_longer_than_it_says(phone: Phone) -> None:
    assert (await phone.changes()).status == 207

    phone.stand_in.arm("throttled", times=3, status=503, retry_after=0)
    answers = [await phone.changes() for _ in range(4)]

    assert [answer.status for answer in answers] == [503, 503, 503, 207]
    assert answers[0].headers["Retry-After"] == "0"


async def test_failing_once(phone: Phone) -> None:
    phone.stand_in.arm("failing", status=502)

    assert [(await phone.changes()).status for _ in range(2)] == [502, 207]


async def test_password_refused_once_or_for_good(phone: Phone) -> None:
    phone.stand_in.arm("password-refused")
    assert [(await phone.changes()).status for _ in range(2)] == [401, 207]

    phone.stand_in.turn_on("password-refused")
    assert [(await phone.changes()).status for _ in range(2)] == [401, 401]


@pytest.mark.parametrize("status", [404, 410])
async def test_gone_is_one_calendar_alone(phone: Phone, status: int) -> None:
    phone.stand_in.arm("gone", times=100, path=f"{phone.calendar}*", status=status)

    assert (await phone.changes()).status == status
    assert (await phone.put("a.ics", event("a"))).status == status
    assert (await phone.propfind(phone.stand_in.home, "resourcetype")).status == 207


async def test_lost_request_has_done_nothing(phone: Phone) -> None:
    phone.stand_in.arm("lost-request", method="PUT")

    assert await hangs_up(phone.put("a.ics", event("a")))
    assert (await phone.get("a.ics")).status == 404


async def test_lost_response_has_landed(phone: Phone) -> None:
    phone.stand_in.arm("lost-response", method="PUT")
    assert await hangs_up(phone.put("a.ics", event("a")))
    assert (await phone.get("a.ics")).status == 200

    phone.stand_in.arm("lost-response", method="DELETE")
    assert await hangs_up(phone.delete("a.ics"))
    assert (await phone.get("a.ics")).status == 404


async def test_latency_comes_on_top(phone: Phone) -> None:
    phone.stand_in.turn_on("latency", seconds=0.1)

    began = monotonic()
    await phone.propfind("/", "resourcetype")

    assert monotonic() - began >= 0.1


async def test_captive_portal_says_all_is_well(phone: Phone) -> None:
    phone.stand_in.turn_on("captive-portal")

    page = await phone.changes()

    assert (page.status, page.headers["Content-Type"]) == (200, "text/html")


async def test_never_heard_of_dav(phone: Phone) -> None:
    phone.stand_in.turn_on("never-heard-of-dav")

    assert (await phone.propfind("/", "resourcetype")).status == 501


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirected_to_the_other_host(phone: Phone, status: int) -> None:
    phone.stand_in.arm("redirected", status=status)

    passed_on = await phone.propfind(phone.calendar, "resourcetype")

    there = passed_on.headers["Location"]
    assert (passed_on.status, there) == (status, phone.stand_in.world.entry + phone.calendar)
    assert (await phone.propfind(there, "resourcetype")).status == 207


async def test_redirected_from_https_to_http(phone: Phone, server: CalendarServer, tmp_path: Path) -> None:
    path = certificate(tmp_path)
    theirs, ours = (
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH),
        ssl.create_default_context(cafile=path),
    )
    theirs.load_cert_chain(path)
    async with (
        icloud(server, tls=theirs) as secure,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=ours)) as session,
    ):
        secure.arm("redirected", to=phone.stand_in.url)
        passed_on = await Phone(session, secure, phone.calendar).propfind(secure.url, "resourcetype")
        answered = await Phone(session, secure, phone.calendar).propfind(secure.url, "resourcetype")

    assert secure.url.startswith("https://")
    assert passed_on.headers["Location"].startswith("http://")
    assert answered.status == 207


async def test_cut_body_ends_too_early(phone: Phone) -> None:
    phone.stand_in.arm("cut-body")

    assert await hangs_up(phone.changes())
    assert (await phone.changes()).status == 207


async def test_garbage_xml_ends_in_the_middle(phone: Phone) -> None:
    phone.stand_in.arm("garbage-xml")

    garbage, sound = await phone.changes(), await phone.changes()

    assert b"</" not in garbage.body[-20:]
    assert len(garbage.body) == len(sound.body) // 2


async def test_control_characters_in_the_document(phone: Phone) -> None:
    await phone.put_all("a.ics")
    phone.stand_in.arm("control-characters")

    assert b"\x0b" in (await phone.changes()).body


async def test_entities_are_declared(phone: Phone) -> None:
    phone.stand_in.arm("entities")

    assert b"<!ENTITY" in (await phone.changes()).body
