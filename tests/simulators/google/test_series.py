"""Recurring events: instances, exceptions, splits."""

from typing import Any

import pytest
from tests.simulators.google.bodies import all_day, daily, ids, listed, made, timed
from tests.simulators.google.official import Client, refused
from tests.simulators.google.running import ALICE, admin

from metonic_simulators.google import Simulator


def instances(service: Client, series: str, **more: Any) -> list[Any]:  # noqa: ANN401 - JSON
    asked = service.events().instances(calendarId="primary", eventId=series, **more)
    return list(asked.execute()["items"])


def changed(service: Client, event: str, **body: Any) -> Any:  # noqa: ANN401 - JSON
    return service.events().patch(calendarId="primary", eventId=event, body=body).execute()


def test_writing_to_an_instance_makes_an_exception(alice: Client) -> None:
    series = made(alice, daily(3))
    second = f"{series['id']}_20260311T090000Z"
    virtual = alice.events().get(calendarId="primary", eventId=second).execute()
    assert virtual["start"]["dateTime"] == "2026-03-11T10:00:00+01:00"

    moved = changed(
        alice,
        second,
        start={"dateTime": "2026-03-11T15:00:00+01:00"},
        end={"dateTime": "2026-03-11T16:00:00+01:00"},
    )

    assert (moved["id"], moved["recurringEventId"]) == (second, series["id"])
    assert moved["originalStartTime"] == virtual["originalStartTime"]
    assert "recurrence" not in moved
    assert ids(listed(alice)) == [series["id"], second]
    assert [one["start"]["dateTime"][11:16] for one in instances(alice, series["id"])] == [
        "10:00",
        "15:00",
        "10:00",
    ]


def test_an_original_start_stays_whatever_is_written(alice: Client) -> None:
    series = made(alice, daily(3))
    second = f"{series['id']}_20260311T090000Z"
    other = {"dateTime": "2026-03-12T10:00:00+01:00"}

    exception = changed(alice, second, originalStartTime=other, recurringEventId="another", summary="Other")

    assert exception["originalStartTime"]["dateTime"] == "2026-03-11T10:00:00+01:00"
    assert (exception["id"], exception["recurringEventId"]) == (second, series["id"])


def test_deleting_an_instance_cancels_it_and_leaves_the_rule(alice: Client) -> None:
    series = made(alice, daily(3))
    second = f"{series['id']}_20260311T090000Z"
    alice.events().delete(calendarId="primary", eventId=second).execute()

    after = alice.events().get(calendarId="primary", eventId=series["id"]).execute()
    assert (after["recurrence"], after["etag"]) == (series["recurrence"], series["etag"])
    assert len(instances(alice, series["id"])) == 2
    assert [one["status"] for one in instances(alice, series["id"], showDeleted=True)] == [
        "confirmed",
        "cancelled",
        "confirmed",
    ]
    assert refused(alice.events().delete(calendarId="primary", eventId=second))[0] == 410


def test_an_exception_may_change_the_etag_of_its_series(sim: Simulator, alice: Client) -> None:
    admin(sim, "PUT", "quirks/master-bumped")
    series = made(alice, daily(3))

    changed(alice, f"{series['id']}_20260311T090000Z", summary="Other")

    assert alice.events().get(calendarId="primary", eventId=series["id"]).execute()["etag"] != series["etag"]


def test_an_id_that_no_instance_has_is_404(alice: Client) -> None:
    series = made(alice, daily(3))

    for name in ("20260310T100000Z", "20260313T090000Z", "20260310", "x"):
        assert refused(alice.events().get(calendarId="primary", eventId=f"{series['id']}_{name}"))[0] == 404


def test_instances_of_days_are_called_by_the_day(alice: Client) -> None:
    series = made(alice, all_day(recurrence=["RRULE:FREQ=WEEKLY;COUNT=2"]))

    assert [one["id"] for one in instances(alice, series["id"])] == [
        f"{series['id']}_20260310",
        f"{series['id']}_20260317",
    ]
    exception = changed(alice, f"{series['id']}_20260317", summary="Moved")
    assert exception["originalStartTime"] == {"date": "2026-03-17"}


@pytest.mark.parametrize(
    ("lines", "days"),
    [
        (["RRULE:FREQ=DAILY;UNTIL=20260312T090000Z"], [10, 11, 12]),
        (["RRULE:FREQ=DAILY;UNTIL=20260312T085959Z"], [10, 11]),
        (["RRULE:FREQ=DAILY;COUNT=3", "EXDATE;TZID=Europe/Berlin:20260311T100000"], [10, 12]),
        (["RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260311T090000Z"], [10, 12]),
        (["RRULE:FREQ=DAILY;COUNT=2", "RDATE;TZID=Europe/Berlin:20260320T100000"], [10, 11, 20]),
        (["RRULE:FREQ=DAILY;COUNT=4", "EXRULE:FREQ=DAILY;INTERVAL=2"], [11, 13]),
    ],
)
def test_rules_and_dates_make_the_instances(alice: Client, lines: list[str], days: list[int]) -> None:
    series = made(alice, timed(recurrence=lines))

    assert [int(one["start"]["dateTime"][8:10]) for one in instances(alice, series["id"])] == days
    assert series["recurrence"] == lines


def test_instances_are_chosen_by_time_and_original_start(alice: Client) -> None:
    series = made(alice, daily(10))

    assert (
        len(instances(alice, series["id"], timeMin="2026-03-12T00:00:00Z", timeMax="2026-03-14T00:00:00Z"))
        == 2
    )
    (one,) = instances(alice, series["id"], originalStart="2026-03-12T09:00:00Z")
    assert one["id"] == f"{series['id']}_20260312T090000Z"
    page = alice.events().instances(calendarId="primary", eventId=series["id"], maxResults=6).execute()
    following = instances(alice, series["id"], maxResults=6, pageToken=page["nextPageToken"])
    assert len(page["items"]) + len(following) == 10


def test_a_split_ends_the_old_series_and_begins_another(sim: Simulator, alice: Client) -> None:
    series = made(alice, daily(5))
    exception = f"{series['id']}_20260313T090000Z"
    changed(alice, exception, summary="Orphan")
    token = listed(alice)["nextSyncToken"]

    admin(sim, "POST", "split", {"calendar": ALICE, "event": series["id"], "at": "2026-03-12T09:00:00Z"})

    old, new = listed(alice, syncToken=token)["items"]
    assert old["recurrence"] == ["RRULE:FREQ=DAILY;UNTIL=20260312T085959Z"]
    assert new["id"] == f"{series['id']}_R20260312T090000"
    assert [one["id"].rpartition("_")[2] for one in instances(alice, new["id"])][:1] == ["20260312T090000Z"]
    assert [one["start"]["dateTime"][8:10] for one in instances(alice, series["id"])] == ["10", "11", "13"]
    assert exception in ids(listed(alice))


def test_a_series_that_ends_takes_its_exceptions_along(sim: Simulator, alice: Client) -> None:
    series, other = made(alice, daily(3)), made(alice, daily(3))
    for one in (series, other):
        changed(alice, f"{one['id']}_20260311T090000Z", summary="Other")
    alice.events().delete(calendarId="primary", eventId=series["id"]).execute()
    assert ids(listed(alice)) == [other["id"], f"{other['id']}_20260311T090000Z"]

    changed(alice, other["id"], recurrence=["RRULE:FREQ=DAILY;COUNT=4"])
    assert len(ids(listed(alice))) == 2
    admin(sim, "PUT", "quirks/exceptions-dropped")
    changed(alice, other["id"], recurrence=["RRULE:FREQ=DAILY;COUNT=5"])
    assert ids(listed(alice)) == [other["id"]]


def test_a_deleted_series_may_tell_of_its_exceptions(sim: Simulator, alice: Client) -> None:
    for is_told in (False, True):
        admin(sim, "PUT" if is_told else "DELETE", "quirks/exceptions-told")
        series = made(alice, daily(3))
        exception = changed(alice, f"{series['id']}_20260311T090000Z", summary="Other")["id"]
        token = listed(alice)["nextSyncToken"]

        alice.events().delete(calendarId="primary", eventId=series["id"]).execute()

        told = listed(alice, syncToken=token)["items"]
        assert {one["status"] for one in told} == {"cancelled"}
        assert {one["id"] for one in told} == ({series["id"], exception} if is_told else {series["id"]})
        assert ids(listed(alice)) == []


def test_a_stricter_visibility_of_one_instance_is_that_of_all_and_a_laxer_one_is_ignored(
    alice: Client,
) -> None:
    series = made(alice, daily(3))
    second = f"{series['id']}_20260311T090000Z"

    changed(alice, second, visibility="private")
    assert alice.events().get(calendarId="primary", eventId=series["id"]).execute()["visibility"] == "private"

    assert changed(alice, second, visibility="public")["visibility"] == "private"


def test_a_series_needs_a_zone_and_keeps_its_wall_time(alice: Client) -> None:
    body = timed("2026-10-24", recurrence=["RRULE:FREQ=DAILY;COUNT=2"])

    found = instances(alice, made(alice, body)["id"])

    assert [one["start"]["dateTime"] for one in found] == [
        "2026-10-24T10:00:00+02:00",
        "2026-10-25T10:00:00+01:00",
    ]


@pytest.mark.parametrize(
    ("start", "lines", "number"),
    [
        ({"dateTime": "2026-03-10T10:00:00Z"}, ["RRULE:FREQ=DAILY;COUNT=3", "DATE;VALUE=DATE:20260311"], 3),
        ({"dateTime": "2026-03-10T10:00:00Z"}, ["RRULE;X-EVOLUTION-ENDDATE=20260311:FREQ=DAILY;COUNT=2"], 2),
        ({"dateTime": "2026-03-10T10:00:00Z", "timeZone": "W. Europe"}, ["RRULE:FREQ=DAILY;COUNT=2"], 2),
        ({"date": "2026-03-10"}, ["RRULE:FREQ=SOMETIMES"], 1),
    ],
)
def test_old_series_are_read_although_they_are_no_good(
    sim: Simulator, alice: Client, start: dict[str, str], lines: list[str], number: int
) -> None:
    event = {"id": "old", "summary": "Old", "start": start, "end": start, "recurrence": lines}
    admin(sim, "POST", "events", {"calendar": ALICE, "event": event})

    (series,) = listed(alice, timeMin="2026-03-09T00:00:00Z")["items"]

    assert series["recurrence"] == lines
    assert series["start"].keys() == start.keys()
    assert len(instances(alice, "old")) == number


def test_an_exception_may_come_without_its_series(sim: Simulator, alice: Client) -> None:
    point = {"dateTime": "2026-03-10T10:00:00+01:00", "timeZone": "Europe/Berlin"}
    orphan = timed(id="gone_20260310T090000Z", recurringEventId="gone", originalStartTime=point)
    admin(sim, "POST", "events", {"calendar": ALICE, "event": orphan})

    (found,) = listed(alice)["items"]

    assert (found["recurringEventId"], found["originalStartTime"]) == ("gone", point)
    assert refused(alice.events().get(calendarId="primary", eventId="gone"))[0] == 404
