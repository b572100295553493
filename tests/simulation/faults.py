"""What goes wrong between the engine and the world: lost requests, lost answers, late writes, dead lines."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from tests.simulation import ground
from tests.simulation.announcing import Announcements
from tests.simulation.course import Course
from tests.simulation.parts import leave_unfinished, part_of
from tests.simulation.privacy import Watch

from metonic_core.model.content import Content, Group
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Mapping
from metonic_core.model.when import Window
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.changes import ChangePage, EventPage, Reading
from metonic_core.spi.errors import RateLimited, Unavailable
from metonic_core.spi.provider import Account
from metonic_core.spi.writes import Create, Delete, Failed, Outcome, Stored, Unknown, Update, Write
from metonic_core.testing.conduct import Trouble
from metonic_core.testing.memory import MemoryAdapter
from metonic_gateway.store.ledger import SqlLedger


class Fault(StrEnum):
    """What can happen to a request.

    DEAD: a read gets no answer. LOST: a write never arrives. LATE: it arrives later. UNANSWERED: it arrives,
    and its answer does not. CUT: of a batch the rest is not even tried. PARTLY: of a series that is many
    resources it reaches some, and has no answer.
    """

    DEAD = "dead line"
    LOST = "lost request"
    LATE = "late request"
    UNANSWERED = "lost answer"
    CUT = "cut batch"
    PARTLY = "part of a series"


@dataclass(slots=True)
class Weather:
    """``armed`` is what goes wrong next, wherever it can; ``late`` holds writes that are still on their way.

    ``struck`` counts what went wrong, ``parted`` are the events of which a write reached only a part.
    """

    course: Course
    is_calm: bool = False
    armed: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    late: list[Callable[[], Awaitable[object]]] = field(default_factory=list)
    parted: set[str] = field(default_factory=set)
    watch: Watch = field(default_factory=Watch)
    announcements: Announcements = field(default_factory=Announcements)

    async def step(self) -> None:
        """Between any two I/O steps: others go on meanwhile, or the process dies here."""
        if not self.is_calm:
            await self.course.step()

    def strikes(self, what: Fault | Trouble) -> bool:
        if self.is_calm or not self.armed[what]:
            return False
        self.armed[what] -= 1
        self.struck[what] += 1
        return True

    async def clear(self) -> None:
        """Nothing goes wrong from here on, and all that was on its way arrives."""
        self.is_calm = True
        self.armed.clear()
        while self.late:
            await self.late.pop(0)()


class FaultyAdapter(CalendarAdapter):
    """The memory adapter over a bad line."""

    def __init__(self, inner: MemoryAdapter, weather: Weather) -> None:
        self._inner = inner
        self._weather = weather

    async def authenticate(self) -> Account:
        return await self._inner.authenticate()

    async def get_events(self, calendar_id: str, window: Window | None, page: str | None = None) -> EventPage:
        return await self._inner.get_events(calendar_id, window, page)

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[None]:
        await self._weather.step()
        if self._weather.strikes(Fault.DEAD):
            raise Unavailable("the line is dead")
        yield
        await self._weather.step()

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
        async with self._line():
            return await self._inner.get_changes(calendar_id, cursor, window)

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        async with self._line():
            return await self._inner.hydrate(calendar_id, ids)

    async def find_events(
        self, calendar_id: str, identities: Sequence[UUID]
    ) -> Sequence[Sequence[StoredEvent]]:
        async with self._line():
            return await self._inner.find_events(calendar_id, identities)

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        return await self._inner.create_event(calendar_id, write)

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        return await self._inner.update_event(calendar_id, write)

    async def delete_event(self, calendar_id: str, write: Delete) -> None:
        await self._inner.delete_event(calendar_id, write)

    async def write_events(self, calendar_id: str, writes: Sequence[Write]) -> Sequence[Outcome]:
        outcomes: list[Outcome] = []
        for write in writes:
            await self._weather.step()
            if self._weather.strikes(Fault.CUT):
                limited = RateLimited("the rest was not tried")
                return [*outcomes, *(Failed(limited) for _ in writes[len(outcomes) :])]
            self._weather.announcements.check(write)
            outcomes.append(await self._write(calendar_id, write))
            await self._weather.step()
        return outcomes

    async def _write(self, calendar_id: str, write: Write) -> Outcome:
        if self._weather.strikes(Fault.LOST):
            return Unknown(Unavailable("the request was lost"))
        if self._weather.strikes(Fault.LATE):
            self._weather.late.append(lambda: self._inner.write_events(calendar_id, [write]))
            return Unknown(Unavailable("the request is still on its way"))
        part = part_of(self._inner.calendar, write)
        if part is not None and self._weather.strikes(Fault.PARTLY):
            (outcome,) = await self._inner.write_events(calendar_id, [part])
            if isinstance(outcome, Stored) and not outcome.is_adopted:
                leave_unfinished(self._inner.calendar, outcome.event)
                self._weather.parted.add(outcome.event.id)
            return Unknown(Unavailable("the rest was lost"))
        (outcome,) = await self._inner.write_events(calendar_id, [write])
        if self._weather.strikes(Fault.UNANSWERED):
            return Unknown(Unavailable("the answer was lost"))
        return outcome

    def event_id(self, calendar_id: str, identity: UUID) -> str | None:
        return self._inner.event_id(calendar_id, identity)

    def same(self, group: Group, ours: Content, theirs: Content) -> bool:
        return self._inner.same(group, ours, theirs)


class SteppingLedger(SqlLedger):
    """The real ledger; the process may die before and after each transaction, and others go on there."""

    weather: Weather
    _saved: Sequence[Mapping] = ()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        self._saved = ()
        await self.weather.step()
        async with super().transaction():
            yield
        # Only here is everything stored that was announced, and nobody has come in between yet.
        self.weather.announcements.note(self._saved)
        if not ground.is_side_by_side():
            await self.weather.watch.look(self._saved)
        await self.weather.step()

    async def save(self, rows: Sequence[Mapping]) -> None:
        await super().save(rows)
        self._saved = [*self._saved, *rows]
