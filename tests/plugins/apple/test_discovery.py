"""How the home of somebody's calendars is found, and what is said where there is none."""

from dataclasses import replace

import pytest
from aiohttp import web
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.scripted import Scripted, found, html, multistatus, redirect, status

from metonic_apple.adapter import AppleAdapter
from metonic_core.spi import (
    Account,
    Misconfigured,
    NotACalendarServer,
    RateLimited,
    SignInNeeded,
    Unavailable,
)

PRINCIPAL = "<current-user-principal><href>/123/principal/</href></current-user-principal>"
HOME = "<C:calendar-home-set><href>/123/calendars/</href></C:calendar-home-set>"
CALENDAR = "<resourcetype><collection/><C:calendar/></resourcetype>"
UNAUTHORIZED = web.Response(
    status=401, headers={"WWW-Authenticate": 'X-MobileMe-AuthToken realm="a", Basic realm="a"'}
)


@pytest.fixture
def icloud(server: Scripted) -> Scripted:
    """The entry, the principal and the home as iCloud has them."""
    server.on("PROPFIND", "/", multistatus(found("/", PRINCIPAL)))
    server.on("PROPFIND", "/123/principal/", multistatus(found("/123/principal/", HOME)))
    return server


async def sign_in(client: HttpClient, server: str) -> Account:
    return await AppleAdapter(client, account(server)).authenticate()


async def test_the_principal_names_the_home(icloud: Scripted, client: HttpClient) -> None:
    signed_in = await sign_in(client, icloud.url)

    assert signed_in.server == f"{icloud.url}123/calendars/"
    assert signed_in.subject.endswith("/123/principal/")
    assert {asked.headers["Depth"] for asked in icloud.asked} == {"0"}


async def test_a_home_as_a_url_with_its_port_is_understood(icloud: Scripted, client: HttpClient) -> None:
    absolute = HOME.replace("/123/", f"{icloud.url}123/")
    icloud.on("PROPFIND", "/123/principal/", multistatus(found("/123/principal/", absolute)))

    assert (await sign_in(client, icloud.url)).server == f"{icloud.url}123/calendars/"


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
async def test_a_redirect_is_asked_the_same_question(server: Scripted, client: HttpClient, code: int) -> None:
    server.on("PROPFIND", "/.well-known/caldav", redirect(code, "/dav/"))
    server.on("PROPFIND", "/dav/", multistatus(found("/dav/", PRINCIPAL + HOME)))

    await sign_in(client, server.url)

    first, second = server.asked[-2:]
    assert (second.method, second.body, second.headers["Depth"]) == (first.method, first.body, "0")
    assert "current-user-principal" in second.body
    assert second.headers["Authorization"]


async def test_redirects_without_end_are_given_up(server: Scripted, client: HttpClient) -> None:
    server.on("PROPFIND", "/", redirect(302, "/"))

    with pytest.raises(NotACalendarServer):
        await sign_in(client, server.url)

    assert len(server.asked) == 6


async def test_a_redirect_to_a_host_that_may_not_see_the_password_is_explained(
    server: Scripted, client: HttpClient
) -> None:
    server.on("PROPFIND", "/", redirect(301, "https://elsewhere.example/dav/"))

    with pytest.raises(Misconfigured, match=r"sign in with the address of elsewhere\.example"):
        await sign_in(client, server.url)


async def test_a_password_refused_twice_needs_a_new_sign_in(server: Scripted, client: HttpClient) -> None:
    server.on("PROPFIND", "/", UNAUTHORIZED)

    with pytest.raises(SignInNeeded):
        await sign_in(client, server.url)

    assert len(server.asked) == 2


async def test_a_password_refused_once_is_asked_about_again(icloud: Scripted, client: HttpClient) -> None:
    icloud.on("PROPFIND", "/", UNAUTHORIZED, multistatus(found("/", PRINCIPAL)))

    assert (await sign_in(client, icloud.url)).server.endswith("/123/calendars/")


async def test_an_unauthenticated_principal_needs_a_sign_in(server: Scripted, client: HttpClient) -> None:
    nobody = "<current-user-principal><unauthenticated/></current-user-principal>"
    server.on("PROPFIND", "/", multistatus(found("/", nobody)))

    with pytest.raises(SignInNeeded):
        await sign_in(client, server.url)


@pytest.mark.parametrize(
    "answer",
    [html(), html(404), html(405), html(501), html(400), web.Response(status=207, text="<a/>"), html(207)],
    ids=["page", "404", "405", "501", "400", "other xml", "no xml"],
)
async def test_what_is_no_calendar_server_is_said_so(
    server: Scripted, client: HttpClient, answer: web.Response
) -> None:
    server.on("PROPFIND", "/", answer)
    server.on("PROPFIND", "/.well-known/caldav", answer)

    with pytest.raises(NotACalendarServer, match="not a CalDAV server"):
        await sign_in(client, server.url)


async def test_a_server_in_trouble_is_not_taken_for_none(server: Scripted, client: HttpClient) -> None:
    server.on("PROPFIND", "/", web.Response(status=502))
    with pytest.raises(Unavailable):
        await sign_in(client, server.url)

    server.on("PROPFIND", "/", web.Response(status=429, headers={"Retry-After": "7"}))
    with pytest.raises(RateLimited) as limited:
        await sign_in(client, server.url)

    assert limited.value.retry_after == 7


async def test_a_home_without_a_principal_will_do(server: Scripted, client: HttpClient) -> None:
    server.on("PROPFIND", "/", multistatus(found("/", HOME)))

    signed_in = await sign_in(client, server.url)

    assert signed_in.subject.endswith("/123/calendars/")


async def test_a_lone_calendar_will_do(server: Scripted, client: HttpClient) -> None:
    server.on(
        "PROPFIND", "/team/", multistatus(found("/team/", CALENDAR + "<displayname>Team</displayname>"))
    )
    adapter = AppleAdapter(client, account(f"{server.url}team/"))

    signed_in = await adapter.authenticate()

    assert signed_in.name == "alice"
    assert [(c.id, c.name) for c in await adapter.list_calendars()] == [("/team/", "Team")]


@pytest.mark.parametrize("code", [403, 404, 410])
async def test_another_home_that_is_closed_costs_nobody_their_own(
    server: Scripted, client: HttpClient, code: int
) -> None:
    homes = "<C:calendar-home-set><href>/own/</href><href>/team/</href></C:calendar-home-set>"
    server.on("PROPFIND", "/", multistatus(found("/", homes)))
    server.on("PROPFIND", "/own/", multistatus(found("/own/work/", CALENDAR)))
    server.on("PROPFIND", "/team/", web.Response(status=code), web.Response(status=500))
    adapter = AppleAdapter(client, account(server.url))

    assert [one.id for one in await adapter.list_calendars()] == ["/own/work/"]
    with pytest.raises(Unavailable):
        await adapter.list_calendars()


async def test_only_calendars_for_events_are_listed(icloud: Scripted, client: HttpClient) -> None:
    events = (
        '<C:supported-calendar-component-set><C:comp name="VEVENT"/></C:supported-calendar-component-set>'
    )
    zone = "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Europe/Berlin\nEND:VTIMEZONE\nEND:VCALENDAR"
    work = (
        f"{CALENDAR}{events}<displayname>Work</displayname><A:calendar-color>#FF2968FF</A:calendar-color>"
        f"<C:calendar-timezone>{zone}</C:calendar-timezone>"
        "<current-user-privilege-set><privilege><read/></privilege></current-user-privilege-set>"
    )
    absent = (
        "<propstat><prop><displayname/></prop><status>HTTP/1.1 404 Not Found</status></propstat></response>"
    )
    icloud.on(
        "PROPFIND",
        "/123/calendars/",
        multistatus(
            found(
                "/123/calendars/", "<resourcetype><collection/></resourcetype><displayname>Me</displayname>"
            ),
            found("/123/calendars/inbox/", "<resourcetype><collection/><C:schedule-inbox/></resourcetype>"),
            found(f"{icloud.url}123/calendars/work/", work).replace("</response>", absent),
            found("/123/calendars/home%20office", CALENDAR),
            found("/123/calendars/tasks/", CALENDAR + events.replace("VEVENT", "VTODO")),
            status("/123/calendars/broken/", 403),
        ),
    )

    work_calendar, other = await AppleAdapter(client, account(icloud.url)).list_calendars()

    assert (work_calendar.id, work_calendar.name) == ("/123/calendars/work/", "Work")
    assert (work_calendar.color, work_calendar.zone) == ("#FF2968", "Europe/Berlin")
    assert not work_calendar.is_writable
    assert (other.id, other.name) == ("/123/calendars/home%20office/", "home office")
    assert other.is_writable


async def test_an_account_stays_the_same_by_whichever_host_it_is_reached(
    icloud: Scripted, client: HttpClient
) -> None:
    known = replace(account(icloud.url), subject="another-host.example/123/principal/")
    stranger = replace(known, subject="another-host.example/456/principal/")

    assert (await AppleAdapter(client, known).authenticate()).subject == known.subject
    assert (await AppleAdapter(client, stranger).authenticate()).subject.startswith("127.0.0.1:")
