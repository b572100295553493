"""The adapter to a calendar in memory that the troubles of its line reach."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import ClassVar, cast

from metonic_core.model.content import Content
from metonic_core.spi import (
    Account,
    Answer,
    CalendarAdapter,
    CalendarInfo,
    ChangePage,
    Client,
    Create,
    Delete,
    EventPage,
    Field,
    Password,
    Provider,
    ProviderError,
    Push,
    Reading,
    Stored,
    Touched,
    Unavailable,
    Update,
    Window,
)
from metonic_core.testing.calendar import MemoryCalendar
from metonic_core.testing.conduct import Conduct, Trouble
from metonic_core.testing.memory import MemoryAdapter

CALENDAR = "memory"


class Intercepted(Unavailable):
    """Something else answered in the place of the service."""


@dataclass
class Line:
    """What lies between an adapter and its calendar. ``error`` answers everything, ``denied`` all writes.

    ``held`` is done before the next write arrives.
    """

    calendar: MemoryCalendar
    error: ProviderError | None = None
    denied: ProviderError | None = None
    held: Callable[[], Awaitable[None]] | None = None
    loses_answer: bool = False
    loses_request: bool = False
    asked: int = 0
    given: set[str] = field(default_factory=set)
    forgotten: set[str] = field(default_factory=set)
    forgetting: Trouble = Trouble.EXPIRED
    hides: bool = True
    phantoms: list[str] = field(default_factory=list)
    extras: dict[str, str] = field(default_factory=dict)

    async def request(
        self, _method: str, url: str, _headers: Mapping[str, str] | None = None, _body: bytes | None = None
    ) -> Answer:
        return Answer(404, {}, b"", url)

    def ask(self) -> None:
        """One request, which may be answered with an error."""
        self.asked += 1
        if self.error is not None:
            raise self.error

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        self.ask()
        if self.denied is not None:
            raise self.denied
        if self.loses_request:
            self.loses_request = False
            raise Unavailable("The connection was cut.")
        if self.held is not None:
            act, self.held = self.held, None
            await act()
        yield
        if self.loses_answer:
            self.loses_answer = False
            raise Unavailable("The connection was cut.")


class LinedAdapter(MemoryAdapter):
    """The memory adapter at the end of a line. ``push`` is what its provider declares."""

    push: ClassVar[Push | None] = None

    def __init__(self, line: Line) -> None:
        super().__init__(line.calendar)
        self.line = line

    async def authenticate(self) -> Account:
        self.line.ask()
        return replace(await super().authenticate(), calendar_id=CALENDAR)

    async def list_calendars(self) -> Sequence[CalendarInfo]:
        self.line.ask()
        return [CalendarInfo(CALENDAR, "Memory", is_primary=True)]

    async def get_events(self, calendar_id: str, window: Window | None, page: str | None = None) -> EventPage:
        self.line.ask()
        found = await super().get_events(calendar_id, window, page)
        return replace(found, changes=[*found.changes, *self._phantoms()])

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
        self.line.ask()
        is_forgotten = cursor in self.line.forgotten
        self.calendar.strikes = lambda trouble: (
            (trouble is Trouble.HIDDEN and self.line.hides)
            or (is_forgotten and trouble is self.line.forgetting)
        )
        page = await super().get_changes(calendar_id, cursor, window)
        given = page.more or page.done or ""
        self.line.given |= {given}
        # Given anew, the same words are good again.
        self.line.forgotten -= {given}
        return replace(page, changes=[*page.changes, *self._phantoms()])

    def _phantoms(self) -> list[Touched]:
        return [Touched(event_id, "phantom") for event_id in self.line.phantoms]

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        self.line.ask()
        return await super().hydrate(calendar_id, ids)

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        async with self.line.writing():
            return await super().create_event(calendar_id, write)

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        async with self.line.writing():
            return await super().update_event(calendar_id, write)

    async def delete_event(self, calendar_id: str, write: Delete) -> None:
        async with self.line.writing():
            await super().delete_event(calendar_id, write)


class OnlyWhatMustBe(CalendarAdapter):
    """A plugin of nothing but the abstract methods."""

    def __init__(self, line: Line) -> None:
        self._whole = LinedAdapter(line)

    async def authenticate(self) -> Account:
        return await self._whole.authenticate()

    async def get_events(self, calendar_id: str, window: Window | None, page: str | None = None) -> EventPage:
        return await self._whole.get_events(calendar_id, window, page)

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        return await self._whole.create_event(calendar_id, write)

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        return await self._whole.update_event(calendar_id, write)

    async def delete_event(self, calendar_id: str, write: Delete) -> None:
        await self._whole.delete_event(calendar_id, write)

    def same(self, group: str, ours: Content, theirs: Content) -> bool:
        return self._whole.same(group, ours, theirs)


def provider_of(adapter: type[CalendarAdapter], conduct: Conduct) -> Provider:
    """A plugin that speaks through a line with that adapter."""

    def made(client: Client, _account: Account) -> CalendarAdapter:
        line = client if isinstance(client, Line) else Line(MemoryCalendar(conduct))
        return cast("type[LinedAdapter]", adapter)(line)

    fields = (Field("username", "User name"), Field("password", "Password", is_secret=True))
    push = adapter.push if issubclass(adapter, LinedAdapter) else None
    return Provider("memory", "Memory", Password(fields, "memory://"), made, conduct.capabilities, push)
