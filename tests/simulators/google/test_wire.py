"""Paths, parameters, headers and refusals at the door, before any event is looked at."""

import gzip
import json
from typing import Any
from urllib.parse import quote

import pytest
from googleapiclient.errors import HttpError
from tests.simulators.google.bodies import ids, listed, made, timed
from tests.simulators.google.official import Client, client, refused
from tests.simulators.google.running import ALICE, admin, advance, request, whole

from metonic_simulators.google import Simulator

EVENTS = "/calendar/v3/calendars/primary/events"


def bearer(sim: Simulator, *scopes: str) -> str:
    return f"Bearer {sim.token_for(ALICE, scopes or ('calendar',))}"


def test_ids_in_paths_are_decoded(sim: Simulator, alice: Client) -> None:
    for name in ("en.usa#holiday@group.v.calendar.google.com", "ärzte & co@group.calendar.google.com"):
        admin(sim, "POST", "calendars", {"owner": ALICE, "id": name})
        event = alice.events().insert(calendarId=name, body=timed()).execute()

        found = alice.events().get(calendarId=name, eventId=event["id"]).execute()

        assert found["organizer"]["email"] == name

    assert listed(alice)["summary"] == ALICE
    assert alice.calendarList().get(calendarId="primary").execute()["id"] == ALICE


def test_global_parameters_are_taken_and_unknown_ones_refused_when_strict(
    sim: Simulator, alice: Client
) -> None:
    listed(alice, quotaUser="somebody", prettyPrint=False)
    assert request(sim, "GET", f"{EVENTS}?colour=red", Authorization=bearer(sim))[0] == 200

    admin(sim, "PUT", "quirks/strict-parameters")

    assert request(sim, "GET", f"{EVENTS}?colour=red", Authorization=bearer(sim))[0] == 400


def test_a_missing_a_wrong_and_an_expired_token_are_401(sim: Simulator) -> None:
    good = bearer(sim)

    status, headers, body = whole(sim, "GET", EVENTS)
    assert status == 401
    assert json.loads(body)["error"]["errors"][0]["reason"] == "required"
    assert "error=" not in headers["www-authenticate"]

    status, headers, body = whole(sim, "GET", EVENTS, Authorization="Bearer ya29.nothing")
    error = json.loads(body)["error"]
    assert (status, error["status"], error["errors"][0]["reason"]) == (401, "UNAUTHENTICATED", "authError")
    assert 'error="invalid_token"' in headers["www-authenticate"]

    advance(sim, seconds=3601)
    assert request(sim, "GET", EVENTS, Authorization=good)[0] == 401


def test_a_scope_that_does_not_reach_is_403(sim: Simulator) -> None:
    with client(sim, ALICE, ("calendar.events", "calendar.calendarlist.readonly")) as service:
        status, reason, error = refused(service.calendars().get(calendarId="primary"))
        listed(service)
        service.calendarList().list().execute()

    assert (status, reason, error["status"]) == (403, "insufficientPermissions", "PERMISSION_DENIED")
    assert error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    assert error["details"][0]["metadata"]["method"] == "calendar.v3.Calendars.Get"


def test_an_api_that_is_not_enabled_is_403(sim: Simulator, alice: Client) -> None:
    admin(sim, "PUT", "quirks/api-disabled")

    assert refused(alice.events().list(calendarId="primary"))[:2] == (403, "accessNotConfigured")


def test_what_is_empty_is_left_out(sim: Simulator, alice: Client) -> None:
    assert "items" not in listed(alice)

    admin(sim, "DELETE", "quirks/empty-items-omitted")

    assert listed(alice)["items"] == []
    assert {"description", "attendees", "visibility"}.isdisjoint(made(alice, timed(description="")))


def test_if_none_match_of_what_is_known_is_304(alice: Client) -> None:
    event = made(alice, timed())
    asked = alice.events().get(calendarId="primary", eventId=event["id"])
    asked.headers["If-None-Match"] = event["etag"]

    with pytest.raises(HttpError) as not_modified:
        asked.execute()

    assert not_modified.value.status_code == 304
    assert not_modified.value.content == b""


def test_a_selection_trims_what_is_read_and_what_is_echoed(alice: Client) -> None:
    echo = made(alice, timed(), fields="id,start/dateTime")
    assert echo.keys() == {"id", "start"}
    assert echo["start"].keys() == {"dateTime"}

    assert listed(alice, fields="items(id,organizer(email)),nextPageToken") == {
        "items": [{"id": echo["id"], "organizer": {"email": ALICE}}]
    }
    assert "nextSyncToken" in listed(alice, fields="nextSyncToken,items/*")


@pytest.mark.parametrize("fields", ["items(id", "colour", "items(colour)", "id,,summary", "!"])
def test_a_bad_selection_is_400(alice: Client, fields: str) -> None:
    status, reason, error = refused(alice.events().list(calendarId="primary", fields=fields))

    assert (status, reason, error["errors"][0]["location"]) == (400, "invalidParameter", "fields")


def test_an_answer_is_compressed_when_both_headers_say_so(sim: Simulator, alice: Client) -> None:
    asked = {"Authorization": bearer(sim), "Accept_Encoding": "gzip"}

    _, plain, _ = whole(sim, "GET", EVENTS, b"", **asked)
    _, headers, body = whole(sim, "GET", EVENTS, b"", User_Agent="a client (gzip)", **asked)

    assert "content-encoding" not in plain
    assert headers["content-encoding"] == "gzip"
    assert "vary" in headers
    assert json.loads(gzip.decompress(body))["kind"] == "calendar#events"
    assert listed(alice)["kind"] == "calendar#events"


def test_a_long_question_may_come_as_a_form(sim: Simulator, alice: Client) -> None:
    event = made(alice, timed(summary="needle"))

    assert ids(listed(alice, q="needle " * 300)) == [event["id"]]
    entry = admin(sim, "GET", "log")[-1]
    assert (entry["method"], entry["operation"]) == ("GET", "events.list")


def test_dates_and_stamps_have_their_forms(sim: Simulator, alice: Client) -> None:
    event = made(alice, timed())
    path = f"{EVENTS}/{quote(event['id'])}"

    _, headers, _ = whole(sim, "GET", path, Authorization=bearer(sim))

    assert headers["date"] == "Mon, 02 Mar 2026 09:00:00 GMT"
    assert headers["content-type"] == "application/json; charset=UTF-8"
    assert event["created"] == "2026-03-02T09:00:00.000Z"
    assert event["updated"].startswith("2026-03-02T09:00:00.")
    assert event["start"]["dateTime"] == "2026-03-10T10:00:00+01:00"


def test_a_body_that_is_no_event_is_400(sim: Simulator, alice: Client) -> None:
    for body in (b"{", b"[]", b"\xff\xfe", b"[" * 100_000):
        assert request(sim, "POST", EVENTS, body, Authorization=bearer(sim))[0] == 400
    wrongs: tuple[dict[str, Any], ...] = (
        {"start": "today"},
        {"attendees": {}},
        {"sequence": "1"},
        {"status": "sure"},
        {"recurrence": [1]},
    )
    for wrong in wrongs:
        assert refused(alice.events().insert(calendarId="primary", body=timed() | wrong))[0] == 400
