"""Single events: what is made of what was written, versions, and what comes of writing twice."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from tests.simulators.graph.bodies import made, timed
from tests.simulators.graph.official import Client, at, types, view

from metonic_simulators.graph import Simulator

NOT_THERE = frozenset(
    {
        *("attachments", "calendar", "exceptionOccurrences", "extensions", "instances"),
        *("multiValueExtendedProperties", "singleValueExtendedProperties", "cancelledOccurrences"),
        "originalStart",
    }
)
"""Relations, and what only occurrences have or what has to be selected."""


async def test_a_new_event_comes_back_whole(alice: Client) -> None:
    answer = await alice.ask("POST", "/me/events", timed())
    event = answer.body

    assert answer.status == 201
    members = types()["types"]["Event"]["members"] | types()["types"]["OutlookItem"]["members"]
    assert members.keys() - event.keys() == NOT_THERE
    assert (event["type"], event["seriesMasterId"], event["recurrence"]) == ("singleInstance", None, None)
    assert event["@odata.etag"] == f'W/"{event["changeKey"]}"'
    assert re.fullmatch(r"[0-9A-F]{112}", event["iCalUId"])
    assert (await alice.get(answer.headers["Location"]))["id"] == event["id"]
    assert (await alice.get(at(event)))["iCalUId"] == event["iCalUId"]


async def test_every_write_is_another_version(sim: Simulator, alice: Client) -> None:
    event = await made(alice, timed())
    sim.advance(minutes=1)

    changed = await alice.patch(at(event), {"subject": "Match"})

    assert changed["changeKey"] != event["changeKey"]
    assert changed["createdDateTime"] == event["createdDateTime"]
    assert changed["lastModifiedDateTime"] == "2026-03-02T09:01:00.0000000Z"


async def test_the_server_may_touch_a_new_event_once_more(sim: Simulator, alice: Client) -> None:
    sim.turn_on("late-bump", seconds=2.0)
    event = await made(alice, timed())

    sim.advance(seconds=3)

    later = await alice.get(at(event))
    assert later["changeKey"] != event["changeKey"]
    assert later["subject"] == event["subject"]

    sim.arm("touched-after", method="PATCH")
    changed = await alice.patch(at(event), {"subject": "Match"})
    assert (await alice.get(at(event)))["changeKey"] != changed["changeKey"]


async def test_a_write_to_another_version_than_expected_is_412(sim: Simulator, alice: Client) -> None:
    event = await made(alice, timed())
    tag = event["@odata.etag"]
    wrong = (412, "ErrorIrresolvableConflict")
    changed = await alice.patch(at(event), {"subject": "Match"}, If_Match=tag)

    assert await alice.refused("PATCH", at(event), {"subject": "X"}, If_Match=tag) == wrong
    assert (await alice.refused("PATCH", at(event), {}, If_Match=tag.removeprefix("W/"))) == wrong
    await alice.patch(at(event), {"subject": "Match"}, If_Match="*")
    await alice.patch(at(event), {"subject": "Match"})

    sim.arm("conflict")
    assert await alice.refused("PATCH", at(event), {}) == wrong
    sim.turn_on("match-on-delete")
    answer = await alice.ask("DELETE", at(event), If_Match=changed["@odata.etag"])
    assert answer.status == 412
    sim.turn_off("match-on-delete")
    assert (await alice.ask("DELETE", at(event), If_Match=changed["@odata.etag"])).status == 204


async def test_a_patch_keeps_what_it_does_not_name_and_clears_what_is_null(alice: Client) -> None:
    event = await made(
        alice,
        timed(
            categories=["A", "B"],
            location={"displayName": "Hall", "address": {"city": "Kiel"}},
            importance="HIGH",
            reminderMinutesBeforeStart=5,
        ),
    )
    assert (event["importance"], event["locations"][0]["displayName"]) == ("high", "Hall")

    changed = await alice.patch(
        at(event),
        {"categories": ["C"], "location": None, "subject": None, "id": "x", "iCalUId": "x", "type": "x"},
    )

    assert (changed["subject"], changed["categories"], changed["locations"]) == (None, ["C"], [])
    assert (changed["importance"], changed["reminderMinutesBeforeStart"]) == ("high", 5)
    for name in ("id", "iCalUId", "type", "start", "end"):
        assert changed[name] == event[name]
    several = await alice.patch(at(event), {"locations": [{"displayName": "A"}, {"displayName": "B"}]})
    assert (several["location"]["displayName"], len(several["locations"])) == ("A", 2)
    none = await alice.patch(at(event), {"locations": []})
    assert none["location"]["displayName"] == ""


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": 1},
        {"isAllDay": "true"},
        {"reminderMinutesBeforeStart": True},
        {"showAs": "away"},
        {"body": None},
        {"body": {"contentType": "rtf", "content": ""}},
        {"body": {"contentType": "text", "content": 1}},
        {"attendees": {}},
        {"attendees": ["bob"]},
        {"attendees": [{"emailAddress": {"address": "bob"}}]},
        {"attendees": [{"emailAddress": {"address": f"{number}@x.example"}} for number in range(501)]},
        {"categories": [1]},
        {"locations": [1]},
        {"location": {"displayName": "A", "locationType": "moon"}},
        {"start": "today"},
        {"start": None},
        {"start": {"dateTime": "today", "timeZone": "UTC"}},
        {"recurrence": {}},
        {"singleValueExtendedProperties": [{"id": "x", "value": "1"}]},
        {"singleValueExtendedProperties": {}},
        {"extensions": [{"name": "x"}]},
    ],
)
async def test_a_body_that_is_no_event_is_400(alice: Client, wrong: dict[str, Any]) -> None:
    assert (await alice.refused("POST", "/me/events", timed() | wrong))[0] == 400
    assert (await alice.get("/me/events"))["value"] == []


async def test_an_event_without_times_is_400(alice: Client) -> None:
    assert (await alice.refused("POST", "/me/events", {"subject": "Training"}))[0] == 400


async def test_what_was_deleted_is_not_found_twice(alice: Client) -> None:
    event = await made(alice, timed())

    await alice.delete(at(event))

    assert await alice.refused("DELETE", at(event)) == (404, "ErrorItemNotFound")
    assert await alice.refused("PATCH", at(event), {}) == (404, "ErrorItemNotFound")
    assert (await alice.get(view()))["value"] == []


@pytest.mark.parametrize("status", [400, 409])
async def test_a_transaction_makes_one_event(sim: Simulator, alice: Client, status: int) -> None:
    if status == 409:
        sim.turn_on("transaction-409")
    body = timed(transactionId="t1")
    event = await made(alice, body)
    assert event["transactionId"] == "t1"

    assert (await made(alice, body))["id"] == event["id"]
    answer = await alice.ask("POST", "/me/events", {**body, "subject": "Match"})

    assert (answer.status, answer.code) == (status, "ErrorDuplicateTransactionId")
    assert answer.body["error"]["@event.existingEventId"] == event["id"]
    assert len((await alice.get("/me/events"))["value"]) == 1
    assert (await alice.refused("PATCH", at(event), {"transactionId": "t2"}))[0] == 400
    other = await alice.post("/me/calendars", {"name": "Team"})
    path = f"/me/calendars/{quote(other['id'], safe='')}/events"
    assert (await alice.refused("POST", path, body))[0] == status

    await alice.delete(at(event))
    sim.turn_on("transactions-kept")
    assert (await alice.refused("POST", "/me/events", body))[0] == status
    sim.turn_off("transactions-kept")
    assert (await made(alice, body))["id"] != event["id"]


async def test_a_body_is_html_unless_text_is_preferred(alice: Client) -> None:
    event = await made(alice, timed(body={"contentType": "text", "content": "1 < 2\nand more"}))
    assert event["body"]["contentType"] == "html"
    assert event["body"]["content"].startswith("<html>\r\n<head>")
    assert "1 &lt; 2<br>\r\nand more" in event["body"]["content"]
    assert event["bodyPreview"] == "1 < 2\r\nand more"

    answer = await alice.ask("GET", at(event), prefer='outlook.body-content-type="text"')
    assert answer.body["body"] == {"contentType": "text", "content": "1 < 2\r\nand more\r\n"}
    assert answer.headers["Preference-Applied"] == 'outlook.body-content-type="text"'
    assert (await made(alice, timed()))["body"]["content"] == ""


async def test_html_is_cleaned_and_previews_are_short(alice: Client) -> None:
    html = "<html><head><title>T</title></head><body><p onclick='x()'>A&amp;B</p><script>x()</script>"
    event = await made(
        alice, timed(body={"contentType": "HTML", "content": f"{html}<p>{'c' * 300}</p></body></html>"})
    )

    content = event["body"]["content"]
    assert "script" not in content
    assert "onclick" not in content
    assert content.count("<html>") == content.count("<body>") == 1
    assert event["bodyPreview"].startswith("A&B\r\nccc")
    assert len(event["bodyPreview"]) == 255


async def test_an_online_meeting_stays_one_until_its_words_are_cut(alice: Client) -> None:
    event = await made(alice, timed(isOnlineMeeting=True))
    url = event["onlineMeeting"]["joinUrl"]
    assert (event["onlineMeetingProvider"], url in event["body"]["content"]) == ("teamsForBusiness", True)

    kept = await alice.patch(at(event), {"isOnlineMeeting": False, "subject": "Match"})
    assert (kept["isOnlineMeeting"], kept["onlineMeeting"]["joinUrl"]) == (True, url)

    cut = await alice.patch(at(event), {"body": {"contentType": "text", "content": "No link"}})
    assert cut["onlineMeeting"] is None
