"""Transactions side by side: in which order they lock, and what happens where two collide.

SQLite has one writing transaction at a time. On PostgreSQL each statement sees what others have committed by
then, so that whoever reads in order to write locks first, and in this order:

1. appointments, by id
2. users: they stay as they are, and get no first calendar
3. calendars, by id; the row of a calendar stands for all that is its own: links, mappings, conflicts, history

A run begins with its calendar, since its fence must hold until it commits. So it never waits for an
appointment: one that somebody is at counts as moved. Where it draws work for calendars of others, it locks
these after its own, which another run may do the other way round: then the server ends one of the two as a
``Collision``, and it is done anew.

All locks are such that rows which only refer to a locked one can be stored meanwhile. What Tortoise locks are
instances (``only``): ``values`` after ``select_for_update`` locks nothing, and does not say so.
"""

from collections.abc import Awaitable, Callable, Collection
from functools import wraps
from typing import ParamSpec, TypeVar
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from metonic_gateway.store.postgres import Collision, Interrupted, anew

__all__ = [
    "Collision",
    "Interrupted",
    "hold_calendars",
    "hold_calendars_of",
    "transactional",
]

P = ParamSpec("P")
T = TypeVar("T")


def transactional(work: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Have all of it done in one transaction, and done anew where that collided with another one.

    Inside a transaction it is a part of that one, which is what is done anew.
    """

    @wraps(work)
    async def done(*args: P.args, **kwargs: P.kwargs) -> T:
        async def whole() -> T:
            async with in_transaction():
                return await work(*args, **kwargs)

        is_part = isinstance(_connection(), TransactionalDBClient)
        return await (whole() if is_part else anew(whole))

    return done


def _connection() -> BaseDBAsyncClient:
    return get_connection("default")


def dialect() -> str:
    """What the database speaks: postgres or sqlite."""
    return _connection().capabilities.dialect


def _is_side_by_side() -> bool:
    """Whether other transactions may be at work while this one is."""
    return dialect() == "postgres"


async def hold_calendars(ids: Collection[UUID]) -> None:
    """Let nobody else change these calendars, or what is their own, until the transaction ends."""
    if ids and _is_side_by_side():
        await _hold('"id" = ANY($1)', ids)


async def hold_calendars_of(users: Collection[UUID]) -> Collection[UUID]:
    """The same for all calendars of these users, who get no further one meanwhile; returns which they are."""
    if not users or not _is_side_by_side():
        return ()
    await _connection().execute_query(
        'SELECT 1 FROM "users" WHERE "id" = ANY($1) ORDER BY "id" FOR KEY SHARE', [sorted(users)]
    )
    return await _hold('"user_id" = ANY($1)', users)


async def _hold(which: str, ids: Collection[UUID]) -> Collection[UUID]:
    _, rows = await _connection().execute_query(
        f'SELECT "id" FROM "calendar_sync_configs" WHERE {which} ORDER BY "id" FOR NO KEY UPDATE',  # noqa: S608 - ours
        [list(ids)],
    )
    return {row["id"] for row in rows}
