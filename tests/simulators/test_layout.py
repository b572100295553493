"""Where iCloud has what, and what it refuses, each oddity off and on."""

import ssl
from pathlib import Path

import aiohttp
import pytest
from tests.simulators.certificates import certificate
from tests.simulators.phone import SPACES, XML, Phone

from metonic_simulators.icloud import Account, icloud
from metonic_simulators.servers import DSID, CalendarServer

PRINCIPAL = f"/{DSID}/principal/"
HOME = f"/{DSID}/calendars/"


async def test_icloud_layout_leads_from_the_entry_host_to_the_partition(phone: Phone) -> None:
    world = phone.stand_in.world

    known = await phone.ask("PROPFIND", f"{world.entry}/.well-known/caldav")
    entry = await phone.propfind(f"{world.entry}/", "current-user-principal")
    principal = await phone.propfind(world.entry + PRINCIPAL, "C:calendar-home-set", "displayname")

    assert (known.status, known.headers["Location"]) == (301, "/")
    assert [one.text for one in entry.find("D:current-user-principal/D:href")] == [PRINCIPAL]
    assert [one.text for one in principal.find("C:calendar-home-set/D:href")] == [world.partition + HOME]
    assert world.partition != world.entry


async def test_icloud_layout_serves_the_home_from_both_hosts(phone: Phone) -> None:
    world = phone.stand_in.world
    listed = [
        await phone.propfind(origin + HOME, "resourcetype", depth="1")
        for origin in (world.entry, world.partition)
    ]

    assert set(listed[0].members) == set(listed[1].members)
    assert {HOME, phone.calendar, f"{HOME}inbox/", f"{HOME}outbox/", f"{HOME}notification/"} <= set(
        listed[0].members
    )
    calendars = [h for h, one in listed[0].members.items() if one.find(".//C:calendar", SPACES) is not None]
    assert phone.calendar in calendars
    assert not any("box" in href for href in calendars)


async def test_icloud_layout_refuses_what_icloud_refuses(phone: Phone) -> None:
    assert (await phone.ask("GET", "/")).status == 400
    assert (await phone.propfind(PRINCIPAL, "displayname", depth="1")).status == 400
    assert (await phone.propfind("/1234/calendars/", "displayname")).status == 403
    assert (await phone.propfind("/nowhere/", "displayname")).status == 404


async def test_without_icloud_layout_the_server_shows_itself(phone: Phone, server: CalendarServer) -> None:
    phone.stand_in.turn_off("icloud-layout")

    found = await phone.propfind("/", "current-user-principal", "resourcetype")
    listed = await phone.propfind(server.home, "resourcetype", depth="1")

    assert f"/{DSID}/" in [one.text for one in found.find("D:current-user-principal/D:href")]
    assert server.home + phone.calendar.removeprefix(HOME) in listed.members


async def test_moving_an_item_translates_its_destination(phone: Phone) -> None:
    await phone.put_all("a.ics")
    name = phone.stand_in.world.partition + phone.href("b.ics")

    moved = await phone.ask("MOVE", phone.href("a.ics"), headers={"Destination": name, "Overwrite": "F"})

    # Xandikos refuses a move within a calendar, as the UID is there: at the place that is left.
    assert moved.status in {201, 412}
    if moved.status == 201:
        assert phone.short(await phone.changes()) >= {"b.ics"}


async def test_principal_without_dsid_is_a_principal_too(phone: Phone) -> None:
    phone.stand_in.turn_on("principal-without-dsid")

    entry = await phone.propfind("/", "current-user-principal")
    principal = await phone.propfind("/principal/", "C:calendar-home-set")

    assert [one.text for one in entry.find("D:current-user-principal/D:href")] == ["/principal/"]
    assert principal.find("C:calendar-home-set/D:href")


async def test_unauthenticated_although_signed_in(phone: Phone) -> None:
    phone.stand_in.turn_on("unauthenticated")

    entry = await phone.propfind("/", "current-user-principal")

    assert entry.find("D:current-user-principal/D:unauthenticated")
    assert not entry.find("D:current-user-principal/D:href")


async def test_strict_queries_want_a_filter_for_events(phone: Phone) -> None:
    await phone.put_all("a.ics")
    events = '<C:comp-filter name="VEVENT"/>'
    assert (await phone.query("")).status == 207

    phone.stand_in.turn_on("strict-queries")

    assert (await phone.query("")).status == 400
    assert phone.short(await phone.query(events)) == {"a.ics"}
    assert (await phone.ask("REPORT", phone.calendar, "<not xml", {**XML, "Depth": "1"})).status == 400


async def test_allprop_untyped(phone: Phone) -> None:
    everything = '<propfind xmlns="DAV:"><allprop/></propfind>'
    asked = ("PROPFIND", phone.calendar, everything, {**XML, "Depth": "0"})
    assert (await phone.ask(*asked)).find("D:resourcetype")

    phone.stand_in.turn_on("allprop-untyped")

    assert not (await phone.ask(*asked)).find("D:resourcetype")
    assert (await phone.propfind(phone.calendar, "resourcetype")).find("D:resourcetype/C:calendar")


@pytest.mark.parametrize("login", [None, ("alice@example.com", "wrong"), ("bob", "abcd-efgh-ijkl-mnop")])
async def test_a_wrong_password_is_offered_two_schemes(phone: Phone, login: tuple[str, str] | None) -> None:
    basic = {"Authorization": aiohttp.encode_basic_auth(*login)} if login else {}
    async with phone.session.request("PROPFIND", phone.stand_in.url, headers=basic) as answer:
        assert answer.status == 401
        offered = answer.headers["WWW-Authenticate"]

    assert offered == 'X-MobileMe-AuthToken realm="MMCalDav", Basic realm="MMCalDav"'


async def test_plain_http_links_lead_away_from_encryption(
    phone: Phone, server: CalendarServer, tmp_path: Path
) -> None:
    path = certificate(tmp_path)
    theirs = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours = ssl.create_default_context(cafile=path)
    theirs.load_cert_chain(path)
    async with (
        icloud(server, usual=("icloud-layout",), tls=theirs) as secure,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=ours)) as session,
    ):
        there = Phone(session, secure, phone.calendar)
        secure.turn_on("plain-http-links")
        here = await there.propfind(secure.url, "current-user-principal")
        secure.turn_on("plain-http-links", to="http://127.0.0.1:1/")
        elsewhere = await there.propfind(secure.url, "current-user-principal")

    assert secure.url.startswith("https://")
    principals = [one.find("D:current-user-principal/D:href")[0].text for one in (here, elsewhere)]
    assert principals == [
        f"{secure.world.entry.replace('https:', 'http:')}{PRINCIPAL}",
        f"http://127.0.0.1:1{PRINCIPAL}",
    ]


@pytest.mark.parametrize("status", [301, 404, 421])
async def test_moved_account_is_known_at_the_entry(phone: Phone, status: int) -> None:
    world = phone.stand_in.world
    phone.stand_in.turn_on("moved-account", status=status)

    left = await phone.propfind(phone.calendar, "resourcetype")
    principal = await phone.propfind(world.entry + PRINCIPAL, "C:calendar-home-set")

    assert left.status == status
    assert left.headers.get("Location") == (world.entry + phone.calendar if status == 301 else None)
    (home,) = [one.text for one in principal.find("C:calendar-home-set/D:href")]
    assert home == world.entry + HOME
    assert (await phone.propfind(world.entry + phone.calendar, "resourcetype")).status == 207


async def test_the_partition_may_be_a_host_of_another_name(server: CalendarServer, phone: Phone) -> None:
    async with icloud(server, partition_name="localhost", account=Account("bob", "secret")) as other:
        bob = Phone(phone.session, other, HOME)
        principal = await bob.propfind(other.world.entry + PRINCIPAL, "C:calendar-home-set")

        (home,) = [one.text or "" for one in principal.find("C:calendar-home-set/D:href")]
        assert home.startswith("http://localhost:")
        assert (await bob.propfind(home, "resourcetype")).status == 207
