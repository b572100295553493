"""The stage of ``tests.stage`` with what stands in for a provider that one signs in to, at its own page.

Who signs in through the API has a ``phone``: another client of the same calendar, signed in as Bob who shares
it, so that the log tells who wrote.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import aiohttp
from tests.gateway.graphql.client import Api, Json, serving
from tests.gateway.graphql.operations import ERROR
from tests.gateway.house import open_house
from tests.gateway.registered import PAGE, register, stand_ins
from tests.plugins.outside import HttpClient, session
from tests.stage import Member
from yarl import URL

from metonic_core.spi import Provider
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.http.identity import Identity, Role
from metonic_simulators.wire.signed_in import SignedIn

_BEGIN = f"""mutation ($provider: ProviderName!, $page: String!) {{
  connectProvider(provider: $provider, redirectUri: $page) {{
  ... on ConnectionStart {{ authUrl }} {ERROR} }} }}"""
_COMPLETE = f"""mutation ($provider: ProviderName!, $code: String!, $state: String!) {{
  completeConnection(provider: $provider, code: $code, state: $state) {{
  ... on ConnectedCalendar {{ id calendarId }} {ERROR} }} }}"""


@dataclass
class Phone(ABC):
    """A calendar as its user has it: the provider's own resources, by whatever client.

    ``title`` is what the provider calls the title of an event; ``calendar`` the address of the calendar.
    """

    title: ClassVar[str]
    client: HttpClient
    calendar: str

    async def ask(self, method: str, path: str = "", body: Json | None = None) -> Any:  # noqa: ANN401 - JSON
        """A request about the events of the calendar; it must be answered as asked."""
        self.client.token = self.token()
        return await self.client.ask(method, f"{self.calendar}/events{path}", body)

    @abstractmethod
    def token(self) -> str:
        """Bob's, that is good now."""

    @abstractmethod
    async def events(self) -> list[Json]:
        """Masters and single events that are there; exceptions too where they are listed."""

    @abstractmethod
    def at(self, event: Json) -> str:
        """The path of that event."""

    @abstractmethod
    async def put(self, title: str, **fields: object) -> Json:
        """A new event of an hour, on December 3rd at ten in Berlin."""

    @abstractmethod
    async def put_series(self, title: str) -> Json:
        """The same for six weeks."""

    @abstractmethod
    async def put_invitation(self, title: str) -> None:
        """The same, to which somebody else invited her."""

    @abstractmethod
    async def put_with_guests(self, title: str) -> None:
        """The same, to which she invited others."""

    @abstractmethod
    async def move(self, series: Json, day: int) -> None:
        """The occurrence of that day in December to the day after, six hours later."""

    @abstractmethod
    async def cancel(self, series: Json, day: int) -> None:
        """The occurrence of that day in December does not take place."""

    @abstractmethod
    async def starts(self) -> list[str]:
        """When whatever takes place begins, in UTC, occurrence by occurrence."""

    async def titles(self) -> list[str]:
        return sorted(str(event[self.title]) for event in await self.events())

    async def named(self, title: str) -> Json:
        """The only event with that title."""
        (found,) = [event for event in await self.events() if event.get(self.title) == title]
        return found

    async def edit(self, title: str, **fields: object) -> None:
        await self.ask("PATCH", self.at(await self.named(title)), fields)

    async def rename(self, title: str, new: str) -> None:
        await self.edit(title, **{self.title: new})

    async def delete(self, title: str) -> None:
        await self.ask("DELETE", self.at(await self.named(title)))


OneSignedIn = TypeVar("OneSignedIn", bound="SignedInMember")


@dataclass
class SignedInMember(Member):
    """Whose calendar is at such a provider. ``stand_in`` is all of it, mails and switches too.

    ``account``: who signs in there; ``unread``: faults by which a read of changes breaks off, ``breaks``:
    after how many pages. ``pages`` and ``watch`` are the paths of such a read and of asking for a push
    channel, as faults name them.
    """

    value: ClassVar[Provider]
    account: ClassVar[str]
    unread: ClassVar[tuple[str, ...]]
    breaks: ClassVar[tuple[int, ...]]
    pages: ClassVar[str]
    watch: ClassVar[str]
    stand_in: SignedIn[Any, Any]
    phone: Phone

    @classmethod
    @abstractmethod
    def simulated(cls, start: datetime) -> AbstractAsyncContextManager[SignedIn[Any, Any]]:
        """What stands in for the provider, with a clock that stands still."""

    @classmethod
    @abstractmethod
    def with_phone(cls, simulator: SignedIn[Any, Any], client: HttpClient) -> Phone:
        """Shares the calendar with Bob."""

    @abstractmethod
    def writes(self) -> int:
        """How many writes to events the service asked for, in batches or alone."""

    @abstractmethod
    def lose_calendar(self) -> None:
        """It is not hers any more, with all that is in it."""

    @abstractmethod
    def lock_calendar(self) -> None:
        """She may only read it any more."""

    @abstractmethod
    def channels(self) -> int:
        """How many push channels there are."""

    async def sync(self, later: timedelta = timedelta(minutes=20)) -> None:
        self.stand_in.advance(seconds=later.total_seconds())
        await super().sync(later)

    def forget_cursors(self) -> None:
        self.stand_in.world.tokens.expire()

    def revoke(self) -> None:
        """She takes our access back."""
        self.stand_in.revoke(self.account)

    async def sign_in(self) -> Json:
        """To the provider's page and back."""
        return await _sign_in(self.api, self.value, self.stand_in, self.account)


async def _sign_in(api: Api, provider: Provider, simulator: Any, account: str) -> Json:  # noqa: ANN401 - either
    start = await api.call(_BEGIN, provider=provider.name, page=PAGE)
    back = URL(simulator.allow(dict(URL(start["authUrl"]).query), account)).query
    told: Json = await api.call(_COMPLETE, provider=provider.name, code=back["code"], state=back["state"])
    return told


@asynccontextmanager
async def staged(kind: type[OneSignedIn], database: Path) -> AsyncIterator[OneSignedIn]:
    """A trainer whose calendar at that provider is connected and was synced once."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(database))
        simulator = await stack.enter_async_context(kind.simulated(house.now))
        egress = Egress(allow_private_addresses=True, stand_ins=stand_ins(kind.value, simulator.url))
        client = simulator.client_id, simulator.client_secret
        register(house, kind.value, client, await stack.enter_async_context(egress))
        api = await stack.enter_async_context(serving(house))
        identity = Identity(Role.TRAINER, "trainer-1", "trainer-1", "Europe/Berlin")
        api = replace(api, token=api.token_for(identity, timedelta(days=1000)))
        http: aiohttp.ClientSession = await stack.enter_async_context(session())
        phone = kind.with_phone(simulator, HttpClient(http))
        told = await _sign_in(api, kind.value, simulator, kind.account)
        person = kind(house, api, UUID(told["id"]), simulator, phone)
        await person.sync()
        yield person
