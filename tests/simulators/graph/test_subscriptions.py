"""Subscriptions: how they begin and end, what is told, how it is delivered."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from tests.simulators.graph.bodies import daily, made, timed
from tests.simulators.graph.conftest import ALICE, BOB, START
from tests.simulators.graph.official import Client, at, check, view
from tests.simulators.graph.receiver import Receiver, receiving

from metonic_simulators.graph import Simulator


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


def asked(receiver: Receiver, minutes: float = 4000, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    usual = {
        "changeType": "created,updated,deleted",
        "notificationUrl": f"{receiver.url}hear?key=1",
        "resource": "/me/events",
        "expirationDateTime": f"{START + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S.0000000Z}",
        "clientState": "secret",
    }
    return {name: value for name, value in {**usual, **more}.items() if value is not None}


async def subscribed(alice: Client, receiver: Receiver, **more: Any) -> Any:  # noqa: ANN401 - JSON
    life = {"lifecycleNotificationUrl": f"{receiver.url}life"}
    return await alice.post("/subscriptions", asked(receiver, **{**life, **more}))


async def test_both_addresses_are_asked_before_a_subscription_is_there(
    alice: Client, receiver: Receiver
) -> None:
    found = await subscribed(alice, receiver)

    assert [one.partition("validationToken")[0] for one in receiver.validated] == ["/hear?key=1&", "/life?"]
    assert (found["clientState"], found["applicationId"]) == ("secret", alice.sim.client_id)
    assert found["changeType"] == "created,deleted,updated"
    assert await alice.get(f"/subscriptions/{found['id']}") | {"@odata.context": ""} == {
        **found,
        "@odata.context": "",
    }
    assert [one["id"] for one in (await alice.get("/subscriptions"))["value"]] == [found["id"]]
    await alice.delete(f"/subscriptions/{found['id']}")
    assert await alice.refused("GET", f"/subscriptions/{found['id']}") == (404, "ResourceNotFound")


@pytest.mark.parametrize("handshake", ["refused", "other", "json", "gone"])
async def test_who_does_not_answer_with_the_token_gets_no_subscription(
    alice: Client, receiver: Receiver, handshake: str
) -> None:
    receiver.handshake = handshake

    answer = await alice.ask("POST", "/subscriptions", asked(receiver))

    assert (answer.status, answer.code) == (400, "ValidationError")
    assert answer.body["error"]["message"].startswith("Subscription validation request")
    assert (await alice.get("/subscriptions"))["value"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"changeType": "moved"},
        {"changeType": None},
        {"clientState": "x" * 129},
        {"resource": "/me/messages"},
        {"resource": "/me/events/AAMk"},
        {"resource": "/users/nobody/events"},
        {"resource": f"/users/{BOB}/events"},
        {"resource": "/me/calendars/AAMk/events"},
        {"notificationUrl": "http://example.com/"},
        {"lifecycleNotificationUrl": "ftp://example.com/"},
        {"expirationDateTime": "soon"},
        {"expirationDateTime": "2026-03-01T00:00:00Z"},
    ],
)
async def test_a_subscription_that_cannot_be_is_refused(
    alice: Client, receiver: Receiver, wrong: dict[str, Any]
) -> None:
    status, _ = await alice.refused("POST", "/subscriptions", asked(receiver, **wrong))

    assert status in {400, 403}
    assert receiver.validated == []


async def test_http_is_for_loopback_and_only_if_that_is_on(
    sim: Simulator, alice: Client, receiver: Receiver
) -> None:
    sim.turn_off("http-webhooks")

    assert await alice.refused("POST", "/subscriptions", asked(receiver)) == (400, "InvalidRequest")


async def test_a_subscription_lives_from_45_minutes_to_seven_days(
    sim: Simulator, alice: Client, receiver: Receiver
) -> None:
    short = await alice.post("/subscriptions", asked(receiver, minutes=1))
    assert short["expirationDateTime"] == "2026-03-02T09:45:00Z"
    too_long = asked(receiver, minutes=10_081, changeType="created")
    assert await alice.refused("POST", "/subscriptions", too_long) == (400, "ValidationError")

    path = f"/subscriptions/{short['id']}"
    longer = await alice.patch(path, {"expirationDateTime": "2026-03-02T11:00:00Z"})
    assert longer["expirationDateTime"] == "2026-03-02T11:00:00Z"
    sim.advance(hours=3)
    assert (await alice.refused("PATCH", path, {"expirationDateTime": "2026-03-03T11:00:00Z"}))[0] == 404
    assert (await alice.refused("POST", f"{path}/reauthorize"))[0] == 404
    sim.turn_off("subscription-life")
    await alice.post("/subscriptions", too_long)


async def test_the_same_again_is_409_and_too_many_are_403(
    sim: Simulator, alice: Client, receiver: Receiver
) -> None:
    found = await subscribed(alice, receiver)
    answer = await alice.ask("POST", "/subscriptions", asked(receiver))
    assert answer.status == 409
    assert f"<{found['id']}>" in answer.body["error"]["message"]

    sim.turn_on("subscription-limit", number=1)
    other = asked(receiver, changeType="created")
    assert (await alice.refused("POST", "/subscriptions", other))[0] == 403


async def test_every_change_is_told_own_ones_too(sim: Simulator, alice: Client, receiver: Receiver) -> None:
    found = await subscribed(alice, receiver)
    event = await made(alice, timed())
    await alice.patch(at(event), {"subject": "Match"})
    await alice.delete(at(event))
    await sim.settled()

    assert sorted(receiver.changes) == ["created", "deleted", "updated"]
    item = next(one for one in receiver.items if one["changeType"] == "created")
    check("ChangeNotification", item)
    me = await alice.get("/me")
    assert item["resource"] == item["resourceData"]["@odata.id"] == f"Users/{me['id']}/Events/{event['id']}"
    assert item["resourceData"]["@odata.type"] == "#Microsoft.Graph.Event"
    assert item["resourceData"]["@odata.etag"] == event["@odata.etag"]
    assert (item["subscriptionId"], item["clientState"]) == (found["id"], "secret")
    assert item["tenantId"] == sim.people.tenant


async def test_only_what_was_asked_for_is_told(sim: Simulator, alice: Client, receiver: Receiver) -> None:
    other = await alice.post("/me/calendars", {"name": "Team"})
    home = f"/me/calendars/{quote(other['id'], safe='')}/events"
    await subscribed(alice, receiver, resource=home, changeType="created")

    await made(alice, timed())
    event = await alice.post(home, timed())
    await alice.patch(at(event), {"subject": "Match"})
    await sim.settled()

    assert [one["resourceData"]["id"] for one in receiver.items] == [event["id"]]


async def test_a_changed_occurrence_is_told_as_its_series(
    sim: Simulator, alice: Client, receiver: Receiver
) -> None:
    series = await made(alice, daily())
    await subscribed(alice, receiver)
    first, second, *_ = (await alice.get(view()))["value"]

    await alice.patch(at(first), {"subject": "Match"})
    await alice.delete(at(second))
    await sim.settled()

    assert receiver.changes == ["updated", "updated"]
    assert {one["resourceData"]["id"] for one in receiver.items} == {series["id"]}


async def test_ids_are_immutable_only_if_the_subscription_was_made_so(
    sim: Simulator, alice: Client, receiver: Receiver
) -> None:
    body = asked(receiver, resource=f"users/{ALICE}/events")
    await alice.post("/subscriptions", body, prefer='IdType="ImmutableId"')

    event = await made(alice, timed())
    await sim.settled()

    immutable = await alice.get(at(event), prefer='IdType="ImmutableId"')
    assert receiver.items[0]["resourceData"]["id"] == immutable["id"] != event["id"]


async def test_several_subscriptions_come_in_one_message(
    sim: Simulator, alice: Client, receiver: Receiver
) -> None:
    await subscribed(alice, receiver)
    await subscribed(alice, receiver, changeType="created")

    await made(alice, timed())
    await sim.settled()

    assert [len(body["value"]) for body in receiver.bodies] == [2]


async def test_a_new_event_is_often_told_as_updated_too(
    sim: Simulator, alice: Client, receiver: Receiver
) -> None:
    sim.turn_on("late-bump")
    await subscribed(alice, receiver)

    await made(alice, timed())
    sim.advance(seconds=3)
    await sim.settled()

    assert sorted(receiver.changes) == ["created", "updated"]


async def test_messages_may_be_lost_doubled_or_late(
    sim: Simulator, alice: Client, receiver: Receiver
) -> None:
    found = await subscribed(alice, receiver)
    sim.arm("push-lost", method="PUSH", path=found["id"])
    await made(alice, timed())
    await sim.settled()
    assert receiver.changes == []

    sim.arm("push-doubled", method="PUSH")
    await made(alice, timed())
    await sim.settled()
    assert receiver.changes == ["created", "created"]

    sim.turn_on("push-delay", seconds=5)
    await made(alice, timed())
    await sim.settled()
    assert len(receiver.changes) == 2
    sim.advance(seconds=6)
    await sim.settled()
    assert len(receiver.changes) == 3
    assert [one.status for one in sim.deliveries if one.kind == "change"] == [-1, 202, 202, 202]


async def test_a_message_that_is_not_taken_comes_again_for_four_hours(
    sim: Simulator, alice: Client, receiver: Receiver
) -> None:
    await subscribed(alice, receiver)
    receiver.status = 500
    await made(alice, timed())
    await sim.settled()
    for _ in range(100):
        sim.advance(minutes=3)
        await sim.settled()

    changes = receiver.changes
    assert 8 < changes.count("created") < 20
    attempts = [one.attempt for one in sim.deliveries if one.kind == "change"]
    assert attempts == list(range(1, len(attempts) + 1))
    assert "missed" in changes


async def test_who_is_slow_is_told_later_and_who_is_too_slow_for_a_while_not(
    sim: Simulator, alice: Client, receiver: Receiver
) -> None:
    sim.turn_on("slow-receivers", least=4, slow=10, drop=60)
    await subscribed(alice, receiver)
    sim.arm("push-slow", method="PUSH")
    for _ in range(4):
        await made(alice, timed())
        await sim.settled()
    assert len(receiver.changes) == 4

    await made(alice, timed())
    await sim.settled()
    assert len(receiver.changes) == 4
    sim.advance(seconds=11)
    await sim.settled()
    assert len(receiver.changes) == 5

    sim.turn_on("slow-receivers", least=4, slow=10, drop=15)
    sim.advance(seconds=1)
    await made(alice, timed())
    sim.advance(seconds=11)
    await sim.settled()
    await made(alice, timed())
    await sim.settled()
    assert sim.deliveries[-1].status == -1
    sim.advance(minutes=10)
    await sim.settled()
    assert receiver.changes[-1] == "missed"
    await made(alice, timed())
    await sim.settled()
    assert receiver.changes[-1] == "created"


async def lived(sim: Simulator, alice: Client, subscription: str, event: str) -> None:
    url = f"{sim.url}-/subscriptions/{subscription}/lifecycle"
    async with alice.session.post(url, json={"event": event}) as answer:
        assert answer.status == 204, await answer.text()
    await sim.settled()


@pytest.mark.parametrize("way", ["reauthorize", "renew"])
async def test_a_subscription_waits_for_a_new_sign_in(
    sim: Simulator, alice: Client, receiver: Receiver, way: str
) -> None:
    found = await subscribed(alice, receiver)
    path = f"/subscriptions/{found['id']}"
    await lived(sim, alice, found["id"], "reauthorizationRequired")
    (item,) = receiver.items
    check("ChangeNotification", item)
    assert (item["lifecycleEvent"], item["clientState"]) == ("reauthorizationRequired", "secret")

    await made(alice, timed())
    await sim.settled()
    assert receiver.changes == ["reauthorizationRequired"]

    if way == "renew":
        await alice.patch(path, {"expirationDateTime": "2026-03-03T09:00:00Z"})
    else:
        assert (await alice.ask("POST", f"{path}/reauthorize")).status == 204
    await made(alice, timed())
    await sim.settled()
    assert sorted(receiver.changes) == ["created", "missed", "reauthorizationRequired"]


async def test_a_subscription_can_be_removed_or_have_missed_something(
    sim: Simulator, alice: Client, receiver: Receiver
) -> None:
    found = await subscribed(alice, receiver)
    await lived(sim, alice, found["id"], "missed")
    await lived(sim, alice, found["id"], "subscriptionRemoved")

    assert receiver.changes == ["missed", "subscriptionRemoved"]
    assert (await alice.get("/subscriptions"))["value"] == []
    url = f"{sim.url}-/subscriptions/{found['id']}/lifecycle"
    async with alice.session.post(url, json={"event": "missed"}) as answer:
        assert answer.status == 400


async def test_subscriptions_end_with_the_consent(sim: Simulator, alice: Client, receiver: Receiver) -> None:
    await subscribed(alice, receiver)
    async with alice.session.get(f"{sim.url}-/subscriptions") as answer:
        assert [one["user"] for one in await answer.json()] == [ALICE]
    async with alice.session.delete(f"{sim.url}-/users/{ALICE}/grants"):
        await sim.settled()

    assert receiver.changes == ["subscriptionRemoved"]
    async with alice.session.get(f"{sim.url}-/deliveries") as answer:
        kinds = [one["kind"] for one in await answer.json()]
    assert kinds == ["validation", "validation", "lifecycle"]


async def test_who_wants_no_lifecycle_hears_of_none(
    sim: Simulator, alice: Client, receiver: Receiver
) -> None:
    found = await subscribed(alice, receiver, lifecycleNotificationUrl=None)
    await lived(sim, alice, found["id"], "subscriptionRemoved")

    assert receiver.bodies == []


async def test_somebody_elses_subscription_is_not_there(
    alice: Client, bob: Client, receiver: Receiver
) -> None:
    found = await subscribed(alice, receiver)

    assert (await bob.refused("DELETE", f"/subscriptions/{found['id']}"))[0] == 404
    assert (await bob.get("/subscriptions"))["value"] == []
