"""A stand before a calendar in memory, and the adapter that the troubles of its line reach."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar, cast
from uuid import UUID, uuid4

from metonic_core.model.codec import encode
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.spi import (
    AccessDenied,
    Account,
    Answer,
    CalendarAdapter,
    CalendarGone,
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
    RateLimited,
    Reading,
    SignInNeeded,
    Stored,
    Touched,
    Unavailable,
    Update,
    Window,
)
from metonic_core.testing.calendar import MemoryCalendar
from metonic_core.testing.checks.contents import LESSON
from metonic_core.testing.conduct import CALDAV, GOOGLE, GRAPH, Conduct, Trouble
from metonic_core.testing.memory import MemoryAdapter
from metonic_core.testing.stand import Stand

CALENDAR = "memory"


@dataclass
class Line:
    """What lies between an adapter and its calendar. ``error`` answers everything, ``denied`` all writes."""

    calendar: MemoryCalendar
    error: ProviderError | None = None
    denied: ProviderError | None = None
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

    @contextmanager
    def writing(self) -> Iterator[None]:
        self.ask()
        if self.denied is not None:
            raise self.denied
        if self.loses_request:
            self.loses_request = False
            raise Unavailable("The connection was cut.")
        yield
        if self.loses_answer:
            self.loses_answer = False
            raise Unavailable("The connection was cut.")


class LinedAdapter(MemoryAdapter):
    """The memory adapter at the end of a line."""

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
        with self.line.writing():
            return await super().create_event(calendar_id, write)

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        with self.line.writing():
            return await super().update_event(calendar_id, write)

    async def delete_event(self, calendar_id: str, write: Delete) -> None:
        with self.line.writing():
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
    return Provider("memory", "Memory", Password(fields, "memory://"), made, conduct.capabilities)


class MemoryStand(Stand):
    """``conduct`` says how the service behaves, ``hides`` whether it shows things as late as it may."""

    conduct: ClassVar[Conduct] = GOOGLE
    hides: ClassVar[bool] = True
    page_size = 3

    async def open(self) -> None:
        self.now = datetime(2028, 3, 1, tzinfo=UTC)
        self.calendar = MemoryCalendar(self.conduct, clock=lambda: self.now)
        self.calendar.strikes = lambda trouble: trouble is Trouble.HIDDEN and self.line.hides
        self.client = self.line = Line(self.calendar, hides=self.hides)
        self.account = Account("", "Memory", "memory://", "anybody", CALENDAR)
        self.calendar_id = CALENDAR

    async def settle(self) -> None:
        self.now += self.conduct.visibility_lag + timedelta(seconds=1)

    async def put(self, content: Content) -> str:
        return self._put(content)

    def _put(self, content: Content, *, can_write: bool = True, has_guests: bool = False) -> str:
        made = StoredEvent(uuid4().hex, "", content, "theirs", can_write=can_write, has_guests=has_guests)
        return self.calendar.put(made).id

    async def edit(self, event_id: str, content: Content) -> None:
        self.calendar.put(replace(self.calendar.live[event_id], content=content))

    async def erase(self, event_id: str) -> None:
        self.calendar.erase(event_id)

    async def raw(self, event_id: str) -> str:
        return f"{encode(self.calendar.live[event_id])} {self.line.extras.get(event_id, '')}"

    async def put_decorated(self, content: Content) -> tuple[str, Sequence[str]]:
        event_id = self._put(content)
        self.line.extras[event_id] = "colour=green reminder=10"
        return event_id, ["colour=green", "reminder=10"]

    async def put_unreadable(self) -> str:
        event_id = self._put(LESSON)
        self.calendar.garbled.add(event_id)
        return event_id

    async def put_phantom(self) -> str:
        self.line.phantoms.append("phantom")
        return "phantom"

    async def put_locked(self) -> str:
        return self._put(LESSON, can_write=False)

    async def put_with_guests(self, content: Content) -> str:
        return self._put(content, has_guests=True)

    async def occupy(self, identity: UUID, content: Content) -> None:
        if self.conduct.gives_ids:
            self.cannot("the service gives ids of its own")
        self.calendar.put(StoredEvent(identity.hex, "", content, "theirs"))

    async def duplicate(self, event_id: str) -> str:
        found = self.calendar.live[event_id]
        return self.calendar.put(replace(found, id=uuid4().hex, uid="theirs", identity=None)).id

    async def outbox(self) -> Sequence[str]:
        return list(self.calendar.outbox)

    def requests(self) -> int:
        return self.line.asked

    async def expire_cursors(self) -> None:
        self._forget(Trouble.EXPIRED)

    async def reset_silently(self) -> None:
        self._forget(Trouble.RESET)

    def _forget(self, trouble: Trouble) -> None:
        if trouble not in self.conduct.troubles:
            self.cannot(f"the service has no such trouble: {trouble}")
        self.line.forgetting = trouble
        self.line.forgotten |= self.line.given

    async def answer(self, status: int, retry_after: int | None = None) -> None:
        busy = RateLimited("Too many requests.", retry_after)
        self.line.error = busy if retry_after is not None else Unavailable(f"It failed with {status}.")

    async def fall_silent(self) -> None:
        self.line.error = Unavailable("Nobody answers.")

    async def recover(self) -> None:
        self.line.error = None

    async def lose_answer(self) -> None:
        self.line.loses_answer = True

    async def lose_request(self) -> None:
        self.line.loses_request = True

    async def refuse_writes(self) -> None:
        self.line.denied = AccessDenied("The calendar may only be read.")

    async def revoke(self) -> None:
        self.line.error = SignInNeeded("Please sign in again.")

    async def delete_calendar(self) -> None:
        self.line.error = CalendarGone("There is no such calendar.")


class GoogleStand(MemoryStand):
    """Shows things at once: a create that comes again before that finds its id taken by nothing."""

    conduct = GOOGLE
    hides = False


class GraphStand(MemoryStand):
    conduct = GRAPH


class CaldavStand(MemoryStand):
    conduct = CALDAV
