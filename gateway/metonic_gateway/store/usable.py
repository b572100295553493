"""Whether the database can be opened at all, found out before anything waits for it."""

import sqlite3
from contextlib import closing

from tortoise.backends.base.config_generator import expand_db_url
from tortoise.exceptions import ConfigurationError


class DatabaseUnusable(Exception):
    """``message`` says what is wrong and what to do; it names no password."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def check_usable(url: str) -> None:
    """Raises DatabaseUnusable.

    Problem: aiosqlite waits for ever for a connection that could not be opened. Solution: the file is opened
    once without it.
    """
    try:
        path = expand_db_url(url)["credentials"].get("file_path")
    except (ConfigurationError, ValueError):
        path = None
    if path is None:
        raise DatabaseUnusable(
            "METONIC_DATABASE_URL cannot be used: it must be sqlite:// and the path of a file."
        )
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        raise DatabaseUnusable(
            f"The database {path} cannot be used: {error}. Check that its folder is there and may be written "
            "to, or set METONIC_DATABASE_URL to another file."
        ) from error
