"""The ground of histories: the real store on SQLite in memory, in the loop's own thread, or on PostgreSQL.

A thread of its own for each connection, as the product has it, would cost more than the statements do and
leave to the operating system what is switched when. A history must be quick and must repeat itself. One on a
server does neither: there it is about what happens at the same moment.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from unittest.mock import patch

from tests.migrated import copy_to
from tests.postgres import IS_ASKED_FOR
from tests.simulation import quick, server
from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import SqliteTransactionContext, translate_exceptions
from tortoise.context import TortoiseContext

from metonic_gateway.store import taking_back
from metonic_gateway.store.database import tortoise_config
from metonic_gateway.store.sqlite import ImmediateSqlite, ImmediateTransaction

T = TypeVar("T")
_UNDONE_AT_ONCE = 2


class InLoop:
    """What Tortoise asks of an aiosqlite connection, without a thread behind it."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database

    @property
    def total_changes(self) -> int:
        return self.database.total_changes

    def asked(self, sql: str, values: Sequence[Any] | None) -> tuple[int, list[sqlite3.Row]]:
        """How many rows were changed, or else found; and those found."""
        before = self.database.total_changes
        rows = self.database.execute(sql, values or ()).fetchall()
        return self.database.total_changes - before or len(rows), rows

    async def execute(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        return self.database.execute(sql, values)

    async def execute_insert(self, sql: str, values: Sequence[Any] = ()) -> Sequence[Any]:
        return (self.database.execute(sql, values).lastrowid,)

    async def execute_fetchall(self, sql: str, values: Sequence[Any] | None = None) -> list[Any]:
        return self.database.execute(sql, values or ()).fetchall()

    async def executemany(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        self.database.executemany(sql, values)

    async def commit(self) -> None:
        self.database.commit()

    async def rollback(self) -> None:
        self.database.rollback()

    async def close(self) -> None:
        self.database.close()


class _InLoopTransaction(ImmediateTransaction):
    """Whoever asks in a transaction never waits for another who does: nothing is ever under way."""

    _connection: InLoop  # type: ignore[assignment]

    @translate_exceptions
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[Any]]:
        return self._connection.asked(query, values)

    @translate_exceptions
    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return [dict(row) for row in self._connection.asked(query, values)[1]]


class InLoopSqlite(ImmediateSqlite):
    """A client whose connection is laid for each history."""

    _connection: InLoop | None  # type: ignore[assignment]

    def _in_transaction(self) -> TransactionContext:
        return SqliteTransactionContext(_InLoopTransaction(self), self._lock)

    @translate_exceptions
    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[Any]]:
        if self._connection is None:
            raise TypeError("no history is lived")
        async with self._lock:
            return self._connection.asked(query, values)

    def lay(self, content: bytes) -> InLoop:
        """Open a database in memory with that content."""
        database = sqlite3.connect(":memory:", isolation_level=None, cached_statements=2000)
        database.deserialize(content)
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA foreign_keys=ON")
        connection = InLoop(database)
        self._connection = connection
        return connection

    def _check_loop(self) -> bool:
        return True


def get_client_class(_database: dict[str, Any]) -> type[ImmediateSqlite]:
    """What Tortoise asks a backend module for."""
    return InLoopSqlite


def is_side_by_side() -> bool:
    """Whether transactions take place at the same moment: on a server."""
    return IS_ASKED_FOR


@cache
def empty() -> bytes:
    """A migrated database, read once."""
    if is_side_by_side():
        return server.empty()
    with TemporaryDirectory() as folder:
        path = copy_to(Path(folder) / "template.sqlite3")
        with sqlite3.connect(path) as database:
            # One that writes ahead cannot be opened in memory.
            database.execute("PRAGMA journal_mode=DELETE")
        database.close()
        return path.read_bytes()


@cache
def _context() -> TortoiseContext:
    """Tortoise reads the models once; each history has a connection of its own."""
    context = TortoiseContext()
    config = tortoise_config("sqlite://:memory:")
    config["connections"]["default"]["engine"] = __name__
    with context:
        asyncio.run(context.init(config=config))
    return context


@asynccontextmanager
async def laid(content: bytes) -> AsyncIterator[None]:
    """A database with that content, open for everything that runs in this context.

    Undoes are taken back in small parts, so that others come between them.
    """
    with patch.object(taking_back, "_AT_ONCE", _UNDONE_AT_ONCE):
        async with server.laid(content) if is_side_by_side() else _laid(content):
            yield


@asynccontextmanager
async def _laid(content: bytes) -> AsyncIterator[InLoop]:
    context = _context()
    with context, quick.orm():
        client = context.connections.get("default")
        if not isinstance(client, InLoopSqlite):
            raise TypeError("the ground has a client of its own")
        connection = client.lay(content)
        try:
            yield connection
        finally:
            await client.close()


def made(fill: Callable[[], Awaitable[T]]) -> tuple[bytes, T]:
    """A migrated database that was filled so, as bytes, and what filling it returned."""
    if is_side_by_side():
        return server.made(fill)
    content = empty()
    _context()

    async def fill_it() -> tuple[bytes, T]:
        async with _laid(content) as connection:
            result = await fill()
            return connection.database.serialize(), result

    return asyncio.run(fill_it())
