"""Lists of changes that are refused as a whole, or that contradict themselves."""

import pytest
from aiohttp import web
from tests.plugins.apple.at_icloud import At
from tests.plugins.apple.outside import HttpClient
from tests.plugins.apple.scripted import Asked, Scripted, etag, found, multistatus, status
from tests.plugins.apple.test_changes import AT_HOME, CALENDAR, HOME, changes

from metonic_core.spi import (
    AccessDenied,
    CalendarGone,
    CursorExpired,
    Delete,
    Gone,
    Seen,
    Touched,
    Unavailable,
)


async def test_a_list_of_changes_that_is_too_long_gives_way_to_a_listing(at: At) -> None:
    first = await at.create()
    begun = await at.changes()
    second = await at.create()
    at.stand_in.turn_on("over-limits")

    with pytest.raises(CursorExpired):
        await at.changes(begun.done)
    anew = await at.changes()
    again = await at.changes(anew.done)
    at.stand_in.turn_off("over-limits")
    await at.write(Delete(first.id, first.etag))
    with pytest.raises(CursorExpired):
        await at.changes(again.done)

    assert {change.id for change in anew.changes if isinstance(change, Touched)} == {first.id, second.id}
    assert (list(again.changes), again.done) == ([], anew.done)
    assert list((await at.changes()).changes) == [Touched(second.id, second.etag)]


@pytest.mark.parametrize("code", [501, 507])
async def test_a_token_that_leads_nowhere_for_good_is_expired(
    server: Scripted, client: HttpClient, code: int
) -> None:
    server.on("REPORT", CALENDAR, web.Response(status=code))

    with pytest.raises(CursorExpired):
        await changes(client, server)


async def test_what_is_there_and_gone_at_once_is_read_by_itself(at: At) -> None:
    begun = await at.changes()
    event, other = await at.create(), await at.create()
    at.stand_in.turn_on("named-twice", item=event.id)

    since, anew = await at.changes(begun.done), await at.changes()

    for page in (since, anew):
        assert set(page.changes) == {Touched(event.id, ""), Touched(other.id, other.etag)}
    assert await at.adapter.hydrate(at.calendar, [event.id]) == [Seen(event)]


@pytest.mark.parametrize("is_gone_first", [True, False])
@pytest.mark.parametrize("spelled", ["a@b.ics", "a%40b.ics"])
async def test_what_is_said_to_be_there_is_not_gone_in_whatever_order_and_spelling(
    server: Scripted, client: HttpClient, spelled: str, *, is_gone_first: bool
) -> None:
    said = [found("a%40b.ics", etag("1")), status(spelled, 404)]
    gone = status(f"{CALENDAR}c.ics", 404)
    ordered = said[::-1] if is_gone_first else said
    server.on("REPORT", CALENDAR, multistatus(*ordered, gone, token="t1"))

    page = await changes(client, server)

    assert page.changes == [Touched(f"{CALENDAR}a%40b.ics", ""), Gone(f"{CALENDAR}c.ics")]


async def test_what_is_named_in_two_spellings_is_one_event(server: Scripted, client: HttpClient) -> None:
    there = [found("a%40b.ics", etag("1")), found("a@b.ics", etag("2"))]
    gone = [status("c%27.ics", 404), status("c'.ics", 404)]
    server.on("REPORT", CALENDAR, multistatus(*there, *gone, token="t1"))

    page = await changes(client, server)

    assert page.changes == [Touched(f"{CALENDAR}a@b.ics", '"2"'), Gone(f"{CALENDAR}c'.ics")]


@pytest.mark.parametrize("code", [403, 404, 410])
@pytest.mark.parametrize("cursor", ["t0", "listed c1", None])
async def test_what_is_said_of_the_whole_server_is_not_said_of_the_calendar(
    server: Scripted, client: HttpClient, cursor: str | None, code: int
) -> None:
    for path in (CALENDAR, HOME):
        for method in ("REPORT", "PROPFIND"):
            server.on(method, path, web.Response(status=code))

    with pytest.raises(Unavailable):
        await changes(client, server, cursor)

    server.on("PROPFIND", HOME, AT_HOME)
    with pytest.raises(AccessDenied if code == 403 else CalendarGone):
        await changes(client, server, cursor)


async def test_a_token_that_is_refused_with_nothing_but_a_403_is_expired(
    server: Scripted, client: HttpClient
) -> None:
    def refused(asked: Asked) -> web.Response:
        return web.Response(status=403) if "t0" in asked.body else multistatus(token="t1")

    server.on("REPORT", CALENDAR, refused)
    server.on("PROPFIND", HOME, AT_HOME)
    server.on("PROPFIND", CALENDAR, multistatus(found(CALENDAR, "<resourcetype/>")))

    with pytest.raises(CursorExpired):
        await changes(client, server)
    assert (await changes(client, server, None)).done == "t1"
