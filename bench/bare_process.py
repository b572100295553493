"""The processes of the bare chain, and what they need to know."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from yarl import URL

from bench.fleet import Fleet
from metonic_google.items import FIELDS

_PATH = "/calendar/v3/calendars/primary/events"


@asynccontextmanager
async def running(part: str, told: Mapping[str, Any]) -> AsyncIterator[asyncio.subprocess.Process]:
    """One of them, by the name of its part; ended with the block."""
    environment = {**os.environ, "BENCH_CHAIN": json.dumps(told)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.bare_chain", part), env=environment, stdout=PIPE
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def needed(ours: Fleet) -> Mapping[str, Any]:
    """What they are told: the request of a run that finds nothing, and where to store."""
    token, fields = await ours.there.token(), f"items({FIELDS}),nextPageToken,nextSyncToken"
    address = ours.there.at(_PATH)
    query = {"maxResults": "1000", "singleEvents": "false", "fields": fields}
    headers = {"Authorization": f"Bearer {token}"}
    async with ours.there.session.get(address, params=query, headers=headers) as answer:
        query["syncToken"] = (await answer.json())["nextSyncToken"]
    return {
        "redis": ours.redis_url,
        "database": ours.database_url,
        "address": str(URL(address).with_query(query)),
        "token": token,
        "link": str(await ours.database.fetchval("SELECT id FROM calendar_links LIMIT 1")),
    }
