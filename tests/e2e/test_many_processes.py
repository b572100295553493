"""One service of many processes, with a real broker and PostgreSQL between them, and one of them killed.

As an operator starts them: `metonic migrate`, then `serve`, two of `worker`, `scheduler`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from tests.e2e.smoke.api import when
from tests.e2e.smoke.children import Child, gateway, radicale
from tests.e2e.smoke.item import timed
from tests.e2e.smoke.proxy import Gate, Proxy, Stage
from tests.e2e.smoke.scene import Person, Scene, day
from tests.e2e.smoke.table import Table
from tests.e2e.smoke.user import state_in
from tests.e2e.smoke.waiting import until
from tests.postgres import named
from tests.servers import postgres_database, rabbitmq, redis_server

from metonic_simulators.servers import HOST

WATCH = "subscription { it: syncStatusChanged { state lastSyncStatus } }"
PROTOCOL = "graphql-transport-ws"


@dataclass
class Watch:
    """What came over a subscription, the states in their order."""

    states: list[str] = field(default_factory=list)

    async def comes_to(self, *states: str) -> None:
        async def look() -> bool | None:
            rest = iter(self.states)
            return all(state in rest for state in states) or None

        await until(look, f"the subscription tells {states}, after {self.states}")


@dataclass
class Place:
    """``database`` is the URL of the one that all share."""

    scene: Scene
    workers: list[Child]
    scheduler: Child
    database: str

    @asynccontextmanager
    async def watched(self, name: str) -> AsyncIterator[Watch]:
        """The status of that person's calendars, as a page would have it."""
        watch = Watch()
        token = self.scene.token("--role", "trainer", "--user", name)
        url = self.scene.api_url.replace("http", "ws", 1)
        async with self.scene.session.ws_connect(url, protocols=[PROTOCOL]) as socket:
            await socket.send_json(
                {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
            )
            await socket.receive_json(timeout=10)
            await socket.send_json({"id": "1", "type": "subscribe", "payload": {"query": WATCH}})
            reading = asyncio.create_task(_read(socket, watch))
            try:
                yield watch
            finally:
                reading.cancel()

    async def minute_passes(self) -> None:
        """Leases of who does not extend them end."""
        database = await asyncpg.connect(self.database)
        await database.execute("UPDATE calendar_sync_configs SET lease_until = now() - interval '1 second'")
        await database.close()


async def _read(socket: aiohttp.ClientWebSocketResponse, watch: Watch) -> None:
    async for message in socket:
        told: dict[str, Any] = message.json()
        watch.states.append(told["payload"]["data"]["it"]["state"])


@contextmanager
def redis_between(folder: Path) -> Iterator[str]:
    with redis_server(folder) as server:
        yield server.url


@contextmanager
def rabbitmq_between(_folder: Path) -> Iterator[str]:
    yield f"amqp://guest:guest@{HOST}:{rabbitmq()}/"


@pytest.fixture(params=[redis_between, rabbitmq_between])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    with request.param(tmp_path) as broker_url:
        async with postgres_database() as name, _started(tmp_path, named(name), broker_url) as place:
            yield place


@asynccontextmanager
async def _started(folder: Path, database: str, broker_url: str) -> AsyncIterator[Place]:
    server = radicale(folder / "radicale", ["ann", "bob"])
    proxy = Proxy(server.port)
    # One at a time each, so that two calendars take both workers.
    service = gateway(
        folder,
        METONIC_DATABASE_URL=database,
        METONIC_BROKER_URL=broker_url,
        METONIC_CALENDARS_AT_ONCE="1",
    )
    others = {
        what: _beside(folder, service, what) for what in ("migrate", "worker", "another worker", "scheduler")
    }
    migrate = others.pop("migrate")
    await migrate.start()
    assert migrate.running is not None
    assert await migrate.running.wait() == 0, migrate.complaints()
    children = [server, service, *others.values()]
    try:
        await asyncio.gather(proxy.start(), *(child.start() for child in children))
        async with aiohttp.ClientSession() as session:
            scene = Scene(server, proxy, service, session, Table())
            yield Place(scene, [others["worker"], others["another worker"]], others["scheduler"], database)
    finally:
        await asyncio.gather(proxy.stop(), *(child.stop() for child in children))


def _beside(folder: Path, service: Child, what: str) -> Child:
    command = what.rpartition(" ")[2]
    return Child(("metonic", command), 0, folder / f"{what.replace(' ', '-')}.log", service.environment)


async def test_a_change_goes_through_all_processes_and_survives_the_death_of_one(place: Place) -> None:
    ann, bob = await asyncio.gather(*(place.scene.meet(name) for name in ("ann", "bob")))

    async with place.watched("ann") as watch:
        made = await ann.api.create(title="Squats", when=when(timed(day(3), 8)))
        await ann.device.create("Dentist", (day(5), day(6)))
        await ann.synced()
        await watch.comes_to("SYNCING", "IDLE")
    await ann.pair(made["id"])
    await ann.in_step()

    await _one_dies_while_both_write(place, [ann, bob])

    place.workers.append(place.scheduler)
    ended = await asyncio.gather(*(child.stop() for child in (*place.workers[1:], place.scene.service)))
    assert ended == [0, 0, 0]


async def _one_dies_while_both_write(place: Place, people: list[Person]) -> None:
    names = {person.name for person in people}
    gate = place.scene.proxy.gate(Stage.AFTER, lambda e: e.user in names and e.method == "PUT")
    made = [await person.api.create(title="Cut off", when=when(timed(day(4), 8))) for person in people]
    await until(lambda: _all_held(gate, names), "a write of each is on its way")

    await place.workers[0].kill()
    gate.drop()
    await place.minute_passes()

    for person, told in zip(people, made, strict=True):
        await person.synced()
        assert state_in(await person.api.appointment(told["id"])) == "IN_SYNC"
        await person.in_step()


async def _all_held(gate: Gate, users: set[str]) -> bool | None:
    return {exchange.user for exchange in gate.held} == users or None
