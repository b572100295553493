"""The platform's side: its backend and its users, who ask again as long as nobody answers."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from tests.chaos.places import LENGTH, PASSWORD, Place, Shown

from metonic_gateway.http.identity import Identity, issue_token, token_key

Json = dict[str, Any]
PAGE = "https://app.example.org/connected"

_ERROR = "... on UserError { code message nextStep }"
_OF = "$provider: ProviderName!"
_BEGIN = f"""mutation ({_OF}, $page: String!) {{
  it: connectProvider(provider: $provider, redirectUri: $page) {{
  ... on ConnectionStart {{ authUrl }} {_ERROR} }} }}"""
_COMPLETE = f"""mutation ({_OF}, $code: String!, $state: String!) {{
  it: completeConnection(provider: $provider, code: $code, state: $state) {{
  ... on ConnectedCalendar {{ id }} {_ERROR} }} }}"""
_CONNECT = f"""mutation ({_OF}, $credentials: [CredentialInput!]!) {{
  it: connectWithCredentials(provider: $provider, credentials: $credentials) {{
  ... on ConnectedCalendar {{ id }} {_ERROR} }} }}"""
_FORWARD = f"""mutation ({_OF}) {{
  it: updateSyncSettings(provider: $provider, settings: {{ forwardImported: true }}) {{
  ... on ConnectedCalendar {{ id }} {_ERROR} }} }}"""
_UPSERT = f"""mutation ($rows: [PlatformAppointmentInput!]!) {{ it: upsertAppointments(appointments: $rows) {{
  ... on UpsertReport {{ outcomes {{ status error {{ message }} }} }} {_ERROR} }} }}"""
_SYNC = f"""mutation ({_OF}, $all: Boolean!) {{ it: syncNow(provider: $provider, complete: $all) {{
  ... on SyncRun {{ id }} {_ERROR} }} }}"""
_STATUS = f"""query ({_OF}) {{ it: syncStatus(provider: $provider) {{
  state openConflicts quarantined attention {{ code }} errors {{ code error }} heldRun {{ id }} }} }}"""
_LIST = """query ($after: String) { it: appointments(first: 50, after: $after) {
  nodes { title status when { ... on Timed { startsAt } } } pageInfo { hasNextPage endCursor } } }"""


class Refused(Exception):
    """The service answered, and not with what was asked for."""


@dataclass(frozen=True)
class Api:
    """Asks as one user, or as the backend."""

    session: aiohttp.ClientSession
    url: str
    token: str

    async def ask(self, query: str, **variables: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
        """What the operation answers, as soon as anybody does; raises Refused."""
        while True:
            try:
                return await self._once(query, variables)
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(0.5)

    async def _once(self, query: str, variables: Json) -> Any:  # noqa: ANN401 - likewise
        headers = {"Authorization": f"Bearer {self.token}"}
        body = {"query": query, "variables": variables}
        async with self.session.post(f"{self.url}/graphql", json=body, headers=headers) as answer:
            if answer.status >= 500:
                answer.raise_for_status()
            told = await answer.json()
        if "errors" in told:
            if any(error.get("extensions", {}).get("code") == "INTERNAL" for error in told["errors"]):
                raise aiohttp.ClientError(str(told["errors"]))
            raise Refused(str(told["errors"]))
        it = told["data"]["it"]
        if isinstance(it, dict) and "nextStep" in it:
            raise Refused(f"{it['code']}: {it['message']}")
        return it


def token_for(key: str, identity: Identity) -> str:
    return issue_token(token_key(key), identity, datetime.now().astimezone() + timedelta(days=1))


@dataclass
class Backend:
    """Sends whole states; the versions grow."""

    api: Api
    version: int = 0

    async def put(self, user: str, shown: Shown, name: str, *, is_cancelled: bool = False) -> None:
        self.version += 1
        at = {"start": shown.start, "end": shown.start + LENGTH}
        row = {
            "platformId": name,
            "platformVersion": self.version,
            "owner": {"userId": user, "role": "trainer"},
            "participants": [],
            "type": "one_on_one",
            "title": shown.title,
            "isCancelled": is_cancelled,
            "when": {
                "timed": {
                    **{key: f"{when:%Y-%m-%dT%H:%M}" for key, when in at.items()},
                    "timeZone": "UTC",
                }
            },
        }
        (outcome,) = (await self.api.ask(_UPSERT, rows=[row]))["outcomes"]
        if outcome["error"]:
            raise Refused(outcome["error"]["message"])


@dataclass
class User:
    """Somebody with a calendar at each provider."""

    name: str
    api: Api
    places: list[Place]

    async def connect(self, place: Place, allow: Any, server: str) -> None:  # noqa: ANN401 - either simulator's
        """``allow`` is the provider's page, ``server`` the address of who has none."""
        if allow is None:
            typed = {"server": server, "username": place.account, "password": PASSWORD}
            credentials = [{"name": key, "value": value} for key, value in typed.items()]
            await self.api.ask(_CONNECT, provider=place.provider, credentials=credentials)
        else:
            begun = await self.api.ask(_BEGIN, provider=place.provider, page=PAGE)
            came = allow(begun["authUrl"], place.account)
            await self.api.ask(_COMPLETE, provider=place.provider, **came)
        await self.api.ask(_FORWARD, provider=place.provider)

    async def sync(self, provider: str, *, is_complete: bool) -> None:
        """Look at it now."""
        await self.api.ask(_SYNC, provider=provider, all=is_complete)

    async def status(self, provider: str) -> Json:
        told: Json = await self.api.ask(_STATUS, provider=provider)
        return told

    async def shown(self) -> list[Shown]:
        """Their appointments, as the platform shows them."""
        found: list[Shown] = []
        after = None
        while True:
            page = await self.api.ask(_LIST, after=after)
            found += [_shown(node) for node in page["nodes"] if node["status"] != "CANCELLED"]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]


def _shown(node: Json) -> Shown:
    return Shown(node["title"], datetime.fromisoformat(node["when"]["startsAt"]))
