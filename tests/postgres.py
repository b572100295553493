"""Databases of a PostgreSQL server for tests, where METONIC_TEST_DATABASE=postgres asks for them.

What a test is given as the file of its database then holds the URL of one. A database is kept from test to
test and wiped in between, which takes a tenth of the time of making one; all of them go with the process.

One process opens databases of one kind: Tortoise's models are made for SQLite or for PostgreSQL.
"""

import asyncio
import os
import threading
from collections.abc import Coroutine
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from tests.migrated import state_of_migrations

from metonic_gateway.store.database import migrated

T = TypeVar("T")

SERVER = os.environ.get("METONIC_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
IS_ASKED_FOR = os.environ.get("METONIC_TEST_DATABASE") == "postgres"

on_sqlite_alone = pytest.mark.skipif(IS_ASKED_FOR, reason="it is about SQLite")
on_postgres_alone = pytest.mark.skipif(not IS_ASKED_FOR, reason="it is about PostgreSQL")


def url_of(database: Path) -> str:
    """Of the database that a test was given."""
    return database.read_text("utf-8") if IS_ASKED_FOR else f"sqlite://{database}"


def named(name: str) -> str:
    """The URL of the server's database of that name."""
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))


def is_there() -> bool:
    """Whether the server answers."""
    try:
        done(_told("SELECT 1"))
    except (asyncpg.PostgresError, OSError):
        return False
    return True


def done(work: Coroutine[Any, Any, T]) -> T:
    """What that comes to, in a loop of its own: whoever asks may be in one."""
    return asyncio.run_coroutine_threadsafe(work, _loop()).result(60)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return loop


class Databases:
    """Those of this process: ``lend`` one for a test, and after it ``take_back`` all of them."""

    def __init__(self) -> None:
        self._free: list[str] = []
        self._lent: list[str] = []
        self._number = 0

    def lend(self) -> str:
        """The name of one that is migrated and empty."""
        name = self._free.pop() if self._free else self._made()
        self._lent.append(name)
        return name

    def take_back(self) -> None:
        while self._lent:
            name = self._lent.pop()
            try:
                done(_wiped(name))
                self._free.append(name)
            except asyncpg.PostgresError:
                # The test has changed its tables.
                done(_dropped(name))

    def _made(self) -> str:
        self._number += 1
        name = f"metonic_test_{os.getpid()}_{self._number}"
        # Workers of a pool run no atexit.
        Finalize(None, lambda: done(_dropped(name)), exitpriority=1)
        done(_made(name))
        return name


DATABASES = Databases()


async def _made(name: str) -> None:
    """From a template, which stays for the next session: to migrate takes seconds."""
    await _dropped(name)
    connection = await asyncpg.connect(SERVER)
    try:
        template = f"metonic_test_template_{state_of_migrations()}"
        # One makes it, and the others wait.
        await connection.execute("SELECT pg_advisory_lock(1)")
        if not await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", template):
            await connection.execute(f'CREATE DATABASE "{name}"')
            await migrated(named(name))
            await connection.execute(f'ALTER DATABASE "{name}" RENAME TO "{template}"')
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        await connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    finally:
        await connection.close()


async def _dropped(name: str) -> None:
    await _told(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


async def _told(*statements: str) -> None:
    connection = await asyncpg.connect(SERVER)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def tables(connection: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    """Ours."""
    found = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return [row["tablename"] for row in found if row["tablename"] != "tortoise_migrations"]


async def told(database: Path) -> dict[str, str]:
    """All that the database of a test holds, by table."""
    connection = await asyncpg.connect(url_of(database))
    try:
        return {
            table: repr([tuple(row) for row in await connection.fetch(f'SELECT * FROM "{table}"')])  # noqa: S608 - our own words
            for table in await tables(connection)
        }
    finally:
        await connection.close()


async def _wiped(name: str) -> None:
    connection = await asyncpg.connect(named(name))
    try:
        # Whatever a test has left running must not stand in the way.
        await connection.execute(
            "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(";".join(f'DELETE FROM "{name}"' for name in await tables(connection)))  # noqa: S608 - our own words
        await connection.execute(
            "INSERT INTO change_counter (id, last_position) VALUES (1, 0);"
            "ALTER SEQUENCE appointment_changes_id_seq RESTART"
        )
        if await connection.fetchval("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"):
            raise asyncpg.PostgresError("a test has left a trigger")
    finally:
        await connection.close()
