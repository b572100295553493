"""A platform's appointments and a calendar at Google, with the whole engine on its real store between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.plugins.google.standing import GoogleStand
from tests.plugins.studio import SignedInStudio, world_with

from metonic_core.spi import CalendarAdapter, Client
from metonic_core.testing.conduct import CALDAV, GOOGLE
from metonic_google.provider import PROVIDER


@dataclass
class Studio(SignedInStudio):
    """``line``: what the plugin has instead of its client."""

    stand: GoogleStand
    line: Client | None = None

    @property
    def adapter(self) -> CalendarAdapter:
        return PROVIDER.adapter(self.line, self.stand.account) if self.line else self.stand.adapter


@asynccontextmanager
async def opened(database: bytes, kind: type[GoogleStand], seed: int) -> AsyncIterator[Studio]:
    stand = kind(PROVIDER)
    async with world_with(stand, database, [GOOGLE, CALDAV], seed) as world:
        yield Studio(world, stand)
