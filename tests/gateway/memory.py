"""A provider without a network: calendars in memory, and errors on demand."""

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Window
from metonic_core.spi import (
    Account,
    Answer,
    CalendarAdapter,
    CalendarInfo,
    Capabilities,
    Client,
    Create,
    Delete,
    EtagMismatch,
    EventPage,
    Field,
    NotFound,
    Password,
    Provider,
    ProviderError,
    Seen,
    SignInNeeded,
    Stored,
    Update,
)
from metonic_core.spi.provider import Credentials

HOME = CalendarInfo("home", "Home", is_primary=True)
WORK = CalendarInfo("work", "Work")
HOLIDAYS = CalendarInfo("holidays", "Holidays", is_writable=False)


async def _nothing() -> None:
    return


@dataclass
class World:
    """What stands at the provider. ``before_reading`` runs whenever a calendar is about to be read.

    ``error`` is the answer to everything, ``errors`` what single calendars answer; ``reading`` is the one
    being read. ``before_writing`` runs before each write.
    """

    password: str = "secret"
    subject: str = "account-1"
    calendars: list[CalendarInfo] = field(default_factory=lambda: [HOME, HOLIDAYS])
    events: dict[str, dict[str, StoredEvent]] = field(default_factory=dict)
    error: ProviderError | None = None
    errors: dict[str, ProviderError] = field(default_factory=dict)
    reading: str = ""
    reads: int = 0
    before_reading: Callable[[], Awaitable[None]] = _nothing
    before_writing: Callable[[], Awaitable[None]] = _nothing

    def titles(self, calendar: str = "home") -> list[str]:
        return sorted(event.content.title for event in self.events.get(calendar, {}).values())

    def check(self, calendar: str | None = None) -> None:
        if self.error is not None:
            raise self.error
        if calendar in self.errors:
            raise self.errors[calendar]

    def put(self, calendar: str, event: StoredEvent) -> StoredEvent:
        known = self.events.setdefault(calendar, {})
        stored = replace(event, etag=f"{int(known[event.id].etag) + 1 if event.id in known else 1}")
        known[event.id] = stored
        return stored


class MemoryAdapter(CalendarAdapter):
    """The adapter of one account of a world; the password that was typed travels in the client."""

    def __init__(self, world: World, client: Client, account: Account) -> None:
        self._world = world
        self._client = client
        self._account = account

    async def authenticate(self) -> Account:
        self._world.check()
        answer = await self._client.request("GET", "https://memory.test/")
        if answer.body.decode() != self._world.password:
            raise SignInNeeded("The user name or password is wrong.")
        return replace(self._account, subject=self._world.subject, name=f"{self._account.username} (memory)")

    async def list_calendars(self) -> Sequence[CalendarInfo]:
        return list(self._world.calendars)

    async def get_events(self, calendar_id: str, window: Window | None, page: str | None = None) -> EventPage:  # noqa: ARG002 - the interface's
        self._world.reads += 1
        self._world.reading = calendar_id
        await self._world.before_reading()
        self._world.check(calendar_id)
        return EventPage([Seen(event) for event in self._world.events.get(calendar_id, {}).values()])

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        await self._world.before_writing()
        self._world.check(calendar_id)
        found = self._world.events.get(calendar_id, {}).get(write.identity.hex)
        if found is not None:
            return Stored(found, is_adopted=True)
        made = StoredEvent(write.identity.hex, "1", write.content, marker=write.marker)
        return Stored(self._world.put(calendar_id, made))

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        await self._world.before_writing()
        found = self._found(calendar_id, write)
        content = found.content.take(write.groups, write.content)
        return Stored(self._world.put(calendar_id, replace(found, content=content, marker=write.marker)))

    async def delete_event(self, calendar_id: str, write: Delete) -> None:
        await self._world.before_writing()
        self._found(calendar_id, write)
        del self._world.events[calendar_id][write.id]

    def event_id(self, calendar_id: str, identity: UUID) -> str:  # noqa: ARG002 - the interface's
        return identity.hex

    def _found(self, calendar_id: str, write: Update | Delete) -> StoredEvent:
        self._world.check(calendar_id)
        found = self._world.events.get(calendar_id, {}).get(write.id)
        if found is None:
            raise NotFound("There is no such event.")
        if found.etag != write.etag:
            raise EtagMismatch("The event has changed.")
        return found


def memory_provider(world: World, name: str = "memory") -> Provider:
    return Provider(
        name=name,
        title="Memory",
        sign_in=Password(
            (Field("username", "User name"), Field("password", "Password", is_secret=True)),
            "https://memory.test/",
        ),
        adapter=lambda client, account: MemoryAdapter(world, client, account),
        capabilities=Capabilities(),
    )


class MemoryEgress:
    """Hands out clients whose every answer is the password they were made with."""

    def client(self, _provider: Provider, _server: str, authorization: str) -> Client:
        return _Echo(authorization)

    async def close(self) -> None:
        return


class _Echo:
    def __init__(self, authorization: str) -> None:
        self._authorization = authorization

    async def request(
        self,
        _method: str,
        url: str,
        _headers: Mapping[str, str] | None = None,
        _body: bytes | None = None,
    ) -> Answer:
        typed = base64.b64decode(self._authorization.removeprefix("Basic ")).partition(b":")[2]
        return Answer(200, {}, typed, url)


CREDENTIALS: Credentials = {"username": "toni", "password": "secret"}
