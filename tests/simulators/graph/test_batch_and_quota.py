"""Many calls in one, and how much may be asked at once."""

import asyncio
from typing import Any

import pytest
from tests.simulators.graph.bodies import made, timed
from tests.simulators.graph.official import Client, at

from metonic_simulators.graph import Simulator

JSON = {"Content-Type": "application/json"}


def part(part_id: str, url: str = "/me", method: str = "GET", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"id": part_id, "method": method, "url": url, **more}


async def batched(alice: Client, *parts: dict[str, Any]) -> dict[str, Any]:
    """The answers by id."""
    body = await alice.post("/$batch", {"requests": list(parts)}, 200)
    return {one["id"]: one for one in body["responses"]}


async def test_parts_succeed_and_fail_on_their_own_and_come_in_another_order(
    sim: Simulator, alice: Client
) -> None:
    event = await made(alice, timed())
    parts = [
        part("1"),
        part("2", at(event), "PATCH", body={"subject": "Match"}, headers=JSON),
        part("3", f"{sim.url}v1.0/me/calendars"),
        part("4", "me/messages"),
        part("5", at(event), "PATCH", body={"subject": "X"}),
        part("6", "/me/events", headers={"Prefer": 'outlook.timezone="Tokyo Standard Time"'}),
    ]

    body = await alice.post("/$batch", {"requests": parts}, 200)
    found = {one["id"]: one for one in body["responses"]}

    assert [one["id"] for one in body["responses"]] != ["1", "2", "3", "4", "5", "6"]
    assert [found[one["id"]]["status"] for one in parts] == [200, 200, 200, 400, 400, 200]
    assert found["2"]["body"]["subject"] == "Match"
    assert found["6"]["body"]["value"][0]["start"]["timeZone"] == "Tokyo Standard Time"
    assert [entry.part for entry in sim.log[-3:]] == [True] * 3


async def test_a_part_waits_for_what_it_depends_on_and_fails_with_it(alice: Client) -> None:
    found = await batched(
        alice,
        part("3", dependsOn=["2"]),
        part("1", "/me/messages"),
        part("2", dependsOn=["1"]),
        part("4", "/me/events", "POST", body=timed(), headers=JSON),
        part("5", "/me/events", dependsOn=["4"]),
    )

    assert [found[one]["status"] for one in "12345"] == [400, 424, 424, 201, 200]
    assert len(found["5"]["body"]["value"]) == 1
    assert found["4"]["headers"]["Location"]


@pytest.mark.parametrize(
    "requests",
    [
        None,
        [],
        ["x"],
        [part(str(number)) for number in range(21)],
        [part("1"), part("1")],
        [part("1", dependsOn=["2"])],
        [part("1", dependsOn=["1"])],
        [part("1", dependsOn="2")],
        [part("")],
        [part("1", headers=["x"])],
        [part("1", "https://graph.example/v1.0/me")],
    ],
)
async def test_a_batch_that_is_none_is_400(alice: Client, requests: Any) -> None:  # noqa: ANN401 - JSON
    assert (await alice.refused("POST", "/$batch", {"requests": requests}))[0] == 400


async def test_a_batch_needs_a_token_and_twenty_parts_are_taken(sim: Simulator, alice: Client) -> None:
    parts = [part(str(number)) for number in range(20)]
    assert {one["status"] for one in (await batched(alice, *parts)).values()} == {200}
    assert (await alice.refused("POST", "/$batch", {"requests": parts}, Authorization=""))[0] == 401
    sim.arm("lost-response", path="/me")
    sim.arm("html", path="/me")
    found = await batched(alice, part("1"), part("2"))
    assert sorted(one["status"] for one in found.values()) == [502, 504]


async def test_a_part_can_be_throttled_alone(sim: Simulator, alice: Client) -> None:
    sim.turn_on("batch-floods")

    found = await batched(alice, *(part(str(number)) for number in range(6)))

    assert [found[str(number)]["status"] for number in range(6)] == [200] * 4 + [429] * 2
    assert found["5"]["headers"]["Retry-After"] == "10"
    assert found["5"]["body"]["error"]["code"] == "ApplicationThrottled"


@pytest.mark.parametrize("status", [429, 503])
async def test_a_mailbox_takes_four_requests_at_once(sim: Simulator, alice: Client, status: int) -> None:
    if status == 503:
        sim.turn_on("concurrency-503")
    sim.arm("slow", times=4, seconds=0.6)

    answers = await asyncio.gather(*(alice.ask("GET", "/me") for _ in range(6)))

    assert sorted(one.status for one in answers) == [200] * 4 + [status] * 2
    refused = next(one for one in answers if one.status == status)
    assert (refused.code, refused.headers["Retry-After"]) == ("ApplicationThrottled", "10")
    assert "MailboxConcurrency" in refused.body["error"]["message"]


async def test_requests_meet_where_each_takes_a_while(sim: Simulator, alice: Client, bob: Client) -> None:
    sim.turn_on("latency", seconds=0.6)

    answers = await asyncio.gather(*(one.ask("GET", "/me") for one in (alice, bob) for _ in range(5)))

    assert sorted(one.status for one in answers) == [200] * 8 + [429] * 2


async def test_a_mailbox_has_a_number_of_requests_in_ten_minutes(
    sim: Simulator, alice: Client, bob: Client
) -> None:
    sim.turn_on("window", requests=3)
    for _ in range(3):
        await alice.get("/me")

    assert await alice.refused("GET", "/me") == (429, "ApplicationThrottled")
    await bob.get("/me")
    sim.advance(minutes=9)
    assert (await alice.refused("GET", "/me"))[0] == 429
    sim.advance(minutes=2)
    await alice.get("/me")


@pytest.mark.parametrize("value", ["2.128", ""])
async def test_when_to_come_again_may_be_a_fraction_or_missing(
    sim: Simulator, alice: Client, value: str
) -> None:
    sim.turn_on("window", requests=0)
    sim.turn_on("retry-after", value=value)

    answer = await alice.ask("GET", "/me")

    assert answer.headers.get("Retry-After", "") == value
    sim.turn_off("retry-after")
    assert "Retry-After" not in (await alice.ask("GET", "/me")).headers
