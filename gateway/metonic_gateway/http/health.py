"""Whether the service lives, and whether it can work."""

import asyncio

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from metonic_gateway.store.readiness import Readiness, readiness

_MOST_SECONDS = 5
_TOLD = {
    Readiness.READY: "ready\n",
    Readiness.NOT_MIGRATED: "the database is not up to date: run `metonic migrate`\n",
    Readiness.AWAY: "the database does not answer\n",
}


async def healthz(_request: Request) -> PlainTextResponse:
    """The process runs its loop."""
    return PlainTextResponse("ok\n")


async def readyz(_request: Request) -> PlainTextResponse:
    """The database answers and is up to date; 503 while it does not."""
    try:
        async with asyncio.timeout(_MOST_SECONDS):
            found = await readiness()
    except TimeoutError:
        found = Readiness.AWAY
    return PlainTextResponse(_TOLD[found], status_code=200 if found is Readiness.READY else 503)
