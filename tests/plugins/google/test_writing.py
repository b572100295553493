"""What is sent for a write: what it says, and nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.plugins.google.scripted import EVENTS, Scripted, fields_of, series, single
from tests.plugins.google.writes import (
    BLOCK,
    CREATE,
    IDENTITY,
    LESSON,
    TEN,
    echoing,
    error_in,
    sent,
    update,
    write,
)
from tests.plugins.scripted import Said

from metonic_core.model.content import LOCATION, NOTES, STATUS, TIME, TITLE, VISIBILITY
from metonic_core.spi import (
    AccessDenied,
    AllDay,
    Delete,
    EtagMismatch,
    Recurrence,
    Status,
    Stored,
    Unacceptable,
)
from metonic_google.adapter import GoogleAdapter


async def test_a_create_chooses_its_id_and_tells_nobody(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("POST", EVENTS, echoing())

    (outcome,) = await write(adapter, CREATE)

    (asked,) = server.asked
    assert isinstance(outcome, Stored)
    assert not outcome.is_adopted
    assert asked.query["sendUpdates"] == ["none"]
    assert asked.body == {
        "id": IDENTITY.hex,
        "summary": "Lesson",
        "location": "Gym",
        "description": "Bring shoes.",
        "status": "confirmed",
        "visibility": "default",
        "transparency": "opaque",
        "start": {"dateTime": "2028-03-07T10:00:00+01:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2028-03-07T11:00:00+01:00", "timeZone": "Europe/Berlin"},
        "extendedProperties": {"private": {"metonic": "marker"}},
    }


async def test_an_update_says_what_changed_and_nothing_else(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("PATCH", f"{EVENTS}/event1", echoing())

    (outcome,) = await write(adapter, update(TITLE))

    (asked,) = server.asked
    assert isinstance(outcome, Stored)
    assert asked.headers["If-Match"] == '"1"'
    assert asked.query["sendUpdates"] == ["none"]
    assert asked.body == {"summary": "Lesson", "extendedProperties": {"private": {"metonic": "new marker"}}}


@pytest.mark.parametrize(
    ("group", "fields"),
    [
        (TITLE, {"summary"}),
        (LOCATION, {"location"}),
        (NOTES, {"description"}),
        (STATUS, {"status"}),
        (TIME, {"start", "end"}),
        (VISIBILITY, {"transparency", "visibility"}),
    ],
)
async def test_each_group_has_its_fields(
    adapter: GoogleAdapter, server: Scripted, group: str, fields: set[str]
) -> None:
    server.on("GET", f"{EVENTS}/event1", Said(body=single("event1")))
    server.on("PATCH", f"{EVENTS}/event1", echoing())

    await write(adapter, update(group))

    (asked,) = server.to("PATCH")
    assert fields_of(asked) == fields


async def test_a_timed_event_that_becomes_all_day_loses_its_time(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("PATCH", f"{EVENTS}/event1", echoing(start={"date": "2028-03-07"}, end={"date": "2028-03-08"}))
    day = replace(LESSON, when=AllDay(TEN.date(), TEN.date() + timedelta(days=1)))

    (outcome,) = await write(adapter, update(TIME, content=day))

    assert isinstance(outcome, Stored)
    assert sent(server)["start"] == {"date": "2028-03-07", "dateTime": None, "timeZone": None}


async def test_new_notes_leave_the_words_of_the_conference(adapter: GoogleAdapter, server: Scripted) -> None:
    there = single("event1", description=f"Old notes.\n\n{BLOCK}")
    server.on("GET", f"{EVENTS}/event1", Said(body=there))
    server.on("PATCH", f"{EVENTS}/event1", echoing())

    (outcome,) = await write(adapter, update(NOTES))

    assert sent(server)["description"] == f"Bring shoes.\n\n{BLOCK}"
    assert isinstance(outcome, Stored)
    assert outcome.event.content.notes == "Bring shoes."


@pytest.mark.parametrize(
    ("known", "is_private", "written"),
    [
        ("public", False, None),
        ("confidential", True, None),
        ("public", True, "private"),
        ("confidential", False, "default"),
        (None, False, "default"),
    ],
)
async def test_of_two_words_for_one_thing_the_one_that_is_there_stays(
    adapter: GoogleAdapter, server: Scripted, known: str | None, *, is_private: bool, written: str | None
) -> None:
    server.on("GET", f"{EVENTS}/event1", Said(body=single("event1", visibility=known)))
    server.on("PATCH", f"{EVENTS}/event1", echoing())

    await write(adapter, update(VISIBILITY, content=replace(LESSON, is_private=is_private)))

    assert sent(server).get("visibility") == written


async def test_what_was_read_before_an_edit_must_be_the_expected_version(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("GET", f"{EVENTS}/event1", Said(body=single("event1", '"5"')))

    (outcome,) = await write(adapter, update(NOTES))

    assert isinstance(error_in(outcome), EtagMismatch)
    assert server.to("PATCH") == []


async def test_an_event_that_only_others_may_edit_is_not_tried(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    guest = single("event1", organizer={"email": "bob@example.com"})
    server.on("GET", f"{EVENTS}/event1", Said(body=guest))

    (outcome,) = await write(adapter, update(NOTES))

    assert isinstance(error_in(outcome), AccessDenied)
    assert server.to("PATCH") == []


async def test_what_google_would_delete_is_not_written(adapter: GoogleAdapter, server: Scripted) -> None:
    dead = replace(LESSON, status=Status.CANCELLED)

    outcomes = await write(adapter, replace(CREATE, content=dead), update(STATUS, content=dead))

    assert [type(error_in(outcome)) for outcome in outcomes] == [Unacceptable, Unacceptable]
    assert server.requests == 0


@pytest.mark.parametrize("etag", ["", '"1"\r\nX-Other: 1', "\x00"])
async def test_a_version_that_is_none_matches_nothing(
    adapter: GoogleAdapter, server: Scripted, etag: str
) -> None:
    outcomes = await write(adapter, update(TITLE, etag=etag), Delete("event1", etag))

    assert [type(error_in(outcome)) for outcome in outcomes] == [EtagMismatch, EtagMismatch]
    assert server.requests == 0


async def test_a_single_event_becomes_a_series_with_what_is_cancelled_of_it(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    made = series("event1", '"2"', recurrence=["RRULE:FREQ=WEEKLY;COUNT=8"])
    server.on("PATCH", f"{EVENTS}/event1", Said(body=made))
    weekly = replace(LESSON, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=8",)))

    (outcome,) = await write(adapter, update(TIME, content=weekly))

    assert isinstance(outcome, Stored)
    assert sent(server)["recurrence"] == ["RRULE:FREQ=WEEKLY;COUNT=8"]
    assert outcome.event.content.recurrence == weekly.recurrence
