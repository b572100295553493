"""The plugin as the service finds it, the account and its calendars, and what it takes for equal."""

import tomllib
from dataclasses import replace
from datetime import date, datetime, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from uuid import UUID

import pytest
from tests.plugins.google.scripted import Scripted
from tests.plugins.outside import NOBODY, HttpClient, account
from tests.plugins.scripted import Body, Said

from metonic_core.model.content import GROUPS, NOTES, TIME, TITLE, occurrence_group
from metonic_core.spi import (
    AccessDenied,
    AllDay,
    CalendarInfo,
    Content,
    OAuth2,
    Override,
    Recurrence,
    Timed,
    Unavailable,
)
from metonic_core.spi.registry import Registry
from metonic_google import metonic_provider
from metonic_google.adapter import GoogleAdapter

TEN = datetime.fromisoformat("2028-03-07T10:00")
WEEK = timedelta(days=7)
SERIES = Content(
    title="Lesson",
    when=Timed(TEN, TEN + timedelta(hours=1), "Europe/Berlin"),
    recurrence=Recurrence(("FREQ=WEEKLY;COUNT=3",)),
    location="Gym",
    notes="One\nTwo",
    overrides=(Override(TEN + WEEK, title="Other"),),
)
SECOND = occurrence_group(TEN + WEEK)
BLOCK = "-::~:~::~:~:~::~:~::-\nJoin: https://meet.google.com/abc\n-::~:~::~:~:~::~:~::-"


def same(group: str, ours: Content, theirs: Content) -> bool:
    adapter = metonic_provider().adapter(NOBODY, account("https://www.googleapis.com"))
    return adapter.same(group, ours, theirs)


def entry(calendar_id: str, role: str = "owner", **more: object) -> Body:
    return {
        "kind": "calendar#calendarListEntry",
        "id": calendar_id,
        "summary": calendar_id.title(),
        "timeZone": "Europe/Berlin",
        "accessRole": role,
        **more,
    }


def test_the_entry_point_brings_the_provider() -> None:
    member = Path(__file__).parents[3] / "plugins/google/pyproject.toml"
    named = tomllib.loads(member.read_text())["project"]["entry-points"]["metonic.providers"]

    found = Registry.load(EntryPoint(name, value, "metonic.providers") for name, value in named.items())

    assert found.providers == {"google": metonic_provider()}


def test_a_sign_in_brings_a_refresh_token_and_no_more_rights_than_needed() -> None:
    sign_in = metonic_provider().sign_in

    assert isinstance(sign_in, OAuth2)
    assert dict(sign_in.parameters) == {"access_type": "offline", "prompt": "consent"}
    assert [scope.rpartition("/")[2] for scope in sign_in.scopes] == [
        "calendar.events",
        "calendar.calendarlist.readonly",
    ]


def test_the_id_of_a_create_is_known_before_it() -> None:
    adapter = metonic_provider().adapter(NOBODY, account("https://www.googleapis.com"))

    assert adapter.event_id("primary", UUID(int=255)) == "0" * 30 + "ff"


async def test_the_account_is_that_of_its_primary_calendar(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("GET", "/users/me/calendarList/primary", Said(body=entry("alice@example.com", primary=True)))

    found = await adapter.authenticate()

    assert (found.subject, found.calendar_id, found.zone) == (
        "alice@example.com",
        "alice@example.com",
        "Europe/Berlin",
    )


async def test_the_subject_of_a_sign_in_is_kept(client: HttpClient, server: Scripted) -> None:
    server.on("GET", "/users/me/calendarList/primary", Said(body=entry("alice@example.com")))
    signed_in = replace(account(server.url), subject="1234", name="Alice", username="alice@example.com")

    found = await GoogleAdapter(client, signed_in).authenticate()

    assert (found.subject, found.name) == ("1234", "Alice")


async def test_an_account_without_a_calendar_is_told_to_make_one(
    adapter: GoogleAdapter,
    server: Scripted,  # noqa: ARG001 - it knows no calendar
) -> None:
    with pytest.raises(AccessDenied, match="open Google Calendar"):
        await adapter.authenticate()


async def test_a_page_of_somebody_in_between_does_not_say_that_an_account_has_no_calendar(
    adapter: GoogleAdapter, server: Scripted
) -> None:
    server.on("GET", "/users/me/calendarList/primary", Said(404))

    with pytest.raises(Unavailable):
        await adapter.authenticate()


async def test_a_primary_calendar_without_an_id_is_none(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("GET", "/users/me/calendarList/primary", Said(body={}))

    with pytest.raises(Unavailable):
        await adapter.authenticate()


async def test_calendars_are_those_whose_events_can_be_read(adapter: GoogleAdapter, server: Scripted) -> None:
    first = [
        entry("alice@example.com", primary=True, backgroundColor="#9fe1e7"),
        entry("team", "writer", summaryOverride="My team"),
        entry("times", "freeBusyReader"),
    ]
    second = [
        entry("school", "reader", timeZone="Nowhere"),
        entry("half", "writerWithoutPrivateAccess"),
        entry("gone", deleted=True),
        {**entry("nameless"), "summary": ""},
    ]
    pages = [Said(body={"items": first, "nextPageToken": "2"}), Said(body={"items": second})]
    server.on("GET", "/users/me/calendarList", *pages)

    found = await adapter.list_calendars()

    assert found == [
        CalendarInfo(
            "alice@example.com", "Alice@Example.Com", is_primary=True, zone="Europe/Berlin", color="#9fe1e7"
        ),
        CalendarInfo("team", "My team", zone="Europe/Berlin"),
        CalendarInfo("school", "School", is_writable=False),
        CalendarInfo("half", "Half", is_writable=False, zone="Europe/Berlin"),
        CalendarInfo("nameless", "nameless", zone="Europe/Berlin"),
    ]
    assert [asked.query.get("pageToken") for asked in server.asked] == [None, ["2"]]


async def test_a_list_of_calendars_without_end_is_given_up(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("GET", "/users/me/calendarList", Said(body={"nextPageToken": "2"}))

    with pytest.raises(Unavailable):
        await adapter.list_calendars()


@pytest.mark.parametrize("group", [*GROUPS, SECOND])
def test_a_content_is_the_same_as_itself(group: str) -> None:
    assert same(group, SERIES, SERIES)


@pytest.mark.parametrize(
    ("group", "changed"),
    [
        (TITLE, {"title": " Lesson\t"}),
        (NOTES, {"notes": "One  \r\nTwo\n"}),
        (NOTES, {"notes": f"One\nTwo\n\n{BLOCK}"}),
        (NOTES, {"notes": f"One\nTwo\x00\n{BLOCK}\n"}),
        (SECOND, {"overrides": (Override(TEN + WEEK, title="Other "),)}),
        (SECOND, {"overrides": (Override(TEN + WEEK, title="Other", location="Gym"),)}),
        (
            SECOND,
            {"overrides": (Override(TEN + WEEK, title="Other", when=SERIES.when.moved_to(TEN + WEEK)),)},
        ),
    ],
)
def test_what_google_does_not_keep_apart_is_the_same(group: str, changed: dict[str, object]) -> None:
    assert same(group, SERIES, replace(SERIES, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("group", "changed"),
    [
        (TITLE, {"title": "lesson"}),
        (NOTES, {"notes": "One\n\nTwo"}),
        (TIME, {"recurrence": None}),
        (SECOND, {"overrides": ()}),
        (SECOND, {"overrides": (Override(TEN + WEEK, is_cancelled=True),)}),
    ],
)
def test_what_it_keeps_apart_is_not(group: str, changed: dict[str, object]) -> None:
    assert not same(group, SERIES, replace(SERIES, **changed))  # type: ignore[arg-type]


@pytest.mark.parametrize("slot", [TEN + timedelta(days=1), TEN + 3 * WEEK, date(2028, 3, 14)])
def test_what_a_series_left_behind_is_no_occurrence(slot: date) -> None:
    left = replace(SERIES, overrides=(Override(slot, is_cancelled=True), *SERIES.overrides))

    assert same(occurrence_group(slot), SERIES, left)


def test_an_occurrence_of_a_whole_day_differs_from_its_hours() -> None:
    day = AllDay(date(2028, 3, 14), date(2028, 3, 15))
    moved = replace(SERIES, overrides=(Override(TEN + WEEK, title="Other", when=day),))

    assert not same(SECOND, SERIES, moved)
