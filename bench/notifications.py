"""From a notification of a provider to the database and to whoever subscribed, beside a bare chain."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count, cycle
from statistics import quantiles
from time import perf_counter
from typing import Any

import aiohttp
import asyncpg
from aiohttp import web

from bench.bare_process import needed, running
from bench.fleet import Fleet
from bench.google_like import bodies
from bench.measuring import Figure
from bench.place import Place
from bench.processor import spent
from metonic_simulators.servers import HOST, free_port

_A_SECOND, _SECONDS, _ROUNDS = 20, 15, 3
_LATE_SECONDS, _PAUSE_SECONDS = 60, 6
_TARGETS = {"p50": 3, "p95": 6}
_PROTOCOL = "graphql-transport-ws"
_CHANGES = "subscription { it: appointmentChanged { appointment { title } } }"
_CHANNELS = """SELECT c.id, s.account_name FROM push_channels c JOIN calendar_links l ON l.id = c.link_id
  JOIN calendar_sync_configs s ON s.id = l.sync_config_id WHERE c.heard_at IS NOT NULL"""
_TABLE = "CREATE TABLE bare_chain (name text PRIMARY KEY)"
_TELL = """CREATE FUNCTION {table}_told() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_notify('bench', {what}); RETURN NULL; END $$;
CREATE TRIGGER {table}_told AFTER INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_told()"""


@dataclass(slots=True)
class Gate:
    """What the provider reaches: it notes when a notification came, and passes it on to ``behind``."""

    url: str
    session: aiohttp.ClientSession
    behind: str = ""
    came: dict[str, list[float]] = field(default_factory=dict)

    async def receive(self, request: web.Request) -> web.Response:
        self.came.setdefault(request.path.rpartition("/")[2], []).append(perf_counter())
        body, headers = await request.read(), dict(request.headers)
        async with self.session.post(self.behind + request.path, data=body, headers=headers) as answer:
            return web.Response(status=answer.status)


@asynccontextmanager
async def gate() -> AsyncIterator[Gate]:
    async with aiohttp.ClientSession() as session:
        port = free_port()
        made = Gate(f"http://{HOST}:{port}", session)
        app = web.Application()
        app.router.add_post("/{path:.*}", made.receive)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, HOST, port).start()
        try:
            yield made
        finally:
            await runner.cleanup()


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody with an event, whose changes come by that channel."""

    there: Place
    address: str
    channel: str
    event: Mapping[str, Any]

    async def retitle(self, title: str) -> None:
        event = {**self.event, "summary": title}
        await self.there.told("POST", "events", {"calendar": self.address, "event": event})


async def _owners(ours: Fleet) -> Sequence[Owner]:
    """Each with an event of their own."""
    found = await ours.database.fetch(_CHANNELS)
    channels = {row["account_name"]: str(row["id"]) for row in found}
    owners: list[Owner] = []
    for body, address in zip(bodies(len(ours.users)), ours.users, strict=True):
        event = {**body, "id": f"bench{len(owners)}"}
        owners.append(Owner(ours.there, address, channels[address], event))
    return owners


@dataclass(slots=True)
class Arrivals:
    """When what has a title was there."""

    at: dict[str, float] = field(default_factory=dict)

    def note(self, title: str) -> None:
        self.at.setdefault(title, perf_counter())

    async def all_of(self, titles: Sequence[str]) -> None:
        """Raises RuntimeError if they do not come."""
        until = perf_counter() + _LATE_SECONDS
        while missing := [title for title in titles if title not in self.at]:
            if perf_counter() > until:
                raise RuntimeError(f"{len(missing)} of {len(titles)} did not arrive")
            await asyncio.sleep(0.1)


@dataclass(frozen=True, slots=True)
class Chain:
    """The bare one's address, and its two processes."""

    url: str
    pids: tuple[int, int]


@dataclass(slots=True)
class Trial:
    """Notifications of the service's provider, and the same number to the bare chain at ``chain``.

    ``took`` is the processor's time, by process.
    """

    ours: Fleet
    gate: Gate
    chain: Chain
    turns: Iterator[Owner]
    titles: Iterator[str]
    stored: Arrivals = field(default_factory=Arrivals)
    told: Arrivals = field(default_factory=Arrivals)
    bare: Arrivals = field(default_factory=Arrivals)
    waits: dict[str, list[float]] = field(default_factory=lambda: {"stored": [], "told": [], "bare": []})
    took: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    async def noticed(self) -> None:
        begun: dict[str, tuple[Owner, float]] = {}

        async def one() -> None:
            user, title = next(self.turns), next(self.titles)
            begun[title] = user, perf_counter()
            await user.retitle(title)

        before = await self.ours.spent()
        await _steadily(one)
        await self.stored.all_of(list(begun))
        await self.told.all_of(list(begun))
        for name, seconds in (await self.ours.spent()).items():
            self.took[name.removeprefix("another ")] += seconds - before[name]
        for title, (user, at) in begun.items():
            came = next(came for came in self.gate.came[user.channel] if came >= at)
            self.waits["stored"].append(self.stored.at[title] - came)
            self.waits["told"].append(self.told.at[title] - came)

    async def chained(self) -> None:
        begun: dict[str, float] = {}

        async def one() -> None:
            title = next(self.titles)
            begun[title] = perf_counter()
            async with self.ours.there.session.post(f"{self.chain.url}/{title}") as answer:
                answer.raise_for_status()

        before = await self._spent_bare()
        await _steadily(one)
        await self.bare.all_of(list(begun))
        self.took["bare"] += await self._spent_bare() - before
        self.waits["bare"] += [self.bare.at[title] - at for title, at in begun.items()]

    async def _spent_bare(self) -> float:
        of = await self.ours.spent()
        return of["PostgreSQL"] + of["Redis"] + sum(spent(pid) for pid in self.chain.pids)

    def figures(self) -> Sequence[Figure]:
        floors = _spread(self.waits["bare"])
        what = f"a notification, {_A_SECOND} a second, until {{}}, {{}} / a bare chain"
        until = {"stored": "its change is in the database", "told": "a subscription has told it"}
        waits = [
            Figure(what.format(until[key], name), found, floors[name], _TARGETS[name])
            for key in until
            for name, found in _spread(self.waits[key]).items()
        ]
        times, floor = len(self.waits["stored"]), self.took["bare"] / len(self.waits["bare"])
        what = "processor time of a change that a notification brings, {} / a bare chain"
        parts = ("worker", "serve", "PostgreSQL", "Redis", "scheduler")
        return waits + [Figure(what.format(name), self.took[name] / times, floor) for name in parts]


async def figures(ours: Fleet, gate: Gate) -> Sequence[Figure]:
    """Both in turn; the service is told of by who reaches it through ``gate``."""
    users = await _owners(ours)
    await ours.database.execute(_TABLE)
    async with AsyncExitStack() as stack:
        chain = await stack.enter_async_context(_chain(ours))
        trial = Trial(ours, gate, chain, cycle(users), (f"Edit {n}" for n in count()))
        listening = await asyncpg.connect(ours.database_url)
        stack.push_async_callback(listening.close)
        await _listened(ours, listening, trial)
        await stack.enter_async_context(_subscribed(ours, trial.told))
        first = [f"First {user.address}" for user in users]
        for user, title in zip(users, first, strict=True):
            await user.retitle(title)
        await trial.told.all_of(first)
        # Whoever is told of again is looked at after five seconds only.
        await asyncio.sleep(_PAUSE_SECONDS)
        for _ in range(_ROUNDS):
            await trial.noticed()
            await trial.chained()
        return trial.figures()


def _spread(waits: Sequence[float]) -> Mapping[str, float]:
    parts = quantiles(waits, n=20)
    return {"p50": parts[9], "p95": parts[18]}


async def _steadily(one: Callable[[], Awaitable[None]]) -> None:
    """So many a second, whether or not those before have ended."""
    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for n in range(_A_SECOND * _SECONDS):
            await asyncio.sleep(max(0, began + n / _A_SECOND - perf_counter()))
            group.create_task(one())  # type: ignore[arg-type]


async def _listened(ours: Fleet, listening: "asyncpg.Connection[asyncpg.Record]", trial: Trial) -> None:
    """Have the server tell of what is committed to appointments, and by the bare chain."""

    def heard(_connection: object, _pid: int, _channel: str, text: object) -> None:
        for arrivals in (trial.stored, trial.bare):
            arrivals.note(str(text))

    await ours.database.execute(_TELL.format(table="appointments", what="NEW.content->>'title'"))
    await ours.database.execute(_TELL.format(table="bare_chain", what="NEW.name"))
    await listening.add_listener("bench", heard)


@asynccontextmanager
async def _subscribed(ours: Fleet, told: Arrivals) -> AsyncIterator[None]:
    """As the platform's backend."""

    async def read(socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            told.note(message.json()["payload"]["data"]["it"]["appointment"]["title"])

    url = f"{ours.url.replace('http', 'ws', 1)}/graphql"
    async with ours.there.session.ws_connect(url, protocols=[_PROTOCOL]) as socket:
        payload = {"authorization": f"Bearer {ours.backend_token}"}
        await socket.send_json({"type": "connection_init", "payload": payload})
        await socket.receive_json(timeout=10)
        await socket.send_json({"id": "1", "type": "subscribe", "payload": {"query": _CHANGES}})
        reading = asyncio.create_task(read(socket))
        try:
            yield
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading


@asynccontextmanager
async def _chain(ours: Fleet) -> AsyncIterator[Chain]:
    port = free_port()
    told = {"port": port, **await needed(ours)}
    async with running("receive", told) as receiving, running("work", told) as working:
        for _ in range(100):
            await asyncio.sleep(0.1)
            with suppress(aiohttp.ClientError):
                async with ours.there.session.get(f"http://{HOST}:{port}/"):
                    break
        yield Chain(f"http://{HOST}:{port}", (receiving.pid, working.pid))
