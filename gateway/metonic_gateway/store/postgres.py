"""PostgreSQL through asyncpg, as the store needs it: what ends a transaction is told in words of its own.

Problem: Tortoise lets what asyncpg raises through where a connection is lost, and then loses a connection of
the pool, or the error itself. Solution: each error is translated, and a transaction that cannot begin, or
whose connection is gone, gives back what it holds.
"""

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg
from asyncpg import exceptions as errors
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import IntegrityError, OperationalError

T = TypeVar("T")

_ATTEMPTS = 5
_PAUSE = 0.05
_CONNECT_WITHIN = 10.0
_ANSWER_WITHIN = 70.0
"""Seconds. The server ends what takes longer than a minute; who does not hear of that hears nothing."""

SESSION = {
    "application_name": "metonic",
    "statement_timeout": "60s",
    # Who holds rows and does nothing is not there any more.
    "idle_in_transaction_session_timeout": "60s",
    # To compile a statement takes longer than any of ours does.
    "jit": "off",
}


class Interrupted(OperationalError):
    """The database ended the statement or the transaction it stood in: it may be asked again.

    Nothing of it is stored; only where the connection was lost while it was committed, nobody knows.

    Interrupted
    └── Collision
    """


class Collision(Interrupted):
    """Another transaction was in the way, each waiting for the other: nothing of this one is stored."""


_COLLISIONS = (errors.DeadlockDetectedError, errors.SerializationError, errors.LockNotAvailableError)
_INTERRUPTIONS = (
    errors.PostgresConnectionError,
    errors.AdminShutdownError,
    errors.CrashShutdownError,
    errors.CannotConnectNowError,
    errors.TooManyConnectionsError,
    errors.IdleInTransactionSessionTimeoutError,
    errors.InvalidCachedStatementError,
    # What asyncpg comes to where the server's last word is read together with our next statement.
    asyncpg.InternalClientError,
    OSError,
)


_LOST = re.compile("closed|released back")
_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


def _told(error: Exception) -> Exception:
    if isinstance(error, _COLLISIONS):
        return Collision(error)
    # Of its own errors asyncpg tells those of a lost connection by their words alone.
    is_lost = isinstance(error, asyncpg.InterfaceError) and _LOST.search(str(error))
    if is_lost or isinstance(error, _INTERRUPTIONS):
        return Interrupted(f"{type(error).__name__}: {error}")
    if isinstance(error, errors.IntegrityConstraintViolationError):
        return IntegrityError(error)
    return OperationalError(error)


class Connection(asyncpg.Connection):  # type: ignore[misc] # it comes without types
    """No statement of ours leaves anything in a session, so that nothing has to be put right between two."""

    def get_reset_query(self) -> str:
        return ""


class Postgres(AsyncpgDBClient):
    """The client that ``get_client_class`` hands to Tortoise."""

    async def create_connection(self, with_db: bool) -> None:  # noqa: ARG002, FBT001 - Tortoise's signature
        self._pool = await asyncpg.create_pool(
            self.extra["dsn"],
            min_size=1,
            max_size=self.pool_maxsize,
            timeout=_CONNECT_WITHIN,
            command_timeout=self.extra["answer_within"],
            server_settings=self.server_settings,
            connection_class=Connection,
        )
        await self._post_connect()

    def _in_transaction(self) -> TransactionContext:
        return _PooledTransaction(_Transaction(self), self._pool_init_lock)

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Tortoise's signature
        """A statement that is no part of a transaction is asked again where it collided: nothing is stored.

        Who waits for a row stands in the way of those behind, so it may be the one that the server ends.
        """
        return await anew(lambda: _translated(self, func, *args, **kwargs))


async def _translated(client: AsyncpgDBClient, func: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Tortoise's
    try:
        return await func(client, *args, **kwargs)
    except _ERRORS as error:
        raise _told(error) from error


async def anew(work: Callable[[], Awaitable[T]]) -> T:
    """What that comes to, begun anew where it collides, a few times; raises Collision."""
    for attempt in range(1, _ATTEMPTS):
        try:
            return await work()
        except Collision:
            # Chance, so that the two do not meet again.
            await asyncio.sleep(_PAUSE * attempt * random.random())  # noqa: S311 - guards nothing
    return await work()


class _Transaction(TransactionWrapper):
    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(_Transaction(self))

    async def _translate_exceptions(self, func: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - Tortoise's signature
        return await _translated(self, func, *args, **kwargs)

    async def commit(self) -> None:
        await self._translate_exceptions(TransactionWrapper.commit)

    async def rollback(self) -> None:
        try:
            await self._translate_exceptions(TransactionWrapper.rollback)
        except Interrupted:
            # What was not committed is gone with the connection.
            self._finalized = True


class _PooledTransaction(TransactionContextPooled):
    client: _Transaction

    async def __aenter__(self) -> TransactionalDBClient:
        await self.client._translate_exceptions(_PooledTransaction._begin, self)  # noqa: SLF001 - the one of this context
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(self, *ended: object) -> None:
        """Whoever is cancelled while the connection goes back is outside of the transaction all the same."""
        get_connections().reset(self.token)
        self.token = None  # type: ignore[assignment] # there is nothing left to reset
        await super().__aexit__(*ended)

    @staticmethod
    async def _begin(client: Any, this: "_PooledTransaction") -> None:  # noqa: ANN401 - as Tortoise has it
        await this.ensure_connection()
        pool = client._parent._pool  # noqa: SLF001 - the client's own
        client._connection = await pool.acquire()  # noqa: SLF001 - likewise
        try:
            await client.begin()
        except BaseException:
            # Nobody knows whether it has begun.
            client._connection.terminate()  # noqa: SLF001 - likewise
            await pool.release(client._connection)  # noqa: SLF001 - likewise
            raise


def get_client_class(_database: dict[str, Any]) -> type[Postgres]:
    """What Tortoise asks a backend module for."""
    return Postgres


def credentials(url: str, connections: int) -> dict[str, Any]:
    """How the client is made for a URL as libpq reads it, with at most so many connections."""
    return {
        "dsn": url,
        "maxsize": connections,
        "answer_within": _ANSWER_WITHIN,
        "server_settings": SESSION,
    }
