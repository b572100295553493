"""A stand before what stands in for a provider that one signs in to, and troubles on the way there."""

import json
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote

from tests.listening import listening
from tests.plugins.outside import HttpClient, account, session

from metonic_core.model.content import Content
from metonic_core.spi import Answer, Incoming, Unavailable
from metonic_core.testing.stand import Stand
from metonic_simulators.wire.signed_in import SignedIn

Body = dict[str, Any]
OneStand = TypeVar("OneStand", bound=Stand)
OneStandIn = TypeVar("OneStandIn", bound=SignedIn[Any, Any])


@dataclass
class Troubled(HttpClient):
    """The plugin's client. ``instead`` answers everything; ``held`` is done before the next write arrives.

    ``is_write`` tells by method, address and body whether a request writes, or a part of it.
    """

    is_write: Callable[[str, str, bytes | None], bool] = field(kw_only=True)
    held: Callable[[], Awaitable[None]] | None = None
    instead: Answer | None = None
    is_silent: bool = False
    loses_answer: bool = False
    loses_request: bool = False

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        is_write = self.is_write(method, url, body)
        if self.is_silent or (is_write and self._happens("loses_request")):
            self.asked.append((method, url))
            raise Unavailable("The connection was cut.")
        if self.instead is not None:
            self.asked.append((method, url))
            return self.instead
        if is_write and self.held is not None:
            act, self.held = self.held, None
            await act()
        answer = await super().request(method, url, headers, body)
        if is_write and self._happens("loses_answer"):
            raise Unavailable("The connection was cut.")
        return answer

    def _happens(self, once: str) -> bool:
        happens = bool(getattr(self, once))
        setattr(self, once, False)
        return happens


class SignedInStand(Stand):
    """Of somebody's calendar there, of which another client writes in the provider's own words.

    ``open`` has to set ``calendar_id`` after ``begin``. ``foreign``: fields of an event that Metonic does not
    know. ``prefers``: headers that the other client sends.
    """

    foreign: ClassVar[Body]
    prefers: ClassVar[Mapping[str, str]] = {}
    stand_in: SignedIn[Any, Any]
    client: Troubled

    async def begin(self, stand_in: AbstractAsyncContextManager[OneStandIn]) -> OneStandIn:
        """Start it, with both clients before it."""
        self._stack = AsyncExitStack()
        begun = await self._stack.enter_async_context(stand_in)
        http = await self._stack.enter_async_context(session())
        self.client, self._other = Troubled(http, is_write=self.is_write), HttpClient(http)
        self.stand_in, self.account = begun, account(begun.url)
        self.sign_in()
        return begun

    async def close(self) -> None:
        await self._stack.aclose()

    @abstractmethod
    def sign_in(self) -> None:
        """Both clients, anew: tokens last for an hour."""

    @staticmethod
    @abstractmethod
    def is_write(method: str, url: str, body: bytes | None) -> bool:
        """Whether the request writes, or a part of it."""

    @property
    @abstractmethod
    def address(self) -> str:
        """The calendar's at the API, as the other client knows it."""

    @staticmethod
    @abstractmethod
    def written(content: Content) -> Body:
        """The fields of an event, or of the master of a series."""

    @abstractmethod
    async def vary(self, event_id: str, content: Content) -> None:
        """Have its occurrences differ as the content says."""

    async def settle(self) -> None:
        """What is written shows at once."""

    async def ask(self, method: str, path: str, body: Body | None = None) -> Any:  # noqa: ANN401 - JSON
        """The other client's request about the calendar."""
        return await self._other.ask(method, f"{self.address}{path}", body, self.prefers)

    def path(self, event_id: str) -> str:
        return f"/events/{quote(event_id, safe='')}"

    async def put(self, content: Content) -> str:
        return await self.put_with(content, {})

    async def put_with(self, content: Content, more: Body) -> str:
        """An event with these fields besides."""
        made = await self.ask("POST", "/events", self.written(content) | more)
        await self.vary(str(made["id"]), content)
        return str(made["id"])

    async def put_decorated(self, content: Content) -> tuple[str, Sequence[str]]:
        event_id = await self.put_with(content, self.foreign)
        return event_id, [
            json.dumps({name: value}, sort_keys=True)[1:-1] for name, value in self.foreign.items()
        ]

    async def edit(self, event_id: str, content: Content) -> None:
        await self.ask("PATCH", self.path(event_id), self.written(content))
        await self.vary(event_id, content)

    async def erase(self, event_id: str) -> None:
        await self.ask("DELETE", self.path(event_id))

    async def outbox(self) -> Sequence[str]:
        return [f"{mail.method} to {mail.recipient}" for mail in self.stand_in.outbox]

    def now(self) -> datetime:
        return self.stand_in.clock.now()

    async def listen(self, take: Callable[[Incoming], str | None]) -> str:
        return await self._stack.enter_async_context(listening(take))

    async def delivered(self) -> None:
        await self.stand_in.settled()

    def requests(self) -> int:
        return len(self.client.asked)

    async def expire_cursors(self) -> None:
        self.stand_in.world.tokens.expire()

    async def answer(self, status: int, retry_after: int | None = None) -> None:
        headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        self.client.instead = Answer(status, headers, b"", self.stand_in.url)

    async def intercept(self, body: bytes, media_type: str) -> None:
        self.client.instead = Answer(200, {"content-type": media_type}, body, self.stand_in.url)

    async def fall_silent(self) -> None:
        self.client.is_silent = True

    async def recover(self) -> None:
        self.client.instead, self.client.is_silent = None, False

    async def before_next_write(self, act: Callable[[], Awaitable[None]]) -> None:
        self.client.held = act

    async def lose_answer(self) -> None:
        self.client.loses_answer = True

    async def lose_request(self) -> None:
        self.client.loses_request = True

    async def delete_calendar(self) -> None:
        await self.ask("DELETE", "")


@asynccontextmanager
async def opened(stand: OneStand) -> AsyncIterator[OneStand]:
    await stand.open()
    try:
        yield stand
    finally:
        await stand.close()
