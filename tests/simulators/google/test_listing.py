"""Full lists: pages, windows, filters, zones, and what is refused."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from tests.simulators.google.bodies import all_day, daily, ids, listed, made, timed
from tests.simulators.google.official import Client, refused
from tests.simulators.google.running import ALICE, admin, advance

from metonic_simulators.google import Simulator


def seeded(sim: Simulator, number: int) -> None:
    """So many events of one calendar, without as many requests' cost."""
    for at in range(number):
        admin(
            sim, "POST", "events", {"calendar": ALICE, "event": timed(id=f"seeded{at:05}", summary=f"{at}")}
        )


def pages(service: Client, **asked: Any) -> Iterator[Any]:  # noqa: ANN401 - JSON
    answer = listed(service, **asked)
    yield answer
    while "nextPageToken" in answer:
        answer = listed(service, **asked, pageToken=answer["nextPageToken"])
        yield answer


def test_a_page_holds_250_unless_asked_and_only_the_last_has_a_sync_token(
    sim: Simulator, alice: Client
) -> None:
    seeded(sim, 301)

    usual = list(pages(alice))
    small = list(pages(alice, maxResults=100))

    assert [len(one["items"]) for one in usual] == [250, 51]
    assert [len(one["items"]) for one in small] == [100, 100, 100, 1]
    for answers in (usual, small):
        assert ["nextSyncToken" in one for one in answers] == [False] * (len(answers) - 1) + [True]
        assert all(("nextPageToken" in one) != ("nextSyncToken" in one) for one in answers)
        assert len({key for one in answers for key in ids(one)}) == 301


def test_more_than_2500_are_never_on_a_page(sim: Simulator, alice: Client) -> None:
    body = timed(recurrence=["RRULE:FREQ=DAILY;COUNT=2600"])
    made(alice, body)
    admin(sim, "PUT", "quirks/horizon", {"instances": 5000})

    answers = list(pages(alice, singleEvents=True, maxResults=9999))

    assert [len(one["items"]) for one in answers] == [2500, 100]


def test_pages_may_be_short_or_empty(sim: Simulator, alice: Client) -> None:
    seeded(sim, 5)
    admin(sim, "PUT", "quirks/short-pages", {"size": 2})

    answers = list(pages(alice))

    assert [len(one.get("items", [])) for one in answers] == [0, 2, 2, 1]


def test_a_page_token_belongs_to_its_query(sim: Simulator, alice: Client) -> None:
    seeded(sim, 3)
    token = listed(alice, maxResults=1)["nextPageToken"]

    assert len(listed(alice, maxResults=2, pageToken=token)["items"]) == 2
    assert refused(alice.events().list(calendarId="primary", pageToken=token, q="x"))[:2] == (400, "invalid")
    assert refused(alice.events().list(calendarId="primary", pageToken="nonsense"))[:2] == (400, "invalid")


@pytest.mark.parametrize(
    "filters",
    [
        {"orderBy": "updated"},
        {"orderBy": "startTime", "singleEvents": True},
        {"q": "Training"},
        {"updatedMin": "2026-03-01T00:00:00Z"},
        {"iCalUID": "a@b"},
        {"privateExtendedProperty": "a=b"},
    ],
)
def test_an_ordered_or_filtered_list_brings_no_sync_token(
    sim: Simulator, alice: Client, filters: dict[str, Any]
) -> None:
    assert "nextSyncToken" not in listed(alice, **filters)

    admin(sim, "DELETE", "quirks/no-token-with-filters")

    assert ("nextSyncToken" in listed(alice, **filters)) == ("orderBy" not in filters)


def test_an_order_by_start_needs_single_events(alice: Client) -> None:
    status, reason, error = refused(alice.events().list(calendarId="primary", orderBy="startTime"))

    assert (status, reason) == (400, "badRequest")
    assert error["message"] == "The requested ordering is not available for the particular query."


def test_the_bounds_exclude_what_touches_them(alice: Client) -> None:
    first, second = made(alice, timed(hour=10)), made(alice, timed(hour=11))

    assert ids(listed(alice, timeMin="2026-03-10T11:00:00+01:00")) == [second["id"]]
    assert ids(listed(alice, timeMax="2026-03-10T11:00:00+01:00")) == [first["id"]]
    assert ids(listed(alice, timeMin="2026-03-10T10:59:59.9+01:00", timeMax="2026-03-10T10:00:01Z")) == [
        first["id"],
        second["id"],
    ]


def test_days_are_those_of_the_calendars_zone(alice: Client) -> None:
    event = made(alice, all_day())

    assert ids(listed(alice, timeMax="2026-03-09T23:00:00Z")) == []
    assert ids(listed(alice, timeMax="2026-03-09T23:00:01Z")) == [event["id"]]
    assert ids(listed(alice, timeMin="2026-03-10T23:00:00Z")) == []


def test_bounds_without_an_offset_or_in_the_wrong_order_are_400(alice: Client) -> None:
    wrong = alice.events().list(calendarId="primary", timeMin="2026-03-10T11:00:00")
    assert refused(wrong)[:2] == (400, "badRequest")

    empty = alice.events().list(
        calendarId="primary", timeMin="2026-03-10T11:00:00Z", timeMax="2026-03-10T11:00:00Z"
    )
    status, reason, error = refused(empty)
    assert (status, reason) == (400, "timeRangeEmpty")
    assert error["errors"][0] == {
        "domain": "calendar",
        "reason": "timeRangeEmpty",
        "message": "The specified time range is empty.",
        "locationType": "parameter",
        "location": "timeMax",
    }


def test_a_zone_changes_how_times_are_shown_and_not_the_events_zone(alice: Client) -> None:
    made(alice, timed())

    answer = listed(alice, timeZone="America/New_York")

    assert answer["timeZone"] == "America/New_York"
    assert answer["items"][0]["start"] == {
        "dateTime": "2026-03-10T05:00:00-04:00",
        "timeZone": "Europe/Berlin",
    }
    assert listed(alice, timeZone="UTC")["items"][0]["start"]["dateTime"] == "2026-03-10T09:00:00Z"
    assert refused(alice.events().list(calendarId="primary", timeZone="Nowhere"))[0] == 400


def test_filters_choose_by_type_uid_words_and_properties(sim: Simulator, alice: Client) -> None:
    plain = made(alice, timed(summary="Leg day", location="Gym", iCalUID="legs@example.com"))
    focus = made(alice, timed(eventType="focusTime", summary="Quiet"))
    both = made(
        alice,
        timed(summary="Marked", extendedProperties={"private": {"a": "1", "b": "2"}, "shared": {"c": "3"}}),
    )

    assert ids(listed(alice, eventTypes="focusTime")) == [focus["id"]]
    assert len(ids(listed(alice, eventTypes=["focusTime", "default"]))) == 3
    assert ids(listed(alice, iCalUID="legs@example.com")) == [plain["id"]]
    assert ids(listed(alice, q="GYM leg")) == [plain["id"]]
    assert ids(listed(alice, privateExtendedProperty="a=1")) == [both["id"]]
    assert ids(listed(alice, sharedExtendedProperty="c=3", privateExtendedProperty=["a=1", "b=2"])) == [
        both["id"]
    ]
    assert ids(listed(alice, privateExtendedProperty=["a=1", "b=3"])) == []
    admin(sim, "PUT", "quirks/properties-or")
    assert ids(listed(alice, privateExtendedProperty=["a=1", "b=3"])) == [both["id"]]


def test_what_was_updated_since_is_found_deleted_or_not_for_a_month(sim: Simulator, alice: Client) -> None:
    made(alice, timed())
    advance(sim, days=1)
    since = sim.clock.now().isoformat().replace("+00:00", "Z")
    changed, gone = made(alice, timed()), made(alice, timed())
    alice.events().delete(calendarId="primary", eventId=gone["id"]).execute()

    assert ids(listed(alice, updatedMin=since)) == [changed["id"], gone["id"]]
    advance(sim, days=31)
    status, reason, error = refused(alice.events().list(calendarId="primary", updatedMin=since))
    assert (status, reason, error["errors"][0]["location"]) == (410, "updatedMinTooLongAgo", "updatedMin")


def test_deleted_events_show_where_they_are_asked_for(alice: Client) -> None:
    single, series = made(alice, timed()), made(alice, daily(3))
    broken, moved = made(alice, daily(2)), f"{series['id']}_20260312T090000Z"
    cancelled = f"{series['id']}_20260311T090000Z"
    alice.events().patch(calendarId="primary", eventId=moved, body={"summary": "Other"}).execute()
    for gone in (single["id"], cancelled, broken["id"]):
        alice.events().delete(calendarId="primary", eventId=gone).execute()
    first = f"{series['id']}_20260310T090000Z"

    assert set(ids(listed(alice))) == {series["id"], moved, cancelled}
    assert set(ids(listed(alice, showDeleted=True))) == {
        single["id"],
        series["id"],
        moved,
        cancelled,
        broken["id"],
    }
    assert set(ids(listed(alice, singleEvents=True))) == {first, moved}
    everything = set(ids(listed(alice, singleEvents=True, showDeleted=True)))
    assert {single["id"], first, moved, cancelled} <= everything
    assert not everything & {series["id"], broken["id"]}


def test_single_events_are_instances_in_local_time(alice: Client) -> None:
    body = timed("2026-03-27", recurrence=["RRULE:FREQ=DAILY;COUNT=4"])
    series = made(alice, body)

    items = listed(alice, singleEvents=True, orderBy="startTime")["items"]

    assert [one["start"]["dateTime"] for one in items] == [
        "2026-03-27T10:00:00+01:00",
        "2026-03-28T10:00:00+01:00",
        "2026-03-29T10:00:00+02:00",
        "2026-03-30T10:00:00+02:00",
    ]
    assert items[2]["id"] == f"{series['id']}_20260329T080000Z"
    assert items[2]["originalStartTime"] == items[2]["start"]
    assert {one["recurringEventId"] for one in items} == {series["id"]}
    assert all("recurrence" not in one for one in items)
    assert ids(listed(alice, singleEvents=True, timeMin="2026-03-30T00:00:00Z")) == [items[3]["id"]]


def test_an_endless_series_has_a_horizon(alice: Client) -> None:
    series = made(alice, all_day(recurrence=["RRULE:FREQ=DAILY"]))

    found = ids(listed(alice, singleEvents=True, maxResults=2500))

    assert len(found) == 730
    assert found[0] == f"{series['id']}_20260310"
    later = listed(alice, singleEvents=True, timeMin="2030-01-01T00:00:00Z", timeMax="2030-01-03T00:00:00Z")
    assert [datetime.fromisoformat(one["start"]["date"]).day for one in later["items"]] == [1, 2, 3]


def test_a_window_has_the_series_that_have_an_instance_in_it(alice: Client) -> None:
    series = made(alice, daily(5))

    assert ids(listed(alice, timeMin="2026-03-14T00:00:00Z")) == [series["id"]]
    assert ids(listed(alice, timeMin="2026-03-15T00:00:00Z")) == []
    assert ids(listed(alice, timeMax="2026-03-10T00:00:00Z")) == []
