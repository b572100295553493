"""A client of the API that shares no code with it: HTTP and graphql-transport-ws, spoken with aiohttp."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import aiohttp
from tests.gateway.house import House

from metonic_gateway.app import build_app
from metonic_gateway.http.identity import Identity, Role, issue_token, token_key
from metonic_gateway.serving import bound, served

Json = dict[str, Any]
PROTOCOL = "graphql-transport-ws"


@dataclass(frozen=True)
class Api:
    """Asks as one user. ``call`` is for operations of one field, and gives what that field answers."""

    house: House
    session: aiohttp.ClientSession
    url: str
    token: str

    def as_user(self, user_id: str | None, role: Role = Role.CLIENT, **claims: str) -> "Api":
        return replace(self, token=self.token_for(Identity(role, user_id, **claims)))

    def as_backend(self) -> "Api":
        return self.as_user(None, Role.BACKEND)

    def token_for(self, identity: Identity, lasts: timedelta = timedelta(days=2)) -> str:
        key = token_key(self.house.services.settings.jwt_key.get_secret_value())
        return issue_token(key, identity, self.house.now + lasts)

    async def ask(self, query: str, **variables: object) -> Json:
        """The whole answer, errors included."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        async with self.session.post(f"{self.url}/graphql", json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            result: Json = await answer.json()
            return result

    async def call(self, query: str, **variables: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
        answer = await self.ask(query, **variables)
        assert "errors" not in answer, answer
        (value,) = answer["data"].values()
        return value

    async def refused(self, query: str, **variables: object) -> Json:
        """The only GraphQL error of an operation that has one."""
        (error,) = (await self.ask(query, **variables))["errors"]
        result: Json = error
        return result

    @asynccontextmanager
    async def connected(self, **payload: object) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """A WebSocket, with ``connection_init`` sent."""
        url = f"{self.url}/graphql".replace("http", "ws", 1)
        async with self.session.ws_connect(url, protocols=[PROTOCOL]) as socket:
            params = payload or {"authorization": f"Bearer {self.token}"}
            await socket.send_json({"type": "connection_init", "payload": params})
            yield socket

    @asynccontextmanager
    async def subscribed(
        self, query: str, **variables: object
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        async with self.connected() as socket:
            assert (await socket.receive_json(timeout=5))["type"] == "connection_ack"
            payload = {"query": query, "variables": variables}
            await socket.send_json({"id": "1", "type": "subscribe", "payload": payload})
            yield socket


async def next_of(socket: aiohttp.ClientWebSocketResponse) -> Json:
    message: Json = await socket.receive_json(timeout=5)
    assert message["type"] == "next", message
    payload: Json = message["payload"]
    return payload


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[Api]:
    listening = bound("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with (
        served(build_app(house.services), listening, asyncio.Event()),
        aiohttp.ClientSession() as session,
    ):
        trainer = Api(house, session, url, "")
        yield trainer.as_user("trainer-1", Role.TRAINER, name="Toni", zone="Europe/Berlin")
