"""The ground of it all: a service of many processes, three providers, people; and how it comes to rest."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
from tests.chaos.deployment import Deployment, deployed
from tests.chaos.edits import People
from tests.chaos.places import PASSWORD, AtGoogle, AtOutlook, AtRadicale, Place
from tests.chaos.platform import Api, Backend, User, token_for
from tests.chaos.troubles import Troubles
from tests.chaos.verdict import Verdict, judged
from tests.e2e.smoke.proxy import Proxy
from tests.e2e.smoke.waiting import until
from tests.plugins.apple.outside import HttpClient, make_calendar
from tests.radicale import calendar_server
from yarl import URL

from metonic_gateway.demo.stand_ins import GOOGLE, OUTLOOK
from metonic_gateway.http.identity import Identity, Role
from metonic_simulators.google import google
from metonic_simulators.graph import graph

PER_USER = 3
_EDITS_A_SECOND = 3
_CALM_SECONDS = 240
_RUN_SECONDS = 120


@dataclass
class Ground:
    """All that there is: the service, what it syncs with, and who uses it."""

    deployment: Deployment
    people: People
    troubles: Troubles
    google: Any
    graph: Any
    line: Proxy

    @property
    def mails(self) -> int:
        return len(self.google.outbox) + len(self.graph.outbox)

    def versions(self) -> list[Any]:
        """Of everything in every calendar: whoever writes changes one."""
        google, graph = self.google.world.calendars.values(), self.graph.world.calendars.values()
        stamps = [(one.id, event.id, event.stamp) for one in google for event in one.events]
        stamps += [(one.name, event.name, event.stamp) for one in graph for event in one.events]
        return [stamps, sum(exchange.method in {"PUT", "DELETE"} for exchange in self.line.seen)]


@asynccontextmanager
async def laid(folder: Path, calendars: int, broker: str, dice: Random) -> AsyncIterator[Ground]:
    count = calendars // PER_USER
    names = [f"user{n}" for n in range(count)]
    async with AsyncExitStack() as stack:
        at_google = await stack.enter_async_context(google(users=[f"{n}@example.com" for n in names]))
        at_graph = await stack.enter_async_context(graph(users=[f"{n}@contoso.example" for n in names]))
        for simulator in (at_google, at_graph):
            simulator.turn_on("push-delay", seconds=1.0)
        at_google.turn_off("quota")
        (folder / "dav").mkdir()
        server = stack.enter_context(calendar_server(folder / "dav", dict.fromkeys(names, PASSWORD)))
        line = Proxy(URL(server).port or 0)
        await line.start()
        stack.push_async_callback(line.stop)
        instead = dict.fromkeys(GOOGLE.origins, at_google.url.rstrip("/"))
        instead |= dict.fromkeys(OUTLOOK.origins, at_graph.url.rstrip("/"))
        clients = {
            name: {"id": one.client_id, "secret": one.client_secret}
            for name, one in (("google", at_google), ("outlook", at_graph))
        }
        timeout = aiohttp.ClientTimeout(total=30)
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=timeout))
        deployment = await stack.enter_async_context(deployed(folder, broker, instead, clients))
        users = []
        for name in names:
            await make_calendar(HttpClient(session, name, PASSWORD), f"{server}{name}/home/")
            places: list[Place] = [
                AtGoogle(f"{name}@example.com", at_google),
                AtOutlook(f"{name}@contoso.example", at_graph),
                AtRadicale(name, session, server, folder / "dav", line),
            ]
            token = token_for(deployment.jwt_key, Identity(Role.TRAINER, name, name, "Europe/Berlin"))
            users.append(User(name, Api(session, deployment.url, token), places))
        backend = Backend(
            Api(session, deployment.url, token_for(deployment.jwt_key, Identity(Role.BACKEND, None)))
        )
        people = People(dice, backend, users)
        allows = {"google": _allowing(at_google), "outlook": _allowing(at_graph), "apple": None}
        for user in users:
            for place in user.places:
                await user.connect(place, allows[place.provider], line.url)
        troubles = Troubles(dice, deployment, at_google, at_graph, line)
        yield Ground(deployment, people, troubles, at_google, at_graph, line)


def _allowing(simulator: Any) -> Callable[[str, str], dict[str, str]]:  # noqa: ANN401 - either
    def allow(address: str, account: str) -> dict[str, str]:
        back = URL(simulator.allow(dict(URL(address).query), account)).query
        return {"code": back["code"], "state": back["state"]}

    return allow


async def under_fire(ground: Ground, seconds: float) -> None:
    """People go on editing while everything fails that can."""

    async def edit() -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await asyncio.sleep(1 / _EDITS_A_SECOND)
            # Whoever asks the platform asks until it answers.
            await ground.people.edit()

    await asyncio.gather(edit(), ground.troubles.strike(seconds))
    ground.troubles.calm()
    await ground.deployment.stand_up()


async def calmed(ground: Ground) -> tuple[Verdict, float]:
    """What holds as soon as it does, or after a while all the same; and how long that took.

    No calendar is read completely for that, but where the service does so by itself: a complete read would
    make up for changes that were lost.
    """
    began = time.monotonic()
    await synced(ground)
    while True:
        verdict = await judged(ground.people)
        if undone := await ground.deployment.undone():
            verdict.find("I1 nothing is left to be done", f"{undone} pairs wait")
        took = time.monotonic() - began
        if verdict.is_good or took > _CALM_SECONDS:
            return verdict, took
        await asyncio.sleep(2)
        if took > _CALM_SECONDS / 4:
            await synced(ground)


async def synced(ground: Ground, *, is_complete: bool = False) -> None:
    """Each calendar is looked at once more, whatever it was waiting for; completely, or at what changed."""
    for user in ground.people.users:
        for place in user.places:
            await user.sync(place.provider, is_complete=is_complete)
    for user in ground.people.users:
        for place in user.places:
            await until(lambda: _rests(user, place), f"{user.name} at {place.provider} rests", _RUN_SECONDS)  # noqa: B023 - waited for here


async def _rests(user: User, place: Place) -> bool | None:
    return (await user.status(place.provider))["state"] not in {"QUEUED", "SYNCING"} or None
