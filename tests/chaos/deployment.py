"""The service as an operator runs it on several machines, and what takes its parts away."""

import asyncio
import json
import secrets
import signal
from base64 import b64encode
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
from tests.chaos.platform import PAGE
from tests.e2e.smoke.children import Child
from tests.postgres import SERVER, named
from tests.servers import RedisServer, postgres_database, rabbitmq, redis_server

from metonic_simulators.servers import HOST, free_port

_COULD_NOT_BEGIN = 2


@dataclass
class Redis:
    """A broker of our own, that can be taken away."""

    server: RedisServer

    @property
    def url(self) -> str:
        return self.server.url

    async def restart(self, pause: float) -> None:
        self.server.kill()
        await asyncio.sleep(pause)
        await asyncio.to_thread(self.server.start)


@dataclass
class Rabbit:
    """The broker of this machine, which is stopped and started within its node."""

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@{HOST}:{rabbitmq()}"

    async def restart(self, pause: float) -> None:
        for order in ("stop_app", "start_app"):
            command = ("rabbitmqctl", order)
            process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
            await process.wait()
            await asyncio.sleep(pause if order == "stop_app" else 0)


@dataclass
class Deployment:
    """``serving`` answers at ``url``; the others by what they do.

    ``fallen`` are processes that ended by themselves, and their exit codes. One that could not begin because
    the database was away says so and ends with 2, as whoever runs it starts it again.
    """

    url: str
    jwt_key: str
    database: str
    broker: Redis | Rabbit
    serving: Child
    workers: list[Child]
    schedulers: list[Child]
    fallen: dict[str, int] = field(default_factory=dict)

    @property
    def processes(self) -> dict[str, Child]:
        named = {"serve": self.serving}
        named |= {f"worker {n}": one for n, one in enumerate(self.workers, 1)}
        return named | {f"scheduler {n}": one for n, one in enumerate(self.schedulers, 1)}

    async def kill(self, name: str, pause: float) -> None:
        """SIGKILL, and a new one after that many seconds."""
        child = self.processes[name]
        self._note(name)
        await child.kill()
        await asyncio.sleep(pause)
        await child.start()

    async def stand_up(self) -> None:
        """Whatever ended by itself is started again."""
        for name, child in self.processes.items():
            if self._note(name):
                await child.start()

    def _note(self, name: str) -> bool:
        """Whether it ended by itself."""
        running = self.processes[name].running
        code = None if running is None else running.returncode
        if code not in {None, _COULD_NOT_BEGIN}:
            self.fallen[name] = code or 0
        return code is not None

    async def undone(self) -> int:
        """How many pairs of appointment and event a run would still look at, none of them held."""
        connection = await asyncpg.connect(named(self.database))
        try:
            found: int = await connection.fetchval(
                "SELECT count(*) FROM calendar_sync_mappings WHERE closed IS NULL AND hold IS NULL "
                "AND (due IS NOT NULL OR intent IS NOT NULL)"
            )
            return found
        finally:
            await connection.close()

    async def stall(self, name: str, seconds: float) -> None:
        """It does nothing for so long, and then goes on as if nothing had been."""
        running = self.processes[name].running
        for order in (signal.SIGSTOP, signal.SIGCONT):
            if running is not None and running.returncode is None:
                running.send_signal(order)
            await asyncio.sleep(seconds if order is signal.SIGSTOP else 0)

    async def drop_connections(self) -> int:
        """Every connection to the database ends; returns how many there were."""
        connection = await asyncpg.connect(SERVER)
        try:
            found = await connection.fetch(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", self.database
            )
            return len(found)
        finally:
            await connection.close()


@asynccontextmanager
async def deployed(
    folder: Path, kind: str, instead: Mapping[str, str], clients: Mapping[str, Mapping[str, str]]
) -> AsyncIterator[Deployment]:
    """One that serves, three workers, two schedulers, on PostgreSQL and that kind of broker."""
    async with postgres_database() as database:
        with _broker(folder, kind) as broker:
            port, jwt_key = free_port(), secrets.token_urlsafe(48)
            environment = {
                "METONIC_KEYS": f"chaos:{b64encode(secrets.token_bytes(32)).decode()}",
                "METONIC_JWT_KEY": jwt_key,
                "METONIC_DATABASE_URL": named(database),
                "METONIC_BROKER_URL": broker.url,
                "METONIC_PORT": str(port),
                "METONIC_PUBLIC_URL": f"http://{HOST}:{port}",
                "METONIC_ALLOW_PRIVATE_ADDRESSES": "true",
                "METONIC_FREQUENCY_MINUTES": "1",
                "METONIC_REDIRECT_URIS": PAGE,
                "METONIC_STAND_INS": json.dumps(instead),
                "METONIC_OAUTH_CLIENTS": json.dumps(clients),
            }
            made = Deployment(
                f"http://{HOST}:{port}",
                jwt_key,
                database,
                broker,
                Child(("metonic", "serve"), port, folder / "serve.log", environment),
                [Child(("metonic", "worker"), 0, folder / f"worker{n}.log", environment) for n in range(3)],
                [
                    Child(("metonic", "scheduler"), 0, folder / f"scheduler{n}.log", environment)
                    for n in range(2)
                ],
            )
            await migrated(folder, environment)
            try:
                for child in made.processes.values():
                    await child.start()
                yield made
            finally:
                await asyncio.gather(*(child.kill() for child in made.processes.values()))


async def migrated(folder: Path, environment: Mapping[str, str]) -> None:
    """Have the database of that environment made; raises RuntimeError."""
    child = Child(("metonic", "migrate"), 0, folder / "migrate.log", environment)
    await child.start()
    if child.running is None or await child.running.wait() != 0:
        raise RuntimeError(child.complaints())


@contextmanager
def _broker(folder: Path, kind: str) -> Iterator[Redis | Rabbit]:
    if kind == "rabbitmq":
        yield Rabbit()
        return
    with redis_server(folder) as server:
        yield Redis(server)
