"""How a feed of changes is read, from servers as they are (RFC 6578 and the ways around it)."""

from datetime import UTC, datetime

import pytest
from aiohttp import web
from tests.plugins.apple.outside import HttpClient, account
from tests.plugins.apple.scripted import (
    Scripted,
    error,
    etag,
    found,
    html,
    multistatus,
    redirect,
    status,
)

from metonic_apple.adapter import AppleAdapter
from metonic_core.spi import (
    AccessDenied,
    CalendarGone,
    ChangePage,
    CursorExpired,
    Gone,
    RateLimited,
    SignInNeeded,
    Touched,
    Unavailable,
    Window,
)

CALENDAR = "/123/calendars/home%40office/"
WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC))
FORBIDDEN = web.Response(status=403)
HOME = "/123/calendars/"
AT_HOME = multistatus(found(HOME, "<resourcetype/>"))


async def changes(client: HttpClient, server: Scripted, cursor: str | None = "t0") -> ChangePage:
    adapter = AppleAdapter(client, account(f"{server.url}{HOME[1:]}"))
    return await adapter.get_changes(CALENDAR, cursor, WINDOW)


async def test_members_are_touched_or_gone_and_the_rest_is_silence(
    server: Scripted, client: HttpClient
) -> None:
    server.on(
        "REPORT",
        CALENDAR,
        multistatus(
            found(CALENDAR, etag("own")),
            found(CALENDAR.rstrip("/"), etag("own")),
            found(f"{CALENDAR}attachments/", etag("folder")),
            found(f"{server.url}123/calendars/home@office/a.ics?x=1", etag("1")),
            found("b%20c@d.ics", etag("2")),
            found(f"{CALENDAR}none.ics", etag("9"), "HTTP/1.1 404 Not Found"),
            status(f"{CALENDAR}gone.ics", 404),
            status(f"{CALENDAR}locked.ics", 403),
            status(f"{CALENDAR}broken.ics", 500),
            token="t1",
        ),
    )

    page = await changes(client, server)

    assert page.changes == [
        Touched(f"{CALENDAR}a.ics", '"1"'),
        Touched(f"{CALENDAR}b%20c@d.ics", '"2"'),
        Gone(f"{CALENDAR}gone.ics"),
    ]
    assert (page.done, page.more) == ("t1", None)


async def test_an_empty_second_propstat_hides_nothing(server: Scripted, client: HttpClient) -> None:
    absent = "<propstat><prop><getetag/></prop><status>HTTP/1.1 404 Not Found</status></propstat></response>"
    member = found(f"{CALENDAR}a.ics", etag("1"), "").replace("</response>", absent)
    server.on("REPORT", CALENDAR, multistatus(member, token="t1"))

    assert (await changes(client, server)).changes == [Touched(f"{CALENDAR}a.ics", '"1"')]


async def test_the_question_is_for_etags_without_a_limit(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, multistatus(token="t1"))

    await changes(client, server, "a&amp;<b")

    (asked,) = server.asked
    assert asked.headers["Depth"] == "0"
    assert asked.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert "<sync-token>a&amp;amp;&lt;b</sync-token>" in asked.body
    assert "limit" not in asked.body
    assert "calendar-data" not in asked.body


async def test_a_cut_list_is_read_on_and_stays_complete(server: Scripted, client: HttpClient) -> None:
    server.on(
        "REPORT",
        CALENDAR,
        multistatus(found(f"{CALENDAR}a.ics", etag("1")), status(CALENDAR, 507), token="t1"),
        multistatus(found(f"{CALENDAR}b.ics", etag("2")), token="0"),
    )

    first = await changes(client, server, None)
    second = await changes(client, server, first.more)

    assert first.done is None
    assert (second.done, second.more) == ("0", None)
    assert "<sync-token></sync-token>" in server.asked[0].body
    assert "<sync-token>t1</sync-token>" in server.asked[1].body


@pytest.mark.parametrize(
    "refusal",
    [
        error(403, "valid-sync-token"),
        FORBIDDEN,
        html(400),
        web.Response(status=500),
        web.Response(status=507),
        multistatus(status(CALENDAR, 507), token="t1"),
    ],
    ids=["403", "a bare 403", "400", "500", "507", "the same place"],
)
async def test_a_complete_read_that_a_server_does_not_go_on_with_is_ended_by_a_listing(
    server: Scripted, client: HttpClient, refusal: web.Response
) -> None:
    cut = multistatus(found(f"{CALENDAR}a.ics", etag("1")), status(CALENDAR, 507), token="t1")
    ctag = "<S:getctag xmlns:S='http://calendarserver.org/ns/'>c1</S:getctag>"
    events = [found(f"{CALENDAR}{name}.ics", etag(version)) for name, version in (("a", "1"), ("b", "2"))]
    server.on("REPORT", CALENDAR, cut, refusal)
    server.on("PROPFIND", CALENDAR, multistatus(found(CALENDAR, ctag), *events))

    first = await changes(client, server, None)
    second = await changes(client, server, first.more)
    later = await changes(client, server, second.done)

    assert [one.etag for one in second.changes if isinstance(one, Touched)] == ['"1"', '"2"']
    assert (second.more, later.more) == (None, None)
    assert (later.changes, later.done) == ((), second.done)


async def test_a_list_cut_at_the_same_place_again_is_begun_anew(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, multistatus(status(CALENDAR, 507), token="t0"))

    with pytest.raises(CursorExpired, match="same place"):
        await changes(client, server)


@pytest.mark.parametrize(
    "answer",
    [
        error(403, "valid-sync-token"),
        error(412, "valid-sync-token"),
        html(400),
        html(409),
        html(415),
        html(418),
        web.Response(status=500),
        multistatus(found(f"{CALENDAR}a.ics", etag("1"))),
    ],
    ids=["403", "412", "400", "409", "415", "418", "500", "no token"],
)
async def test_a_refused_token_is_expired(server: Scripted, client: HttpClient, answer: web.Response) -> None:
    server.on("REPORT", CALENDAR, answer)

    with pytest.raises(CursorExpired):
        await changes(client, server)


async def test_a_complete_read_takes_nothing_for_gone(server: Scripted, client: HttpClient) -> None:
    gone = status(f"{CALENDAR}b.ics", 404)
    server.on("REPORT", CALENDAR, multistatus(found(f"{CALENDAR}a.ics", etag("1")), gone, token="t1"))

    assert (await changes(client, server, None)).changes == [Touched(f"{CALENDAR}a.ics", '"1"')]


async def test_one_answer_may_be_about_several_members(server: Scripted, client: HttpClient) -> None:
    gone = status("a.ics", 404).replace("</href>", f"</href><href>{CALENDAR}b.ics</href>")
    server.on("REPORT", CALENDAR, multistatus(gone, token="t1"))

    page = await changes(client, server)

    assert page.changes == [Gone(f"{CALENDAR}a.ics"), Gone(f"{CALENDAR}b.ics")]


async def test_a_calendar_not_found_is_gone_if_looking_again_finds_none(
    server: Scripted, client: HttpClient
) -> None:
    server.on("PROPFIND", HOME, AT_HOME)
    with pytest.raises(CalendarGone):
        await changes(client, server)

    server.on("PROPFIND", CALENDAR, multistatus(found(CALENDAR, "<resourcetype/>")))
    with pytest.raises(Unavailable):
        await changes(client, server)


async def test_a_calendar_that_is_missing_within_a_multistatus_is_gone(
    server: Scripted, client: HttpClient
) -> None:
    server.on("PROPFIND", HOME, AT_HOME)
    server.on("PROPFIND", CALENDAR, multistatus(status(CALENDAR, 404)))

    with pytest.raises(CalendarGone):
        await changes(client, server)


async def test_a_calendar_that_may_not_be_read_is_no_expired_token(
    server: Scripted, client: HttpClient
) -> None:
    server.on("REPORT", CALENDAR, FORBIDDEN)
    with pytest.raises(AccessDenied):
        await changes(client, server)

    server.on("REPORT", CALENDAR, error(403, "need-privileges"))
    server.on("PROPFIND", CALENDAR, FORBIDDEN)
    for cursor in ("t0", None):
        with pytest.raises(AccessDenied):
            await changes(client, server, cursor)


async def test_a_busy_server_names_how_long_to_wait(server: Scripted, client: HttpClient) -> None:
    dates = {"Date": "Sun, 22 Nov 2026 10:00:00 GMT", "Retry-After": "Sun, 22 Nov 2026 10:01:30 GMT"}
    server.on("REPORT", CALENDAR, web.Response(status=503, headers=dates), web.Response(status=429))

    with pytest.raises(RateLimited) as first:
        await changes(client, server)
    with pytest.raises(RateLimited) as second:
        await changes(client, server)

    assert (first.value.retry_after, second.value.retry_after) == (90, None)


async def test_a_refused_password_is_checked_before_it_is_believed(
    server: Scripted, client: HttpClient
) -> None:
    server.on("REPORT", CALENDAR, web.Response(status=401))
    server.on("PROPFIND", "/123/calendars/", multistatus(found("/", "<x/>")), web.Response(status=401))

    with pytest.raises(Unavailable):
        await changes(client, server)
    with pytest.raises(SignInNeeded):
        await changes(client, server)


@pytest.mark.parametrize(
    "answer", [html(), html(207), web.Response(status=502)], ids=["page", "no xml", "502"]
)
async def test_a_portal_in_between_is_never_an_empty_calendar(
    server: Scripted, client: HttpClient, answer: web.Response
) -> None:
    server.on("REPORT", CALENDAR, answer)

    with pytest.raises(Unavailable):
        await changes(client, server)


async def test_a_document_type_is_refused(server: Scripted, client: HttpClient) -> None:
    kind = '<!DOCTYPE a [<!ENTITY b "bbbb">]>'
    bomb = f'{kind}<multistatus xmlns="DAV:"><sync-token>&b;</sync-token></multistatus>'
    server.on("REPORT", CALENDAR, web.Response(status=207, text=bomb))

    with pytest.raises(Unavailable):
        await changes(client, server)


async def test_a_calendar_that_moved_is_followed(server: Scripted, client: HttpClient) -> None:
    server.on("REPORT", CALENDAR, redirect(301, "/p2/work/"))
    server.on("REPORT", "/p2/work/", multistatus(token="t1"))

    assert (await changes(client, server)).done == "t1"
    assert server.asked[1].body == server.asked[0].body
