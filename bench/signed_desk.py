"""A calendar at what stands in for a service that one signs in to, connected, and what is asked of it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from yarl import URL

from bench.desk import Desk
from bench.place import Place
from bench.serving import served
from metonic_core.spi import OAuth2, Provider
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.connecting import adapter_for
from metonic_gateway.accounts.oauth.beginning import begin
from metonic_gateway.accounts.oauth.completing import complete
from metonic_gateway.accounts.stand_ins import StandIns
from metonic_gateway.jobs.syncing import sync_calendar
from metonic_gateway.store import calendars, models, users

_BACK = "https://app.example.org/connected"


class Counting(StandIns):
    """Counts what is asked of them."""

    asked = 0

    def of(self, url: URL) -> URL:
        self.asked += 1
        return super().of(url)


@dataclass(slots=True)
class SignedDesk(Desk):
    """``way`` is where all its requests pass."""

    way: Counting

    async def requests_of(self, done: Callable[[], Awaitable[object]]) -> int:
        before = self.way.asked
        await done()
        return self.way.asked - before

    async def read(self) -> int:
        """What the plugin makes of a first read, stored nowhere; how many events that were."""
        calendar = await calendars.load(self.id)
        if calendar is None or calendar.calendar_id is None:
            raise RuntimeError("there is no calendar")
        adapter, cursor, found = adapter_for(self.services, calendar), None, 0
        while True:
            page = await adapter.get_changes(calendar.calendar_id, cursor, self.services.window())
            found += len(page.changes)
            cursor = page.more
            if cursor is None:
                return found

    async def try_to_run(self) -> datetime:
        """A run that may be told to wait; when the next is due."""
        row = models.CalendarSyncConfig.filter(id=self.id)
        await row.update(next_sync_at=self.services.clock())
        await sync_calendar(self.services, self.id, "schedule")
        return (await row.get()).next_sync_at or self.services.clock()


def present() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def signed_desk(
    there: Place,
    provider: Provider,
    clock: Callable[[], datetime] = present,
    origin: str = "",
    **settings: str,
) -> AsyncIterator[SignedDesk]:
    """The place's user, signed in, in a service on a new database file; nothing was synced yet.

    ``origin``: where the stand-in is reached; ``settings`` are the service's.
    """
    sign_in = provider.sign_in
    if not isinstance(sign_in, OAuth2):
        raise TypeError("one signs in at the provider's own page")
    true = (sign_in.server, sign_in.authorize_url, sign_in.token_url, sign_in.keys_url)
    way = Counting({str(URL(address).origin()): origin or there.url for address in true})
    client = {provider.name: {"id": there.client_id, "secret": there.client_secret}}
    registry = Registry({provider.name: provider}, ())
    async with served(
        registry,
        clock,
        is_local=True,
        stand_ins=way,
        public_url="https://sync.example.org",
        redirect_uris=_BACK,
        oauth_clients=json.dumps(client),
        **settings,
    ) as services:
        user = await users.introduced("toni", "trainer", "Toni", "Europe/Berlin")
        start = await begin(services, user.id, provider, _BACK)
        back = await there.agree(start.url)
        connected = await complete(services, user.id, provider, back["code"], back["state"])
        yield SignedDesk(services, user.id, connected, way)
