"""What comes to the address of a subscription: handshakes, changes, and news of the subscription itself."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from metonic_core.spi import Channel, Fate, Forged, Incoming, Notice
from metonic_outlook.push import read

CHANNEL = Channel("channel-1", "a secret", "subscription-1", datetime(2028, 3, 14, tzinfo=UTC))
OPENING = replace(CHANNEL, resource="")
Item = dict[str, Any]


def item(**changed: object) -> Item:
    usual: Item = {
        "subscriptionId": "subscription-1",
        "clientState": "a secret",
        "changeType": "updated",
        "resource": "Users/u/Events/e",
        "resourceData": {"id": "e"},
        "tenantId": "t",
    }
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


def life(event: object, **changed: object) -> Item:
    return item(lifecycleEvent=event, changeType=None, **changed)


def posted(*items: object) -> Incoming:
    return Incoming({"content-type": "application/json"}, {}, json.dumps({"value": items}).encode())


@pytest.mark.parametrize("kind", ["created", "updated", "deleted", "moved", None])
@pytest.mark.parametrize("channel", [CHANNEL, OPENING])
def test_every_change_is_news(kind: str | None, channel: Channel) -> None:
    assert read(posted(item(changeType=kind)), channel) == Notice(is_news=True)


@pytest.mark.parametrize(
    ("event", "notice"),
    [
        ("missed", Notice(is_news=True)),
        ("reauthorizationRequired", Notice(is_news=False, fate=Fate.DUE)),
        ("REAUTHORIZATIONREQUIRED", Notice(is_news=False, fate=Fate.DUE)),
        ("subscriptionRemoved", Notice(is_news=True, fate=Fate.OVER)),
        ("somethingNew", Notice(is_news=True)),
        (7, Notice(is_news=True)),
    ],
)
def test_news_of_the_subscription_say_what_becomes_of_it(event: object, notice: Notice) -> None:
    assert read(posted(life(event)), CHANNEL) == notice


def test_of_several_in_one_request_the_worst_counts() -> None:
    several = posted(item(), life("reauthorizationRequired"), life("subscriptionRemoved"), life("missed"))

    assert read(several, CHANNEL) == Notice(is_news=True, fate=Fate.OVER)
    assert read(posted(life("reauthorizationRequired"), item()), CHANNEL) == Notice(
        is_news=True, fate=Fate.DUE
    )


FOREIGN = [
    item(clientState="another"),
    item(clientState="a secret "),
    item(clientState="A SECRET"),
    item(clientState=""),
    item(clientState=None),
    item(clientState=7),
    item(clientState=["a secret"]),
    item(clientState="\udcff"),
    item(subscriptionId="subscription-2"),
    item(subscriptionId=None),
    item(subscriptionId={}),
    life("subscriptionRemoved", clientState="another"),
    life("reauthorizationRequired", subscriptionId="subscription-2"),
]


@pytest.mark.parametrize("foreign", FOREIGN, ids=str)
def test_what_is_for_another_channel_is_forged_and_does_not_count_beside_ours(foreign: Item) -> None:
    with pytest.raises(Forged):
        read(posted(foreign), CHANNEL)

    assert read(posted(foreign, life("reauthorizationRequired"), foreign), CHANNEL) == Notice(
        is_news=False, fate=Fate.DUE
    )


def test_what_outruns_the_answer_is_known_by_its_secret() -> None:
    assert read(posted(item(subscriptionId="whatever")), OPENING).is_news
    with pytest.raises(Forged):
        read(posted(item(clientState="another")), OPENING)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff{",
        b"null",
        b"[" * 100_000,
        b'{"value": null}',
        b'{"value": {}}',
        b'{"value": []}',
        b'{"value": [null, 7, "x", []]}',
        b'{"value": [' + b"9" * 5000 + b"]}",
    ],
    ids=lambda body: str(body[:20]),
)
def test_a_body_that_says_nothing_is_forged(body: bytes) -> None:
    with pytest.raises(Forged):
        read(Incoming({}, {}, body), CHANNEL)


@pytest.mark.parametrize("channel", [CHANNEL, OPENING])
def test_the_token_of_a_handshake_is_said_back(channel: Channel) -> None:
    token = "Validation: Testing client application reachability, ü & <b> + 100 %"

    assert read(Incoming({}, {"validationToken": token}, b""), channel) == Notice(is_news=False, text=token)


@pytest.mark.parametrize("token", ["", "x" * 1001, "two\nlines", "\x00", "\u2028", "\x1b[31m"], ids=ascii)
def test_what_is_no_token_is_not_said_back(token: str) -> None:
    with pytest.raises(Forged):
        read(Incoming({}, {"validationToken": token}, b""), OPENING)


def test_a_handshake_brings_no_news() -> None:
    both = replace(posted(item()), query={"validationToken": "x"})

    assert read(both, CHANNEL) == Notice(is_news=False, text="x")
