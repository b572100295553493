"""A server on loopback that says what a test has it say: answers, faults, and worse."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from urllib.parse import parse_qs, unquote

from aiohttp import web
from aiohttp.test_utils import TestServer

Body = dict[str, Any]


class Request(Protocol):
    """A request as it arrived."""

    @property
    def method(self) -> str: ...

    @property
    def path(self) -> str: ...


OneAsked = TypeVar("OneAsked", bound=Request)
OneSaid = TypeVar("OneSaid")


@dataclass
class Scripted(ABC, Generic[OneAsked, OneSaid]):
    """``on`` sets what a method and path are answered with; ``asked`` is what came, of batches their parts.

    ``requests``: how many there were, ``most``: how many at the same time, each of which lasts for ``pause``.
    """

    pause: ClassVar[float] = 0
    server: TestServer | None = None
    answers: dict[tuple[str, str], Callable[[OneAsked], OneSaid]] = field(default_factory=dict)
    asked: list[OneAsked] = field(default_factory=list)
    requests: int = 0
    running: int = 0
    most: int = 0

    @property
    def url(self) -> str:
        assert self.server is not None
        return str(self.server.make_url("/"))

    def on(self, method: str, path: str, *answers: OneSaid | Callable[[OneAsked], OneSaid]) -> None:
        """One answer after the other; the last one stays."""
        rest = list(answers)

        def next_one(asked: OneAsked) -> OneSaid:
            found = rest.pop(0) if len(rest) > 1 else rest[0]
            return found(asked) if callable(found) else found

        self.answers[method, path] = next_one

    def to(self, method: str) -> list[OneAsked]:
        return [one for one in self.asked if one.method == method]

    def answered(self, asked: OneAsked, otherwise: OneSaid) -> OneSaid:
        """What is set for it, or else that."""
        self.asked.append(asked)
        answering = self.answers.get((asked.method, asked.path))
        return answering(asked) if answering else otherwise

    @abstractmethod
    def answer(self, request: web.Request, content: bytes) -> web.Response: ...

    async def receive(self, request: web.Request) -> web.Response:
        self.requests += 1
        self.running += 1
        self.most = max(self.most, self.running)
        content = await request.read()
        # Requests that are sent together are seen together.
        await asyncio.sleep(self.pause)
        self.running -= 1
        return self.answer(request, content)


OneScripted = TypeVar("OneScripted", bound=Scripted[Any, Any])


@asynccontextmanager
async def running(scripted: OneScripted) -> AsyncIterator[OneScripted]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", scripted.receive)
    scripted.server = TestServer(application)
    async with scripted.server:
        yield scripted


@dataclass(frozen=True)
class Said:
    """An answer in JSON; ``body`` None: none."""

    status: int = 200
    body: Body | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """Over several lines."""
        return b"" if self.body is None else json.dumps(self.body, indent=1).encode()


@dataclass(frozen=True)
class Asked:
    """A request as it arrived, or a part of a batch; ``path`` without its query, decoded."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Body
    is_part: bool


Answering = Callable[[Asked], Said]


@dataclass
class ScriptedJson(Scripted[Asked, Said], ABC):
    """In JSON, and in batches too.

    ``otherwise`` is said where nothing is set. ``whole``: what batches are answered with as a whole;
    ``missing``: the numbers of parts that the answer leaves out.
    """

    otherwise: ClassVar[Said]
    whole: Said | None = None
    missing: Sequence[int] = ()

    def said(
        self, method: str, target: str, headers: dict[str, str], content: bytes, *, is_part: bool = False
    ) -> Said:
        path, _, query = target.partition("?")
        body = json.loads(content) if content.strip() else {}
        asked = Asked(method, unquote(path), parse_qs(query), headers, body, is_part)
        return self.answered(asked, self.otherwise)


def sent(said: Said) -> web.Response:
    headers = {"Content-Type": "application/json", **said.headers}
    return web.Response(status=said.status, body=said.content, headers=headers)
