"""Who waits for a transaction on PostgreSQL, and who comes at once."""

import asyncio
from collections.abc import Coroutine
from contextvars import copy_context
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
from tests.gateway.house import eventually
from tests.postgres import IS_ASKED_FOR, SERVER
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from metonic_gateway.store.transactions import hold_calendars

T = TypeVar("T")


async def is_waited_for(by: int = 1) -> None:
    """Until so many wait for what this transaction holds."""
    (here,) = await get_connection("default").execute_query_dict("SELECT current_database() AS name")
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = $1"
    # From outside: a transaction sees of the server's activity what it saw first.
    outside = await asyncpg.connect(SERVER)

    async def are_there() -> bool:
        number: int = await outside.fetchval(waiting, here["name"])
        return number >= by

    try:
        await eventually(are_there)
    finally:
        await outside.close()


async def at_once(calendar: UUID, *works: Coroutine[Any, Any, T]) -> list[T | BaseException]:
    """What becomes of each, none of which sees what another has written to that calendar's row.

    Problem: on PostgreSQL the second opens a connection, by when the first may be done. Solution: the row is
    held until all of them wait for it, in this order.
    """
    if not IS_ASKED_FOR:
        return await asyncio.gather(*works, return_exceptions=True)
    outside, tasks = copy_context(), []
    async with in_transaction():
        await hold_calendars([calendar])
        for number, work in enumerate(works, 1):
            tasks.append(asyncio.get_running_loop().create_task(work, context=outside.copy()))
            await is_waited_for(number)
    return await asyncio.gather(*tasks, return_exceptions=True)
