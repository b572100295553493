"""Whether the database answers, is up to date and can be written to, and what time it has."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pkgutil import iter_modules
from uuid import UUID

from asyncpg import InterfaceError, PostgresError
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException

from metonic_gateway.store import migrations, models

UNREACHABLE = (BaseORMException, PostgresError, InterfaceError, OSError)
"""What is raised where it does not answer."""

_NOBODY = UUID(int=0)


class Readiness(StrEnum):
    """What keeps the service from working with it."""

    READY = "ready"
    NOT_MIGRATED = "not_migrated"
    AWAY = "away"


async def readiness() -> Readiness:
    """Three statements at most. A newer database is good for older code, as migrations only add."""
    try:
        if await missing():
            return Readiness.NOT_MIGRATED
        await models.User.exists()
    except UNREACHABLE:
        return Readiness.AWAY
    return Readiness.READY


async def missing() -> Sequence[str]:
    """The migrations that were not applied yet, in their order; raises what is among ``UNREACHABLE``."""
    named = [module.name for module in iter_modules(migrations.__path__)]
    connection = get_connection("default")
    try:
        rows = await connection.execute_query_dict("""SELECT "name" FROM "tortoise_migrations" """)
    except UNREACHABLE:
        # There is no such table before the first of them, or there is no answer.
        await connection.execute_query_dict("SELECT 1")
        return sorted(named)
    return sorted({*named} - {row["name"] for row in rows})


async def try_to_write() -> None:
    """Changes nothing; raises what is among ``UNREACHABLE`` where nothing could be."""
    await models.CalendarSyncConfig.filter(id=_NOBODY).update(idle_runs=0)


async def clock() -> datetime:
    """The time that the database has, by the second."""
    (row,) = await get_connection("default").execute_query_dict("SELECT CURRENT_TIMESTAMP AS now")
    now = row["now"]
    return now if isinstance(now, datetime) else datetime.fromisoformat(now).replace(tzinfo=UTC)


async def sealed_credentials() -> Sequence[tuple[UUID, str]]:
    """The connected calendars whose credentials were sealed first and last, with their envelopes.

    As far as rows tell: by when their account, calendar or settings last changed.
    """
    rows = models.CalendarSyncConfig.filter(access_token__isnull=False)
    found = [await rows.order_by(order).first() for order in ("updated_at", "-updated_at")]
    return list({row.id: (row.id, row.access_token) for row in found if row and row.access_token}.values())
