"""Events by their ids: whole, and what cannot be had told from what is not there."""

import pytest
from tests.plugins.outlook.others_bodies import MASTER, beside, cancelled, event, exception, series
from tests.plugins.outlook.scripted import CUT, EVENTS, NOT_FOUND, Scripted, calendar, refused
from tests.plugins.scripted import Asked, Body, Said

from metonic_core.spi import CalendarGone, Gone, RateLimited, Seen, Unavailable, Unreadable
from metonic_outlook.adapter import OutlookAdapter

MARKER = "v1;a mark"


def on(server: Scripted, **bodies: Body) -> None:
    server.on("GET", "/me/calendars/home", calendar())
    for name, body in bodies.items():
        server.on("GET", f"{EVENTS}/{name}", Said(body=body))


async def test_an_event_comes_with_our_properties(server: Scripted, adapter: OutlookAdapter) -> None:
    on(server, x=event(id="x", singleValueExtendedProperties=beside(marker=MARKER)))

    (found,) = await adapter.hydrate("home", ["x"])

    assert isinstance(found, Seen)
    assert found.event.marker == MARKER
    (asked,) = server.asked
    assert "metonic-identity" in asked.query["$expand"][0]
    assert "cancelledOccurrences" in asked.query["$select"][0]


async def test_a_series_has_the_exceptions_of_all_pages(server: Scripted, adapter: OutlookAdapter) -> None:
    following = f"{server.url}v1.0{EVENTS}/s/exceptionOccurrences?$skip=1"
    master = series(
        id="s", cancelledOccurrences=[cancelled("2028-03-21")], exceptionOccurrences=[exception("14")]
    )
    on(server, s={**master, "exceptionOccurrences@odata.nextLink": following})
    second = Said(body={"value": [exception("28", subject="Exam")]})
    server.on("GET", f"{EVENTS}/s/exceptionOccurrences", second)

    (found,) = await adapter.hydrate("home", ["s"])

    assert isinstance(found, Seen)
    told = found.event.content.overrides
    assert [(f"{override.slot:%d}", override.is_cancelled) for override in told] == [
        ("21", True),
        ("28", False),
    ]


async def test_a_page_of_exceptions_that_is_not_had_is_no_series_without_them(
    server: Scripted, adapter: OutlookAdapter
) -> None:
    following = f"{server.url}v1.0{EVENTS}/s/exceptionOccurrences?$skip=1"
    on(server, s={**series(id="s"), "exceptionOccurrences@odata.nextLink": following}, x=event(id="x"))
    server.on("GET", f"{EVENTS}/s/exceptionOccurrences", refused(400, "ErrorInvalidRequest"))

    torn, well = await adapter.hydrate("home", ["s", "x"])

    assert isinstance(torn, Unreadable)
    assert isinstance(well, Seen)


@pytest.mark.parametrize("is_endless", [True, False])
async def test_exceptions_that_lead_elsewhere_or_never_end_hide_no_other_event(
    *, is_endless: bool, server: Scripted, adapter: OutlookAdapter
) -> None:
    host = f"{server.url}v1.0" if is_endless else "https://evil.example/v1.0"
    following = {f"{name}@odata.nextLink": f"{host}{EVENTS}/s/more" for name in ("exceptionOccurrences", "")}
    on(server, s={**series(id="s"), **following}, x=event(id="x"))
    server.on("GET", f"{EVENTS}/s/more", Said(body={"value": [], **following}))

    torn, well = await adapter.hydrate("home", [*"sx"])

    assert isinstance(torn, Unreadable)
    assert isinstance(well, Seen)


async def test_what_only_a_series_has_need_not_be_asked_of_an_event(
    server: Scripted, adapter: OutlookAdapter
) -> None:
    def only_plain(body: Body) -> Said:
        def said(asked: Asked) -> Said:
            is_more = "exceptionOccurrences" in asked.query["$expand"][0]
            return refused(400, "ErrorInvalidRequest") if is_more else Said(body=body)

        return said  # type: ignore[return-value]

    on(server)
    server.on("GET", f"{EVENTS}/x", only_plain(event(id="x")))
    server.on("GET", f"{EVENTS}/s", only_plain(series(id="s")))

    single, whole = await adapter.hydrate("home", ["x", "s"])

    assert isinstance(single, Seen)
    assert isinstance(whole, Unreadable)
    assert not whole.is_passing


async def test_404_is_gone_and_nothing_else_is(server: Scripted, adapter: OutlookAdapter) -> None:
    on(server, well=event(id="well"))
    server.on("GET", f"{EVENTS}/failing", refused(500, "ErrorInternalServerTransientError"))
    server.on("GET", f"{EVENTS}/denied", refused(403, "ErrorAccessDenied"))
    server.on("GET", f"{EVENTS}/malformed", refused(400, "ErrorInvalidIdMalformed"))
    server.on("GET", f"{EVENTS}/page", Said(404))
    server.on("GET", f"{EVENTS}/unreached", refused(404, "MailboxNotEnabledForRESTAPI"))
    names = ["gone", "well", "failing", "denied", "malformed", "page", "unreached"]

    found = await adapter.hydrate("home", names)

    assert [type(one) for one in found] == [Gone, Seen, *[Unreadable] * 5]
    assert found[0] == Gone("gone", is_firm=False)
    assert [one.is_passing for one in found if isinstance(one, Unreadable)] == [
        True,
        False,
        False,
        True,
        False,
    ]


async def test_what_graph_failed_at_once_is_asked_for_again(
    server: Scripted, adapter: OutlookAdapter
) -> None:
    on(server, well=event(id="well"))
    server.on("GET", f"{EVENTS}/x", refused(504, "UnknownError"), Said(body=event(id="x")))

    assert all(isinstance(one, Seen) for one in await adapter.hydrate("home", ["x", "well"]))


async def test_a_service_that_is_down_has_lost_no_event(server: Scripted, adapter: OutlookAdapter) -> None:
    for name in "abc":
        server.on("GET", f"{EVENTS}/{name}", refused(503, "ServiceUnavailable"))

    with pytest.raises(Unavailable):
        await adapter.hydrate("home", [*"abc"])


async def test_two_events_that_graph_fails_at_keep_no_other_from_being_read(
    server: Scripted, adapter: OutlookAdapter
) -> None:
    on(server, x=event(id="x"), y=event(id="y"))
    server.on("GET", "/me/calendar", calendar())
    for name in "ab":
        server.on("GET", f"{EVENTS}/{name}", refused(504, "UnknownError"))

    found = await adapter.hydrate("home", [*"xaby"])
    alone = await adapter.hydrate("home", [*"ab"])

    assert [type(one) for one in found] == [Seen, Unreadable, Unreadable, Seen]
    assert all(isinstance(one, Unreadable) and one.is_passing for one in [*found[1:3], *alone])


async def test_an_event_whose_answer_breaks_off_keeps_no_other_from_being_read(
    server: Scripted, adapter: OutlookAdapter
) -> None:
    on(server, x=event(id="x"), y=event(id="y"))
    server.on("GET", "/me/calendar", calendar())
    server.on("GET", f"{EVENTS}/a", CUT)

    found = await adapter.hydrate("home", [*"xay"])

    assert [type(one) for one in found] == [Seen, Unreadable, Seen]
    assert isinstance(found[1], Unreadable)
    assert found[1].is_passing


async def test_too_many_requests_hinder_every_read(server: Scripted, adapter: OutlookAdapter) -> None:
    on(server, x=event(id="x"))
    server.on("GET", f"{EVENTS}/y", refused(429, "TooManyRequests", retry_after="7"))

    with pytest.raises(RateLimited):
        await adapter.hydrate("home", ["x", "y"])


async def test_in_a_calendar_that_is_gone_no_event_is(server: Scripted, adapter: OutlookAdapter) -> None:
    server.on("GET", f"{EVENTS}/x", NOT_FOUND)

    with pytest.raises(CalendarGone):
        await adapter.hydrate("home", ["x"])


async def test_another_event_than_was_asked_for_is_none(server: Scripted, adapter: OutlookAdapter) -> None:
    on(server, x=event(id="y"))

    (found,) = await adapter.hydrate("home", ["x"])

    assert isinstance(found, Unreadable)
    assert found.is_passing


async def test_an_occurrence_is_no_event_of_its_own(server: Scripted, adapter: OutlookAdapter) -> None:
    on(server, x={**exception("14", subject="Exam"), "id": "x"})

    assert await adapter.hydrate("home", ["x"]) == [Gone("x", is_firm=False)]


async def test_a_meeting_that_was_called_off_is_gone(server: Scripted, adapter: OutlookAdapter) -> None:
    on(server, x=event(id="x", isCancelled=True, isOrganizer=False))

    assert await adapter.hydrate("home", ["x"]) == [Gone("x")]


async def test_many_are_read_twenty_with_a_request(server: Scripted, adapter: OutlookAdapter) -> None:
    on(server, **{f"e{number}": event(id=f"e{number}") for number in range(60)})

    found = await adapter.hydrate("home", [f"e{number}" for number in range(60)])

    assert all(isinstance(one, Seen) for one in found)
    assert server.requests == 3


async def test_ids_are_encoded_in_paths(server: Scripted, adapter: OutlookAdapter) -> None:
    on(server, **{"a/b+c==": event(id="a/b+c==")})

    (found,) = await adapter.hydrate("home", ["a/b+c=="])

    assert isinstance(found, Seen)


async def test_the_listing_tells_each_event_once(server: Scripted, adapter: OutlookAdapter) -> None:
    rows = [event(id="x"), series(id="s"), exception("14"), event(id="off", isCancelled=True)]
    on(server, s=series(id="s"))
    more = {"@odata.nextLink": f"{server.url}v1.0{EVENTS}?$skip=4"}
    server.on("GET", EVENTS, Said(body={"value": rows, **more}), Said(body={"value": [event(id="y")]}))

    first = await adapter.get_events("home", None)
    last = await adapter.get_events("home", None, first.more)

    assert [change.event.id for change in first.changes if isinstance(change, Seen)] == ["x", "s"]
    assert [change.event.id for change in last.changes if isinstance(change, Seen)] == ["y"]
    assert last.more is None
    assert MASTER not in {asked.path for asked in server.asked}
