"""The feed: what each page reports, and which requests that takes."""

from tests.plugins.google.feeds import ids, page, since
from tests.plugins.google.scripted import (
    EVENTS,
    Scripted,
    listed,
    single,
    tombstone,
)

from metonic_core.spi import (
    Foreign,
    Gone,
    Seen,
    Unreadable,
)
from metonic_google.adapter import GoogleAdapter


async def test_nothing_new_takes_one_request(adapter: GoogleAdapter, server: Scripted) -> None:
    changes = await since(adapter, server)

    assert (changes.changes, server.requests) == ([], 1)


async def test_a_thousand_new_events_take_one_request(adapter: GoogleAdapter, server: Scripted) -> None:
    changes = await since(adapter, server, *(single(f"event{n}") for n in range(1000)))

    assert len([change for change in changes.changes if isinstance(change, Seen)]) == 1000
    assert server.requests == 1


async def test_a_page_declares_the_markers_that_it_has(adapter: GoogleAdapter, server: Scripted) -> None:
    marked = single("copy", extendedProperties={"private": {"metonic": "v1;x", "other": "1"}})

    changes = await since(adapter, server, marked)

    (change,) = changes.changes
    assert isinstance(change, Seen)
    assert changes.has_markers
    assert change.event.marker == "v1;x"


async def test_a_tombstone_is_a_firm_deletion(adapter: GoogleAdapter, server: Scripted) -> None:
    changes = await since(adapter, server, tombstone("event1"))

    assert changes.changes == [Gone("event1")]


async def test_of_two_states_in_one_delta_the_later_counts(adapter: GoogleAdapter, server: Scripted) -> None:
    late = single("event1", '"2"', summary="Late", updated="2028-01-01T10:00:05.000Z")

    changes = await since(adapter, server, late, single("event1", summary="Early"))

    (change,) = changes.changes
    assert isinstance(change, Seen)
    assert change.event.content.title == "Late"


async def test_of_two_edits_in_one_millisecond_the_later_has_the_higher_revision(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    moment = 2 * 1830333600000000
    early, late = single("event1", f'"{moment + 2}"'), single("event2", f'"{moment + 8}"')

    changes = await since(adapter, server, early, late, single("event3", '"of another kind"'))

    found = [change.event.revision for change in changes.changes if isinstance(change, Seen)]
    assert found == [1830333600000001, 1830333600000004, 1830333600000000]


async def test_one_event_that_nobody_understands_hides_no_other(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    odd = [
        single("odd1", start={"date": "2028-03-07"}),
        single("odd2", end=None),
        single("odd3", recurrence=["EXRULE:FREQ=DAILY"]),
        single("odd4", start={"dateTime": "soon"}),
        {"id": 5, "summary": "no id"},
        {"summary": "no id"},
    ]
    server.on("GET", EVENTS, listed(*odd, single("event1"), token="start"))

    changes = await page(adapter)

    assert {i for c, i in zip(changes.changes, ids(changes), strict=True) if isinstance(c, Unreadable)} == {
        "odd1",
        "odd2",
        "odd3",
        "odd4",
    }
    assert "event1" in ids(changes)


async def test_where_one_works_is_no_appointment(adapter: GoogleAdapter, server: Scripted) -> None:
    changes = await since(adapter, server, single("office", eventType="workingLocation"))

    assert changes.changes == [Foreign("office", '"1"')]


async def test_the_zone_of_the_calendar_is_that_of_times_without_one(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    start, end = {"dateTime": "2028-03-07T09:00:00Z"}, {"dateTime": "2028-03-07T10:00:00Z"}

    changes = await since(adapter, server, single("event1", start=start, end=end))

    (change,) = changes.changes
    assert isinstance(change, Seen)
    assert str(change.event.content.when.start) == "2028-03-07 10:00:00"
    assert change.event.can_write_time
