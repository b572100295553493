"""Where the checks take place: a provider's stand-in, the service that is set up for it, and people."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from tests.e2e.smoke.api import Api
from tests.e2e.smoke.children import Child, gateway, stand_in
from tests.e2e.smoke.scene import token_for
from tests.e2e.smoke.signed_in import browser
from tests.e2e.smoke.signed_in.outside import StandIn
from tests.e2e.smoke.signed_in.person import Person
from tests.e2e.smoke.signed_in.place import Place
from tests.e2e.smoke.table import Table

from metonic_simulators.servers import HOST


@dataclass
class Scene:
    """``table`` is what it all is for."""

    place: Place
    service: Child
    table: Table
    page: str

    @property
    def name(self) -> str:
        """What its checks are grouped by."""
        return self.place.provider

    @property
    def service_url(self) -> str:
        return f"http://{HOST}:{self.service.port}"

    async def meet(self, name: str, *, is_connected: bool = True) -> Person:
        """Somebody new, known to the platform and at the provider, connected or not."""
        token = token_for(self.service, "--role", "trainer", "--user", name, "--name", name.title())
        api = Api(self.place.stand_in.session, f"{self.service_url}/graphql", token, self.place.provider)
        person = Person(name, api, await self.place.calendar(address_of(name)), self.page)
        await api.do("{ it: viewer { id } }")
        if is_connected:
            await person.connect()
        return person


def address_of(name: str) -> str:
    return f"{name}@example.com"


@asynccontextmanager
async def scene(folder: Path, kind: type[Place], names: Sequence[str], table: Table) -> AsyncIterator[Scene]:
    """Everything started, with an account at the provider for each name; and stopped again."""
    server = stand_in(folder, kind.kind, kind.accounts([address_of(name) for name in names]))
    async with aiohttp.ClientSession() as session, browser.frontend() as page:
        place = kind(StandIn(server, session))
        try:
            await server.start()
            service = gateway(folder, **await _settings(place, page))
            try:
                await service.start()
                yield Scene(place, service, table, page)
            finally:
                await service.stop()
        finally:
            await server.stop()


async def _settings(place: Place, page: str) -> dict[str, str]:
    """What the service is told about the provider, by the names of the environment."""
    client = await place.stand_in.client()
    return {
        # Whatever comes sooner was told, or asked for.
        "METONIC_FREQUENCY_MINUTES": "60",
        "METONIC_OAUTH_CLIENTS": json.dumps({place.provider: client}),
        "METONIC_REDIRECT_URIS": page,
        "METONIC_STAND_INS": json.dumps(dict.fromkeys(place.origins, place.stand_in.url)),
    }
