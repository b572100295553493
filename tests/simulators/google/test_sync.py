"""Incremental sync: what a token brings, when it is refused, and when it is forgotten."""

from typing import Any

import pytest
from tests.simulators.google.bodies import daily, ids, listed, made, timed
from tests.simulators.google.official import Client, refused
from tests.simulators.google.running import ALICE, BOB, admin, advance

from metonic_simulators.google import Simulator

GONE = {
    "errors": [
        {
            "domain": "calendar",
            "reason": "fullSyncRequired",
            "message": "Sync token is no longer valid, a full sync is required.",
            "locationType": "parameter",
            "location": "syncToken",
        }
    ],
    "code": 410,
    "message": "Sync token is no longer valid, a full sync is required.",
}


def token_of(service: Client, **asked: Any) -> str:  # noqa: ANN401 - parameters of the client
    return str(listed(service, **asked)["nextSyncToken"])


def test_a_delta_has_all_that_was_made_changed_and_deleted(alice: Client) -> None:
    changed, gone = made(alice, timed()), made(alice, timed())
    token = token_of(alice)
    new = made(alice, timed())
    alice.events().patch(calendarId="primary", eventId=changed["id"], body={"summary": "x"}).execute()
    alice.events().delete(calendarId="primary", eventId=gone["id"]).execute()

    delta = listed(alice, syncToken=token)

    assert ids(delta) == [new["id"], changed["id"], gone["id"]]
    tombstone = delta["items"][2]
    assert tombstone.keys() == {"kind", "etag", "id", "status"}
    assert tombstone["status"] == "cancelled"
    following = delta["nextSyncToken"]
    assert following != token
    assert ids(listed(alice, syncToken=following)) == []
    assert ids(listed(alice, syncToken=token)) == ids(delta)


def test_a_delta_comes_in_pages_too(alice: Client) -> None:
    token = token_of(alice)
    new = [made(alice, timed())["id"] for _ in range(5)]

    first = listed(alice, syncToken=token, maxResults=3)
    second = listed(alice, syncToken=token, maxResults=3, pageToken=first["nextPageToken"])

    assert ids(first) + ids(second) == new
    assert "nextSyncToken" not in first
    assert ids(listed(alice, syncToken=second["nextSyncToken"])) == []


def test_what_changes_while_pages_are_read_is_in_the_next_delta(alice: Client) -> None:
    made_ = [made(alice, timed())["id"] for _ in range(3)]
    first = listed(alice, maxResults=2)
    alice.events().patch(calendarId="primary", eventId=made_[0], body={"summary": "x"}).execute()

    last = listed(alice, maxResults=2, pageToken=first["nextPageToken"])

    assert ids(listed(alice, syncToken=last["nextSyncToken"])) == [made_[0]]


def test_a_delta_does_not_keep_to_the_window(alice: Client) -> None:
    token = token_of(alice, timeMin="2026-03-01T00:00:00Z", timeMax="2026-04-01T00:00:00Z")

    outside = made(alice, timed("2027-01-01"))

    assert ids(listed(alice, syncToken=token)) == [outside["id"]]


@pytest.mark.parametrize(
    "restriction",
    [
        {"iCalUID": "a@b"},
        {"orderBy": "updated"},
        {"privateExtendedProperty": "a=b"},
        {"q": "x"},
        {"sharedExtendedProperty": "a=b"},
        {"timeMin": "2026-03-01T00:00:00Z"},
        {"timeMax": "2026-03-01T00:00:00Z"},
        {"updatedMin": "2026-03-01T00:00:00Z"},
    ],
)
def test_a_token_stands_alone(alice: Client, restriction: dict[str, str]) -> None:
    token = token_of(alice)

    assert refused(alice.events().list(calendarId="primary", syncToken=token, **restriction))[0] == 400


def test_an_explicit_show_deleted_false_may_be_refused(sim: Simulator, alice: Client) -> None:
    asked = {"calendarId": "primary", "syncToken": token_of(alice), "showDeleted": False}
    alice.events().list(**asked).execute()

    admin(sim, "PUT", "quirks/show-deleted-refused")

    assert refused(alice.events().list(**asked))[0] == 400


def test_a_token_belongs_to_its_calendar_and_its_query(alice: Client, bob: Client) -> None:
    other = alice.calendars().insert(body={"summary": "Other"}).execute()["id"]
    token = token_of(alice)

    for request in (
        alice.events().list(calendarId=other, syncToken=token),
        alice.events().list(calendarId="primary", syncToken=token, singleEvents=True),
        alice.events().list(calendarId="primary", syncToken=token, eventTypes="default"),
        alice.events().list(calendarId="primary", syncToken=token + "="),
        bob.events().list(calendarId="primary", syncToken=token),
    ):
        status, reason, error = refused(request)
        assert (status, reason, error["message"]) == (400, "invalid", "Invalid sync token value.")


def test_a_token_is_forgotten_with_time(sim: Simulator, alice: Client) -> None:
    token = token_of(alice)
    advance(sim, days=31)

    status, reason, error = refused(alice.events().list(calendarId="primary", syncToken=token))

    assert (status, reason, error) == (410, "fullSyncRequired", GONE)


def test_a_token_is_forgotten_when_rights_change_or_the_server_likes(sim: Simulator, alice: Client) -> None:
    token = token_of(alice)
    admin(sim, "POST", "calendars", {"id": ALICE, "roles": {BOB: "reader"}})
    assert refused(alice.events().list(calendarId="primary", syncToken=token))[0] == 410

    token = token_of(alice)
    admin(sim, "POST", "expire-sync-tokens")
    assert refused(alice.events().list(calendarId="primary", syncToken=token))[0] == 410
    assert token_of(alice) != token


def test_a_token_may_be_forgotten_between_two_pages(sim: Simulator, alice: Client) -> None:
    token = token_of(alice)
    for _ in range(3):
        made(alice, timed())
    first = listed(alice, syncToken=token, maxResults=2)
    admin(sim, "POST", "faults", {"fault": "sync-token-expired"})

    following = alice.events().list(calendarId="primary", syncToken=token, pageToken=first["nextPageToken"])

    assert refused(following)[0] == 410


def test_one_touched_series_floods_a_delta_of_single_events(alice: Client) -> None:
    series = made(alice, daily(100))
    token = token_of(alice, singleEvents=True)
    alice.events().patch(calendarId="primary", eventId=series["id"], body={"summary": "x"}).execute()

    assert len(ids(listed(alice, singleEvents=True, syncToken=token))) == 100

    token = token_of(alice, singleEvents=True)
    alice.events().delete(calendarId="primary", eventId=series["id"]).execute()
    gone = listed(alice, singleEvents=True, syncToken=token)["items"]
    assert {one["status"] for one in gone} == {"cancelled"}
    assert len(gone) == 100


def test_tombstones_keep_what_the_event_was_where_deleted_ones_are_asked_for(alice: Client) -> None:
    event = made(alice, timed())
    token = token_of(alice)
    alice.events().delete(calendarId="primary", eventId=event["id"]).execute()

    (full,) = listed(alice, syncToken=token, showDeleted=True)["items"]

    assert (full["status"], full["summary"]) == ("cancelled", "Training")
    assert full["etag"] != event["etag"]


def test_a_cancelled_instance_says_of_which_series_and_when(alice: Client) -> None:
    series = made(alice, daily(3))
    token = token_of(alice)
    instance = f"{series['id']}_20260311T090000Z"
    alice.events().delete(calendarId="primary", eventId=instance).execute()

    (tombstone,) = listed(alice, syncToken=token)["items"]

    assert tombstone.keys() == {"kind", "etag", "id", "status", "recurringEventId", "originalStartTime"}
    assert tombstone["recurringEventId"] == series["id"]
    assert tombstone["originalStartTime"]["dateTime"] == "2026-03-11T10:00:00+01:00"


def test_reminders_alone_show_in_a_delta_and_not_in_updated(sim: Simulator, alice: Client) -> None:
    event = made(alice, timed())
    reminders = {"useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]}

    def remind(minutes: int) -> Any:  # noqa: ANN401 - JSON
        body = {"reminders": {**reminders, "overrides": [{"method": "popup", "minutes": minutes}]}}
        return alice.events().patch(calendarId="primary", eventId=event["id"], body=body).execute()

    token = token_of(alice)
    advance(sim, hours=1)
    since = sim.clock.now().isoformat().replace("+00:00", "Z")
    changed = remind(5)
    assert changed["reminders"] == reminders
    assert (changed["updated"], changed["etag"] != event["etag"]) == (event["updated"], True)
    assert ids(listed(alice, syncToken=token)) == [event["id"]]
    assert ids(listed(alice, updatedMin=since)) == []

    admin(sim, "DELETE", "quirks/reminders-bump")
    token = token_of(alice)
    assert remind(7)["etag"] == changed["etag"]
    assert ids(listed(alice, syncToken=token)) == []
