"""The stand-in for Google, in which the demo's client has a calendar."""

import asyncio
import json
import re
import secrets
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from metonic_gateway.demo.children import started, stopped
from metonic_gateway.demo.folder import DemoProblem

PROVIDER = "google"
_MODULE = "metonic_simulators"
_ORIGINS = ("https://www.googleapis.com", "https://accounts.google.com", "https://oauth2.googleapis.com")
_START_SECONDS = 20
_TOLD = re.compile(r"\s+(server|client id|client secret)\s+(\S+)\n")


@dataclass(frozen=True, slots=True)
class GoogleStandIn:
    """``url`` has no slash at its end; ``email`` is the only account."""

    url: str
    client_id: str
    client_secret: str
    email: str

    def settings(self, gateway: str) -> Mapping[str, str]:
        """What a gateway at that URL is to be told."""
        client = {"id": self.client_id, "secret": self.client_secret}
        return {
            "public_url": gateway,
            "redirect_uris": page_of(gateway),
            "oauth_clients": json.dumps({PROVIDER: client}),
            "stand_ins": json.dumps(dict.fromkeys(_ORIGINS, self.url)),
        }


def page_of(gateway: str) -> str:
    """Where a sign-in goes on, as the demo has no frontend: the API explorer."""
    return f"{gateway}/graphql"


@asynccontextmanager
async def google_stand_in(email: str, gateway: str, log: Path) -> AsyncIterator[GoogleStandIn]:
    """The stand-in with one account, for as long as the block runs and never longer than this process.

    Raises DemoProblem.
    """
    if find_spec(_MODULE) is None:
        raise DemoProblem("The demo needs its stand-in for Google: pip install 'metonic-gateway[demo]'.")
    # Other ids and tokens at every start: it begins empty, and nothing of an earlier one may seem to go on.
    command = (_MODULE, PROVIDER, "--port", "0", "--seed", secrets.token_hex(8), "--user", email)
    back = f"{gateway}/oauth/{PROVIDER}/callback"
    running = await started((*command, "--redirect-uri", back), log)
    try:
        told = await _told(running)
        url = told["server"].rstrip("/")
        yield GoogleStandIn(url, told["client id"], told["client secret"], email)
    finally:
        await stopped(running)


async def _told(running: Process) -> Mapping[str, str]:
    """What it prints when it is ready."""
    told: dict[str, str] = {}
    try:
        async with asyncio.timeout(_START_SECONDS):
            while len(told) < _TOLD.groups + 1:
                line = await running.stdout.readline() if running.stdout else b""
                if not line:
                    raise DemoProblem(
                        "The stand-in for Google ended at once: see `calendars/google-log` in the demo's "
                        "folder."
                    )
                if found := _TOLD.fullmatch(line.decode()):
                    told[found[1]] = found[2]
    except TimeoutError as error:
        raise DemoProblem("The stand-in for Google did not start in time: try again.") from error
    return told
