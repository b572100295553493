"""Connected calendars full of pairs, half copies, half the users' own events, and the runs of the service.

The provider is a calendar in memory that reports hints, as CalDAV servers do: each changed event is read too.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from bench.serving import served
from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Timed
from metonic_core.spi.provider import Field, Password, Provider
from metonic_core.spi.registry import Registry
from metonic_core.testing.calendar import MemoryCalendar
from metonic_core.testing.conduct import CALDAV
from metonic_core.testing.memory import MemoryAdapter
from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.jobs.syncing import sync_calendar
from metonic_gateway.services import Services
from metonic_gateway.store import appointments, models, users
from metonic_gateway.store.rows import appointment_columns
from metonic_gateway.store.states import SUCCESS

AT_ONCE = 500
_CONDUCT = replace(CALDAV, page_size=AT_ONCE)

_edits = count()


@dataclass(slots=True)
class Desk:
    """A user's connected calendar, and the calendar that stands behind it."""

    services: Services
    user_id: UUID
    id: UUID
    calendar: MemoryCalendar

    async def run(self) -> None:
        """What a worker does of a nudge."""
        row = models.CalendarSyncConfig.filter(id=self.id)
        await row.update(next_sync_at=self.services.clock())
        await sync_calendar(self.services, self.id, "schedule")
        if (await row.get()).last_sync_status != SUCCESS:
            raise RuntimeError("the run failed")

    async def settle(self, pairs: int) -> None:
        """Have so many pairs, in step."""
        await self.add_here(pairs // 2)
        self.add_there(pairs // 2)
        await self.run()
        await self.run()

    async def add_here(self, number: int) -> None:
        """So many appointments that the calendar has not got yet."""
        now, window = self.services.clock(), self.services.window()
        for start in range(0, number, AT_ONCE):
            made = [
                Appointment(uuid4(), 1, self.user_id, "one_on_one", self._content(n))
                for n in range(start, min(start + AT_ONCE, number))
            ]
            async with in_transaction():
                await models.Appointment.bulk_create(
                    models.Appointment(**appointments.new_columns(a, now)) for a in made
                )
                await appointments.draw_each(made, window, now)

    def add_there(self, number: int) -> None:
        """So many events that the platform has not heard of."""
        for n in range(number):
            name = f"own-{n}"
            self.calendar.put(StoredEvent(name, "", self._content(n), uid=name))

    def _content(self, number: int) -> Content:
        start = datetime(2026, 1, 1, 6) + timedelta(hours=number % 4000)  # noqa: DTZ001 - wall time
        start = start.replace(year=self.services.clock().year + 1)
        when = Timed(start, start + timedelta(hours=1), "Europe/Berlin")
        notes = "Bring a towel and something to drink.\n"
        return Content(f"Training {number}", when, location="Main Street 1", notes=notes)

    async def appointments(self) -> Sequence[UUID]:
        rows = models.Appointment.filter(owner_id=self.user_id).order_by("id")
        return [row["id"] for row in await rows.values("id")]

    async def edit_here(self, ids: Sequence[UUID]) -> None:
        """Another title for each of these appointments."""
        now, window = self.services.clock(), self.services.window()
        for start in range(0, len(ids), AT_ONCE):
            async with in_transaction():
                known = await appointments.load(ids[start : start + AT_ONCE])
                made = [replace(a, content=_retitled(a.content)) for a in known.values()]
                for a in made:
                    columns = appointment_columns(replace(a, version=a.version + 1), now)
                    await models.Appointment.filter(id=a.id).update(**columns)
                await appointments.draw_each(made, window, now)

    def edit_there(self, ids: Sequence[str]) -> None:
        """Another title for each of these events."""
        for i in ids:
            event = self.calendar.live[i]
            self.calendar.put(replace(event, content=_retitled(event.content)))


def _retitled(content: Content) -> Content:
    return replace(content, title=f"Training, edited {next(_edits)}")


@asynccontextmanager
async def desks(*names: str) -> AsyncIterator[Sequence[Desk]]:
    """A connected calendar for each of these users, in one service on a new database file."""
    calendars = {name: MemoryCalendar(_CONDUCT) for name in names}
    providers = {name: _provider(name, calendar) for name, calendar in calendars.items()}
    async with served(Registry(providers, ()), lambda: datetime.now(UTC)) as services:
        yield [await _connected(services, name, calendar) for name, calendar in calendars.items()]


def _provider(name: str, calendar: MemoryCalendar) -> Provider:
    fields = Field("username", "User"), Field("password", "Password", is_secret=True)
    form = Password(fields, "https://bench.test/")
    return Provider(name, name.title(), form, lambda _client, _account: MemoryAdapter(calendar))


async def _connected(services: Services, name: str, calendar: MemoryCalendar) -> Desk:
    user = await users.introduced(name, "trainer", name.title(), "Europe/Berlin")
    provider = services.registry.providers[name]
    typed = {"username": name, "password": "secret"}
    connected = await connect_with_credentials(services, user.id, provider, typed)
    return Desk(services, user.id, connected, calendar)
