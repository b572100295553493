"""Opening the database, SQLite or PostgreSQL, and bringing it up to date."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext
from tortoise.migrations.api.migrate import migrate

from metonic_gateway.store import postgres, texts

CONNECTIONS = 10
"""How many a process has to PostgreSQL at most, if nobody says otherwise."""

_PRAGMAS = {"busy_timeout": "10000", "synchronous": "NORMAL"}
_MIGRATING = 0x6D65746F6E6963
"""The key of the advisory lock: the name of the service in ASCII."""


def is_postgres(url: str) -> bool:
    """Whether that is the URL of a PostgreSQL server."""
    return url.startswith(("postgres://", "postgresql://"))


def tortoise_config(
    url: str, pragmas: dict[str, str] | None = None, *, connections: int = CONNECTIONS
) -> dict[str, Any]:
    """Tortoise's configuration for a database URL such as ``sqlite://metonic.sqlite3``."""
    if is_postgres(url):
        connection: dict[str, Any] = {
            "engine": postgres.__name__,
            "credentials": postgres.credentials(url, connections),
        }
    else:
        connection = expand_db_url(url)
        connection["engine"] = "metonic_gateway.store.sqlite"
        connection["credentials"] |= _PRAGMAS | (pragmas or {})
    return {
        "connections": {"default": connection},
        "apps": {
            "models": {
                "models": ["metonic_gateway.store.models"],
                "migrations": "metonic_gateway.store.migrations",
                "default_connection": "default",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


@asynccontextmanager
async def opened(url: str, connections: int = CONNECTIONS) -> AsyncIterator[None]:
    """The database, open for everything that runs in this context and for all tasks of the process.

    ``connections`` to a server are made when they are needed, so many at most, and anew where one is lost.
    """
    texts.keep()
    context = TortoiseContext()
    with context:
        config = tortoise_config(url, connections=connections)
        await context.init(config=config, _enable_global_fallback=True)
        try:
            yield
        finally:
            await context.close_connections()


async def migrated(url: str) -> None:
    """Bring the database to the newest version; does nothing if it is there.

    Of several processes that do so at once on a server, one does and the others wait for it.

    SQLite rebuilds a table to alter it, and with foreign keys on, dropping the old one deletes the rows of
    every table that refers to it: they are off while migrations run.
    """
    config = tortoise_config(url, {"foreign_keys": "OFF"}, connections=1)
    if not is_postgres(url):
        await _migrated(config)
        return
    # To make an index over many rows takes as long as it takes.
    credentials = config["connections"]["default"]["credentials"]
    credentials |= {"answer_within": None, "server_settings": {"application_name": "metonic migrate"}}
    alone = await asyncpg.connect(url)
    try:
        await alone.execute("SELECT pg_advisory_lock($1)", _MIGRATING)
        await _migrated(config)
    finally:
        await alone.close()


async def _migrated(config: dict[str, Any]) -> None:
    context = TortoiseContext()
    with context:
        try:
            await migrate(config=config)
        finally:
            await context.close_connections()
