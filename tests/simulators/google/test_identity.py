"""Ids, versions, conditions, and what is left of an event that was deleted."""

import re
from typing import Any

import pytest
from tests.simulators.google.bodies import all_day, ids, listed, made, timed
from tests.simulators.google.official import Client, refused
from tests.simulators.google.running import ALICE, admin, advance

from metonic_simulators.google import Simulator


def get(service: Client, event: str) -> Any:  # noqa: ANN401 - JSON
    return service.events().get(calendarId="primary", eventId=event).execute()


@pytest.mark.parametrize("event_id", ["abcd", "a" * 1025, "UPPER1", "wxyz1", "with-dash", "with_underscore"])
def test_an_id_of_the_wrong_letters_or_length_is_400(alice: Client, event_id: str) -> None:
    status, reason, error = refused(alice.events().insert(calendarId="primary", body=timed(id=event_id)))

    assert (status, reason, error["message"]) == (400, "invalid", "Invalid resource id value.")


def test_ids_are_the_clients_or_26_letters_and_odd_ones_come_from_elsewhere(
    sim: Simulator, alice: Client
) -> None:
    longest = "v" * 1024
    assert made(alice, timed(id=longest))["id"] == longest
    given = made(alice, timed())
    assert re.fullmatch("[a-v0-9]{26}", given["id"])
    assert given["iCalUID"] == f"{given['id']}@google.com"
    for odd in ("_60q30c1g60o30e1i60o4ac1g60rj8gpl88rj2c1h84s34h9g60s30c1g60o30c1g", "old_R20260310T090000"):
        admin(sim, "POST", "events", {"calendar": ALICE, "event": timed(id=odd)})
        assert get(alice, odd)["id"] == odd


def test_an_id_is_taken_for_ever(alice: Client) -> None:
    made(alice, timed(id="taken0"))
    for _ in range(2):
        status, reason, error = refused(alice.events().insert(calendarId="primary", body=timed(id="taken0")))
        assert (status, reason, error["message"]) == (
            409,
            "duplicate",
            "The requested identifier already exists.",
        )
        if get(alice, "taken0")["status"] == "confirmed":
            alice.events().delete(calendarId="primary", eventId="taken0").execute()

    made(alice, timed(iCalUID="one@example.com"))
    again = alice.events().insert(calendarId="primary", body=timed(iCalUID="one@example.com"))
    assert refused(again)[:2] == (409, "duplicate")


def test_a_taken_id_may_go_unnoticed(sim: Simulator, alice: Client) -> None:
    made(alice, timed(id="taken0"))
    sim.arm("duplicate-undetected")

    assert made(alice, timed(id="taken0", summary="Second"))["summary"] == "Second"


def test_every_write_changes_the_etag(alice: Client) -> None:
    event = made(alice, timed())
    etags = [event["etag"]]
    for at in range(3):
        body = {"summary": f"{at}", "etag": '"1"'}
        etags.append(
            alice.events().patch(calendarId="primary", eventId=event["id"], body=body).execute()["etag"]
        )

    assert len(set(etags)) == 4
    assert all(re.fullmatch(r'"\d+"', one) for one in etags)
    assert get(alice, event["id"])["etag"] == etags[-1]


@pytest.mark.parametrize("method", ["update", "patch", "delete"])
def test_a_write_to_another_version_than_expected_is_412(alice: Client, method: str) -> None:
    event = made(alice, timed())
    newer = alice.events().patch(calendarId="primary", eventId=event["id"], body={"summary": "x"}).execute()

    def asked(etag: str) -> Any:  # noqa: ANN401 - the client's request
        body = {} if method == "delete" else {"body": timed()}
        request = getattr(alice.events(), method)(calendarId="primary", eventId=event["id"], **body)
        request.headers["If-Match"] = etag
        return request

    status, reason, error = refused(asked(event["etag"]))
    assert (status, reason) == (412, "conditionNotMet")
    assert error["errors"][0] == {
        "domain": "global",
        "reason": "conditionNotMet",
        "message": "Precondition Failed",
        "locationType": "header",
        "location": "If-Match",
    }
    asked(newer["etag"]).execute()


def test_a_star_matches_any_version_and_an_insert_has_no_condition(alice: Client) -> None:
    insert = alice.events().insert(calendarId="primary", body=timed())
    insert.headers["If-Match"] = '"1"'
    event = insert.execute()

    delete = alice.events().delete(calendarId="primary", eventId=event["id"])
    delete.headers["If-Match"] = "*"
    delete.execute()


def test_an_update_replaces_and_a_patch_merges(alice: Client) -> None:
    full = timed(
        description="Old",
        location="Gym",
        extendedProperties={"private": {"a": "1", "b": "2"}},
        attendees=[{"email": "carol@example.com"}, {"email": "dan@example.com"}],
    )
    event = made(alice, full)
    patch = {
        "description": None,
        "extendedProperties": {"private": {"a": None, "c": "3"}},
        "attendees": [{"email": "dan@example.com"}],
    }

    patched = alice.events().patch(calendarId="primary", eventId=event["id"], body=patch).execute()
    assert "description" not in patched
    assert patched["location"] == "Gym"
    assert patched["extendedProperties"] == {"private": {"b": "2", "c": "3"}}
    assert [one["email"] for one in patched["attendees"]] == ["dan@example.com"]

    updated = alice.events().update(calendarId="primary", eventId=event["id"], body=timed()).execute()
    assert {"location", "extendedProperties", "attendees"}.isdisjoint(updated)
    assert (updated["id"], updated["iCalUID"], updated["created"]) == (
        event["id"],
        event["iCalUID"],
        event["created"],
    )


@pytest.mark.parametrize("missing", ["start", "end"])
def test_start_and_end_are_required(alice: Client, missing: str) -> None:
    event, body = made(alice, timed()), timed()
    del body[missing]

    for request in (
        alice.events().insert(calendarId="primary", body=body),
        alice.events().update(calendarId="primary", eventId=event["id"], body=body),
    ):
        status, reason, error = refused(request)
        assert (status, reason, error["message"]) == (400, "required", f"Missing {missing} time.")


def test_a_patch_turns_a_timed_event_into_days(alice: Client) -> None:
    event = made(alice, timed())
    body = {"start": {"date": "2026-03-10", "dateTime": None}, "end": {"date": "2026-03-12"}}

    changed = alice.events().patch(calendarId="primary", eventId=event["id"], body=body).execute()

    assert (changed["start"], changed["end"]) == ({"date": "2026-03-10"}, {"date": "2026-03-12"})
    assert changed["sequence"] == 1


def test_a_deleted_event_is_410_to_delete_and_a_tombstone_to_read_for_a_month(
    sim: Simulator, alice: Client
) -> None:
    event = made(alice, timed())
    delete = {"calendarId": "primary", "eventId": event["id"]}
    assert alice.events().delete(**delete).execute() == ""

    status, reason, error = refused(alice.events().delete(**delete))
    assert (status, reason, error["message"]) == (410, "deleted", "Resource has been deleted")
    assert get(alice, event["id"])["status"] == "cancelled"
    assert refused(alice.events().delete(calendarId="primary", eventId="nothing1"))[:2] == (404, "notFound")

    advance(sim, days=31)
    assert refused(alice.events().get(**delete))[:2] == (404, "notFound")
    assert ids(listed(alice, showDeleted=True)) == []


def test_a_deleted_event_comes_back_as_confirmed_if_it_may(sim: Simulator, alice: Client) -> None:
    event = made(alice, all_day())
    delete = {"calendarId": "primary", "eventId": event["id"]}
    alice.events().delete(**delete).execute()

    back = alice.events().patch(**delete, body={"status": "confirmed"}).execute()
    assert (back["status"], back["summary"]) == ("confirmed", "Holiday")
    assert ids(listed(alice)) == [event["id"]]

    admin(sim, "PUT", "quirks/undelete-refused")
    alice.events().patch(**delete, body={"status": "cancelled"}).execute()
    assert refused(alice.events().update(**delete, body=all_day()))[0] == 403
