"""Opening the database and bringing it up to date."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tortoise.backends.base.config_generator import expand_db_url
from tortoise.context import TortoiseContext
from tortoise.migrations.api.migrate import migrate

_PRAGMAS = {"busy_timeout": "10000", "synchronous": "NORMAL"}


def tortoise_config(url: str, pragmas: dict[str, str] | None = None) -> dict[str, Any]:
    """Tortoise's configuration for a database URL such as ``sqlite://metonic.sqlite3``."""
    connection = expand_db_url(url)
    if connection["engine"] == "tortoise.backends.sqlite":
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
async def opened(url: str) -> AsyncIterator[None]:
    """The database, open for everything that runs in this context and for all tasks of the process."""
    context = TortoiseContext()
    with context:
        await context.init(config=tortoise_config(url), _enable_global_fallback=True)
        try:
            yield
        finally:
            await context.close_connections()


async def migrated(url: str) -> None:
    """Bring the database to the newest version; does nothing if it is there.

    SQLite rebuilds a table to alter it, and with foreign keys on, dropping the old one deletes the rows of
    every table that refers to it: they are off while migrations run.
    """
    context = TortoiseContext()
    with context:
        try:
            await migrate(config=tortoise_config(url, {"foreign_keys": "OFF"}))
        finally:
            await context.close_connections()
