"""Channels: what is asked for one, what its messages say, and which are not for it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.plugins.google.scripted import EVENTS, NOT_FOUND, Scripted, error
from tests.plugins.outside import HttpClient, account
from tests.plugins.scripted import Said

from metonic_core.spi import (
    Answer,
    CalendarGone,
    Channel,
    ChannelAsk,
    Forged,
    Incoming,
    Misconfigured,
    ProviderError,
    RateLimited,
    SignInNeeded,
    Unacceptable,
)
from metonic_google.adapter import GoogleAdapter
from metonic_google.push import read

UNTIL = datetime(2028, 3, 14, 10, tzinfo=UTC)
ASK = ChannelAsk("channel-1", "https://metonic.example/webhooks/google/1", "a secret", UNTIL)
CHANNEL = Channel("channel-1", "a secret", "resource-1", UNTIL)
HEADERS = {
    "x-goog-channel-id": "channel-1",
    "x-goog-channel-token": "a secret",
    "x-goog-resource-id": "resource-1",
    "x-goog-resource-state": "exists",
    "x-goog-message-number": "10",
}


def message(**changed: str) -> Incoming:
    return Incoming({**HEADERS, **{f"x-goog-{k.replace('_', '-')}": v for k, v in changed.items()}}, {}, b"")


@pytest.mark.parametrize(("state", "is_news"), [("exists", True), ("not_exists", True), ("sync", False)])
def test_every_message_but_the_first_is_news(state: str, *, is_news: bool) -> None:
    assert read(message(resource_state=state), CHANNEL).is_news is is_news


@pytest.mark.parametrize("changed", ["channel_id", "channel_token", "resource_id"])
@pytest.mark.parametrize("value", ["", "other", "Ünicode \udcff"])
def test_a_message_of_another_channel_is_forged(changed: str, value: str) -> None:
    with pytest.raises(Forged):
        read(message(**{changed: value}), CHANNEL)


def test_a_message_that_outruns_the_answer_is_known_by_its_token() -> None:
    opening = replace(CHANNEL, resource="")

    assert not read(message(resource_state="sync"), opening).is_news
    with pytest.raises(Forged):
        read(message(channel_token="other"), opening)


def test_a_message_without_headers_is_forged() -> None:
    with pytest.raises(Forged):
        read(Incoming({}, {}, b""), CHANNEL)


async def test_a_channel_lasts_as_long_as_google_says(adapter: GoogleAdapter, server: Scripted) -> None:
    ends = UNTIL - timedelta(days=2)
    answer = {
        "kind": "api#channel",
        "id": "channel-1",
        "resourceId": "resource-1",
        "expiration": str(int(ends.timestamp() * 1000)),
    }
    server.on("POST", f"{EVENTS}/watch", Said(body=answer))

    channel = await adapter.setup_webhook("primary", ASK)

    assert channel == replace(CHANNEL, expires_at=ends)
    assert server.asked[0].body == {
        "id": "channel-1",
        "type": "web_hook",
        "address": ASK.address,
        "token": "a secret",
        "expiration": str(int(UNTIL.timestamp() * 1000)),
    }


@pytest.mark.parametrize("expiration", [None, "soon", "9" * 40, {}])
async def test_a_channel_of_which_google_does_not_say_lasts_as_asked(
    adapter: GoogleAdapter, server: Scripted, expiration: object
) -> None:
    server.on("POST", f"{EVENTS}/watch", Said(body={"resourceId": "resource-1", "expiration": expiration}))

    assert (await adapter.setup_webhook("primary", ASK)).expires_at == UNTIL


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (error(400, "pushNotSupportedForRequestedResource"), Unacceptable),
        (error(400, "push.webhookUrlNotHttps", domain="global"), Unacceptable),
        (error(401, "push.webhookUrlUnauthorized", domain="global"), Misconfigured),
        (error(403, "push.webhookUrlUnauthorized", domain="global"), Misconfigured),
        (Said(401), SignInNeeded),
        (error(403, "rateLimitExceeded"), RateLimited),
        (NOT_FOUND, CalendarGone),
    ],
)
async def test_a_refused_channel_says_whose_fault_it_is(
    adapter: GoogleAdapter, server: Scripted, refusal: Said, kind: type[ProviderError]
) -> None:
    server.on("POST", f"{EVENTS}/watch", refusal)

    with pytest.raises(kind):
        await adapter.setup_webhook("primary", ASK)


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (error(401, "push.webhookUrlUnauthorized", domain="global"), Misconfigured),
        (Said(401), SignInNeeded),
    ],
)
async def test_a_domain_that_is_refused_is_no_sign_in_that_is_over(
    client: HttpClient, server: Scripted, refusal: Said, kind: type[ProviderError]
) -> None:
    class Renewing:
        async def request(
            self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
        ) -> Answer:
            answer = await client.request(method, url, headers, body)
            raise SignInNeeded("Google no longer lets us in.", answer)

    server.on("POST", f"{EVENTS}/watch", refusal)

    with pytest.raises(kind):
        await GoogleAdapter(Renewing(), account(server.url)).setup_webhook("primary", ASK)


@pytest.mark.parametrize("answer", [Said(204), NOT_FOUND, Said(410)])
async def test_a_channel_that_is_gone_is_closed(
    adapter: GoogleAdapter, server: Scripted, answer: Said
) -> None:
    server.on("POST", "/channels/stop", answer)

    await adapter.stop_webhook("primary", CHANNEL)

    assert server.asked[0].body == {"id": "channel-1", "resourceId": "resource-1"}


async def test_a_channel_that_could_not_be_closed_says_so(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("POST", "/channels/stop", Said(401))

    with pytest.raises(SignInNeeded):
        await adapter.stop_webhook("primary", CHANNEL)


async def test_no_message_of_an_error_holds_the_secret(adapter: GoogleAdapter, server: Scripted) -> None:
    server.on("POST", f"{EVENTS}/watch", error(400, "a secret"))

    with pytest.raises(Unacceptable) as caught:
        await adapter.setup_webhook("primary", ASK)

    assert "secret" not in caught.value.message
    assert json.dumps(server.asked[0].body)
