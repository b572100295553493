"""Answers that are about another event than was asked for: nothing of them is taken for that event."""

from tests.plugins.google.scripted import EVENTS, Scripted, single
from tests.plugins.google.writes import CREATE, error_in, update, write
from tests.plugins.scripted import Said

from metonic_core.spi import Unavailable, Unknown, Unreadable
from metonic_google.adapter import GoogleAdapter


async def test_another_event_is_not_read_as_the_one_that_was_asked_for(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    for asked, told in (("event1", "event2"), ("event2", "event1")):
        server.on("GET", f"{EVENTS}/{asked}", Said(body=single(told)))
    server.on("GET", EVENTS, Said(body={"timeZone": "Europe/Berlin"}))

    found = await adapter.hydrate("primary", ["event1", "event2"])

    assert all(isinstance(one, Unreadable) and one.is_passing for one in found)


async def test_a_write_that_is_answered_with_another_event_may_have_happened(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("PATCH", f"{EVENTS}/event1", Said(body=single("event2")))
    server.on("POST", EVENTS, Said(body=single("event1")))

    outcomes = await write(adapter, update("title"), CREATE)

    assert all(isinstance(one, Unknown) for one in outcomes)
    assert all(isinstance(error_in(one), Unavailable) for one in outcomes)
