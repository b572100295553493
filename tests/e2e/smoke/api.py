"""The platform's side: Metonic's public GraphQL API as one user sees it."""

from collections.abc import Mapping
from typing import Any

import aiohttp
from tests.e2e.smoke.table import Difference
from tests.e2e.smoke.waiting import PATIENCE_SECONDS, until

PROVIDER = "apple"
"""Whose calendars people have, where nothing else is said."""

_OF = "$provider: ProviderName!"
Told = Mapping[str, Any]

ERROR = "... on UserError { __typename code message nextStep }"
ANY_ERROR = f"{ERROR} ... on InvalidInput {{ path }}"
WHEN = "when { ... on Timed { start end timeZone } ... on AllDay { startDate endDate } }"
_APPOINTMENT = f"""id platformId version type title notes location {WHEN} status isPrivate isBusy importedFrom
  recurrence {{ rules rdates overrides {{ occurrence isCancelled title location {WHEN} }} }}
  copies {{ state reasonCode externalEventId }}"""
_RUN = """id reason state status itemsPushed itemsPulled conflictsDetected
  errors { code error nextStep appointmentId externalEventId }"""

CREATE = f"""mutation ($appointment: AppointmentInput!) {{
  it: createAppointment(appointment: $appointment) {{
    ... on Appointment {{ {_APPOINTMENT} }} {ANY_ERROR} }} }}"""
UPDATE = f"""mutation ($id: ID!, $appointment: AppointmentInput!, $ifVersion: Int) {{
  it: updateAppointment(id: $id, appointment: $appointment, ifVersion: $ifVersion) {{
    ... on Appointment {{ {_APPOINTMENT} }} {ANY_ERROR} }} }}"""
DELETE = f"""mutation ($id: ID!) {{
  it: deleteAppointment(id: $id) {{ ... on Deleted {{ id }} {ERROR} }} }}"""
READ = f"query ($id: ID!) {{ it: appointment(id: $id) {{ {_APPOINTMENT} }} }}"
LIST = f"""query ($after: String) {{ it: appointments(first: 50, after: $after) {{
  nodes {{ {_APPOINTMENT} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
CONNECT = f"""mutation ({_OF}, $credentials: [CredentialInput!]!) {{
  it: connectWithCredentials(provider: $provider, credentials: $credentials) {{
    ... on ConnectedCalendar {{ id calendarId }} {ANY_ERROR} }} }}"""
CHOOSE = f"""mutation ({_OF}, $id: ID!) {{ it: chooseCalendar(provider: $provider, calendarId: $id) {{
    ... on ConnectedCalendar {{ id calendarId }} {ANY_ERROR} }} }}"""
TEST = f"""mutation ({_OF}) {{ it: testConnection(provider: $provider) {{
    ... on TestReport {{ ok canWrite }} {ANY_ERROR} }} }}"""
DISCONNECT = f"""mutation ({_OF}, $remove: Boolean!) {{
  it: disconnectProvider(provider: $provider, removeExternalEvents: $remove) {{
    ... on Disconnected {{ copiesToRemove nextStep }} {ANY_ERROR} }} }}"""
SYNC = f"""mutation ({_OF}) {{
  it: syncNow(provider: $provider) {{ ... on SyncRun {{ {_RUN} }} {ANY_ERROR} }} }}"""
RUN = f"query ($id: ID!) {{ it: syncRun(id: $id) {{ {_RUN} }} }}"
STATUS = f"""query ({_OF}) {{ it: syncStatus(provider: $provider) {{
    state isActive lastSyncStatus itemsSynced idleRuns consecutiveFailures openConflicts quarantined
    attention {{ code message nextStep }} errors {{ code error externalEventId }} }} }}"""
HELD = f"query ({_OF}) {{ it: syncStatus(provider: $provider) {{ heldRun {{ id }} }} }}"
APPROVE = (
    f"mutation ($id: ID!) {{ it: approveSyncRun(runId: $id) {{ ... on SyncRun {{ id }} {ANY_ERROR} }} }}"
)
HISTORY = "{ it: syncHistory { totalCount } }"
CONFLICTS = f"""query ($states: [ConflictState!]) {{ it: syncConflicts(filter: {{ states: $states }}) {{
  nodes {{ conflictType state sentence appointmentId externalEventId localVersion {{ title {WHEN} }}
    externalVersion {{ summary {WHEN} }} fields {{ group base local external collides }} }} }} }}"""

_UNSETTLED = {"QUEUED", "SYNCING", "DISCONNECTING"}


class Api:
    """``token`` is a bearer token, as ``metonic token`` prints it; empty: none is sent.

    ``provider``: the variable of that name in every operation that has one.
    """

    def __init__(
        self, session: aiohttp.ClientSession, url: str, token: str, provider: str = PROVIDER
    ) -> None:
        self._session = session
        self._url = url
        self._token = token
        self._provider = provider

    async def answer(self, query: str, **variables: object) -> Told:
        """All that is answered, errors included."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        body = {"query": query, "variables": {"provider": self._provider, **variables}}
        async with self._session.post(self._url, json=body, headers=headers) as response:
            told: Told = await response.json()
        return told

    async def ask(self, query: str, **variables: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
        """The field ``it`` of the answer; a typed error is one of the answers."""
        told = await self.answer(query, **variables)
        if told.get("errors"):
            raise Difference(f"The API refused {query}: {told['errors']}")
        return told["data"]["it"]

    async def do(self, query: str, **variables: object) -> Any:  # noqa: ANN401 - likewise
        """The same where no typed error is expected."""
        told = await self.ask(query, **variables)
        if told and "message" in told:
            raise Difference(f"The API refused {variables}: {told}")
        return told

    async def create(self, **fields: object) -> Told:
        told: Told = await self.do(CREATE, appointment={"type": "one_on_one", **fields})
        return told

    async def update(self, id_: str, **fields: object) -> Told:
        told: Told = await self.do(UPDATE, id=id_, appointment=fields)
        return told

    async def delete(self, id_: str) -> None:
        await self.do(DELETE, id=id_)

    async def appointment(self, id_: str) -> Told:
        told: Told = await self.do(READ, id=id_)
        return told

    async def appointments(self) -> list[Told]:
        """All of them, cancelled ones left out."""
        nodes: list[Told] = []
        page: Told = {"hasNextPage": True, "endCursor": None}
        while page["hasNextPage"]:
            told = await self.do(LIST, after=page["endCursor"])
            nodes += told["nodes"]
            page = told["pageInfo"]
        return nodes

    async def named(self, title: str) -> Told:
        """The only appointment of that title."""
        found = [told for told in await self.appointments() if told["title"] == title]
        if len(found) != 1:
            raise Difference(f"{len(found)} appointments are called {title!r}")
        return found[0]

    async def connect(self, server: str, user: str, password: str) -> Told:
        typed = {"server": server, "username": user, "password": password}
        told: Told = await self.ask(CONNECT, credentials=[{"name": n, "value": v} for n, v in typed.items()])
        return told

    async def status(self) -> Told:
        told: Told = await self.do(STATUS)
        return told

    async def settled(self, seconds: float = PATIENCE_SECONDS) -> Told:
        """The status once nothing runs and nothing is due."""

        async def look() -> Told | None:
            status = await self.status()
            return None if status["state"] in _UNSETTLED else status

        return await until(look, "the calendar comes to rest", seconds)

    async def approve(self) -> None:
        """Whoever edited that much meant it: let what the guard holds be done."""
        held = (await self.do(HELD))["heldRun"]
        if held:
            await self.ask(APPROVE, id=held["id"])

    async def sync(self, seconds: float = PATIENCE_SECONDS) -> Told:
        """The run that was asked for now, when it is over and nothing is due any more."""
        asked = await self.do(SYNC)

        async def look() -> Told | None:
            run: Told = await self.do(RUN, id=asked["id"])
            return run if run["state"] in {"FINISHED", "HELD"} else None

        run = await until(look, "the run that was asked for ends", seconds)
        await self.settled(seconds)
        return run

    async def history_rows(self) -> int:
        count: int = (await self.do(HISTORY))["totalCount"]
        return count

    async def conflicts(self, *states: str) -> list[Told]:
        nodes: list[Told] = (await self.do(CONFLICTS, states=states or ("OPEN",)))["nodes"]
        return nodes


def when(span: tuple[str, str, str]) -> Told:
    """A span as the API takes it."""
    start, end, zone = span
    if not zone:
        return {"allDay": {"startDate": start, "endDate": end}}
    return {"timed": {"start": start, "end": end, "timeZone": zone}}
