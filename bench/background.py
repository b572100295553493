"""Background work on PostgreSQL: claiming, a run that finds nothing, and what a worker keeps in memory.

It is measured in a process of its own, as one process opens databases of one kind.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from subprocess import run
from time import perf_counter, process_time
from uuid import uuid4

import aiohttp
import asyncpg

from bench.google_like import bodies
from bench.measuring import Amount, Figure, Printed
from bench.place import Place, place
from bench.signed_desk import SignedDesk, signed_desk
from metonic_gateway.store.claiming import claim
from metonic_gateway.store.database import migrated, opened
from metonic_gateway.telemetry import set_up_logging
from metonic_google.provider import PROVIDER

SERVER = "postgresql://postgres@127.0.0.1:5432"
DUE, FEW, MANY = 1_000, 10_000, 1_000_000
EVENTS = 100
RUNS_BEFORE, RUNS_AFTER = 1_000, 10_000
_ROUNDS, _RUNS = 9, 200
_CLAIM_RATIO, _IDLE_RATIO, _GROWTH_PER_CENT = 1.5, 4, 5

_USERS = """INSERT INTO users (id, platform_id, name, role, timezone, created_at)
SELECT gen_random_uuid(), 'user-' || n, 'N', 'client', 'UTC', now() FROM generate_series(1, $1) AS n"""
_CALENDARS = """INSERT INTO calendar_sync_configs
SELECT (jsonb_populate_record(model, jsonb_build_object(
  'id', gen_random_uuid(), 'user_id', users.id, 'link_id', NULL, 'account_subject', users.platform_id,
  'next_sync_at', now() + CASE WHEN number <= $1 THEN -interval '1 minute' ELSE interval '1 hour' END))).*
FROM (SELECT id, platform_id, row_number() OVER () AS number FROM users WHERE platform_id LIKE 'user-%')
    AS users, (SELECT * FROM calendar_sync_configs LIMIT 1) AS model"""


async def figures() -> Sequence[Printed]:
    """The table's rows of background work."""
    child = [sys.executable, "-m", "bench.background"]
    told = run(child, check=True, capture_output=True, text=True).stdout  # noqa: S603, ASYNC221 - ourselves, and nothing else goes on
    return [Printed(line) for line in told.splitlines()]


async def _measured() -> Sequence[Figure | Amount]:
    async with place("google", "alice@example.com") as there:
        await there.told("DELETE", "quirks/quota")
        await there.put(bodies(EVENTS))
        async with _connected(there) as desk:
            await desk.run()
            idle, kept = await _idle(there, desk), await _kept(desk)
        return [idle, kept, await _claiming(there)]


@asynccontextmanager
async def _connected(there: Place) -> AsyncIterator[SignedDesk]:
    paces = '{"google": {"account": 100000000, "project": 100000000}}'
    async with database() as url, signed_desk(there, PROVIDER, url=url, paces=paces) as desk:
        yield desk


@asynccontextmanager
async def database() -> AsyncIterator[str]:
    """The URL of a new database, which goes with the block."""
    name = f"metonic_bench_{uuid4().hex[:8]}"
    server = await asyncpg.connect(f"{SERVER}/postgres")
    try:
        await server.execute(f'CREATE DATABASE "{name}"')
        yield f"{SERVER}/{name}"
    finally:
        await server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await server.close()


async def _idle(there: Place, desk: SignedDesk) -> Figure:
    """Seconds of this process: what stands in for Google and the database are others."""
    url = desk.services.settings.database_url.get_secret_value()
    connection = await asyncpg.connect(url)
    headers = {"Authorization": f"Bearer {await there.token()}"}
    address = there.at("/calendar/v3/calendars/primary/events?maxResults=1&fields=nextSyncToken")
    row = "SELECT * FROM calendar_sync_configs WHERE id = $1"
    kept = "UPDATE calendar_sync_configs SET idle_runs = idle_runs + 1 WHERE id = $1"
    async with aiohttp.ClientSession(headers=headers) as session:

        async def bare() -> None:
            await connection.fetchrow(row, desk.id)
            async with session.get(address) as answer:
                await answer.read()
            await connection.execute(kept, desk.id)

        times = [(await _each(desk.run), await _each(bare)) for _ in range(_ROUNDS)]
    await connection.close()
    what = (
        "a run that finds nothing at Google, PostgreSQL / one request by aiohttp, two statements; processor"
    )
    return Figure(what, median(ours for ours, _ in times), median(floor for _, floor in times), _IDLE_RATIO)


async def _each(done: object) -> float:
    began = process_time()
    for _ in range(_RUNS // _ROUNDS):
        await done()  # type: ignore[operator]
    return (process_time() - began) / (_RUNS // _ROUNDS)


async def _kept(desk: SignedDesk) -> Amount:
    for _ in range(RUNS_BEFORE):
        await desk.run()
    before = _resident()
    for _ in range(RUNS_AFTER - RUNS_BEFORE):
        await desk.run()
    growth = 100 * (_resident() - before) / before
    what = f"memory of a process after {RUNS_AFTER:,} runs above that after {RUNS_BEFORE:,}"
    return Amount(what, growth, "%", _GROWTH_PER_CENT)


def _resident() -> int:
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    if found is None:
        raise RuntimeError("the system does not tell how much memory is taken")
    return int(found[1])


async def _claiming(there: Place) -> Figure:
    """All that are due, as a scheduler asks for them where workers take them at once."""
    many, few = await _claim_of(there, MANY), await _claim_of(there, FEW)
    return Figure(f"claim of {DUE:,} due calendars of {MANY:,} / of {FEW:,}", many, few, _CLAIM_RATIO)


async def _claim_of(there: Place, calendars: int) -> float:
    async with database() as url:
        await migrated(url)
        async with signed_desk(there, PROVIDER, url=url):
            pass
        connection = await asyncpg.connect(url)
        await connection.execute(_USERS, calendars)
        await connection.execute(_CALENDARS, DUE)
        await connection.execute("DELETE FROM calendar_sync_configs WHERE account_subject NOT LIKE 'user-%'")
        await connection.execute("VACUUM ANALYZE calendar_sync_configs")
        async with opened(url):
            times = []
            for _ in range(_ROUNDS):
                began = perf_counter()
                claimed = await claim(datetime.now(UTC), DUE)
                times.append(perf_counter() - began)
                if len(claimed.calendars) != DUE:
                    raise RuntimeError(f"{len(claimed.calendars)} were claimed")
                await connection.execute(
                    "UPDATE calendar_sync_configs SET asked_at = NULL WHERE asked_at IS NOT NULL"
                )
        await connection.close()
        return median(times)


if __name__ == "__main__":
    set_up_logging("console", "ERROR")
    for figure in asyncio.run(_measured()):
        sys.stdout.write(f"{figure.row()}\n")
