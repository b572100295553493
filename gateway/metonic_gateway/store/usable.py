"""Whether the database can be opened at all, found out before anything waits for it."""

import pkgutil
import sqlite3
from contextlib import closing, suppress
from urllib.parse import urlsplit

import asyncpg
from asyncpg import exceptions as errors
from tortoise.backends.base.config_generator import expand_db_url
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException, ConfigurationError

from metonic_gateway.store import migrations
from metonic_gateway.store.database import is_postgres

_OLDEST_SERVER = 13
_ANSWER_WITHIN = 10.0
_SETTING = "METONIC_DATABASE_URL"


class DatabaseUnusable(Exception):
    """``message`` says what is wrong and what to do; it names no password."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


async def check_usable(url: str) -> None:
    """Raises DatabaseUnusable."""
    if is_postgres(url):
        await _check_server(url)
    else:
        _check_file(url)


def _check_file(url: str) -> None:
    """Open it once.

    Problem: aiosqlite waits for ever for a connection that could not be opened. Solution: this goes without.
    """
    try:
        path = expand_db_url(url)["credentials"].get("file_path")
    except (ConfigurationError, ValueError):
        path = None
    if path is None:
        raise DatabaseUnusable(
            f"{_SETTING} cannot be used: it must be sqlite:// and the path of a file, or "
            "postgresql://user:password@host:5432/database."
        )
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        raise DatabaseUnusable(
            f"The database {path} cannot be used: {error}. Check that its folder is there and may be written "
            f"to, or set {_SETTING} to another file."
        ) from error


async def _check_server(url: str) -> None:
    # The chain is cut: what asyncpg raises may remember the URL.
    try:
        connection = await asyncpg.connect(url, timeout=_ANSWER_WITHIN)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        raise DatabaseUnusable(f"{_why(error, url)} It is named by {_SETTING}.") from None
    try:
        version = connection.get_server_version()
        if version.major < _OLDEST_SERVER:
            raise DatabaseUnusable(
                f"The database server at {_place(url)} is PostgreSQL {version.major}, which is too old: "
                f"use {_OLDEST_SERVER} or newer. It is named by {_SETTING}."
            )
    finally:
        await connection.close()


_REASONS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (
        errors.InvalidCatalogNameError,
        "There is no database {name} at {place}: make it (createdb {name}), or name another one.",
    ),
    (
        errors.InvalidAuthorizationSpecificationError,
        "The database server at {place} refuses the user or the password: check both.",
    ),
    (
        errors.InsufficientPrivilegeError,
        "The user may not connect to the database {name} at {place}: grant it CONNECT.",
    ),
    (
        errors.TooManyConnectionsError,
        "The database server at {place} has no connection left: lower METONIC_DATABASE_CONNECTIONS.",
    ),
    (
        errors.CannotConnectNowError,
        "The database server at {place} is starting or stopping: try again in a moment.",
    ),
    (
        (OSError, errors.PostgresConnectionError),
        "The database server at {place} does not answer: check that it runs and can be reached.",
    ),
    (asyncpg.PostgresError, "The database server at {place} refuses the connection: check what it logs."),
    (
        Exception,
        "The database cannot be used: its URL must be postgresql://user:password@host:5432/database.",
    ),
)
"""What is wrong, by the first of these that an error is one of."""


def _why(error: Exception, url: str) -> str:
    name = urlsplit(url).path.removeprefix("/") or "of the user's name"
    reason = next(text for kind, text in _REASONS if isinstance(error, kind))
    return reason.format(place=_place(url), name=name)


def _place(url: str) -> str:
    """Host and port, as far as they can be told from the password."""
    with suppress(ValueError):
        parts = urlsplit(url)
        return f"{parts.hostname or 'localhost'}:{parts.port or 5432}"
    return "the URL's host"


async def missing_migrations() -> frozenset[str]:
    """Those that the open database lacks; raises DatabaseUnusable where it is ahead of this version.

    A database without any table lacks them all.
    """
    known = frozenset(module.name for module in pkgutil.iter_modules(migrations.__path__))
    try:
        rows = await get_connection("default").execute_query_dict(
            "SELECT name FROM tortoise_migrations WHERE app = 'models'"
        )
    except BaseORMException:
        return known
    applied = frozenset(row["name"] for row in rows)
    if applied - known:
        raise DatabaseUnusable(
            f"The database that {_SETTING} names is of a newer version of Metonic: install that one here too."
        )
    return known - applied


async def check_migrated() -> None:
    """Raises DatabaseUnusable where the open database is not up to date."""
    if await missing_migrations():
        raise DatabaseUnusable(
            f"The database that {_SETTING} names is not up to date: run `metonic migrate`, then start again."
        )
