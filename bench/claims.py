"""Claims of what is due in PostgreSQL, few of few rows and few of many.

``python -m bench.claims`` measures in a process of its own, as one process opens databases of one kind.
"""

import asyncio
import json
import sys
from datetime import UTC, datetime
from functools import partial
from subprocess import run

import asyncpg
from tests.postgres import named
from tests.servers import postgres_database

from bench.measuring import Figure, in_turn, seconds
from metonic_gateway.store.claiming import claim
from metonic_gateway.store.database import migrated, opened

MANY, FEW, DUE = 1_000_000, 10_000, 1_000
_ROUNDS = 15
_RATIO = 1.5

_USERS = """INSERT INTO users (id, platform_id, role, zone, created_at)
SELECT gen_random_uuid(), 'user' || n, 'trainer', 'Europe/Berlin', now() FROM generate_series(1, $1) n"""
# The others are due within the next quarter of an hour, as those of a running service are.
_CALENDARS = """INSERT INTO calendar_sync_configs (id, user_id, provider, account_subject, account_name,
  account_server, account_username, calendars, sync_frequency_minutes, is_active, items_synced, idle_runs,
  failures, nudge_seq, served_seq, fence, created_at, updated_at, next_sync_at)
SELECT gen_random_uuid(), id, 'google', platform_id, platform_id, '', '', '[]', 15, true, 0, 0,
  0, 0, 0, 0, now(), now(),
  CASE WHEN row_number() OVER (ORDER BY id) <= $1 THEN now() - interval '1 second' * random() * 60
  ELSE now() + interval '1 second' * (60 + random() * 840) END FROM users"""


def figure() -> Figure:
    """The table's row."""
    command = [sys.executable, "-m", "bench.claims"]
    printed = run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - ourselves
    many, few = json.loads(printed)
    return Figure(f"the claim of {DUE:,} due calendars of {MANY:,} rows / of {FEW:,}", many, few, _RATIO)


async def _measured() -> tuple[float, float]:
    """Seconds of a claim of many rows, and of few; in turn."""
    async with postgres_database() as many, postgres_database() as few:
        for name, rows in ((many, MANY), (few, FEW)):
            await _filled(name, rows)
        found = await in_turn(_ROUNDS, partial(_claimed, many), partial(_claimed, few))
    return found[0], found[1]


async def _filled(name: str, rows: int) -> None:
    await migrated(named(name))
    connection = await asyncpg.connect(named(name))
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(_USERS, rows)
        await connection.execute(_CALENDARS, DUE)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def _claimed(name: str) -> float:
    async with opened(named(name)):
        # The first statement of a connection is slower, and what is asked of it is planned anew.
        await claim(datetime.now(UTC), 1)
        await _given_back(name)
        now = datetime.now(UTC)
        claimed: list[int] = []

        async def once() -> None:
            claimed.append(len((await claim(now, DUE)).calendars))

        took = await seconds(once)
        if claimed != [DUE]:
            raise RuntimeError(f"{claimed} calendars were claimed and not {DUE}")
    await _given_back(name)
    return took


async def _given_back(name: str) -> None:
    connection = await asyncpg.connect(named(name))
    try:
        await connection.execute(
            "UPDATE calendar_sync_configs SET asked_at = NULL WHERE asked_at IS NOT NULL"
        )
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_measured())))
