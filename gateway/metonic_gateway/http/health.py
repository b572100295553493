"""Whether the service lives, and whether it can work."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse

from metonic_gateway.store.readiness import answers


async def healthz(_request: Request) -> PlainTextResponse:
    """The process runs its loop."""
    return PlainTextResponse("ok\n")


async def readyz(_request: Request) -> PlainTextResponse:
    """The database answers; 503 while it does not."""
    if await answers():
        return PlainTextResponse("ready\n")
    return PlainTextResponse("the database does not answer\n", status_code=503)
