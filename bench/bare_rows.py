"""The floor under storing: rows that a run has made, put into another database by bare ``sqlite3``."""

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from metonic_gateway.store.database import migrated

_AT_ONCE = 500
_FEW = 100


async def stored_bare(url: str) -> float:
    """Seconds of the processor for all that was made in this database, but for what there is little of."""
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as made:
        named = made.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        tables = {name: made.execute(f"SELECT * FROM {name}").fetchall() for (name,) in named}  # noqa: S608 - its own tables
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bare.sqlite3"
        await migrated(f"sqlite://{path}")
        with closing(sqlite3.connect(path)) as database:
            # What a row refers to may be among what is left out.
            database.executescript("PRAGMA foreign_keys = OFF; PRAGMA synchronous = NORMAL;")
            began = process_time()
            for name, rows in tables.items():
                if len(rows) > _FEW:
                    _insert(database, name, rows)
            return process_time() - began


def _insert(database: sqlite3.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    marks = ",".join("?" * len(rows[0]))
    for start in range(0, len(rows), _AT_ONCE):
        with database:
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows[start : start + _AT_ONCE])  # noqa: S608 - likewise
