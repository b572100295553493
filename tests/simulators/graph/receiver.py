"""Whoever is told of changes, over real HTTP."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web
from tests.simulators.graph.official import Client

from metonic_simulators.wire.serving import listening


@dataclass
class Receiver:
    """``now``: what time it is; ``handshake``: how it answers a validation; ``status``: a message."""

    now: Callable[[], datetime]
    url: str = ""
    handshake: str = "good"
    status: int = 202
    validated: list[str] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)

    @property
    def items(self) -> list[Any]:
        return [item for body in self.bodies for item in body["value"]]

    @property
    def changes(self) -> list[str]:
        """Of which kind they were, or what happened in the life of a subscription."""
        return [one.get("changeType") or one["lifecycleEvent"] for one in self.items]

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        if "validationToken" not in request.query:
            self.bodies.append(json.loads(body))
            return web.Response(status=self.status)
        assert (body, request.content_type) == (b"", "text/plain")
        self.validated.append(request.path_qs)
        token = request.query["validationToken"]
        match self.handshake:
            case "refused":
                return web.Response(status=403)
            case "other":
                return web.Response(text="something else")
            case "json":
                return web.json_response(token)
            case "gone":
                if request.transport is not None:
                    request.transport.close()
        return web.Response(text=token)


@asynccontextmanager
async def receiving(now: Callable[[], datetime]) -> AsyncIterator[Receiver]:
    receiver, application = Receiver(now), web.Application()
    application.router.add_post("/{path:.*}", receiver.hear)
    async with listening(application, 0) as receiver.url:
        yield receiver


def asked(receiver: Receiver, minutes: float = 4000, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    usual = {
        "changeType": "created,updated,deleted",
        "notificationUrl": f"{receiver.url}hear?key=1",
        "resource": "/me/events",
        "expirationDateTime": f"{receiver.now() + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%S.0000000Z}",
        "clientState": "secret",
    }
    return {name: value for name, value in {**usual, **more}.items() if value is not None}


async def subscribed(alice: Client, receiver: Receiver, **more: Any) -> Any:  # noqa: ANN401 - JSON
    life = {"lifecycleNotificationUrl": f"{receiver.url}life"}
    return await alice.post("/subscriptions", asked(receiver, **{**life, **more}))
