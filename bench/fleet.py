"""The service as processes on PostgreSQL and Redis, and calendars at what stands in for Google."""

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
from tests.chaos.deployment import migrated
from tests.chaos.platform import PAGE, Api, token_for
from tests.e2e.smoke.children import Child
from tests.e2e.smoke.waiting import until
from tests.postgres import named
from tests.servers import postgres_database, redis_server

from bench.place import Place, place
from bench.processor import spent, spent_by_server
from metonic_gateway.demo.stand_ins import GOOGLE
from metonic_gateway.http.identity import Identity, Role
from metonic_simulators.servers import HOST, free_port

_BEGIN = """mutation ($page: String!) { it: connectProvider(provider: "google", redirectUri: $page) {
  ... on ConnectionStart { authUrl } ... on UserError { code message nextStep } } }"""
_COMPLETE = """mutation ($code: String!, $state: String!) {
  it: completeConnection(provider: "google", code: $code, state: $state) {
  ... on ConnectedCalendar { id } ... on UserError { code message nextStep } } }"""
STAND_IN, ANOTHER_WORKER = "the stand-in", "another worker"
_AT_ONCE = 8
_SYNC_SECONDS = 120


@dataclass(slots=True)
class Fleet:
    """``url`` is what serves, ``users`` the addresses of those at ``there``.

    ``database`` is for looking into.
    """

    url: str
    jwt_key: str
    there: Place
    users: Sequence[str]
    children: Mapping[str, Child]
    redis_url: str
    redis_pid: int
    database_url: str
    database: "asyncpg.Connection[asyncpg.Record]"

    @property
    def backend_token(self) -> str:
        return token_for(self.jwt_key, Identity(Role.BACKEND, None))

    def pid(self, name: str) -> int:
        running = self.children[name].running
        if running is None:
            raise RuntimeError(f"{name} does not run")
        return running.pid

    async def spent(self) -> Mapping[str, float]:
        """Seconds of the processor that each of them has taken so far; not what looking into it takes."""
        of = {name: spent(self.pid(name)) for name in self.children}
        looking = await self.database.fetchval("SELECT pg_backend_pid()")
        return of | {
            "Redis": spent(self.redis_pid),
            "PostgreSQL": spent_by_server(looking) - spent(looking),
            STAND_IN: spent(self.there.pid),
        }

    async def runs(self) -> int:
        """How many have begun."""
        return int(await self.database.fetchval("SELECT coalesce(sum(fence), 0) FROM calendar_sync_configs"))

    async def keep_one_worker(self) -> None:
        """The other one ends."""
        await self.children[ANOTHER_WORKER].stop()
        self.children = {name: one for name, one in self.children.items() if name != ANOTHER_WORKER}

    async def connect(self) -> None:
        """Every user, and see the first sync of each."""
        room = asyncio.Semaphore(_AT_ONCE)

        async def one(user: str) -> None:
            async with room:
                name = user.partition("@")[0]
                identity = Identity(Role.TRAINER, name, name, "Europe/Berlin")
                api = Api(self.there.session, self.url, token_for(self.jwt_key, identity))
                begun: Mapping[str, Any] = await api.ask(_BEGIN, page=PAGE)
                came = await self.there.agree(begun["authUrl"], user)
                await api.ask(_COMPLETE, code=came["code"], state=came["state"])

        await asyncio.gather(*(one(user) for user in self.users))
        await until(self._all_synced, "all calendars are synced and their channels heard", _SYNC_SECONDS)

    async def _all_synced(self) -> bool | None:
        synced = await self.database.fetchval(
            "SELECT count(*) FROM calendar_sync_configs WHERE last_sync_status = 'success'"
        )
        heard = await self.database.fetchval("SELECT count(*) FROM push_channels WHERE heard_at IS NOT NULL")
        return synced == heard == len(self.users) or None


@asynccontextmanager
async def fleet(users: int, public_url: str) -> AsyncIterator[Fleet]:
    """One that serves, a worker for each of two cores, a scheduler; providers reach it at ``public_url``."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="metonic-bench-")))
        addresses = [f"user{n}@example.com" for n in range(users)]
        there = await stack.enter_async_context(place("google", addresses[0], *addresses))
        for switch in ("quota", "push-delay"):
            await there.told("DELETE", f"quirks/{switch}")
        redis = stack.enter_context(redis_server(folder))
        database = await stack.enter_async_context(postgres_database())
        port, jwt_key = free_port(), secrets.token_urlsafe(48)
        environment = {
            "METONIC_KEYS": f"bench:{base64.b64encode(secrets.token_bytes(32)).decode()}",
            "METONIC_JWT_KEY": jwt_key,
            "METONIC_DATABASE_URL": named(database),
            "METONIC_BROKER_URL": redis.url,
            "METONIC_PORT": str(port),
            "METONIC_PUBLIC_URL": public_url,
            "METONIC_ALLOW_PRIVATE_ADDRESSES": "true",
            "METONIC_REDIRECT_URIS": PAGE,
            "METONIC_STAND_INS": json.dumps(dict.fromkeys(GOOGLE.origins, there.url.rstrip("/"))),
            "METONIC_OAUTH_CLIENTS": json.dumps(
                {"google": {"id": there.client_id, "secret": there.client_secret}}
            ),
            "METONIC_PACES": '{"google": {"account": 1000000, "project": 10000000}}',
            "METONIC_LOG_LEVEL": "warning",
        }
        await migrated(folder, environment)
        ports = {"serve": port, "worker": 0, ANOTHER_WORKER: 0, "scheduler": 0}
        children = {
            name: Child(("metonic", name.rpartition(" ")[2]), at, folder / f"{name}.log", environment)
            for name, at in ports.items()
        }
        for child in children.values():
            await child.start()
            stack.push_async_callback(child.stop)
        connection = await asyncpg.connect(named(database))
        stack.push_async_callback(connection.close)
        yield Fleet(
            f"http://{HOST}:{port}",
            jwt_key,
            there,
            addresses,
            children,
            redis.url,
            redis.running.pid if redis.running else 0,
            named(database),
            connection,
        )
