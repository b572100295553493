"""Where the checks take place: a calendar server, the proxy before it, the service, and people."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import aiohttp
from tests.e2e.smoke.api import Api, Told
from tests.e2e.smoke.children import PASSWORD, Child, gateway, radicale
from tests.e2e.smoke.device import Device
from tests.e2e.smoke.item import Item, of_appointment, of_event, uid_of
from tests.e2e.smoke.proxy import Proxy
from tests.e2e.smoke.table import Difference, Table, agree, expect
from tests.e2e.smoke.user import User, path_in
from typer.testing import CliRunner

from metonic_gateway.cli import cli
from metonic_simulators.servers import HOST


@dataclass
class Person(User):
    """Who has a ``device`` on the other side."""

    device: Device
    proxy: Proxy

    async def connect(self) -> None:
        told = await self.api.connect(self.proxy.url, self.name, PASSWORD)
        expect(f"{self.name}'s only calendar is chosen", told.get("calendarId"), f"/{self.name}/calendar/")
        await self.api.settled()

    async def items(self) -> dict[str, Item]:
        return await self.device.items()

    async def in_step(self, *, apart: Iterable[str] = (), at_home: Iterable[str] = ()) -> list[Told]:
        """Each appointment has one event and each event one appointment, and they say the same.

        ``apart``: the titles that are expected to stand alone, on whichever side. ``at_home``: those of
        appointments without an event. Returns all appointments.
        """
        alone, eventless = set(apart), set(at_home)
        told = await self.api.appointments()
        paired = [t for t in told if t["title"] not in alone | eventless]
        here = {path_in(t) or f"no event: {t['title']}": of_appointment(t) for t in paired}
        texts = await self.device.texts()
        items = {path: of_event(text) for path, text in texts.items()}
        agree(f"{self.name}'s calendar", here, {p: i for p, i in items.items() if i.title not in alone})
        uids = [uid_of(text) for text in texts.values()]
        expect("UIDs that are there once", len(set(uids)), len(uids))
        return told


@dataclass
class Scene:
    """``table`` is what it all is for."""

    server: Child
    proxy: Proxy
    service: Child
    session: aiohttp.ClientSession
    table: Table
    people: dict[str, Person] = field(default_factory=dict)

    async def meet(self, name: str, *, is_connected: bool = True, role: str = "trainer") -> Person:
        """Somebody new, known to the platform, with a calendar of their own, connected or not."""
        device = Device(name, self.server.port)
        await device.make_calendar()
        person = Person(name, self.api(name, role), device, self.proxy)
        self.people[name] = person
        await person.api.do("{ it: viewer { id } }")
        if is_connected:
            await person.connect()
        return person

    def api(self, name: str, role: str = "trainer") -> Api:
        """The API with a token as ``metonic token`` prints it."""
        token = self.token("--role", role, "--user", name, "--name", name.title())
        return Api(self.session, self.api_url, token)

    def token(self, *arguments: str) -> str:
        return token_for(self.service, *arguments)

    @property
    def service_url(self) -> str:
        return f"http://{HOST}:{self.service.port}/"

    @property
    def api_url(self) -> str:
        return f"{self.service_url}graphql"


@asynccontextmanager
async def scene(folder: Path, names: Iterable[str], table: Table) -> AsyncIterator[Scene]:
    """Everything started, with an account at the calendar server for each name; and stopped again."""
    server, service = radicale(folder / "radicale", list(names)), gateway(folder)
    proxy = Proxy(server.port)
    try:
        await asyncio.gather(server.start(), service.start(), proxy.start())
        async with aiohttp.ClientSession() as session:
            yield Scene(server, proxy, service, session, table)
    finally:
        await asyncio.gather(service.stop(), server.stop(), proxy.stop())


def token_for(service: Child, *arguments: str) -> str:
    """What ``metonic token`` prints where that service runs; raises Difference."""
    printed = CliRunner().invoke(cli, ["token", *arguments], env=dict(service.environment))
    if printed.exit_code != 0:
        raise Difference(f"`metonic token` says {printed.output}")
    return printed.stdout.strip()


def day(number: int) -> date:
    """A day from today on; today stays what it was, should midnight pass."""
    return _today() + timedelta(days=number)


@cache
def _today() -> date:
    return date.today()  # noqa: DTZ011 - a day like any other, wherever we are
