"""The stage of ``tests.stage`` with Google in the place of the calendar server: what stands in for it.

Alice signs in at Google's page through the API. ``phone`` is another client of her calendar, signed in as Bob
who shares it, so that the log tells who wrote.
"""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote
from uuid import UUID

from pydantic import SecretStr
from tests.gateway.graphql.client import Api, Json, serving
from tests.gateway.graphql.operations import ERROR
from tests.gateway.house import House, open_house
from tests.plugins.google.outside import HttpClient, session
from tests.stage import Member
from yarl import URL

from metonic_core.spi import OAuth2
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.accounts.stand_ins import StandIns
from metonic_gateway.http.identity import Identity, Role
from metonic_google.provider import PROVIDER
from metonic_simulators.google import Simulator, google

ALICE, BOB = "alice@example.com", "bob@example.com"
_WRITES = {f"events.{name}" for name in ("insert", "import", "patch", "update", "delete", "move")}
_PAGE = "https://app.example.org/connected"
_BEGIN = f"""mutation ($page: String!) {{ connectProvider(provider: "google", redirectUri: $page) {{
  ... on ConnectionStart {{ authUrl }} {ERROR} }} }}"""
_COMPLETE = f"""mutation ($code: String!, $state: String!) {{
  completeConnection(provider: "google", code: $code, state: $state) {{
  ... on ConnectedCalendar {{ id calendarId }} {ERROR} }} }}"""


@dataclass
class Phone:
    """Google Calendar as its user has it: event resources, by whatever client."""

    google: Simulator
    client: HttpClient
    calendar: str

    async def ask(self, method: str, path: str = "", body: Json | None = None) -> Any:  # noqa: ANN401 - JSON
        """A request about the events of the calendar; it must be answered as asked."""
        content = None if body is None else json.dumps(body).encode()
        url = f"{self.calendar}/events{path}"
        self.client.token = self.google.token_for(BOB, ["calendar"])
        answer = await self.client.request(method, url, {"Content-Type": "application/json"}, content)
        assert answer.status < 300, (method, path, answer.body)
        return json.loads(answer.body or b"null")

    async def events(self) -> list[Json]:
        """Masters, exceptions and single events that are there."""
        found: list[Json] = []
        more = "?maxResults=2500"
        while True:
            page = await self.ask("GET", more)
            found += page.get("items", [])
            if "nextPageToken" not in page:
                return found
            more = f"?maxResults=2500&pageToken={page['nextPageToken']}"

    async def titles(self) -> list[str]:
        return sorted(event["summary"] for event in await self.events() if event["status"] != "cancelled")

    async def named(self, title: str) -> Json:
        """The only event with that title."""
        (found,) = [event for event in await self.events() if event.get("summary") == title]
        return found

    async def put(self, title: str, **fields: object) -> Json:
        """A new event of an hour."""
        usual = {
            "start": {"dateTime": "2026-12-03T09:00:00Z", "timeZone": "Europe/Berlin"},
            "end": {"dateTime": "2026-12-03T10:00:00Z", "timeZone": "Europe/Berlin"},
        }
        made: Json = await self.ask("POST", body={"summary": title, **usual, **fields})
        return made

    async def edit(self, title: str, **fields: object) -> None:
        await self.ask("PATCH", f"/{(await self.named(title))['id']}", fields)

    async def delete(self, title: str) -> None:
        await self.ask("DELETE", f"/{(await self.named(title))['id']}")


@dataclass
class AtGoogle(Member):
    """Whose calendar is at Google. ``google`` is all of it, mails and switches too."""

    provider: ClassVar[str] = "google"
    google: Simulator
    phone: Phone

    async def sync(self, later: timedelta = timedelta(minutes=20)) -> None:
        self.google.advance(seconds=later.total_seconds())
        await super().sync(later)

    def writes(self) -> int:
        """How many writes the service asked Google for, in batches or alone."""
        return sum(entry.operation in _WRITES for entry in self.google.log if entry.who == ALICE)


async def sign_in(api: Api, simulator: Simulator) -> Json:
    """To Google's page and back."""
    start = await api.call(_BEGIN, page=_PAGE)
    back = URL(simulator.allow(dict(URL(start["authUrl"]).query), ALICE)).query
    told: Json = await api.call(_COMPLETE, code=back["code"], state=back["state"])
    return told


@asynccontextmanager
async def staged(database: Path) -> AsyncIterator[AtGoogle]:
    """A trainer whose calendar at Google is connected and was synced once."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(database))
        simulator = await stack.enter_async_context(google(start=house.now, runs=False))
        egress = Egress(allow_private_addresses=True, stand_ins=_stand_ins(simulator))
        _set_up(house, simulator, await stack.enter_async_context(egress))
        api = await stack.enter_async_context(serving(house))
        identity = Identity(Role.TRAINER, "trainer-1", "trainer-1", "Europe/Berlin")
        api = replace(api, token=api.token_for(identity, timedelta(days=1000)))
        http = await stack.enter_async_context(session())
        simulator.world.share(simulator.world.calendars[ALICE], BOB, "writer")
        told = await sign_in(api, simulator)
        calendar = f"{simulator.url}calendar/v3/calendars/{quote(ALICE)}"
        person = AtGoogle(
            house, api, UUID(told["id"]), simulator, Phone(simulator, HttpClient(http), calendar)
        )
        await person.sync()
        yield person


def _stand_ins(simulator: Simulator) -> StandIns:
    sign_in = PROVIDER.sign_in
    assert isinstance(sign_in, OAuth2)
    addresses = (sign_in.server, sign_in.authorize_url, sign_in.token_url, sign_in.keys_url)
    return StandIns({str(URL(address).origin()): simulator.url for address in addresses})


def _set_up(house: House, simulator: Simulator, egress: Egress) -> None:
    """As an operator does who has registered at Google."""
    client = {"google": {"id": simulator.client_id, "secret": simulator.client_secret}}
    settings = house.services.settings.model_copy(
        update={
            "public_url": "https://sync.example.org",
            "redirect_uris": _PAGE,
            "oauth_clients": SecretStr(json.dumps(client)),
        }
    )
    registry = Registry({PROVIDER.name: PROVIDER}, ())
    house.services = replace(house.services, settings=settings, registry=registry, egress=egress)
