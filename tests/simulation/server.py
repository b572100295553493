"""The ground of histories on PostgreSQL: the same store over real connections, wiped between two of them."""

import asyncio
import pickle
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
from tests.postgres import DATABASES, done, named, tables

from metonic_gateway.store.database import opened

T = TypeVar("T")
_Rows = dict[str, list[tuple[Any, ...]]]


@asynccontextmanager
async def laid(content: bytes) -> AsyncIterator[None]:
    """A database with that content, open for everything that runs in this context."""
    name = DATABASES.lend()
    try:
        await _filled(name, pickle.loads(content))  # noqa: S301 - our own
        async with opened(named(name)):
            yield
    finally:
        DATABASES.take_back()


def made(fill: Callable[[], Awaitable[T]]) -> tuple[bytes, T]:
    """What a migrated database holds that was filled so, and what filling it returned."""
    name = DATABASES.lend()

    async def fill_it() -> T:
        async with opened(named(name)):
            return await fill()

    try:
        result = asyncio.run(fill_it())
        return pickle.dumps(done(_read(name))), result
    finally:
        DATABASES.take_back()


def empty() -> bytes:
    """Of a migrated database."""
    return pickle.dumps({})


async def _read(name: str) -> _Rows:
    connection = await asyncpg.connect(named(name))
    try:
        rows: _Rows = {}
        for table in await tables(connection):
            found = await connection.fetch(f'SELECT * FROM "{table}"')  # noqa: S608 - our own words
            rows[table] = [tuple(row) for row in found]
    finally:
        await connection.close()
    return {table: known for table, known in rows.items() if known}


async def _filled(name: str, rows: _Rows) -> None:
    connection = await asyncpg.connect(named(name))
    try:
        # In any order: what rows refer to comes with them.
        await connection.execute("SET session_replication_role = replica; DELETE FROM change_counter")
        for table, known in rows.items():
            await connection.copy_records_to_table(table, records=known)
        if "change_counter" not in rows:
            await connection.execute("INSERT INTO change_counter (id, last_position) VALUES (1, 0)")
    finally:
        await connection.close()
