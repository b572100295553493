"""The feed of a calendar: what is told of each row, and how it begins anew."""

from typing import Any

import pytest
from tests.plugins.outlook.others_bodies import event, exception, series
from tests.plugins.outlook.scripted import CHANGES, NOT_FOUND, Scripted, calendar, refused
from tests.plugins.scripted import Asked, Body, Said

from metonic_core.spi import (
    CalendarGone,
    ChangePage,
    CursorExpired,
    Gone,
    ProviderError,
    Seen,
    Touched,
    Unavailable,
)
from metonic_core.testing.checks.contents import WINDOW
from metonic_outlook.adapter import OutlookAdapter
from metonic_outlook.cursors import Cursor

IDENTITY = "0d6f2b0e-5b1f-4b5e-9d57-0a1b2c3d4e5f"
DELTA = "/users/alice/calendarView/delta"


def page(server: Scripted, *rows: Body, more: str = "", end: str = "$deltatoken=d") -> Said:
    name, query = ("@odata.nextLink", more) if more else ("@odata.deltaLink", end)
    return Said(body={"value": list(rows), name: f"{server.url}v1.0{DELTA}?{query}"})


def stub(event_id: str, master: str) -> Body:
    told = event(type="occurrence", seriesMasterId=master)
    return {name: told[name] for name in ("@odata.etag", "type", "seriesMasterId", "start", "end")} | {
        "id": event_id
    }


async def told(adapter: OutlookAdapter, cursor: str | None = None) -> ChangePage:
    return await adapter.get_changes("home", cursor, WINDOW)


async def test_the_window_is_that_of_the_first_request(server: Scripted, adapter: OutlookAdapter) -> None:
    server.on("GET", CHANGES, page(server))
    server.on("GET", DELTA, page(server))

    first = await told(adapter)
    await told(adapter, first.done)

    begun, following = server.asked
    assert begun.query == {"startDateTime": ["2028-01-01T00:00:00Z"], "endDateTime": ["2029-02-01T00:00:00Z"]}
    assert following.query == {"$deltatoken": ["d"]}
    assert "odata.maxpagesize=50" in following.headers["Prefer"]


async def test_what_is_no_copy_of_ours_is_told_as_it_is(server: Scripted, adapter: OutlookAdapter) -> None:
    ours = event(id="ours", transactionId=IDENTITY)
    others = event(id="others", transactionId="a word of another program")
    server.on("GET", CHANGES, page(server, event(id="own"), ours, others))

    found = (await told(adapter)).changes

    assert [type(change) for change in found] == [Seen, Touched, Seen]
    assert found[1] == Touched("ours", ours["@odata.etag"])


async def test_a_series_is_named_once_and_in_the_end(server: Scripted, adapter: OutlookAdapter) -> None:
    rows = [stub("o1", "s"), series(id="s"), stub("o2", "s"), {**exception("14"), "seriesMasterId": "s"}]
    server.on("GET", CHANGES, page(server, *rows, more="$skiptoken=1"))
    server.on("GET", DELTA, page(server, stub("o3", "other")))

    first = await told(adapter)
    last = await told(adapter, first.more)

    assert first.changes == []
    assert [change.id for change in last.changes if isinstance(change, Touched)] == ["s", "other"]
    assert not [change for change in last.changes if isinstance(change, Touched) and change.etag == ""]


async def test_many_series_are_told_before_the_end(server: Scripted, adapter: OutlookAdapter) -> None:
    rows = [series(id=f"s{number}") for number in range(70)]
    server.on("GET", CHANGES, page(server, *rows, more="$skiptoken=1"))

    first = await told(adapter)

    assert len(first.changes) == 70
    assert Cursor.of(first.more).series == {}


async def test_a_series_that_changed_has_another_version(server: Scripted, adapter: OutlookAdapter) -> None:
    server.on(
        "GET", CHANGES, page(server, series(id="s")), page(server, series(id="s", **{"@odata.etag": "2"}))
    )

    one, other = (await told(adapter)).changes, (await told(adapter)).changes

    assert one != other


async def test_what_is_removed_is_gone_for_the_time_being(server: Scripted, adapter: OutlookAdapter) -> None:
    removed = {"@odata.type": "#microsoft.graph.event", "id": "x", "@removed": {"reason": "deleted"}}
    server.on("GET", CHANGES, page(server, removed))

    assert (await told(adapter)).changes == [Gone("x", is_firm=False)]


async def test_an_empty_page_is_not_the_end(server: Scripted, adapter: OutlookAdapter) -> None:
    server.on("GET", CHANGES, page(server, more="$skiptoken=1"))

    found = await told(adapter)

    assert (found.changes, found.done) == ([], None)
    assert found.more


async def test_a_page_that_graph_fails_at_is_asked_for_once_more_and_smaller(
    server: Scripted, adapter: OutlookAdapter
) -> None:
    def answer(asked: Asked) -> Said:
        is_small = asked.headers["Prefer"].endswith("maxpagesize=5")
        return page(server, event(), more="$skiptoken=1") if is_small else refused(504, "UnknownError")

    server.on("GET", CHANGES, answer)
    server.on("GET", DELTA, refused(504, "UnknownError"))

    first = await told(adapter)
    with pytest.raises(Unavailable):
        await told(adapter, first.more)

    assert len(first.changes) == 1
    assert server.requests == 4


async def test_of_a_row_that_comes_twice_the_last_counts(server: Scripted, adapter: OutlookAdapter) -> None:
    server.on("GET", CHANGES, page(server, event(subject="Old"), event(subject="New")))

    (found,) = (await told(adapter)).changes

    assert isinstance(found, Seen)
    assert found.event.content.title == "New"


@pytest.mark.parametrize(
    "said",
    [
        refused(410, "SyncStateNotFound", location="https://graph.microsoft.com/v1.0/me?$deltatoken="),
        refused(410, "resyncRequired"),
        Said(410),
        refused(400, "InvalidDeltaToken"),
        refused(400, "ErrorInvalidUrlQuery"),
        refused(404, "syncStateNotFound"),
        refused(409, "SYNCSTATEINVALID"),
        refused(403, "fullSyncRequired"),
    ],
)
async def test_a_link_that_leads_nowhere_is_expired(
    said: Said, server: Scripted, adapter: OutlookAdapter
) -> None:
    server.on("GET", DELTA, said)

    with pytest.raises(CursorExpired):
        await told(adapter, Cursor(f"{DELTA}?$deltatoken=d").text)


async def test_a_link_that_is_not_found_in_a_calendar_that_is_there_is_expired(
    server: Scripted, adapter: OutlookAdapter
) -> None:
    server.on("GET", DELTA, NOT_FOUND)
    server.on("GET", "/me/calendars/home", calendar())

    with pytest.raises(CursorExpired):
        await told(adapter, Cursor(f"{DELTA}?$deltatoken=d").text)


async def test_a_calendar_that_is_not_found_is_gone(adapter: OutlookAdapter) -> None:
    for cursor in (None, Cursor(f"{DELTA}?$deltatoken=d").text):
        with pytest.raises(CalendarGone):
            await told(adapter, cursor)


async def test_a_mailbox_that_is_not_reached_is_no_calendar_that_is_gone(
    server: Scripted, adapter: OutlookAdapter
) -> None:
    server.on("GET", CHANGES, refused(404, "MailboxNotEnabledForRESTAPI"))

    with pytest.raises(ProviderError) as raised:
        await told(adapter)

    assert not isinstance(raised.value, CalendarGone)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_failure_is_no_expired_link(status: int, server: Scripted, adapter: OutlookAdapter) -> None:
    server.on("GET", DELTA, refused(status, "UnknownError"))

    with pytest.raises(Unavailable):
        await told(adapter, Cursor(f"{DELTA}?$deltatoken=d").text)


@pytest.mark.parametrize(
    "body",
    [
        {"value": []},
        {"value": {}, "@odata.deltaLink": "x"},
        {"@odata.deltaLink": "x"},
        {"value": [], "@odata.deltaLink": "https://evil.example/v1.0/me/calendarView/delta?$deltatoken=d"},
        {"value": [], "@odata.nextLink": 7},
    ],
)
async def test_a_page_that_leads_nowhere_is_none(
    body: dict[str, Any], server: Scripted, adapter: OutlookAdapter
) -> None:
    server.on("GET", CHANGES, Said(body=body))

    with pytest.raises(Unavailable):
        await told(adapter)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "[]",
        "{}",
        "null",
        "[" * 5000,
        '{"path": "https://evil.example/delta"}',
        '{"path": "//evil.example/delta"}',
        '{"path": "/me/messages"}',
        '{"path": "/me/calendarView/delta?a b"}',
        '{"path": "/delta", "series": [1]}',
        '{"sync": "a token of another provider"}',
    ],
)
async def test_a_text_that_is_no_cursor_is_an_expired_one(text: str, adapter: OutlookAdapter) -> None:
    with pytest.raises(CursorExpired):
        await told(adapter, text)


async def test_a_row_that_cannot_be_understood_hides_no_other(
    server: Scripted, adapter: OutlookAdapter
) -> None:
    odd = [None, 7, {"id": 5}, {"id": "odd"}, event(id="twisted", start=None), event(id="x", type=[])]
    server.on("GET", CHANGES, page(server, *odd, event(id="well")))  # type: ignore[arg-type]

    found = (await told(adapter)).changes

    assert "well" in [change.event.id for change in found if isinstance(change, Seen)]
