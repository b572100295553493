"""A database of any former version comes to the newest one with all its rows, tables, columns and indexes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest
from tests.migrated import template
from tests.postgres import on_sqlite_alone
from tortoise import Tortoise
from tortoise.context import TortoiseContext
from tortoise.migrations.api.migrate import migrate

from metonic_gateway.store.database import migrated, tortoise_config

pytestmark = on_sqlite_alone

FORMER = ["models.0001_initial", "models.0002_platform"]
NAMESPACE = UUID(int=1)
OURS = "name NOT LIKE 'sqlite_%' AND name NOT LIKE 'tortoise_%'"
Rows = dict[str, list[dict[str, Any]]]


async def made(database: Path, target: str) -> None:
    """A database as that version made it."""
    context = TortoiseContext()
    with context:
        await migrate(config=tortoise_config(f"sqlite://{database}", {"foreign_keys": "OFF"}), target=target)
        await context.close_connections()


def tables(db: sqlite3.Connection) -> list[str]:
    return [name for (name,) in db.execute(f"SELECT name FROM sqlite_master WHERE type = 'table' AND {OURS}")]  # noqa: S608 - our own words


def columns(db: sqlite3.Connection, table: str) -> dict[str, tuple[str, int]]:
    """By name: the type, and whether it may not be NULL."""
    return {row[1]: (row[2], row[3]) for row in db.execute(f"PRAGMA table_info({table})")}


def indexes(db: sqlite3.Connection) -> set[tuple[str, str, str | None]]:
    """By table: what each covers and, of those that migrations made by hand, how."""
    found = set()
    for table in tables(db):
        for row in db.execute(f"PRAGMA index_list({table})").fetchall():
            covered = [str(part[2]) for part in db.execute(f"PRAGMA index_info('{row[1]}')")]
            condition = db.execute("SELECT sql FROM sqlite_master WHERE name = ?", (row[1],)).fetchone()
            partial = str(condition[0]).partition("WHERE")[2] if row[4] else None
            found.add((table, f"{','.join(covered)} unique={row[2]}", partial))
    return found


def fill(db: sqlite3.Connection) -> None:
    """Two rows in every table, that name each other where they name something."""
    for table in tables(db):
        parents = {row[3]: row[2] for row in db.execute(f"PRAGMA foreign_key_list({table})")}
        for number in (1, 2):
            kinds = columns(db, table)
            row = {name: _value(kinds[name][0], parents.get(name, table), name, number) for name in kinds}
            marks = ",".join("?" * len(row))
            names = ",".join(row)
            db.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", list(row.values()))  # noqa: S608 - our own words
    db.commit()


def _value(kind: str, table: str, name: str, number: int) -> object:
    if kind.startswith("CHAR(36)"):
        return str(uuid5(NAMESPACE, f"{table} {number}"))
    if kind.startswith(("INT", "BIGINT", "SMALLINT")):
        return number
    if kind.startswith("TIMESTAMP"):
        return f"2026-11-2{number} 12:00:00+00:00"
    return f'["{name} {number}"]' if kind == "JSON" else f"{name} {number}"


def rows(db: sqlite3.Connection) -> Rows:
    return {table: list(_rows(db, table)) for table in tables(db)}


def _rows(db: sqlite3.Connection, table: str) -> Iterator[dict[str, Any]]:
    found = db.execute(f"SELECT * FROM {table}")  # noqa: S608 - our own words
    names = [description[0] for description in found.description]
    yield from (dict(zip(names, row, strict=True)) for row in found)


@pytest.mark.parametrize("former", FORMER)
async def test_a_former_version_becomes_the_newest_one_with_all_its_rows(former: str, tmp_path: Path) -> None:
    old, new = tmp_path / "old.sqlite3", template()
    await made(old, former)
    with closing(sqlite3.connect(old)) as db:
        fill(db)
        before = rows(db)

    await migrated(f"sqlite://{old}")

    with closing(sqlite3.connect(old)) as db, closing(sqlite3.connect(new)) as fresh:
        after = rows(db)
        for table, known in before.items():
            kept = [{name: row[name] for name in known[0]} for row in after[table]]
            assert kept == known, table
        assert {table: columns(db, table) for table in tables(db)} == {
            table: columns(fresh, table) for table in tables(fresh)
        }
        assert indexes(db) == indexes(fresh)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


async def test_the_migrations_make_the_tables_that_the_models_describe(tmp_path: Path) -> None:
    described, made_so = tmp_path / "described.sqlite3", template()
    context = TortoiseContext()
    with context:
        await context.init(config=tortoise_config(f"sqlite://{described}"))
        await Tortoise.generate_schemas()
        await context.close_connections()

    with closing(sqlite3.connect(described)) as models, closing(sqlite3.connect(made_so)) as db:
        assert {table: columns(db, table) for table in tables(db)} == {
            table: columns(models, table) for table in tables(models)
        }


async def test_settings_that_are_new_have_their_defaults_in_old_rows(tmp_path: Path) -> None:
    old = tmp_path / "old.sqlite3"
    await made(old, FORMER[0])
    with closing(sqlite3.connect(old)) as db:
        fill(db)

    await migrated(f"sqlite://{old}")

    with closing(sqlite3.connect(old)) as db:
        (calendar, _), (narrowed, _) = rows(db)["calendar_sync_configs"], rows(db)["calendar_sync_filters"]
        (counter,) = rows(db)["change_counter"]
    settings = ("sync_direction", "include_notes", "include_client_contact", "is_paused", "conflict_policy")
    assert [calendar[name] for name in settings] == ["both", 1, 0, 0, None]
    assert (narrowed["sync_all"], narrowed["appointment_types"]) == (1, None)
    assert counter["last_position"] == 0
