"""A subscriber gets the present state first and then each change, as long as the token is good."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from tests.gateway.graphql.client import PROTOCOL, Api, next_of
from tests.gateway.graphql.operations import CONNECT, CREATE, CREDENTIALS, DISCONNECT, SYNC_NOW, lesson

from metonic_gateway.http.identity import Identity, Role
from metonic_gateway.services import status_topic

CHANGED = """subscription ($provider: ProviderName) { syncStatusChanged(provider: $provider) {
  provider state lastSyncStatus openConflicts currentRun { state } } }"""


async def test_the_present_state_comes_first_and_then_each_change(api: Api) -> None:
    calendar = await api.house.connect()

    async with api.subscribed(CHANGED, provider="memory") as socket:
        present = await next_of(socket)
        await api.house.sync(calendar)
        states = [(await next_of(socket))["data"]["syncStatusChanged"]["state"]]
        while states[-1] != "IDLE":
            states.append((await next_of(socket))["data"]["syncStatusChanged"]["state"])

    assert present["data"]["syncStatusChanged"]["state"] == "QUEUED"
    assert set(states) <= {"SYNCING", "QUEUED", "IDLE"}


async def test_a_calendar_connected_later_is_told_when_it_comes(api: Api) -> None:
    async with api.subscribed(CHANGED) as socket:
        await api.call(CONNECT, provider="memory", credentials=CREDENTIALS)

        told = await next_of(socket)

    assert told["data"]["syncStatusChanged"]["provider"] == "memory"


async def test_disconnecting_is_told(api: Api) -> None:
    await api.house.connect()

    async with api.subscribed(CHANGED) as socket:
        await next_of(socket)
        await api.call(DISCONNECT, provider="memory", remove=False)

        told = await next_of(socket)

    assert told["data"]["syncStatusChanged"]["state"] == "DISCONNECTED"


async def test_a_nudge_without_a_change_is_not_told(api: Api) -> None:
    calendar = await api.house.connect()
    await api.house.sync(calendar)

    async with api.subscribed(CHANGED) as socket:
        await next_of(socket)
        api.house.services.feed.publish(status_topic(api.house.user))
        await api.call(SYNC_NOW, provider="memory")

        told = await next_of(socket)

    assert told["data"]["syncStatusChanged"]["currentRun"] == {"state": "QUEUED"}


async def test_somebody_elses_changes_are_not_told(api: Api) -> None:
    stranger = api.as_user("client-2")

    async with stranger.subscribed(CHANGED) as socket:
        await api.house.connect()
        await api.call(CREATE, appointment=lesson())
        await socket.send_json({"type": "ping"})

        assert await socket.receive_json(timeout=5) == {"type": "pong"}


async def test_an_expired_token_ends_the_subscription_at_the_next_change(api: Api) -> None:
    await api.house.connect()
    async with api.subscribed(CHANGED) as socket:
        await next_of(socket)

        api.house.later(timedelta(days=3))
        api.house.services.feed.publish(status_topic(api.house.user))

        told = await next_of(socket)
        assert told["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert (await socket.receive_json(timeout=5))["type"] == "complete"


async def test_an_expired_token_ends_the_subscription_without_a_change_too(api: Api) -> None:
    await api.house.connect()
    short = replace(api, token=api.token_for(Identity(Role.TRAINER, "trainer-1"), timedelta(seconds=-29)))
    async with short.subscribed(CHANGED) as socket:
        await next_of(socket)
        api.house.later(timedelta(seconds=1))

        told = await next_of(socket)

    assert told["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_subscription_over_http_is_refused(api: Api) -> None:
    async with api.session.post(
        f"{api.url}/graphql", json={"query": CHANGED}, headers={"Authorization": f"Bearer {api.token}"}
    ) as answer:
        assert (answer.status, await answer.text()) == (400, "subscriptions are not allowed when using POST")


@pytest.mark.parametrize("params", [{"authorization": "Bearer nonsense"}, {"authorization": 5}, {"a": "b"}])
async def test_a_connection_without_a_good_token_is_closed(params: dict[str, object], api: Api) -> None:
    async with api.connected(**params) as socket:
        message = await socket.receive(timeout=5)

    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 4403)


@pytest.mark.parametrize(
    "message",
    [
        "5",
        "[" * 100_000,
        "no JSON",
        '{"type": 5}',
        '{"type": "complete"}',
        '{"type": "subscribe", "id": 5, "payload": 5}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 5}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ __typename }", "variables": []}}',
    ],
    ids=lambda message: message[:60],
)
async def test_what_is_no_message_closes_the_connection(message: str, api: Api) -> None:
    async with api.connected() as socket:
        await socket.receive_json(timeout=5)
        await socket.send_str(message)

        answer = await socket.receive(timeout=5)

    assert (answer.type, answer.data) == (aiohttp.WSMsgType.CLOSE, 4400)


async def test_the_backend_is_not_told_of_a_users_calendars(api: Api) -> None:
    async with api.as_backend().subscribed(CHANGED) as socket:
        told = await next_of(socket)

    assert told["errors"][0]["extensions"]["code"] == "USERS_ONLY"


async def test_a_page_of_another_origin_cannot_connect(api: Api) -> None:
    url = f"{api.url}/graphql".replace("http", "ws", 1)

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await api.session.ws_connect(url, protocols=[PROTOCOL], origin="https://evil.test")

    assert refused.value.status == 403


async def test_a_subscriber_who_leaves_is_forgotten(api: Api) -> None:
    await api.house.connect()
    async with api.subscribed(CHANGED) as socket:
        await next_of(socket)
        assert _listeners(api)

    async with asyncio.timeout(5):
        while _listeners(api):  # noqa: ASYNC110 - the feed tells nobody who listens
            await asyncio.sleep(0)


def _listeners(api: Api) -> object:
    return api.house.services.feed._by_topic  # noqa: SLF001 - likewise
