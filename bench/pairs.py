"""Connected calendars full of pairs, half copies, half the users' own events.

The provider is a calendar in memory that reports hints, as CalDAV servers do: each changed event is read too.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bench.desk import AT_ONCE, Desk, content, retitled
from bench.serving import served
from metonic_core.model.event import StoredEvent
from metonic_core.spi.provider import Field, Password, Provider
from metonic_core.spi.registry import Registry
from metonic_core.testing.calendar import MemoryCalendar
from metonic_core.testing.conduct import CALDAV
from metonic_core.testing.memory import MemoryAdapter
from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.services import Services
from metonic_gateway.store import users

_CONDUCT = replace(CALDAV, page_size=AT_ONCE)


@dataclass(slots=True)
class PairedDesk(Desk):
    """``calendar`` is what stands behind the connected one."""

    calendar: MemoryCalendar

    async def settle(self, pairs: int) -> None:
        """Have so many pairs, in step."""
        await self.add_here(pairs // 2)
        self.add_there(pairs // 2)
        await self.run()
        await self.run()

    def add_there(self, number: int) -> None:
        """So many events that the platform has not heard of."""
        year = self.services.clock().year + 1
        for n in range(number):
            name = f"own-{n}"
            self.calendar.put(StoredEvent(name, "", content(n, year), uid=name))

    def edit_there(self, ids: Sequence[str]) -> None:
        """Another title for each of these events."""
        for i in ids:
            event = self.calendar.live[i]
            self.calendar.put(replace(event, content=retitled(event.content)))


@asynccontextmanager
async def desks(*names: str) -> AsyncIterator[Sequence[PairedDesk]]:
    """A connected calendar for each of these users, in one service on a new database file."""
    calendars = {name: MemoryCalendar(_CONDUCT) for name in names}
    providers = {name: _provider(name, calendar) for name, calendar in calendars.items()}
    async with served(Registry(providers, ()), lambda: datetime.now(UTC)) as services:
        yield [await _connected(services, name, calendar) for name, calendar in calendars.items()]


def _provider(name: str, calendar: MemoryCalendar) -> Provider:
    fields = Field("username", "User"), Field("password", "Password", is_secret=True)
    form = Password(fields, "https://bench.test/")
    return Provider(name, name.title(), form, lambda _client, _account: MemoryAdapter(calendar))


async def _connected(services: Services, name: str, calendar: MemoryCalendar) -> PairedDesk:
    user = await users.introduced(name, "trainer", name.title(), "Europe/Berlin")
    provider = services.registry.providers[name]
    typed = {"username": name, "password": "secret"}
    connected = await connect_with_credentials(services, user.id, provider, typed)
    return PairedDesk(services, user.id, connected, calendar)
