"""What goes wrong between the engine and the world: crashes at any I/O step, lost answers, late writes."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from tests.simulation.privacy import Watch

from metonic_core.model.content import Content, Group
from metonic_core.model.mapping import Mapping
from metonic_core.model.when import Window
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.changes import ChangePage, EventPage, Reading
from metonic_core.spi.errors import Unavailable
from metonic_core.spi.provider import Account
from metonic_core.spi.writes import Create, Delete, Outcome, Stored, Unknown, Update, Write
from metonic_core.testing.memory import MemoryAdapter
from metonic_gateway.store.ledger import SqlLedger


class Crash(BaseException):
    """The process dies here."""


@dataclass(slots=True)
class Weather:
    """``between`` is called between any two I/O steps; ``late`` holds writes that are still on their way."""

    dice: Random
    between: Callable[[], Awaitable[None]]
    is_calm: bool = False
    late: list[Callable[[], Awaitable[object]]] = field(default_factory=list)
    watch: Watch = field(default_factory=Watch)

    async def step(self) -> None:
        if self.is_calm:
            return
        if self.dice.random() < 0.012:
            raise Crash
        await self.between()

    def chance(self, probability: float) -> bool:
        return not self.is_calm and self.dice.random() < probability


class FaultyAdapter(CalendarAdapter):
    """The memory adapter over a bad line."""

    def __init__(self, inner: MemoryAdapter, weather: Weather) -> None:
        self._inner = inner
        self._weather = weather
        self.writes = 0

    async def authenticate(self) -> Account:
        return await self._inner.authenticate()

    async def get_events(self, calendar_id: str, window: Window | None, page: str | None = None) -> EventPage:
        return await self._inner.get_events(calendar_id, window, page)

    async def get_changes(self, calendar_id: str, cursor: str | None, window: Window) -> ChangePage:
        await self._weather.step()
        if self._weather.chance(0.02):
            raise Unavailable("the line is dead")
        page = await self._inner.get_changes(calendar_id, cursor, window)
        await self._weather.step()
        return page

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        await self._weather.step()
        if self._weather.chance(0.02):
            raise Unavailable("the line is dead")
        readings = await self._inner.hydrate(calendar_id, ids)
        await self._weather.step()
        return readings

    async def create_event(self, calendar_id: str, write: Create) -> Stored:
        return await self._inner.create_event(calendar_id, write)

    async def update_event(self, calendar_id: str, write: Update) -> Stored:
        return await self._inner.update_event(calendar_id, write)

    async def delete_event(self, calendar_id: str, write: Delete) -> None:
        await self._inner.delete_event(calendar_id, write)

    async def write_events(self, calendar_id: str, writes: Sequence[Write]) -> Sequence[Outcome]:
        outcomes = []
        for write in writes:
            self.writes += 1
            await self._weather.step()
            outcomes.append(await self._write(calendar_id, write))
            await self._weather.step()
        return outcomes

    async def _write(self, calendar_id: str, write: Write) -> Outcome:
        if self._weather.chance(0.04):
            return Unknown(Unavailable("the request was lost"))
        if self._weather.chance(0.03):
            self._weather.late.append(lambda: self._inner.write_events(calendar_id, [write]))
            return Unknown(Unavailable("the request is still on its way"))
        (outcome,) = await self._inner.write_events(calendar_id, [write])
        if self._weather.chance(0.04):
            return Unknown(Unavailable("the answer was lost"))
        return outcome

    def event_id(self, calendar_id: str, identity: UUID) -> str:
        return self._inner.event_id(calendar_id, identity)

    def same(self, group: Group, ours: Content, theirs: Content) -> bool:
        return self._inner.same(group, ours, theirs)


class SteppingLedger(SqlLedger):
    """The real ledger; the process may die before and after each transaction."""

    weather: Weather

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        await self.weather.step()
        async with super().transaction():
            yield
        await self.weather.step()

    async def save(self, rows: Sequence[Mapping]) -> None:
        await super().save(rows)
        await self.weather.watch.look(rows)
