"""Events by their ids: each whole, in the order they were asked for, with few requests."""

from collections.abc import Sequence

import pytest
from tests.plugins.google.scripted import (
    EVENTS,
    NOT_FOUND,
    Scripted,
    cancelled,
    error,
    exception,
    front_error,
    listed,
    series,
    single,
    tombstone,
)
from tests.plugins.scripted import Asked, Body, Said

from metonic_core.spi import (
    AccessDenied,
    CalendarGone,
    Foreign,
    Gone,
    Misconfigured,
    ProviderError,
    RateLimited,
    Reading,
    Seen,
    SignInNeeded,
    Unavailable,
    Unreadable,
)
from metonic_google.adapter import GoogleAdapter


async def read(adapter: GoogleAdapter, *ids: str) -> Sequence[Reading]:
    return await adapter.hydrate("primary", ids)


def hold(server: Scripted, *items: Body, exceptions: Sequence[Body] = ()) -> None:
    """A calendar with these events, and those exceptions of its series."""

    def answer(asked: Asked) -> Said:
        uid = asked.query.get("iCalUID", [""])[0]
        return listed(*(item for item in (*items, *exceptions) if item.get("iCalUID") == uid or not uid))

    for item in items:
        server.on("GET", f"{EVENTS}/{item['id']}", Said(body=item))
    server.on("GET", EVENTS, answer)


async def test_fifty_single_events_take_one_request(adapter: GoogleAdapter, server: Scripted) -> None:
    hold(server, *(single(f"event{n}") for n in range(50)))

    found = await read(adapter, *(f"event{n}" for n in reversed(range(50))))

    assert [one.event.id for one in found if isinstance(one, Seen)] == [
        f"event{n}" for n in reversed(range(50))
    ]
    assert server.requests == 1


async def test_series_among_them_take_one_more(adapter: GoogleAdapter, server: Scripted) -> None:
    dead = {**cancelled("two", 21), "iCalUID": "two@google.com"}
    hold(
        server,
        single("event"),
        series("one"),
        series("two"),
        exceptions=[exception("one", 14, summary="Exam"), dead, exception("two", 28, summary="Exam")],
    )

    _, one, two = await read(adapter, "event", "one", "two")

    assert isinstance(one, Seen)
    assert isinstance(two, Seen)
    assert [o.title for o in one.event.content.overrides] == ["Exam"]
    assert [o.is_cancelled for o in two.event.content.overrides] == [True, False]
    assert server.requests == 2


async def test_an_event_and_the_feed_have_one_version(adapter: GoogleAdapter, server: Scripted) -> None:
    parts = [series("one"), exception("one", 14, '"33"'), exception("one", 21, '"34"')]
    hold(server, parts[0], exceptions=parts[1:])
    (read_etag,) = [one.event.etag for one in await read(adapter, "one") if isinstance(one, Seen)]

    hold(server, parts[0], exceptions=[parts[2], parts[1]])
    again = await read(adapter, "one")
    hold(server, parts[0], exceptions=[parts[1], {**parts[2], "etag": '"35"'}])
    changed = await read(adapter, "one")

    assert [one.event.etag for one in again if isinstance(one, Seen)] == [read_etag]
    assert [one.event.etag for one in changed if isinstance(one, Seen)] != [read_etag]


async def test_exceptions_may_come_on_several_pages(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("GET", f"{EVENTS}/one", Said(body=series("one")))
    pages = [listed(page="2"), listed(exception("one", 14, summary="Exam"), page="3"), listed()]
    server.on("GET", EVENTS, *pages)

    (found,) = await read(adapter, "one")

    assert isinstance(found, Seen)
    assert len(found.event.content.overrides) == 1
    asked = [one.query for one in server.asked if "iCalUID" in one.query]
    assert [query.get("pageToken") for query in asked] == [None, ["2"], ["3"]]
    assert all(query["showDeleted"] == ["true"] for query in asked)


async def test_exceptions_without_end_are_given_up(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("GET", f"{EVENTS}/one", Said(body=series("one")))
    server.on("GET", EVENTS, listed(page="2"))

    with pytest.raises(Unavailable):
        await read(adapter, "one")


async def test_what_is_deleted_is_firmly_gone_and_what_is_not_found_is_not(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    hold(server, tombstone("deleted"))

    assert await read(adapter, "deleted", "unknown") == [Gone("deleted"), Gone("unknown", is_firm=False)]


async def test_in_a_calendar_that_is_gone_nothing_is_said_of_events(
    adapter: GoogleAdapter,
    server: Scripted,  # noqa: ARG001 - it knows no calendar
) -> None:
    with pytest.raises(CalendarGone):
        await read(adapter, "event1", "event2")


async def test_an_occurrence_of_a_series_that_is_there_is_no_event(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    occurrence = exception("one", 14)
    hold(server, occurrence, series("one"))

    assert await read(adapter, occurrence["id"]) == [Gone(occurrence["id"], is_firm=False)]


async def test_an_occurrence_of_a_series_that_cannot_be_seen_is_one(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    occurrence = exception("hidden", 14, '"7"')
    hold(server, occurrence)

    (found,) = await read(adapter, occurrence["id"])

    assert isinstance(found, Seen)
    assert found.event.etag == '"7"'


async def test_the_zone_of_the_calendar_is_asked_for_once_where_it_is_needed(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    times: Body = {
        name: {"dateTime": f"2028-03-07T{at}:00:00Z"} for name, at in (("start", "09"), ("end", "10"))
    }
    hold(server, *(single(f"event{n}", **times) for n in range(3)))

    found = await read(adapter, "event0", "event1", "event2")

    assert {str(one.event.content.when.start) for one in found if isinstance(one, Seen)} == {
        "2028-03-07 10:00:00"
    }
    assert server.requests == 2


async def test_one_event_that_google_fails_at_hides_no_other(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    hold(server, single("event1"), single("event2"))
    server.on("GET", f"{EVENTS}/event1", Said(500))

    odd, good = await read(adapter, "event1", "event2")

    assert isinstance(odd, Unreadable)
    assert isinstance(good, Seen)


async def test_one_failure_of_google_is_forgiven(adapter: GoogleAdapter, server: Scripted) -> None:
    hold(server, single("event1"), single("event2"))
    server.on("GET", f"{EVENTS}/event1", Said(500), Said(body=single("event1")))

    found = await read(adapter, "event1", "event2")

    assert [type(one) for one in found] == [Seen, Seen]


async def test_an_event_that_may_not_be_read_hides_no_other(adapter: GoogleAdapter, server: Scripted) -> None:
    hold(server, single("event1"), single("event2"))
    server.on("GET", f"{EVENTS}/event1", error(403, "forbidden"))

    odd, good = await read(adapter, "event1", "event2")

    assert isinstance(odd, Unreadable)
    assert isinstance(good, Seen)


async def test_a_single_event_that_google_fails_at_is_told_from_a_google_that_is_down(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("GET", f"{EVENTS}/event1", Said(500))
    hold(server)

    (odd,) = await read(adapter, "event1")

    assert isinstance(odd, Unreadable)


async def test_a_series_whose_exceptions_cannot_be_had_is_not_shown_without_them(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    def answer(asked: Asked) -> Said:
        return error(400, "invalid") if "iCalUID" in asked.query else listed()

    server.on("GET", f"{EVENTS}/one", Said(body=series("one")))
    server.on("GET", EVENTS, answer)

    (found,) = await read(adapter, "one")

    assert isinstance(found, Unreadable)


async def test_what_is_no_appointment_is_foreign(adapter: GoogleAdapter, server: Scripted) -> None:
    hold(server, single("office", eventType="workingLocation"), series("birthday", eventType="birthday"))

    found = await read(adapter, "office", "birthday")

    assert [type(one) for one in found] == [Foreign, Foreign]


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (Said(401), SignInNeeded),
        (error(403, "rateLimitExceeded", domain="usageLimits"), RateLimited),
        (error(429, "rateLimitExceeded", domain="usageLimits"), RateLimited),
        (error(403, "quotaExceeded", domain="usageLimits"), RateLimited),
        (error(403, "notACalendarUser"), AccessDenied),
        (front_error(403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "PERMISSION_DENIED"), SignInNeeded),
        (front_error(403, "SERVICE_DISABLED", "PERMISSION_DENIED"), Misconfigured),
        (Said(500), Unavailable),
        (Said(302), Unavailable),
    ],
)
async def test_what_hinders_every_read_is_raised(
    adapter: GoogleAdapter, server: Scripted, refusal: Said, kind: type[ProviderError]
) -> None:
    for path in (EVENTS, f"{EVENTS}/event1", f"{EVENTS}/event2"):
        server.on("GET", path, refusal)

    with pytest.raises(kind):
        await read(adapter, "event1", "event2")
    with pytest.raises(kind):
        await read(adapter, "event1")


async def test_a_batch_of_reads_that_fails_is_not_asked_for_one_by_one(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.whole = Said(503)

    with pytest.raises(Unavailable):
        await read(adapter, *(f"event{n}" for n in range(50)))

    assert server.requests == 1


async def test_nothing_is_asked_for_no_events(adapter: GoogleAdapter, server: Scripted) -> None:
    assert await read(adapter) == []
    assert server.requests == 0


async def test_ids_are_encoded(adapter: GoogleAdapter, server: Scripted) -> None:
    path = "/calendars/en.usa#holiday@group.v.calendar.google.com/events/a b/ü"
    server.on("GET", path, Said(body=single("a b/ü")))

    (found,) = await adapter.hydrate("en.usa#holiday@group.v.calendar.google.com", ["a b/ü"])

    assert isinstance(found, Seen)


async def test_an_answer_that_is_no_event_is_not_read_as_one(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("GET", f"{EVENTS}/event1", Said(200))
    hold(server, single("event2"))

    odd, _ = await read(adapter, "event1", "event2")

    assert isinstance(odd, Unreadable)
    assert NOT_FOUND.status == 404
