"""The public API as the demo uses it: like any other client, over HTTP."""

import asyncio
import json
import shlex
from collections.abc import Mapping, Sequence
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
CHANGES = (
    "{ appointmentChanges { position changes { at kind cause platformId "
    "appointment { title when { ... on Timed { start } ... on AllDay { startDate } } } } } }"
)

_USER_ERROR = "... on UserError { code message nextStep }"
_CALENDARS = "{ connectedCalendars { id } }"
_UPSERT = f"""
mutation ($appointments: [PlatformAppointmentInput!]!) {{
  made: upsertAppointments(appointments: $appointments) {{
    ... on UpsertReport {{ outcomes {{ platformId error {{ message nextStep }} }} }} {_USER_ERROR}
  }}
}}"""
_CONNECT = f"""
mutation ($credentials: [CredentialInput!]!) {{
  made: connectWithCredentials(provider: "{PROVIDER}", credentials: $credentials) {{
    ... on ConnectedCalendar {{ id }} {_USER_ERROR}
  }}
}}"""
_POLL_SECONDS = 0.2


class Api:
    """The API as one user, or the platform's backend, sees it."""

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

    async def upsert(self, appointments: Sequence[Mapping[str, object]]) -> None:
        """As the backend: what is there already in this version stays as it is."""
        data = await self.ask(_UPSERT, appointments=appointments)
        _check(data)
        for outcome in data["made"]["outcomes"]:
            if outcome["error"]:
                raise DemoProblem(f"{outcome['platformId']}: {outcome['error']['message']}")

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
