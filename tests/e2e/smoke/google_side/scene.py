"""Where the checks with Google take place: its stand-in, the service that is set up for it, and people."""

import json
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from tests.e2e.smoke.api import ANY_ERROR, Api, Told
from tests.e2e.smoke.children import Child, gateway, google
from tests.e2e.smoke.google_side import browser
from tests.e2e.smoke.google_side.calendar import Calendar
from tests.e2e.smoke.google_side.outside import ORIGINS, Google
from tests.e2e.smoke.item import Item, of_appointment
from tests.e2e.smoke.scene import path_in, token_for
from tests.e2e.smoke.table import Difference, Table, agree, expect
from tests.e2e.smoke.waiting import PATIENCE_SECONDS

from metonic_simulators.servers import HOST

PROVIDER = "google"
_OF = "$provider: ProviderName!, $page: String!"
_START = f"... on ConnectionStart {{ authUrl }} {ANY_ERROR}"
CONNECT = (
    f"mutation ({_OF}) {{ it: connectProvider(provider: $provider, redirectUri: $page) {{ {_START} }} }}"
)
RECONNECT = (
    f"mutation ({_OF}) {{ it: reconnectProvider(provider: $provider, redirectUri: $page) {{ {_START} }} }}"
)
COMPLETE = f"""mutation ($provider: ProviderName!, $code: String!, $state: String!) {{
  it: completeConnection(provider: $provider, code: $code, state: $state) {{
    ... on ConnectedCalendar {{ id calendarId }} {ANY_ERROR} }} }}"""


@dataclass
class Person:
    """A user of the platform: ``api`` is what they see on one side, ``calendar`` on the other."""

    name: str
    api: Api
    calendar: Calendar
    page: str

    async def sign_in(self, operation: str = CONNECT, without: Collection[str] = ()) -> Told:
        """All of it, as a frontend and a browser do it: what `completeConnection` says."""
        begun = await self.api.do(operation, page=self.page)
        got = await browser.agree(begun["authUrl"], self.calendar.owner, page=self.page, without=without)
        told: Told = await self.api.ask(COMPLETE, code=got["code"], state=got["state"])
        return told

    async def connect(self) -> Told:
        told = await self.sign_in()
        expect(f"{self.name}'s own calendar is chosen", told.get("calendarId"), self.calendar.owner)
        await self.api.settled()
        return told

    async def synced(self, seconds: float = PATIENCE_SECONDS) -> Told:
        """Ask for a sync, and have it succeed."""
        run = await self.api.sync(seconds)
        expect(f"{self.name}'s run {run['errors']}", run["status"], "SUCCESS")
        return run

    async def pair(self, id_: str) -> tuple[str, Item]:
        """The id of the appointment's event and what both sides say of it; raises Difference."""
        told = await self.api.appointment(id_)
        event_id = path_in(told)
        if event_id is None:
            raise Difference(f"{told['title']!r} has no event: {told['copies']}")
        items = await self.calendar.items()
        agree(f"{told['title']!r}", of_appointment(told), items.get(event_id, "no such event"))
        return event_id, items[event_id]

    async def in_step(self) -> list[Told]:
        """Each appointment has one event and each event one appointment, and they say the same."""
        told = await self.api.appointments()
        here = {path_in(t) or f"no event: {t['title']}": of_appointment(t) for t in told}
        agree(f"{self.name}'s calendar", here, await self.calendar.items())
        return told


@dataclass
class Scene:
    """``table`` is what it all is for."""

    google: Google
    service: Child
    table: Table
    page: str

    async def meet(self, name: str, *, is_connected: bool = True) -> Person:
        """Somebody new, known to the platform and at Google, connected or not."""
        token = token_for(self.service, "--role", "trainer", "--user", name, "--name", name.title())
        url = f"http://{HOST}:{self.service.port}/graphql"
        api = Api(self.google.session, url, token, PROVIDER)
        person = Person(name, api, Calendar(self.google, address_of(name)), self.page)
        await api.do("{ it: viewer { id } }")
        if is_connected:
            await person.connect()
        return person


def address_of(name: str) -> str:
    return f"{name}@example.com"


@asynccontextmanager
async def scene(folder: Path, names: Sequence[str], table: Table) -> AsyncIterator[Scene]:
    """Everything started, with an account at Google for each name; and stopped again."""
    server = google(folder, [address_of(name) for name in names])
    async with aiohttp.ClientSession() as session, browser.frontend() as page:
        outside = Google(server, session)
        try:
            await server.start()
            service = gateway(folder, **_settings(await outside.client(), outside.url, page))
            try:
                await service.start()
                yield Scene(outside, service, table, page)
            finally:
                await service.stop()
        finally:
            await server.stop()


def _settings(client: object, stand_in: str, page: str) -> dict[str, str]:
    """What the service is told about Google, by the names of the environment."""
    return {
        # Whatever comes sooner was told, or asked for.
        "METONIC_FREQUENCY_MINUTES": "60",
        "METONIC_OAUTH_CLIENTS": json.dumps({PROVIDER: client}),
        "METONIC_REDIRECT_URIS": page,
        "METONIC_STAND_INS": json.dumps(dict.fromkeys(ORIGINS, stand_in)),
    }
