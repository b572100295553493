"""The public API as the demo uses it: like any other client, over HTTP."""

import asyncio
import json
import shlex
from collections.abc import Mapping
from typing import Any

import aiohttp

from metonic_gateway.demo.folder import CalendarLogin, DemoProblem

PROVIDER = "apple"
"""Which provider stands for all: the one that speaks CalDAV, and so the demo's own calendar server."""

STATUS = f'{{ syncStatus(provider: "{PROVIDER}") {{ state lastSyncStatus lastSyncAt itemsSynced }} }}'
SYNC_NOW = (
    f'mutation {{ syncNow(provider: "{PROVIDER}") '
    "{ ... on SyncRun { id state } ... on UserError { message nextStep } } }"
)

_USER_ERROR = "... on UserError { code message nextStep }"
_VIEWER = "{ viewer { id } }"
_CALENDARS = "{ connectedCalendars { id } }"
_CREATE = f"""
mutation ($appointment: AppointmentInput!) {{
  made: createAppointment(appointment: $appointment) {{ ... on Appointment {{ id }} {_USER_ERROR} }}
}}"""
_TITLES = """
query ($after: String) {
  appointments(first: 50, after: $after) { nodes { title } pageInfo { hasNextPage endCursor } }
}"""
_CONNECT = f"""
mutation ($credentials: [CredentialInput!]!) {{
  made: connectWithCredentials(provider: "{PROVIDER}", credentials: $credentials) {{
    ... on ConnectedCalendar {{ id }} {_USER_ERROR}
  }}
}}"""
_POLL_SECONDS = 0.2


class Api:
    """The API as one user sees it."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        self._session = session
        self.url = url
        self.token = token

    async def ask(self, query: str, **variables: object) -> Mapping[str, Any]:
        """The answer's data; raises DemoProblem for anything else."""
        headers = {"Authorization": f"Bearer {self.token}"}
        body = {"query": query, "variables": variables}
        async with self._session.post(self.url, json=body, headers=headers) as response:
            answer: dict[str, Any] = await response.json()
        if answer.get("errors") or not answer.get("data"):
            raise DemoProblem(f"The API refused: {answer.get('errors')}")
        data: Mapping[str, Any] = answer["data"]
        return data

    async def introduce(self) -> None:
        """Be known: users are made from what their tokens say."""
        await self.ask(_VIEWER)

    async def create(self, appointment: Mapping[str, object]) -> None:
        _check(await self.ask(_CREATE, appointment=appointment))

    async def titles(self) -> set[str]:
        """Of all appointments of this user."""
        found: set[str] = set()
        after = None
        while True:
            page = (await self.ask(_TITLES, after=after))["appointments"]
            found |= {node["title"] for node in page["nodes"]}
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return found

    async def is_connected(self) -> bool:
        return bool((await self.ask(_CALENDARS))["connectedCalendars"])

    async def connect(self, login: CalendarLogin) -> None:
        typed = {"server": login.server, "username": login.username, "password": login.password}
        credentials = [{"name": name, "value": value} for name, value in typed.items()]
        _check(await self.ask(_CONNECT, credentials=credentials))

    async def synced(self) -> Mapping[str, Any] | None:
        """The status after the first sync, however it ended; None if nothing is connected."""
        while True:
            status: Mapping[str, Any] | None = (await self.ask(STATUS))["syncStatus"]
            if status is None or status["lastSyncStatus"]:
                return status
            await asyncio.sleep(_POLL_SECONDS)

    def curl(self, query: str) -> str:
        """A command that asks the same."""
        return " ".join(
            [
                *("curl", "-s", self.url),
                *("-H", shlex.quote("Content-Type: application/json")),
                *("-H", shlex.quote(f"Authorization: Bearer {self.token}")),
                *("-d", shlex.quote(json.dumps({"query": query}))),
            ]
        )


def _check(data: Mapping[str, Any]) -> None:
    if "message" in data["made"]:
        raise DemoProblem(f"{data['made']['message']} {data['made']['nextStep']}")
