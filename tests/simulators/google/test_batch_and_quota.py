"""Batches, and how much may be asked."""

import json
from typing import Any
from uuid import uuid4

from googleapiclient.errors import HttpError
from googleapiclient.http import BatchHttpRequest
from tests.simulators.google.bodies import ids, listed, made, timed
from tests.simulators.google.official import Client, client, refused
from tests.simulators.google.running import ALICE, BOB, admin, advance, whole

from metonic_simulators.google import Simulator


def ran(batch: BatchHttpRequest) -> list[Any]:
    """The answers in their order, refusals by their status."""
    found: list[Any] = []

    def heard(_: str, answer: Any, error: HttpError | None) -> None:  # noqa: ANN401 - JSON
        found.append(error.status_code if error else answer)

    batch._callback = heard  # noqa: SLF001 - it is asked for before what is heard exists
    batch.execute()
    return found


def posted(sim: Simulator, body: str, **headers: str) -> tuple[int, str]:
    content_type = {"Content_Type": "multipart/mixed; boundary=edge", **headers}
    status, _, found = whole(sim, "POST", "/batch/calendar/v3?fields=id", body.encode(), **content_type)
    return status, found.decode()


def test_parts_succeed_and_fail_on_their_own_in_their_order(alice: Client) -> None:
    event = made(alice, timed())
    batch = alice.new_batch_http_request()
    batch.add(alice.events().insert(calendarId="primary", body=timed(id="inbatch")))
    stale = alice.events().patch(calendarId="primary", eventId=event["id"], body={"summary": "x"})
    stale.headers["If-Match"] = '"1"'
    batch.add(stale)
    batch.add(alice.events().get(calendarId="primary", eventId="nothing1"))
    batch.add(alice.events().delete(calendarId="primary", eventId=event["id"]))

    answers = ran(batch)

    assert answers[0]["id"] == "inbatch"
    assert answers[1:] == [412, 404, ""]
    assert ids(listed(alice)) == ["inbatch"]


def test_a_part_may_be_somebody_elses(sim: Simulator, alice: Client) -> None:
    parts = [
        f"--edge\r\nContent-Type: application/http\r\nContent-ID: <{name}>\r\n\r\n"
        f"GET /calendar/v3/calendars/primary/events?fields=summary HTTP/1.1\r\n{extra}\r\n\r\n"
        for name, extra in (
            ("a", ""),
            ("b", f"Authorization: Bearer {sim.token_for(BOB)}\r\n"),
            ("c", "Authorization: Bearer x"),
        )
    ]
    status, _, body = whole(
        sim,
        "POST",
        "/batch/calendar/v3",
        ("".join(parts) + "--edge--\r\n").encode(),
        Content_Type='multipart/mixed; boundary="edge"',
        Authorization=f"Bearer {sim.token_for(ALICE)}",
    )
    text = body.decode()

    assert status == 200
    assert [
        text.index(one) for one in ("<response-a>", ALICE, "<response-b>", BOB, "<response-c>", " 401 ")
    ] == sorted(
        text.index(one) for one in ("<response-a>", ALICE, "<response-b>", BOB, "<response-c>", " 401 ")
    )
    assert listed(alice)["summary"] == ALICE


def test_lines_may_end_with_lf_alone_and_outer_parameters_count(sim: Simulator) -> None:
    body = json.dumps(timed())
    part = (
        "--edge\nContent-Type: application/http\nContent-ID: <1>\n\n"
        "POST /calendar/v3/calendars/primary/events HTTP/1.1\n"
        f"Content-Type: application/json\nContent-Length: {len(body)}\n\n{body}\n--edge--\n"
    )

    status, text = posted(sim, part, Authorization=f"Bearer {sim.token_for(ALICE)}")

    assert status == 200
    assert "HTTP/1.1 200 OK" in text
    assert '"summary"' not in text


def test_a_batch_of_more_than_a_thousand_parts_or_none_is_400(sim: Simulator) -> None:
    part = "--edge\r\nContent-Type: application/http\r\n\r\nGET /calendar/v3/colors HTTP/1.1\r\n\r\n"

    assert posted(sim, part * 1001 + "--edge--\r\n")[0] == 400
    assert posted(sim, "--edge--\r\n")[0] == 400
    assert posted(sim, "--edge\r\n\r\nnonsense\r\n--edge--")[0] == 400
    assert posted(sim, part, Content_Type="text/plain")[0] == 400


def test_a_clash_inside_a_batch_is_409(sim: Simulator, alice: Client) -> None:
    admin(sim, "POST", "faults", {"fault": "conflict", "method": "POST"})
    batch = alice.new_batch_http_request()
    for _ in range(2):
        batch.add(alice.events().insert(calendarId="primary", body=timed()), request_id=uuid4().hex)

    first, second = ran(batch)

    assert (first, second["status"]) == (409, "confirmed")


def test_each_part_counts_as_a_request(sim: Simulator, alice: Client) -> None:
    admin(sim, "PUT", "quirks/quota", {"per_user": 5})
    batch = alice.new_batch_http_request()
    for _ in range(7):
        batch.add(alice.colors().get())

    answers = ran(batch)

    assert [one if isinstance(one, int) else 200 for one in answers] == [200] * 5 + [403] * 2
    assert [one["part"] for one in admin(sim, "GET", "log")] == [True] * 7


def test_a_user_and_a_project_have_a_number_of_requests_a_minute(
    sim: Simulator, alice: Client, bob: Client
) -> None:
    admin(sim, "PUT", "quirks/quota", {"per_user": 3, "per_project": 5})
    for _ in range(3):
        listed(alice)
    status, reason, error = refused(alice.colors().get())
    assert (status, reason, error["errors"][0]["domain"]) == (403, "userRateLimitExceeded", "usageLimits")
    listed(bob)
    listed(bob)
    assert refused(bob.colors().get())[:2] == (403, "rateLimitExceeded")

    admin(sim, "PUT", "quirks/over-quota-429")
    assert refused(bob.colors().get())[:2] == (429, "rateLimitExceeded")
    advance(sim, seconds=61)
    listed(alice, quotaUser="a")


def test_a_patch_counts_as_three(sim: Simulator, alice: Client) -> None:
    event = made(alice, timed())
    patch = alice.events().patch(calendarId="primary", eventId=event["id"], body={"summary": "x"})
    admin(sim, "PUT", "quirks/quota", {"per_user": 4})

    patch.execute()

    assert refused(alice.colors().get())[1] == "userRateLimitExceeded"
    assert alice.colors().get(quotaUser="another").execute()


def test_writes_to_one_calendar_may_come_too_fast(sim: Simulator, alice: Client) -> None:
    admin(sim, "PUT", "quirks/burst", {"writes": 2})
    for _ in range(2):
        made(alice, timed())

    assert refused(alice.events().insert(calendarId="primary", body=timed()))[:2] == (
        403,
        "rateLimitExceeded",
    )
    listed(alice)
    advance(sim, seconds=2)
    made(alice, timed())


def test_calendar_limits_last_for_hours(sim: Simulator, alice: Client) -> None:
    admin(sim, "PUT", "quirks/calendar-limits", {"events": 2, "hours": 3})
    for _ in range(2):
        made(alice, timed())

    status, reason, error = refused(alice.events().insert(calendarId="primary", body=timed()))
    assert (status, reason, error["message"]) == (403, "quotaExceeded", "Calendar usage limits exceeded.")
    advance(sim, hours=2)
    assert refused(alice.events().insert(calendarId="primary", body=timed()))[1] == "quotaExceeded"
    listed(alice)
    admin(sim, "DELETE", "quirks/calendar-limits")
    advance(sim, hours=2)
    made(alice, timed())


def test_googles_client_waits_and_tries_again(sim: Simulator, alice: Client, monkeypatch: Any) -> None:  # noqa: ANN401
    monkeypatch.setattr("googleapiclient.http.time.sleep", lambda _: None)
    admin(sim, "POST", "faults", {"fault": "rate-limited", "times": 2})

    assert alice.events().list(calendarId="primary").execute(num_retries=3)["kind"] == "calendar#events"
    with client(sim, BOB) as service:
        admin(sim, "POST", "faults", {"fault": "limits-exceeded"})
        listed(service)
        assert refused(service.events().insert(calendarId="primary", body=timed()))[1] == "quotaExceeded"
