"""The stand-ins for Google and Microsoft, where the demo's clients have their calendars."""

import asyncio
import json
import re
import secrets
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from metonic_gateway.demo.children import started, stopped
from metonic_gateway.demo.folder import DemoProblem

_MODULE = "metonic_simulators"
_START_SECONDS = 20
_TOLD = re.compile(r"\s+(server|client id|client secret)\s+(\S+)\n")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is stood in for.

    ``command`` is the stand-in's name, ``subject`` the field of an event that is its title, ``origins`` are
    what it answers for.
    """

    provider: str
    title: str
    command: str
    subject: str
    origins: Sequence[str]


GOOGLE = Kind(
    "google",
    "Google",
    "google",
    "summary",
    ("https://www.googleapis.com", "https://accounts.google.com", "https://oauth2.googleapis.com"),
)
OUTLOOK = Kind(
    "outlook",
    "Outlook",
    "graph",
    "subject",
    ("https://graph.microsoft.com", "https://login.microsoftonline.com"),
)


@dataclass(frozen=True, slots=True)
class StandIn:
    """``url`` has no slash at its end; ``email`` is the only account."""

    kind: Kind
    url: str
    client_id: str
    client_secret: str
    email: str


def settings(gateway: str, stand_ins: Sequence[StandIn]) -> Mapping[str, str]:
    """What a gateway at that URL is to be told of them."""
    clients = {one.kind.provider: {"id": one.client_id, "secret": one.client_secret} for one in stand_ins}
    return {
        "public_url": gateway,
        "redirect_uris": page_of(gateway),
        "oauth_clients": json.dumps(clients),
        "stand_ins": json.dumps({origin: one.url for one in stand_ins for origin in one.kind.origins}),
    }


def page_of(gateway: str) -> str:
    """Where a sign-in goes on, as the demo has no frontend: the API explorer."""
    return f"{gateway}/graphql"


@asynccontextmanager
async def stand_in(kind: Kind, email: str, gateway: str, logs: Path) -> AsyncIterator[StandIn]:
    """The stand-in with one account, for as long as the block runs and never longer than this process.

    Raises DemoProblem.
    """
    if find_spec(_MODULE) is None:
        raise DemoProblem(
            f"The demo needs its stand-in for {kind.title}: pip install 'metonic-gateway[demo]'."
        )
    # Other ids and tokens at every start: it begins empty, and nothing of an earlier one may seem to go on.
    command = (_MODULE, kind.command, "--port", "0", "--seed", secrets.token_hex(8), "--user", email)
    back = f"{gateway}/oauth/{kind.provider}/callback"
    log = logs / f"{kind.provider}-log"
    running = await started((*command, "--redirect-uri", back), log)
    try:
        told = await _told(running, kind, log)
        url = told["server"].rstrip("/")
        yield StandIn(kind, url, told["client id"], told["client secret"], email)
    finally:
        await stopped(running)


async def _told(running: Process, kind: Kind, log: Path) -> Mapping[str, str]:
    """What it prints when it is ready."""
    told: dict[str, str] = {}
    try:
        async with asyncio.timeout(_START_SECONDS):
            while len(told) < _TOLD.groups + 1:
                line = await running.stdout.readline() if running.stdout else b""
                if not line:
                    raise DemoProblem(
                        f"The stand-in for {kind.title} ended at once: see `{log.parent.name}/{log.name}` in "
                        "the demo's folder."
                    )
                if found := _TOLD.fullmatch(line.decode()):
                    told[found[1]] = found[2]
    except TimeoutError as error:
        raise DemoProblem(f"The stand-in for {kind.title} did not start in time: try again.") from error
    return told
