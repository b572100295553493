"""PostgreSQL as the store meets it: brought up to date, lost in the middle, unusable and named."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from tests.gateway.house import House
from tests.postgres import SERVER, done, named, on_postgres_alone, url_of
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from metonic_gateway.store import users
from metonic_gateway.store.database import migrated, opened
from metonic_gateway.store.models import User
from metonic_gateway.store.readiness import Readiness, readiness
from metonic_gateway.store.transactions import Interrupted
from metonic_gateway.store.usable import DatabaseUnusable, check_migrated, check_usable

pytestmark = on_postgres_alone

EMPTY = f"metonic_test_empty_{os.getpid()}"
METONIC = str(Path(sys.executable).with_name("metonic"))


async def told(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
def empty() -> Iterator[str]:
    """The URL of a database without any table."""
    drop = f'DROP DATABASE IF EXISTS "{EMPTY}" WITH (FORCE)'
    done(told(SERVER, drop, f'CREATE DATABASE "{EMPTY}"'))
    yield named(EMPTY)
    done(told(SERVER, drop))


async def _cut_off(url: str) -> None:
    """Somebody ends all connections, as a server does that is restarted."""
    await told(
        url,
        "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


async def test_several_processes_bring_it_up_to_date_at_once(empty: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "METONIC_KEYS": "k1:" + "A" * 43 + "=",
        "METONIC_JWT_KEY": "j" * 32,
    }
    environment["METONIC_DATABASE_URL"] = empty
    at_once = [
        await asyncio.create_subprocess_exec(METONIC, "migrate", env=environment, stderr=subprocess.PIPE)
        for _ in range(2)
    ]

    said = [await each.communicate() for each in at_once]

    assert [each.returncode for each in at_once] == [0, 0], said
    async with opened(empty):
        await check_migrated()


async def test_one_that_is_not_up_to_date_is_said_to_be_so(empty: str) -> None:
    async with opened(empty):
        with pytest.raises(DatabaseUnusable, match="metonic migrate"):
            await check_migrated()


async def test_one_that_is_newer_can_be_used_as_migrations_only_add(house: House) -> None:
    recorded = (
        "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('models', '9999_later', now())"
    )
    async with in_transaction() as connection:
        await connection.execute_query(recorded)
        await check_migrated()
        await connection.rollback()
    assert house.nudged == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://u:hunter2@127.0.0.1:1/metonic", "127.0.0.1:1 does not answer"),
        ("postgresql://u:hunter2@nowhere.invalid/metonic", "nowhere.invalid:5432 does not answer"),
        (named("metonic_test_nowhere"), "There is no database metonic_test_nowhere"),
        (SERVER.replace("//postgres@", "//metonic_test_nobody:hunter2@"), "refuses the user or the password"),
        ("postgresql://u:hunter2@127.0.0.1:port/metonic", "must be postgresql://"),
        ("postgresql://u:hunter2@127.0.0.1:1/metonic?sslmode=hunter2", "must be postgresql://"),
    ],
)
async def test_what_keeps_one_from_being_used_is_said_without_the_password(url: str, said: str) -> None:
    with pytest.raises(DatabaseUnusable) as raised:
        await check_usable(url)

    assert said in raised.value.message
    assert "METONIC_DATABASE_URL" in raised.value.message
    assert "hunter2" not in raised.value.message
    assert raised.value.__cause__ is None


async def test_one_that_is_there_can_be_used(house: House, tmp_path: Path) -> None:
    await check_usable(url_of(tmp_path / "metonic.sqlite3"))
    await check_migrated()
    assert await readiness() is Readiness.READY
    assert house.nudged == []


async def test_connections_that_were_lost_are_replaced(house: House, tmp_path: Path) -> None:
    url = url_of(tmp_path / "metonic.sqlite3")
    for number in range(12):
        await _cut_off(url)
        try:
            await users.introduced(f"client-{number}", "client", None, None)
        except Interrupted:
            await users.introduced(f"client-{number}", "client", None, None)

    assert await User.all().count() == 13
    assert house.nudged == []


async def test_a_transaction_whose_connection_is_lost_stores_nothing_and_gives_all_back(
    house: House, tmp_path: Path
) -> None:
    url = url_of(tmp_path / "metonic.sqlite3")

    async def work(number: int) -> None:
        async with in_transaction():
            await users.introduced(f"client-{number}", "client", None, None)
            await _cut_off(url)
            await users.introduced(f"trainer-{number}", "trainer", None, None)

    for number in range(12):
        with pytest.raises(Interrupted):
            await work(number)

    assert await User.all().count() == 1
    assert house.nudged == []


async def test_a_commit_whose_connection_is_lost_is_no_success(house: House, tmp_path: Path) -> None:
    async def work() -> None:
        async with in_transaction():
            await users.introduced("client-1", "client", None, None)
            await _cut_off(url_of(tmp_path / "metonic.sqlite3"))

    with pytest.raises(Interrupted):
        await work()

    assert await User.all().count() == 1
    assert house.nudged == []


async def test_a_transaction_that_is_given_up_halfway_holds_no_connection(house: House) -> None:
    async def work() -> None:
        async with in_transaction():
            await users.introduced("client-1", "client", None, None)
            await asyncio.sleep(60)

    for _ in range(12):
        task = asyncio.create_task(work())
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.wait([task])

    assert await User.all().count() == 1
    assert house.nudged == []


async def test_who_is_cancelled_while_a_connection_goes_back_can_go_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asyncpg.pool.Pool.release

    async def releasing(pool: asyncpg.Pool, connection: asyncpg.Connection) -> None:
        task.cancel()
        await release(pool, connection)

    async def work() -> int:
        try:
            async with in_transaction():
                await User.all().count()
                monkeypatch.setattr(asyncpg.pool.Pool, "release", releasing)
        except asyncio.CancelledError:
            monkeypatch.undo()
            return await User.all().count()
        raise AssertionError

    task = asyncio.create_task(work())

    assert await task == 1
    assert house.nudged == []


async def test_a_server_that_hangs_is_noticed(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metonic_gateway.store.postgres._ANSWER_WITHIN", 0.2)
    async with opened(empty):
        with pytest.raises(Interrupted):
            await get_connection("default").execute_query("SELECT pg_sleep(5)")

        assert await get_connection("default").execute_query_dict("SELECT 1 AS one") == [{"one": 1}]


async def test_migrating_what_is_up_to_date_is_no_harm(house: House) -> None:
    url = house.services.settings.database_url.get_secret_value()

    await migrated(url)

    assert await User.all().count() == 1
