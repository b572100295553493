"""Whoever is told of changes, over real HTTP."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from metonic_simulators.wire.serving import listening


@dataclass
class Receiver:
    """``handshake``: how it answers a validation; ``status``: how it answers a message."""

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
async def receiving() -> AsyncIterator[Receiver]:
    receiver, application = Receiver(), web.Application()
    application.router.add_post("/{path:.*}", receiver.hear)
    async with listening(application, 0) as receiver.url:
        yield receiver
