"""The public API as the demo uses it: like any other client, over HTTP."""

import asyncio
import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from metonic_gateway.demo.consent import agreed
from metonic_gateway.demo.folder import CalendarLogin, DemoProblem

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
mutation ($provider: ProviderName!, $credentials: [CredentialInput!]!) {{
  made: connectWithCredentials(provider: $provider, credentials: $credentials) {{
    ... on ConnectedCalendar {{ id }} {_USER_ERROR}
  }}
}}"""
_BEGIN = f"""
mutation ($provider: ProviderName!, $page: String!) {{
  made: connectProvider(provider: $provider, redirectUri: $page) {{
    ... on ConnectionStart {{ authUrl }} {_USER_ERROR}
  }}
}}"""
_COMPLETE = f"""
mutation ($provider: ProviderName!, $code: String!, $state: String!) {{
  made: completeConnection(provider: $provider, code: $code, state: $state) {{
    ... on ConnectedCalendar {{ id }} {_USER_ERROR}
  }}
}}"""
_DISCONNECT = f"""
mutation ($provider: ProviderName!) {{
  made: disconnectProvider(provider: $provider, removeExternalEvents: false) {{
    ... on Disconnected {{ nextStep }} {_USER_ERROR}
  }}
}}"""
_POLL_SECONDS = 0.2


class Api:
    """The API as one user sees it whose calendar is at that provider, or the platform's backend."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, token: str, provider: str | None = None
    ) -> None:
        self._session = session
        self.url = url
        self.token = token
        self._provider = provider

    @property
    def status(self) -> str:
        """The query for how the calendar stands."""
        asked = "state lastSyncStatus lastSyncAt itemsSynced"
        return f'{{ syncStatus(provider: "{self._provider}") {{ {asked} }} }}'

    @property
    def sync_now(self) -> str:
        return (
            f'mutation {{ syncNow(provider: "{self._provider}") '
            "{ ... on SyncRun { id state } ... on UserError { message nextStep } } }"
        )

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
        _check(await self.ask(_CONNECT, provider=self._provider, credentials=credentials))

    async def sign_in(self, page: str) -> None:
        """At the provider's own page, as a frontend and a browser do it together."""
        begun = await self.ask(_BEGIN, provider=self._provider, page=page)
        _check(begun)
        came = await agreed(self._session, begun["made"]["authUrl"])
        _check(await self.ask(_COMPLETE, provider=self._provider, code=came["code"], state=came["state"]))

    async def disconnect(self) -> None:
        """What is in the calendar stays there."""
        _check(await self.ask(_DISCONNECT, provider=self._provider))

    async def synced(self) -> Mapping[str, Any] | None:
        """The status after the first sync, however it ended; None if nothing is connected."""
        while True:
            status: Mapping[str, Any] | None = (await self.ask(self.status))["syncStatus"]
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
