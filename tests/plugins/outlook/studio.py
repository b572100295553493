"""A platform's appointments and a calendar at Outlook, with the whole engine on its real store between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.plugins.outlook.standing import GraphStand
from tests.plugins.studio import SignedInStudio, world_with

from metonic_core.testing.conduct import CALDAV, GRAPH
from metonic_outlook.provider import PROVIDER


@dataclass
class Studio(SignedInStudio):
    stand: GraphStand


@asynccontextmanager
async def opened(database: bytes, kind: type[GraphStand], seed: int) -> AsyncIterator[Studio]:
    stand = kind(PROVIDER)
    async with world_with(stand, database, [GRAPH, CALDAV], seed) as world:
        yield Studio(world, stand)
