"""Where whole stories take place: the API over HTTP, a real database, a clock set by hand, and Radicale.

A person sees the platform through ``api`` and their calendar through ``device``, which knows iCalendar text
and nothing of the plugin. Runs take place when ``sync`` says so.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, unquote
from uuid import UUID

import aiohttp
from aiohttp import web
from tests.e2e.smoke.proxy import Exchange, Proxy
from tests.gateway.graphql.client import Api, serving
from tests.gateway.graphql.operations import CONFLICTS, CREATE, DELETE, ERROR, READ, UPDATE, lesson
from tests.gateway.graphql.undo_scene import READ_RUN, UNDO
from tests.gateway.house import House, open_house
from tests.plugins.apple.outside import HttpClient, make_calendar
from yarl import URL

from metonic_apple.provider import PROVIDER
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.http.identity import Identity, Role

Json = dict[str, Any]
PASSWORD = "s3cret"
NAMES = [f"person{n}" for n in range(200)]

CONNECT = f"""mutation ($credentials: [CredentialInput!]!) {{
  connectWithCredentials(provider: "apple", credentials: $credentials) {{
    ... on ConnectedCalendar {{ id calendarId }} {ERROR} }} }}"""
TITLES = "{ appointments(first: 50) { nodes { id title } } }"
STATUS = """query ($provider: ProviderName!) { syncStatus(provider: $provider) {
  state lastSyncStatus idleRuns quarantined openConflicts
  consecutiveFailures nextSyncAt attention { code message nextStep } errors { code error nextStep }
  heldRun { id plan { deletes heldBecause } } } }"""
SETTINGS = f"""mutation ($provider: ProviderName!, $settings: SyncSettingsInput!) {{
  updateSyncSettings(provider: $provider, settings: $settings) {{
    ... on ConnectedCalendar {{ id }} {ERROR} }} }}"""
HISTORY = """{ syncHistory { nodes { id reason status itemsPushed itemsPulled
  errors { code error nextStep externalEventId }
  operations { nodes { side operation reasonCode title } } } } }"""


@dataclass
class Device:
    """A calendar as its owner's phone has it: iCalendar text by name."""

    client: HttpClient
    url: str

    def _at(self, name: str) -> str:
        return f"{self.url}{quote(name)}"

    async def put(self, name: str, *lines: str, zone: str = "", more: Sequence[Sequence[str]] = ()) -> None:
        """An event with these properties; ``more`` are further VEVENTs, the occurrences that differ."""
        always = (f"UID:{name}", "DTSTAMP:20261101T000000Z")
        events = "".join(
            "".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", *always, *each, "END:VEVENT"))
            for each in (lines, *more)
        )
        head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//\r\n"
        await self.write(name, f"{head}{zone}{events}END:VCALENDAR\r\n")

    async def write(self, name: str, text: str) -> None:
        headers = {"Content-Type": "text/calendar"}
        answer = await self.client.request("PUT", self._at(name), headers, text.encode())
        assert answer.status in {201, 204}, answer.body

    async def texts(self) -> dict[str, str]:
        """Every object, by name, its lines unfolded."""
        listing = await self.client.request("PROPFIND", self.url, {"Depth": "1"})
        paths = re.findall(rb"<href>([^<]+\.ics)</href>", listing.body)
        names = [unquote(path.decode().rpartition("/")[2]) for path in paths]
        return {name: await self.text(name) for name in sorted(names)}

    async def text(self, name: str) -> str:
        answer = await self.client.request("GET", self._at(name))
        assert answer.status == 200, answer.body
        return answer.body.decode().replace("\r\n ", "").replace("\r\n", "\n")

    async def titles(self) -> list[str]:
        """Of every VEVENT, the occurrences that differ included."""
        every = "".join((await self.texts()).values())
        return sorted(re.findall("^SUMMARY:(.*)$", every, re.MULTILINE))

    async def named(self, title: str) -> str:
        """The name of the only object with that title."""
        (name,) = [name for name, text in (await self.texts()).items() if f"SUMMARY:{title}\n" in text]
        return name

    async def edit(self, title: str, *changes: tuple[str, str]) -> None:
        """Replace text in the event of that title; each must be there."""
        name = await self.named(title)
        text = await self.text(name)
        for old, new in changes:
            assert old in text, text
            text = text.replace(old, new)
        await self.write(name, text)

    async def delete(self, title: str) -> None:
        await self.client.request("DELETE", self._at(await self.named(title)))

    async def versions(self) -> dict[str, str]:
        """The etag of every object: who writes, changes one."""
        listing = await self.client.request("PROPFIND", self.url, {"Depth": "1"})
        found = re.compile(r"<href>([^<]+\.ics)</href>.*?<getetag>([^<]+)</getetag>", re.DOTALL)
        return dict(found.findall(listing.body.decode()))


@dataclass
class Member:
    """A user of the platform with one connected calendar at that provider."""

    provider: ClassVar[str]
    house: House
    api: Api
    calendar: UUID

    async def sync(self, later: timedelta = timedelta(minutes=20)) -> None:
        """Time passes, and the calendar is synced as the scheduler would have it."""
        self.house.later(later)
        await self.house.sync(self.calendar)

    async def create(self, title: str = "Lesson", **fields: object) -> str:
        made = await self.api.call(CREATE, appointment=lesson(title=title, **fields))
        assert "id" in made, made
        found: str = made["id"]
        return found

    async def update(self, appointment_id: str, **fields: object) -> Json:
        told: Json = await self.api.call(UPDATE, id=appointment_id, appointment=fields)
        assert "id" in told, told
        return told

    async def cancel(self, appointment_id: str) -> None:
        await self.api.call(DELETE, id=appointment_id)

    async def read(self, appointment_id: str) -> Json:
        told: Json = await self.api.call(READ, id=appointment_id)
        return told

    async def titles(self) -> list[str]:
        return sorted(node["title"] for node in (await self.api.call(TITLES))["nodes"])

    async def named(self, title: str) -> Json:
        """The only appointment of that title."""
        (found,) = [node for node in (await self.api.call(TITLES))["nodes"] if node["title"] == title]
        return await self.read(found["id"])

    async def set(self, **settings: object) -> None:
        told = await self.api.call(SETTINGS, provider=self.provider, settings=settings)
        assert "id" in told, told

    async def status(self) -> Json:
        told: Json = await self.api.call(STATUS, provider=self.provider)
        return told

    async def conflicts(self) -> list[Json]:
        told: list[Json] = (await self.api.call(CONFLICTS, filter={"states": ["OPEN"]}))["nodes"]
        return told

    async def history(self) -> list[Json]:
        """Runs that left a trace, the latest first."""
        told: list[Json] = (await self.api.call(HISTORY))["nodes"]
        return told

    async def undo_last(self) -> Json:
        """Take back what the latest run did, and tell how that went; the next run brings it to the device."""
        self.house.later(timedelta(minutes=1))
        asked = await self.api.call(UNDO, id=(await self.history())[0]["id"])
        await self.house.undo()
        told: Json = await self.api.call(READ_RUN, id=asked["id"])
        return told


@dataclass
class Person(Member):
    """Whose calendar is on a CalDAV server; ``line`` is what the service speaks through."""

    provider: ClassVar[str] = "apple"
    device: Device
    line: Proxy

    @property
    def name(self) -> str:
        """Of their account at the calendar server."""
        return self.device.client.username

    def writes(self) -> list[Exchange]:
        """What the service has written or tried to write into their calendar."""
        return [e for e in self.line.of(self.name) if e.method in {"PUT", "DELETE"}]

    def answered(self, status: int, **headers: str) -> None:
        """From now on the calendar server answers everything of theirs like that."""
        self.refused(lambda _: True, status, **headers)

    def refused(
        self, matches: Callable[[Exchange], bool], status: int, body: str = "", **headers: str
    ) -> list[Exchange]:
        """From now on the calendar server answers those of their requests like that; they are collected."""
        refused: list[Exchange] = []

        def instead(exchange: Exchange) -> web.Response | None:
            if exchange.user != self.name or not matches(exchange):
                return None
            refused.append(exchange)
            return web.Response(status=status, text=body, headers=headers)

        self.line.instead = instead
        return refused

    def answered_again(self) -> None:
        """The calendar server is itself again."""
        self.line.instead = lambda _: None


async def sign_in(api: Api, line: Proxy, name: str, password: str = PASSWORD) -> Json:
    typed = {"server": line.url, "username": name, "password": password}
    credentials = [{"name": key, "value": value} for key, value in typed.items()]
    told: Json = await api.call(CONNECT, credentials=credentials)
    return told


@dataclass
class Stage:
    """``radicale`` is the root of the calendar server, ``line`` is before it; ``names`` are of accounts."""

    house: House
    api: Api
    client: aiohttp.ClientSession
    radicale: str
    line: Proxy
    names: Iterator[str]

    async def connected(self, user: str = "trainer-1", role: Role = Role.TRAINER) -> Person:
        """That user, signed in at a calendar of their own, after its first sync."""
        name = next(self.names)
        client = HttpClient(self.client, name, PASSWORD)
        device = Device(client, f"{self.radicale}{name}/home/")
        await make_calendar(client, device.url)
        identity = Identity(role, user, user, "Europe/Berlin")
        api = replace(self.api, token=self.api.token_for(identity, timedelta(days=1000)))
        told = await sign_in(api, self.line, name)
        person = Person(self.house, api, UUID(told["id"]), device, self.line)
        await person.sync()
        return person


@asynccontextmanager
async def staged(database: Path, radicale: str, names: Iterator[str]) -> AsyncIterator[Stage]:
    async with (
        open_house(database) as house,
        Egress(allow_private_addresses=True) as egress,
        aiohttp.ClientSession() as client,
    ):
        registry = Registry({PROVIDER.name: PROVIDER}, ())
        house.services = replace(house.services, registry=registry, egress=egress)
        line = Proxy(URL(radicale).port or 0)
        await line.start()
        try:
            async with serving(house) as api:
                yield Stage(house, api, client, radicale, line, names)
        finally:
            await line.stop()
