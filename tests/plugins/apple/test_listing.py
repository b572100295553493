"""How changes are found where there are no sync tokens: by the ctag, and by the etags of everything."""

import pytest
from aiohttp import web
from tests.plugins.apple.outside import HttpClient
from tests.plugins.apple.scripted import Asked, Scripted, error, etag, found, html, multistatus, status
from tests.plugins.apple.test_changes import AT_HOME, CALENDAR, HOME, changes

from metonic_core.spi import (
    AccessDenied,
    CalendarGone,
    ChangePage,
    CursorExpired,
    ProviderError,
    RateLimited,
    Touched,
    Unavailable,
)

TAG = '<S:getctag xmlns:S="http://calendarserver.org/ns/">c1</S:getctag>'
EMPTY_TAG = TAG.replace(">c1<", "><")
UNSUPPORTED = [
    error(403, "supported-report"),
    web.Response(status=501),
    web.Response(status=500),
    html(400),
    html(405),
    multistatus(found(f"{CALENDAR}a.ics", etag("1"))),
    html(207),
]
NAMES = ["403", "501", "500", "400", "405", "no token", "no xml"]


def listed(tag: str, *more: str) -> web.Response:
    return multistatus(
        found(CALENDAR, etag("own") + tag),
        found(f"{CALENDAR}a.ics", etag("1")),
        found("b%20c.ics", etag("2")),
        found(f"{CALENDAR}folder/", etag("3")),
        status(f"{CALENDAR}locked.ics", 404),
        *more,
    )


@pytest.mark.parametrize("answer", UNSUPPORTED, ids=NAMES)
async def test_without_sync_tokens_the_calendar_is_listed(
    server: Scripted, client: HttpClient, answer: web.Response
) -> None:
    server.on("REPORT", CALENDAR, answer)
    server.on("PROPFIND", CALENDAR, listed(TAG))

    page = await changes(client, server, None)

    touched = [Touched(f"{CALENDAR}a.ics", '"1"'), Touched(f"{CALENDAR}b%20c.ics", '"2"')]
    assert page == ChangePage(touched, done="listed c1")
    (asked,) = server.to("PROPFIND")
    assert asked.headers["Depth"] == "1"
    assert "getetag" in asked.body
    assert "allprop" not in asked.body


async def test_while_the_ctag_stays_nothing_is_listed(server: Scripted, client: HttpClient) -> None:
    server.on("PROPFIND", CALENDAR, multistatus(found(CALENDAR, TAG)))

    assert await changes(client, server, "listed c1") == ChangePage((), done="listed c1")

    (asked,) = server.asked
    assert asked.headers["Depth"] == "0"


@pytest.mark.parametrize("now", ["<x/>", EMPTY_TAG, TAG.replace("c1", "c2")], ids=["none", "empty", "other"])
async def test_a_ctag_that_moved_leads_to_a_complete_read(
    server: Scripted, client: HttpClient, now: str
) -> None:
    server.on("PROPFIND", CALENDAR, multistatus(found(CALENDAR, now)))

    with pytest.raises(CursorExpired):
        await changes(client, server, "listed c1")


@pytest.mark.parametrize("tag", ["", EMPTY_TAG], ids=["none", "empty"])
async def test_without_a_ctag_each_read_is_complete(server: Scripted, client: HttpClient, tag: str) -> None:
    server.on("REPORT", CALENDAR, UNSUPPORTED[0])
    server.on("PROPFIND", CALENDAR, listed(tag))

    assert (await changes(client, server, None)).done == ""


async def test_an_empty_ctag_in_a_404_propstat_is_none(server: Scripted, client: HttpClient) -> None:
    absent = (
        f"<propstat><prop>{EMPTY_TAG}</prop><status>HTTP/1.1 404 Not Found</status></propstat></response>"
    )
    member = found(CALENDAR, TAG).replace("</response>", absent)
    server.on("PROPFIND", CALENDAR, multistatus(member))

    assert (await changes(client, server, "listed c1")).done == "listed c1"


async def test_a_list_that_is_cut_is_not_taken_for_all(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, UNSUPPORTED[0])
    server.on("PROPFIND", CALENDAR, listed(TAG, status(CALENDAR, 507)))

    with pytest.raises(ProviderError, match="not list all"):
        await changes(client, server, None)


TROUBLE: dict[str, tuple[web.Response, type[ProviderError]]] = {
    "403": (web.Response(status=403), AccessDenied),
    "404": (web.Response(status=404), CalendarGone),
    "429": (web.Response(status=429), RateLimited),
    "500": (web.Response(status=500), Unavailable),
    "portal": (html(), Unavailable),
}


@pytest.mark.parametrize("cursor", [None, "listed c1"], ids=["list", "ctag"])
@pytest.mark.parametrize(("answer", "kind"), TROUBLE.values(), ids=TROUBLE)
async def test_trouble_is_never_an_empty_calendar(
    server: Scripted, client: HttpClient, answer: web.Response, kind: type[ProviderError], cursor: str | None
) -> None:
    server.on("REPORT", CALENDAR, UNSUPPORTED[0])
    server.on("PROPFIND", HOME, AT_HOME)
    server.on("PROPFIND", CALENDAR, answer)

    with pytest.raises(kind):
        await changes(client, server, cursor)


async def test_a_token_that_is_gone_on_a_calendar_that_is_there_is_expired(
    server: Scripted, client: HttpClient
) -> None:
    server.on("PROPFIND", CALENDAR, multistatus(found(CALENDAR, "<resourcetype/>")))

    def gone(asked: Asked) -> web.Response:
        return web.Response(status=410 if "t0" in asked.body else 207)

    server.on("REPORT", CALENDAR, gone)

    with pytest.raises(CursorExpired):
        await changes(client, server)
