"""The real servers that tests talk to. Without one a test is skipped, or fails where none may be missing."""

import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from tests.postgres import SERVER, named

from metonic_simulators.servers import HOST, free_port, wait_for

RABBITMQ_PORT = 5672


def missing(what: str) -> None:
    """Skips the test; fails it with METONIC_REQUIRE_SERVICES=1."""
    if os.environ.get("METONIC_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{what} is not there, and METONIC_REQUIRE_SERVICES=1 says that it has to be")
    pytest.skip(f"{what} is not there")


def rabbitmq() -> int:
    """The port of the RabbitMQ on this machine, where a guest may sign in."""
    with suppress(OSError), socket.create_connection((HOST, RABBITMQ_PORT), timeout=5):
        return RABBITMQ_PORT
    missing("RabbitMQ")
    raise AssertionError


def postgres_through(name: str, port: int) -> str:
    """The URL of the server's database of that name, by a line that begins at that port."""
    parts = urlsplit(named(name))
    user = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{user}@{HOST}:{port}"))


def postgres_port() -> int:
    return urlsplit(SERVER).port or 5432


@asynccontextmanager
async def postgres_database() -> AsyncIterator[str]:
    """The name of a database of the test's own, without a table."""
    name = f"metonic_test_{uuid4().hex[:12]}"
    try:
        server = await asyncpg.connect(SERVER, timeout=5)
    except (OSError, asyncpg.PostgresError):
        missing("PostgreSQL")
        raise AssertionError from None
    try:
        await server.execute(f'CREATE DATABASE "{name}"')
        yield name
    finally:
        await server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await server.close()


@dataclass
class RedisServer:
    """A Redis of the test's own, that can be killed and started again at the same port; it keeps nothing."""

    folder: Path
    port: int = field(default_factory=free_port)
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        log = self.folder / "redis.log"
        with log.open("ab") as output:
            command = [shutil.which("redis-server") or "", "--bind", HOST, "--port", str(self.port), "--save"]
            self.running = subprocess.Popen(  # noqa: S603 - a program of the system
                [*command, "", "--appendonly", "no"], stdout=output, stderr=output, cwd=self.folder
            )
        wait_for(self.port, self.running, log)

    def kill(self) -> None:
        if self.running is not None:
            self.running.kill()
            self.running.wait(10)

    @property
    def url(self) -> str:
        return f"redis://{HOST}:{self.port}/0"


@contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    if shutil.which("redis-server") is None:
        missing("redis-server")
    server = RedisServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
