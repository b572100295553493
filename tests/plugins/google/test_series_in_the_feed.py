"""Series in the feed: masters and exceptions come apart, in any order, and are one event."""

import json
from datetime import datetime

from tests.plugins.google.feeds import WINDOW, etags, ids, page, since
from tests.plugins.google.scripted import (
    EVENTS,
    Scripted,
    cancelled,
    exception,
    listed,
    series,
    single,
    tombstone,
)
from tests.plugins.scripted import Asked, Body, Said

from metonic_core.model.series import Override
from metonic_core.spi import (
    Gone,
    Seen,
    Touched,
)
from metonic_google.adapter import GoogleAdapter


async def test_a_small_calendar_brings_its_series_whole(adapter: GoogleAdapter, server: Scripted) -> None:
    parts = [cancelled("lessons", 21), exception("lessons", 14, summary="Exam"), series("lessons")]
    server.on("GET", EVENTS, listed(*parts, token="start"))

    changes = await page(adapter)

    (change,) = changes.changes
    assert isinstance(change, Seen)
    assert [(o.slot.isoformat(), o.is_cancelled, o.title) for o in change.event.content.overrides] == [
        ("2028-03-14T10:00:00", False, "Exam"),
        ("2028-03-21T10:00:00", True, None),
    ]
    assert server.requests == 1


async def test_a_touched_series_is_only_hinted_at(adapter: GoogleAdapter, server: Scripted) -> None:
    changes = await since(adapter, server, series("lessons"), exception("lessons", 14))

    assert ids(changes) == ["lessons"]
    assert isinstance(changes.changes[0], Touched)
    assert server.requests == 1


async def test_exceptions_are_reported_as_their_series(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("GET", f"{EVENTS}/lessons", Said(body=series("lessons")))
    server.on("GET", f"{EVENTS}/others", Said(body=series("others")))

    changes = await since(
        adapter, server, exception("lessons", 14), cancelled("lessons", 21), exception("others", 14)
    )

    assert ids(changes) == ["lessons", "others"]
    assert server.requests == 2


async def test_another_edit_of_an_occurrence_is_another_hint(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("GET", f"{EVENTS}/lessons", Said(body=series("lessons")))

    one = await since(adapter, server, exception("lessons", 14, '"9"'))
    other = await since(adapter, server, exception("lessons", 14, '"10"'))

    assert etags(one) != etags(other)


async def test_an_exception_without_a_series_to_be_seen_is_an_event(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    guest = exception("hidden", 14, organizer={"email": "bob@example.com"}, summary="One of many")
    uninvited = cancelled("hidden", 21)
    for item in (guest, uninvited):
        server.on("GET", f"{EVENTS}/{item['id']}", Said(body=item))

    changes = await since(adapter, server, guest, uninvited)
    seen, gone = await adapter.hydrate("primary", ids(changes))

    assert changes.changes == [Touched(guest["id"], '"9"'), Gone(uninvited["id"], is_firm=False)]
    assert isinstance(seen, Seen)
    assert (seen.event.id, seen.event.uid, seen.event.content.title) == (guest["id"], None, "One of many")
    assert gone == Gone(uninvited["id"])


async def test_exceptions_go_with_a_series_that_was_deleted(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("GET", f"{EVENTS}/elsewhere", Said(body=tombstone("elsewhere")))

    changes = await since(
        adapter, server, exception("lessons", 14), tombstone("lessons"), exception("elsewhere", 14)
    )

    assert changes.changes == [Gone("lessons")]


async def test_a_series_that_became_a_single_event_is_seen_as_that(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    changes = await since(adapter, server, single("lessons"), exception("lessons", 14))

    assert ids(changes) == ["lessons"]
    assert isinstance(changes.changes[0], Seen)


async def test_over_several_pages_a_series_has_the_version_of_all_its_parts(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    parts = [exception("lessons", 14), series("lessons"), cancelled("lessons", 21)]
    server.on("GET", EVENTS, listed(*parts, token="start"))
    (whole,) = etags(await page(adapter))

    pages = [
        listed(parts[0], single("event1"), page="2"),
        listed(parts[1], page="3"),
        listed(parts[2], token="s"),
    ]
    server.on("GET", EVENTS, *pages)
    first = await page(adapter)
    second = await page(adapter, first.more)
    server.requests = 0
    third = await page(adapter, second.more)

    assert (ids(first), ids(second)) == (["event1"], [])
    assert third.changes == [Touched("lessons", whole)]
    assert server.requests == 1


async def test_over_several_pages_orphans_are_found_at_the_end(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    guest = exception("hidden", 14, '"7"')
    server.on("GET", EVENTS, listed(guest, page="2"), listed(series("lessons"), token="s"))

    first = await page(adapter)
    second = await page(adapter, first.more)

    assert first.changes == []
    assert ids(second) == ["lessons", guest["id"]]
    assert etags(second)[1] == '"7"'


async def test_a_listing_is_complete_and_reads_series_whole(adapter: GoogleAdapter, server: Scripted) -> None:
    def answer(asked: object) -> Said:
        query = getattr(asked, "query", {})
        if "iCalUID" in query:
            return listed(series("lessons"), exception("lessons", 14, summary="Exam"))
        return listed(series("lessons"), token="s") if "pageToken" in query else listed(single("e"), page="2")

    server.on("GET", EVENTS, answer)
    server.on("GET", f"{EVENTS}/lessons", Said(body=series("lessons")))

    first = await adapter.get_events("primary", WINDOW)
    second = await adapter.get_events("primary", WINDOW, first.more)

    (lessons,) = second.changes
    assert isinstance(lessons, Seen)
    assert lessons.event.content.overrides == (
        Override(datetime.fromisoformat("2028-03-14T10:00"), title="Exam"),
    )
    assert second.more is None
    assert json.loads(first.more or "") == {"page": "2"}


async def test_who_is_invited_to_all_occurrences_has_none_of_them_alone_any_more(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    bobs: Body = {"organizer": {"email": "bob@example.com"}}
    occurrence = exception("lessons", 14, **bobs)

    def answer(asked: Asked) -> Said:
        if "iCalUID" in asked.query:
            return listed(series("lessons", **bobs), occurrence)
        return listed(series("lessons", **bobs) if "syncToken" in asked.query else occurrence, token="s")

    server.on("GET", EVENTS, answer)
    alone = await page(adapter)
    whole = await page(adapter, alone.done)

    assert ids(alone) == [occurrence["id"]]
    assert ids(whole) == ["lessons", occurrence["id"]]
    assert whole.changes[1] == Gone(occurrence["id"], is_firm=False)
