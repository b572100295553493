"""Subscriptions: how they begin and end, and what is told."""

from typing import Any
from urllib.parse import quote

import pytest
from tests.simulators.graph.bodies import daily, made, timed
from tests.simulators.graph.conftest import ALICE, BOB
from tests.simulators.graph.official import Client, at, check, view
from tests.simulators.graph.receiver import Receiver, asked, subscribed

from metonic_simulators.graph import Simulator


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
        {"notificationUrl": "http://[/"},
        {"notificationUrl": "https:///"},
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


async def test_somebody_elses_subscription_is_not_there(
    alice: Client, bob: Client, receiver: Receiver
) -> None:
    found = await subscribed(alice, receiver)

    assert (await bob.refused("DELETE", f"/subscriptions/{found['id']}"))[0] == 404
    assert (await bob.get("/subscriptions"))["value"] == []
