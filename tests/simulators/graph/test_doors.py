"""Paths, ids, tokens, scopes and refusals, before any event is looked at."""

import base64
import json
from urllib.parse import quote

import aiohttp
from tests.simulators.graph.bodies import made, timed
from tests.simulators.graph.conftest import ALICE, BOB
from tests.simulators.graph.official import Client, at, view
from tests.simulators.graph.signing import Browser

from metonic_simulators.graph import Simulator

WINDOW = "startdatetime=2026-03-01T00:00:00Z&ENDDATETIME=2026-04-01T00:00:00Z"


async def test_a_missing_a_foreign_and_an_expired_token_are_401(sim: Simulator, alice: Client) -> None:
    good = f"Bearer {sim.token_for(ALICE)}"
    assert (await alice.refused("GET", "/nothing", Authorization=""))[0] == 401
    for header in ("", "Bearer x", "Basic abc"):
        answer = await alice.ask("GET", "/me", Authorization=header)
        assert (answer.status, answer.code) == (401, "InvalidAuthenticationToken")
        assert "authorization_uri=" in answer.headers["WWW-Authenticate"]

    sim.advance(seconds=3601)
    assert await alice.refused("GET", "/me", Authorization=good) == (401, "InvalidAuthenticationToken")


async def test_a_challenge_is_answered_by_a_token_with_its_claims(
    sim: Simulator, alice: Client, session: aiohttp.ClientSession
) -> None:
    refresh = sim.refresh_token_for(ALICE)
    await alice.get("/me")
    async with session.post(f"{sim.url}-/users/{ALICE}/challenge"):
        pass

    answer = await alice.ask("GET", "/me")
    _, _, rest = answer.headers["WWW-Authenticate"].partition('claims="')
    wanted = base64.b64decode(rest.partition('"')[0]).decode()
    browser = Browser(sim, session)
    _, without = await browser.refresh(refresh)
    _, with_claims = await browser.refresh(refresh, claims=wanted)

    assert (answer.status, 'error="insufficient_claims"' in answer.headers["WWW-Authenticate"]) == (401, True)
    assert json.loads(wanted)["access_token"]["nbf"]["essential"] is True
    for body, status in ((without, 401), (with_claims, 200)):
        assert (
            await alice.ask("GET", "/me", Authorization=f"Bearer {body['access_token']}")
        ).status == status


async def test_a_scope_that_does_not_reach_is_403(sim: Simulator, session: aiohttp.ClientSession) -> None:
    reader = Client(session, sim, ALICE, ("Calendars.Read",))

    await reader.get("/me/calendars")
    assert await reader.refused("POST", "/me/events", timed()) == (403, "ErrorAccessDenied")
    assert await reader.refused("GET", "/me") == (403, "Authorization_RequestDenied")


async def test_me_is_users_by_id_by_name_and_as_the_sdk_calls_it(alice: Client) -> None:
    me = await alice.get("/me")

    for name in (me["id"], ALICE, quote(ALICE, safe=""), ALICE.upper(), "me-token-to-replace"):
        assert await alice.get(f"/users/{name}") == me
    assert await alice.refused("GET", f"/users/{BOB}/calendars") == (403, "ErrorAccessDenied")
    assert await alice.refused("GET", "/users/nobody@contoso.example") == (404, "ErrorInvalidUser")


async def test_words_of_a_path_and_names_of_a_query_are_taken_in_any_case(alice: Client) -> None:
    await made(alice, timed())

    for path in ("/ME/CalendarView", "/me/calendar/calendarview", f"/users/{ALICE}/calendarView"):
        assert len((await alice.get(f"{path}?{WINDOW}"))["value"]) == 1
    for word in ("delta", "delta()", "microsoft.graph.delta()", "microsoft.graph.delta", "Delta"):
        assert len((await alice.get(f"/me/calendarView/{word}?{WINDOW}"))["value"]) == 1
    assert (await alice.get("/me/events?%24top=1&$SELECT=subject"))["value"][0].keys() == {
        "@odata.etag",
        "id",
        "subject",
    }


async def test_ids_are_told_apart_by_case_and_decoded_once(alice: Client) -> None:
    events = [await made(alice, timed(subject=str(number))) for number in range(8)]

    text = "".join(one["id"] for one in events)
    assert {"=", "+", "/"} <= set(text)
    for one in events:
        assert (await alice.get(at(one)))["subject"] == one["subject"]
        assert (await alice.ask("GET", at({"id": one["id"].swapcase()}))).status in {400, 404}
    for wrong in ("x", "Calendar", "AAMkAG!!", quote(quote(events[0]["id"], safe=""), safe="")):
        assert await alice.refused("GET", f"/me/events/{wrong}") == (400, "ErrorInvalidIdMalformed")
    await alice.delete(at(events[0]))
    assert await alice.refused("GET", at(events[0])) == (404, "ErrorItemNotFound")


async def test_an_id_of_another_mailbox_is_not_found(alice: Client, bob: Client) -> None:
    event = await made(alice, timed())

    assert await bob.refused("GET", at(event)) == (404, "ErrorItemNotFound")


async def test_an_event_has_an_immutable_id_too_and_a_calendar_has_not(alice: Client) -> None:
    event = await made(alice, timed())
    prefer = 'IdType="ImmutableId"'

    immutable = await alice.get(at(event), prefer=prefer)

    assert immutable["id"] != event["id"]
    assert (await alice.get(at(immutable)))["id"] == event["id"]
    (listed,) = (await alice.get("/me/events", prefer=prefer))["value"]
    assert listed["id"] == immutable["id"]
    assert (await alice.get("/me/calendar"))["id"] == (await alice.get("/me/calendar", prefer=prefer))["id"]


async def test_ids_are_translated_both_ways(alice: Client) -> None:
    event = await made(alice, timed())

    there = await alice.post(
        "/me/translateExchangeIds",
        {"InputIds": [event["id"]], "SourceIdType": "restId", "TargetIdType": "restImmutableEntryId"},
        200,
    )
    immutable = there["value"][0]["targetId"]
    back = {"inputIds": [immutable], "sourceIdType": "restImmutableEntryId", "targetIdType": "restId"}

    assert (await alice.get(at({"id": immutable}), prefer='IdType="ImmutableId"'))["id"] == immutable
    assert (await alice.post("/me/translateExchangeIds", back, 200))["value"][0]["targetId"] == event["id"]
    for wrong in ({"targetIdType": "ewsId"}, {"inputIds": ["x"] * 1001}, {"inputIds": None}):
        answer = await alice.ask("POST", "/me/translateExchangeIds", {**back, **wrong})
        assert answer.status == 400


async def test_a_path_that_is_not_there_is_told_in_the_words_of_graph(alice: Client) -> None:
    for path, segment in (
        ("/me/messages", "messages"),
        ("/me/events/x/attachments", "attachments"),
        ("/nothing", "nothing"),
        ("/me/calendar/getSchedule", "getSchedule"),
    ):
        answer = await alice.ask("GET", path)
        assert (answer.status, answer.code) == (400, "BadRequest")
        assert answer.body["error"]["message"] == f"Resource not found for the segment '{segment}'."
    assert (await alice.refused("PUT", "/me/events"))[0] == 405
    for url in ("beta/me", "v2.0/me", ""):
        assert (await alice.ask("GET", alice.sim.url + url)).code == "BadRequest"


async def test_a_refusal_has_an_envelope_and_ids(alice: Client) -> None:
    answer = await alice.ask("GET", "/me/events/x", client_request_id="mine")

    inner = answer.body["error"]["innerError"]
    assert inner == {
        "date": "2026-03-02T09:00:00",
        "request-id": answer.headers["request-id"],
        "client-request-id": "mine",
    }
    assert answer.headers["client-request-id"] == "mine"
    assert (await alice.ask("GET", "/me")).headers["request-id"]


async def test_answers_say_what_they_are(alice: Client) -> None:
    answer = await alice.ask("GET", view())

    assert answer.headers["Content-Type"] == (
        "application/json; odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
    )
    assert answer.headers["Date"] == "Mon, 02 Mar 2026 09:00:00 GMT"
    assert answer.body["@odata.context"].endswith("/events")


async def test_bodies_are_json_objects_and_unknown_members_are_ignored_or_refused(
    sim: Simulator, alice: Client
) -> None:
    event = await made(alice, timed() | {"@odata.type": "#microsoft.graph.event", "colour": "red"})
    assert "colour" not in event
    url, headers = f"{sim.url}v1.0/me/events", {"Authorization": f"Bearer {sim.token_for(ALICE)}"}
    for body, media in ((b"{", "application/json"), (b"[]", "application/json"), (b"{}", "text/plain")):
        sent = {**headers, "Content-Type": media}
        async with alice.session.post(url, data=body, headers=sent) as answer:
            assert answer.status == 400

    sim.turn_on("members-refused")
    assert await alice.refused("POST", "/me/events", timed(colour="red")) == (400, "RequestBodyRead")


async def test_an_account_may_have_no_mailbox(sim: Simulator, alice: Client) -> None:
    async with alice.session.put(f"{sim.url}-/users/{ALICE}", json={"state": "no-mailbox"}):
        pass

    assert await alice.refused("GET", "/me/calendars") == (404, "MailboxNotEnabledForRESTAPI")
    await alice.get("/me")
