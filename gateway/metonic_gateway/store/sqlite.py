"""SQLite whose transactions take the write lock when they begin.

Tortoise begins deferred: a transaction that reads before it writes then fails with "database is locked"
as soon as another process writes in between, and no busy_timeout helps (tortoise-orm #1675).
"""

import sqlite3
from typing import Any

from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext, SqliteTransactionWrapper
from tortoise.exceptions import TransactionManagementError


class ImmediateTransaction(SqliteTransactionWrapper):
    async def begin(self) -> None:
        try:
            await self._connection.commit()
            await self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise TransactionManagementError(str(error)) from error


class ImmediateSqlite(SqliteClient):
    """The client that ``get_client_class`` hands to Tortoise."""

    def _in_transaction(self) -> TransactionContext:
        return SqliteTransactionContext(ImmediateTransaction(self), self._lock)


def get_client_class(_database: dict[str, Any]) -> type[ImmediateSqlite]:
    """What Tortoise asks a backend module for."""
    return ImmediateSqlite
