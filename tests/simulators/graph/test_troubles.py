"""Faults, data that is odd, the clock, seeds, and what is asked under ``/-/``."""

from datetime import timedelta

import aiohttp
import pytest
from tests.simulators.graph.bodies import daily, guest, made, timed
from tests.simulators.graph.conftest import ALICE, BOB, START
from tests.simulators.graph.official import Client, Json, at, view

from metonic_simulators.graph import FAULTS, QUIRKS, Simulator, graph


async def admin(client: Client, method: str, path: str, body: Json = None) -> tuple[int, Json]:
    async with client.session.request(method, f"{client.sim.url}-/{path}", json=body) as answer:
        return answer.status, await answer.json() if answer.content_length else None


async def test_an_error_may_be_json_a_page_or_say_nothing(sim: Simulator, alice: Client) -> None:
    sim.arm("failing", path="/me/calendars", status=500)
    assert await alice.refused("GET", "/me/calendars") == (500, "ErrorInternalServerTransientError")

    sim.arm("html", status=502)
    answer = await alice.ask("GET", "/me")
    assert (answer.status, answer.body[:15]) == (502, "<!DOCTYPE html>")

    sim.arm("empty-message")
    answer = await alice.ask("GET", "/me")
    assert (answer.status, answer.body["error"]) == (504, {"code": "UnknownError", "message": ""})

    sim.arm("throttled", status=503, code="ServiceUnavailable", retry_after="")
    assert await alice.refused("GET", "/me") == (503, "ServiceUnavailable")
    sim.arm("throttled")
    assert (await alice.ask("GET", "/me")).headers["Retry-After"] == "10"
    sim.arm("unauthorized")
    assert (await alice.refused("GET", "/me"))[0] == 401
    await alice.get("/me")


async def test_a_connection_may_end_before_or_after_the_deed(sim: Simulator, alice: Client) -> None:
    for fault, number in (("lost-request", 0), ("lost-response", 1), ("truncated", 2)):
        sim.arm(fault, method="POST", path="/me/events")
        with pytest.raises(aiohttp.ClientError):
            await alice.ask("POST", "/me/events", timed())
        assert len((await alice.get("/me/events"))["value"]) == number
    assert [entry.status for entry in sim.log if entry.method == "POST"] == [0, 0, 201]


async def test_what_was_written_may_show_later(sim: Simulator, alice: Client) -> None:
    link = (await alice.get(view(what="calendarView/delta")))["@odata.deltaLink"]
    sim.arm("hidden", method="POST", seconds=5.0)
    event = await made(alice, timed())
    assert await alice.refused("GET", at(event)) == (404, "ErrorItemNotFound")
    assert (await alice.get("/me/events"))["value"] == (await alice.get(link))["value"] == []
    sim.advance(seconds=6)
    assert [one["id"] for one in (await alice.get(link))["value"]] == [event["id"]]

    sim.arm("hidden", method="PATCH", seconds=5.0)
    assert (await alice.patch(at(event), {"subject": "Match"}))["subject"] == "Match"
    assert (await alice.get(at(event)))["subject"] == "Training"
    sim.advance(seconds=6)
    sim.arm("hidden", method="DELETE", seconds=5.0)
    await alice.delete(at(event))
    assert (await alice.get(at(event)))["subject"] == "Match"
    sim.advance(seconds=6)
    assert (await alice.refused("GET", at(event)))[0] == 404


async def test_an_answer_may_take_its_time(sim: Simulator, alice: Client) -> None:
    for fault in ("slow", "slow-response"):
        sim.arm(fault, seconds=0.05)
        await alice.get("/me")
        assert sim.log[-1].seconds >= 0.05


async def test_members_may_be_null_or_strange(sim: Simulator, alice: Client) -> None:
    sim.turn_on("nulls", members="subject,iCalUId,seriesMasterId,body,location,mail")
    event = await made(alice, daily())
    assert [event[name] for name in ("subject", "iCalUId", "body", "location")] == [None] * 4
    assert (await alice.get("/me"))["mail"] is None

    sim.turn_on("unknown-enums")
    alice.is_checked = False
    assert (await alice.get(at(event)))["showAs"] == "somewhereElse"


async def test_the_same_seed_gives_the_same_ids_and_tokens(sim: Simulator, alice: Client) -> None:
    event = await made(alice, timed())
    token, client = sim.token_for(BOB), sim.client_id
    sim.reset()
    assert sim.client_id == client
    again = Client(alice.session, sim, ALICE)
    assert (await made(again, timed()))["id"] == event["id"]
    assert sim.token_for(BOB) == token

    async with graph(seed="other", start=START, runs=False) as other:
        assert other.client_id != client


async def test_switches_and_faults_are_set_from_outside(sim: Simulator, alice: Client) -> None:
    _, quirks = await admin(alice, "GET", "quirks")
    assert {one["name"]: one["on"] for one in quirks} == {one.name: one.is_on for one in QUIRKS.values()}
    assert (await admin(alice, "PUT", "quirks/delta-lag", {"seconds": 5}))[1]["options"]["seconds"] == 5
    assert (await admin(alice, "DELETE", "quirks/delta-lag"))[1]["on"] is False
    assert (await admin(alice, "PUT", "quirks/nothing"))[0] == 400
    assert (await admin(alice, "POST", "faults", {"fault": "nothing"}))[0] == 400
    assert (await admin(alice, "POST", "faults", {"fault": "html", "method": "PUT"}))[0] == 201
    assert len((await admin(alice, "GET", "faults"))[1]) == 1
    await admin(alice, "DELETE", "faults")
    assert sim.world.faults.armed == []
    assert (await admin(alice, "GET", "nothing"))[0] == 404
    assert set(FAULTS) >= {"lost-response", "sync-state-not-found"}


async def test_the_clock_is_set_and_moved_from_outside(sim: Simulator, alice: Client) -> None:
    await admin(alice, "POST", "clock", {"advance": 60})
    assert sim.clock.now() - START == timedelta(minutes=1)
    assert (await admin(alice, "POST", "clock", {"now": "2026-03-03"}))[0] == 400
    assert (await admin(alice, "GET", "clock"))[1] == {"now": "2026-03-02T09:01:00+00:00", "runs": False}


async def test_records_are_read_from_outside(sim: Simulator, alice: Client) -> None:
    await made(alice, timed(attendees=[guest(BOB)]))

    _, log = await admin(alice, "GET", "log")
    _, outbox = await admin(alice, "GET", "outbox")

    assert [(one["operation"], one["who"], one["status"]) for one in log] == [("events.create", ALICE, 201)]
    assert [(one["method"], one["sender"], one["recipient"]) for one in outbox] == [("REQUEST", ALICE, BOB)]
    await admin(alice, "POST", "reset")
    assert (sim.log, sim.outbox) == ([], [])


async def test_users_and_their_tokens_come_from_outside(alice: Client) -> None:
    status, made_ = await admin(alice, "POST", "users", {"email": "zoe@outlook.example", "personal": True})
    assert (status, made_["personal"]) == (201, True)
    assert (await admin(alice, "POST", "users", {"email": "zoe@outlook.example"}))[0] == 400
    _, users = await admin(alice, "GET", "users")
    assert [one["email"] for one in users][-1] == "zoe@outlook.example"
    header = f"Bearer {users[-1]['access_token']}"
    assert (await alice.get("/me", Authorization=header))["userPrincipalName"] == "zoe@outlook.example"
    _, again = await admin(alice, "GET", "users")
    assert again == users
    scopes = {"scopes": ["User.Read"]}
    assert (await admin(alice, "POST", f"users/{ALICE}/tokens", scopes))[1]["access_token"]
    for wrong in ({"scopes": ["Fly"]}, {"scopes": "User.Read"}):
        assert (await admin(alice, "POST", f"users/{ALICE}/tokens", wrong))[0] == 400
    assert (await admin(alice, "PUT", f"users/{ALICE}", {"state": "happy"}))[0] == 400
    assert (await admin(alice, "PUT", "users/nobody", {}))[0] == 400


async def test_events_and_calendars_come_from_outside(sim: Simulator, alice: Client) -> None:
    _, calendar = await admin(alice, "POST", "calendars", {"owner": ALICE, "name": "Team", "canEdit": False})
    assert calendar["canEdit"] is False
    body = {"calendar": ALICE, "event": daily(iCalUId="UID1"), "organizer": "boss@fabrikam.example"}
    assert (await admin(alice, "POST", "events", body))[1]["iCalUId"] == "UID1"
    (event,) = (await alice.get("/me/events"))["value"]
    assert (event["isOrganizer"], event["type"]) == (False, "seriesMaster")
    assert len((await admin(alice, "GET", f"events?calendar={ALICE}"))[1]) == 1
    assert "Team" in [one["name"] for one in (await admin(alice, "GET", "calendars"))[1]]
    for path, wrong in (
        ("events", {"calendar": "x"}),
        ("events", {"calendar": ALICE}),
        ("events", {"calendar": ALICE, "event": {"start": "x"}}),
        ("calendars", {"owner": "x"}),
        ("calendars", {"owner": ALICE, "shares": {"x": True}}),
    ):
        assert (await admin(alice, "POST", path, wrong))[0] == 400
    assert sim.outbox == []
