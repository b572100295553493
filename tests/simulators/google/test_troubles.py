"""Faults, the clock, seeds, and what is asked under ``/-/``."""

import json
from http.client import HTTPException
from typing import Any

import pytest
from tests.simulators.google.bodies import ids, listed, made, timed
from tests.simulators.google.official import Client, refused
from tests.simulators.google.running import ALICE, admin, advance, request, running, whole

from metonic_simulators.google import FAULTS, QUIRKS, Simulator

EVENTS = "/calendar/v3/calendars/primary/events"


def arm(sim: Simulator, fault: str, **more: Any) -> None:  # noqa: ANN401 - JSON
    admin(sim, "POST", "faults", {"fault": fault, **more})


def ask(sim: Simulator, method: str = "GET", body: dict[str, Any] | None = None) -> tuple[int, bytes]:
    token = sim.token_for(ALICE)
    return request(
        sim, method, EVENTS, json.dumps(body).encode() if body else b"", Authorization=f"Bearer {token}"
    )


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_failing_backend_says_so(sim: Simulator, alice: Client, status: int) -> None:
    arm(sim, "failing", options={"status": status})

    assert refused(alice.events().list(calendarId="primary"))[:2] == (status, "backendError")
    listed(alice)


def test_a_revocation_can_fail(sim: Simulator) -> None:
    target = f"/revoke?token={sim.refresh_token_for(ALICE)}"
    arm(sim, "failing", path="/revoke", options={"status": 503})

    answers = [request(sim, "POST", target) for _ in range(2)]

    assert [status for status, _ in answers] == [503, 200]
    assert json.loads(answers[0][1])["error"] == "internal_failure"


def test_an_error_may_be_a_page_or_nothing(sim: Simulator) -> None:
    arm(sim, "html")
    arm(sim, "empty")

    status, headers, body = whole(sim, "GET", EVENTS)
    assert (status, headers["content-type"]) == (502, "text/html; charset=UTF-8")
    assert body.startswith(b"<!DOCTYPE html>")
    assert ask(sim) == (500, b"")


def test_an_answer_may_end_in_its_middle(sim: Simulator) -> None:
    arm(sim, "truncated")

    with pytest.raises(HTTPException):
        ask(sim)


def test_a_connection_may_end_before_or_after_the_deed(sim: Simulator, alice: Client) -> None:
    arm(sim, "lost-request", method="POST")
    with pytest.raises((HTTPException, OSError)):
        ask(sim, "POST", timed(id="before0"))
    assert ids(listed(alice)) == []

    arm(sim, "lost-response", method="POST")
    with pytest.raises((HTTPException, OSError)):
        ask(sim, "POST", timed(id="after0"))
    assert ids(listed(alice)) == ["after0"]
    assert [one["status"] for one in admin(sim, "GET", "log") if one["method"] == "POST"] == [0, 0]
    assert refused(alice.events().insert(calendarId="primary", body=timed(id="after0")))[0] == 409


def test_what_was_written_may_show_later(sim: Simulator, alice: Client) -> None:
    token = listed(alice)["nextSyncToken"]
    arm(sim, "hidden", method="POST", options={"seconds": 5})
    event = made(alice, timed())

    assert refused(alice.events().get(calendarId="primary", eventId=event["id"]))[:2] == (404, "notFound")
    meanwhile = listed(alice, syncToken=token)
    assert ids(meanwhile) == ids(listed(alice)) == []
    advance(sim, seconds=6)

    assert alice.events().get(calendarId="primary", eventId=event["id"]).execute()["etag"] == event["etag"]
    assert ids(listed(alice, syncToken=meanwhile["nextSyncToken"])) == [event["id"]]


def test_a_change_may_show_later_and_the_old_version_until_then(sim: Simulator, alice: Client) -> None:
    event = made(alice, timed())
    asked = {"calendarId": "primary", "eventId": event["id"]}
    token = listed(alice)["nextSyncToken"]
    arm(sim, "hidden", method="PATCH")
    changed = alice.events().patch(**asked, body={"summary": "New"}).execute()

    assert alice.events().get(**asked).execute() == event
    assert listed(alice)["items"] == [event]
    assert ids(listed(alice, syncToken=token)) == []
    stale = alice.events().patch(**asked, body={"summary": "Newer"})
    stale.headers["If-Match"] = event["etag"]
    assert refused(stale)[0] == 412
    advance(sim, seconds=6)

    assert listed(alice, syncToken=token)["items"] == [changed]


def test_an_event_may_be_touched_after_it_was_written(sim: Simulator, alice: Client) -> None:
    arm(sim, "touched-after")

    event = made(alice, timed())

    assert alice.events().get(calendarId="primary", eventId=event["id"]).execute()["etag"] != event["etag"]


def test_a_good_token_may_be_refused_once_and_an_answer_be_slow(sim: Simulator, alice: Client) -> None:
    arm(sim, "unauthorized")
    arm(sim, "slow", options={"seconds": 0.01})

    assert ask(sim)[0] == 401
    listed(alice)
    assert admin(sim, "GET", "log")[-1]["seconds"] >= 0.01


def test_an_answer_may_come_late_and_say_how_long_to_wait(sim: Simulator, alice: Client) -> None:
    arm(sim, "slow-response", method="POST", options={"seconds": 0.01})
    arm(sim, "rate-limited", options={"status": 429, "retry_after": 7})

    assert made(alice, timed())["status"] == "confirmed"
    status, headers, _ = whole(sim, "GET", EVENTS)

    assert (status, headers["retry-after"]) == (429, "7")


def test_a_fault_befalls_what_it_names(sim: Simulator, alice: Client) -> None:
    arm(sim, "failing", method="GET", path=f"*/events/{'x' * 5}")

    listed(alice)
    assert len(admin(sim, "GET", "faults")) == 1
    assert refused(alice.events().get(calendarId="primary", eventId="x" * 5))[0] == 503
    assert admin(sim, "GET", "faults") == []
    arm(sim, "failing")
    admin(sim, "DELETE", "faults")
    listed(alice)


def test_the_same_seed_gives_the_same_ids_and_tokens() -> None:
    found = []
    for _ in range(2):
        with running() as sim:
            status, body = ask(sim, "POST", timed())
            assert status == 200
            found.append((json.loads(body), sim.client_id, sim.token_for(ALICE)))
            sim.reset()
            assert json.loads(ask(sim, "POST", timed())[1]) == found[-1][0]

    assert found[0] == found[1]


def test_the_clock_is_moved_and_stands_or_runs(sim: Simulator) -> None:
    assert admin(sim, "GET", "clock") == {"now": "2026-03-02T09:00:00+00:00", "runs": False}

    moved = admin(sim, "POST", "clock", {"now": "2027-01-01T00:00:00+01:00", "advance": 60})
    assert moved["now"] == "2027-01-01T00:01:00+01:00"
    admin(sim, "POST", "clock", {"runs": True})
    assert admin(sim, "GET", "clock")["now"] > "2027-01-01T00:01:00+01:00"


def test_switches_and_faults_say_what_they_are(sim: Simulator) -> None:
    quirks = {one["name"]: one for one in admin(sim, "GET", "quirks")}

    assert quirks.keys() == QUIRKS.keys()
    assert quirks["quota"]["options"] == {"per_user": 600, "per_project": 10_000}
    assert all(kind.says and kind.source for kind in [*QUIRKS.values(), *FAULTS.values()])
    assert admin(sim, "PUT", "quirks/burst", {"writes": 1})["on"] is True
    assert admin(sim, "DELETE", "quirks/burst")["on"] is False


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "quirks/unheard-of", {}),
        ("PUT", "quirks/burst", {"reads": 1}),
        ("PUT", "quirks/burst", {"writes": "many"}),
        ("POST", "faults", {"fault": "unheard-of"}),
        ("POST", "faults", {"fault": "slow", "when": "now"}),
        ("POST", "faults", []),
        ("POST", "clock", {"now": "2026-01-01"}),
        ("POST", "clock", {"now": 5}),
        ("POST", "users", {"email": ALICE}),
        ("PUT", f"users/{ALICE}", {"state": "asleep"}),
        ("PUT", "users/nobody", {}),
        ("POST", "calendars", {"owner": "nobody"}),
        ("POST", "calendars", {"owner": ALICE, "roles": {ALICE: "king"}}),
        ("POST", "events", {"calendar": "nowhere"}),
        ("POST", "events", {"calendar": ALICE}),
        ("POST", "events", {"calendar": ALICE, "event": {"start": {}}}),
        ("POST", "split", {"calendar": ALICE, "event": "nothing"}),
    ],
)
def test_what_cannot_be_done_is_said_in_words(sim: Simulator, method: str, path: str, body: object) -> None:
    status, found = request(sim, method, f"/-/{path}", json.dumps(body).encode())

    assert status == 400
    assert json.loads(found)


def test_users_and_events_are_seeded_and_read_from_outside(sim: Simulator) -> None:
    user = admin(sim, "POST", "users", {"email": "carol@example.com", "scopes": ["calendar.events"]})
    odd = {
        "id": "_odd",
        "status": "cancelled",
        "recurringEventId": "gone",
        "originalStartTime": {"date": "2026-03-10"},
    }
    admin(sim, "POST", "events", {"calendar": "carol@example.com", "event": odd})

    status, body = request(sim, "GET", EVENTS, Authorization=f"Bearer {user['access_token']}")
    (stored,) = admin(sim, "GET", "events?calendar=carol@example.com")

    assert (status, "items" in json.loads(body)) == (200, False)
    assert (stored["id"], stored["originalStartTime"]) == ("_odd", {"date": "2026-03-10"})
    assert "carol@example.com" in [one["email"] for one in admin(sim, "GET", "users")]
    assert admin(sim, "GET", "users") == admin(sim, "GET", "users")
    new = admin(sim, "POST", "users/carol@example.com/tokens", {"scopes": ["calendar"]})
    assert new["access_token"] != user["access_token"]
    assert [one["id"] for one in admin(sim, "GET", "calendars")][-1] == "carol@example.com"
    assert request(sim, "GET", "/-/elsewhere")[0] == 404


def test_the_log_names_operations_and_no_token(sim: Simulator, alice: Client) -> None:
    made(alice, timed())

    (entry,) = admin(sim, "GET", "log")

    assert (entry["operation"], entry["who"], entry["status"]) == ("events.insert", ALICE, 200)
    assert "ya29." not in json.dumps(entry)
