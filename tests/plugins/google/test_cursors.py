"""What is asked with each cursor, what a cursor holds, and what ends it."""

import pytest
from tests.plugins.google.feeds import ids, page
from tests.plugins.google.scripted import (
    EVENTS,
    NOT_FOUND,
    Scripted,
    error,
    exception,
    listed,
    series,
    single,
)
from tests.plugins.scripted import Said

from metonic_core.spi import (
    CalendarGone,
    CursorExpired,
    ProviderError,
    Unavailable,
)
from metonic_google.adapter import GoogleAdapter


async def test_a_read_asks_for_masters_and_exceptions_of_four_kinds(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("GET", EVENTS, listed(token="start"))

    await page(adapter)

    (asked,) = server.asked
    assert asked.query["singleEvents"] == ["false"]
    assert asked.query["eventTypes"] == ["default", "focusTime", "outOfOffice", "fromGmail"]
    assert "nextSyncToken" in asked.query["fields"][0]
    assert not {"timeMin", "timeMax", "orderBy", "showDeleted"} & set(asked.query)


async def test_a_delta_repeats_the_query_with_the_token(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("GET", EVENTS, listed(token="start"), listed(page="2"), listed(token="next"))
    first = await page(adapter)

    second = await page(adapter, first.done)
    third = await page(adapter, second.more)

    asked = [{**one.query} for one in server.asked]
    tokens = [(one.pop("syncToken", None), one.pop("pageToken", None)) for one in asked]
    assert tokens == [(None, None), (["start"], None), (["start"], ["2"])]
    assert asked[0] == asked[1] == asked[2]
    assert third.done is not None
    assert "next" in third.done


async def test_a_cursor_holds_no_text_of_events(adapter: GoogleAdapter, server: Scripted) -> None:
    private = series("lessons", summary="Secret", description="Secret", location="Secret")
    server.on("GET", EVENTS, listed(private, exception("lessons", 14, summary="Secret"), page="2"))

    changes = await page(adapter)

    assert changes.more is not None
    assert "Secret" not in changes.more


async def test_a_page_may_be_empty_and_not_the_last(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("GET", EVENTS, listed(page="2"), listed(single("event1"), token="s"))

    first = await page(adapter)
    second = await page(adapter, first.more)

    assert (first.changes, ids(second)) == ([], ["event1"])


async def test_without_a_sync_token_every_read_is_complete(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("GET", EVENTS, listed(single("event1")))

    assert (await page(adapter)).done == ""


@pytest.mark.parametrize(
    "refusal",
    [error(410, "fullSyncRequired"), error(410, "updatedMinTooLongAgo"), error(400, "invalid"), Said(410)],
)
async def test_a_forgotten_token_expires_the_cursor(
    adapter: GoogleAdapter, server: Scripted, refusal: Said
) -> None:
    server.on("GET", EVENTS, listed(token="start"), refusal)
    first = await page(adapter)

    with pytest.raises(CursorExpired):
        await page(adapter, first.done)


async def test_a_forgotten_page_expires_the_cursor(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("GET", EVENTS, listed(page="2"), error(400, "invalid"))
    first = await page(adapter)

    with pytest.raises(CursorExpired):
        await page(adapter, first.more)


async def test_a_bad_request_without_a_token_is_not_asked_again(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("GET", EVENTS, error(400, "invalidParameter", domain="global"))

    with pytest.raises(ProviderError) as caught:
        await page(adapter)

    assert not isinstance(caught.value, CursorExpired | Unavailable)


@pytest.mark.parametrize(
    "cursor", ["{", "[]", '"x"', '{"series": {"a": 1}}', '{"series": {"a": ["z", 1, []]}}']
)
async def test_a_cursor_that_is_none_expires(adapter: GoogleAdapter, cursor: str) -> None:
    with pytest.raises(CursorExpired):
        await page(adapter, cursor)


async def test_a_calendar_that_is_twice_not_found_is_gone(adapter: GoogleAdapter, server: Scripted) -> None:
    with pytest.raises(CalendarGone):
        await page(adapter)

    assert server.requests == 2


async def test_a_calendar_that_is_once_not_found_is_asked_again_later(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("GET", EVENTS, NOT_FOUND, listed(token="start"))

    with pytest.raises(Unavailable):
        await page(adapter)


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"items": [', b"[]", b'"events"', b"\xff"])
async def test_what_is_no_list_is_no_empty_calendar(
    adapter: GoogleAdapter, server: Scripted, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Said, "content", property(lambda _: content))
    server.on("GET", EVENTS, Said())

    with pytest.raises(Unavailable):
        await page(adapter)
