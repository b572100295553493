"""How messages to subscribers are delivered, and what happens in the life of a subscription."""

import pytest
from tests.simulators.graph.bodies import made, timed
from tests.simulators.graph.conftest import ALICE
from tests.simulators.graph.official import Client, check
from tests.simulators.graph.receiver import Receiver, subscribed

from metonic_simulators.graph import Simulator


async def lived(sim: Simulator, alice: Client, subscription: str, event: str) -> None:
    url = f"{sim.url}-/subscriptions/{subscription}/lifecycle"
    async with alice.session.post(url, json={"event": event}) as answer:
        assert answer.status == 204, await answer.text()
    await sim.settled()


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


async def test_a_message_does_not_come_again_for_a_subscription_that_is_gone(
    sim: Simulator, alice: Client, receiver: Receiver
) -> None:
    found = await subscribed(alice, receiver)
    receiver.status = 503
    await made(alice, timed())
    await sim.settled()

    await alice.delete(f"/subscriptions/{found['id']}")
    sim.advance(hours=1)
    await sim.settled()

    assert receiver.changes == ["created"]


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
