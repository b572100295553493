"""Background work as it is deployed: processes, PostgreSQL, Redis, and what stands in for Google."""

import asyncio
from collections.abc import Sequence

from bench import claims, idle_runs, notifications
from bench.fleet import fleet
from bench.measuring import Amount, Figure

_USERS = 200


async def figures() -> Sequence[Figure | Amount]:
    """The table's rows of background work."""
    claim = await asyncio.to_thread(claims.figure)
    async with notifications.gate() as gate, fleet(_USERS, gate.url) as ours:
        gate.behind = ours.url
        await ours.connect()
        return [*await notifications.figures(ours, gate), *await idle_runs.figures(ours), claim]
