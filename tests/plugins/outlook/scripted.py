"""A server on loopback that says what a test has it say, in batches too: answers, refusals, and worse."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

from aiohttp import web
from aiohttp.test_utils import TestServer

Body = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """An answer; ``body`` None: none."""

    status: int = 200
    body: Body | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Asked:
    """A request as it arrived, or a part of a batch; ``path`` without version and query, decoded."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Body
    is_part: bool


Answering = Callable[[Asked], Said]


@dataclass
class Scripted:
    """``on`` sets what a method and path are answered with; ``asked`` is what came, of batches their parts.

    ``requests``: how many there were, ``most``: how many at the same time, parts of batches counted where
    nothing says that they wait. ``whole``: what batches are answered with as a whole; ``missing``: the
    numbers of parts that the answer leaves out.
    """

    server: TestServer | None = None
    answers: dict[tuple[str, str], Answering] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    requests: int = 0
    running: int = 0
    most: int = 0
    whole: Said | None = None
    missing: Sequence[int] = ()

    @property
    def url(self) -> str:
        assert self.server is not None
        return str(self.server.make_url("/"))

    def on(self, method: str, path: str, *answers: Said | Answering) -> None:
        """One answer after the other; the last one stays."""
        rest = list(answers)

        def next_one(asked: Asked) -> Said:
            found = rest.pop(0) if len(rest) > 1 else rest[0]
            return found(asked) if callable(found) else found

        self.answers[method, path] = next_one

    def to(self, method: str) -> list[Asked]:
        return [one for one in self.asked if one.method == method]

    async def start(self) -> "Scripted":
        application = web.Application()
        application.router.add_route("*", "/v1.0/{path:.*}", self._answer)
        self.server = TestServer(application)
        await self.server.start_server()
        return self

    async def stop(self) -> None:
        assert self.server is not None
        await self.server.close()

    async def _answer(self, request: web.Request) -> web.Response:
        self.requests += 1
        self.running += 1
        self.most = max(self.most, self.running)
        content = await request.read()
        await asyncio.sleep(0.01)
        self.running -= 1
        target = request.raw_path.removeprefix("/v1.0")
        if target == "/$batch":
            said = self.whole or self._batch(json.loads(content)["requests"])
        else:
            said = self._said(request.method, target, dict(request.headers), content)
        if said is CUT and request.transport:
            request.transport.close()
        kind = {"Content-Type": "application/json"}
        return web.Response(status=said.status, body=said.content, headers={**kind, **said.headers})

    def _said(self, method: str, target: str, headers: dict[str, str], content: bytes | Body | None) -> Said:
        path, _, query = target.partition("?")
        is_part = not isinstance(content, bytes)
        body = json.loads(content) if isinstance(content, bytes) and content else content or {}
        asked = Asked(method, unquote(path), parse_qs(query), headers, body, is_part)
        self.asked.append(asked)
        answering = self.answers.get((method, asked.path))
        return answering(asked) if answering else NOT_FOUND

    def _batch(self, requests: list[Body]) -> Said:
        """One after the other, as they have to be; answered the other way round."""
        done: dict[str, Said] = {}
        for one in requests:
            assert one.get("dependsOn", []) == [*done][-1:], "a part that waits for nobody"
            failed = [name for name in one.get("dependsOn", []) if done[name].status >= 400]
            named = (one["method"], one["url"], one["headers"], one.get("body"))
            done[one["id"]] = FAILED if failed else self._said(*named)
        if CUT in done.values():
            return CUT
        kept = [(name, said) for name, said in done.items() if int(name) not in self.missing]
        shown = [
            {"id": name, "status": said.status, "headers": said.headers, "body": said.body}
            for name, said in reversed(kept)
        ]
        return Said(200, {"responses": shown})


def refused(status: int, code: str, **headers: str) -> Said:
    """A refusal in Graph's envelope."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    error = {"code": code, "message": "A message.", "innerError": {"request-id": "1"}}
    return Said(status, {"error": error}, named)


CUT = Said(0)
"""No answer: the connection ends, that of a whole batch too."""
NOT_FOUND = refused(404, "ErrorItemNotFound")
FAILED = refused(424, "FailedDependency")
EVENTS = "/me/calendars/home/events"
CHANGES = "/me/calendars/home/calendarView/delta"


def calendar() -> Said:
    return Said(body={"id": "home"})
