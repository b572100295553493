"""An appointment made through the API arrives in a real CalDAV calendar, by the way that the docs tell."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from tests.gateway.house import new_database
from tests.postgres import url_of
from tests.walks.footprints import described, followed

from metonic_gateway.app import build_app
from metonic_gateway.demo.calendar_server import calendar_server
from metonic_gateway.demo.folder import CalendarLogin
from metonic_gateway.http.identity import Identity, Role, issue_token, token_key
from metonic_gateway.serving import bound, served
from metonic_gateway.settings import Settings, load_settings
from metonic_gateway.wiring import running

Json = dict[str, Any]

CONNECT = """mutation ($credentials: [CredentialInput!]!) {
  connectWithCredentials(provider: "apple", credentials: $credentials) { __typename }
}"""
CREATE = """mutation { createAppointment(appointment: {type: "one_on_one", title: "Squats", when: {timed: {
  start: "%s", end: "%s", timeZone: "Europe/Berlin"}}}) { ... on Appointment { id } } }"""
STATUS = """{ syncStatus(provider: "apple") { state lastSyncStatus } }"""
STATE = """query ($id: ID!) { appointment(id: $id) { copies { state } } }"""
WHERE = """query ($id: ID!) { appointment(id: $id) { copies { externalEventId } } }"""


async def test_a_new_appointment_goes_the_way_the_architecture_page_tells(tmp_path: Path) -> None:
    login = _login()
    async with calendar_server(tmp_path / "calendars", login), _api(tmp_path) as ask:
        credentials = [
            {"name": "server", "value": login.address},
            {"name": "username", "value": login.username},
            {"name": "password", "value": login.password},
        ]
        await ask(CONNECT, credentials=credentials)
        at_rest = {"syncStatus": {"state": "IDLE", "lastSyncStatus": "SUCCESS"}}
        await _until(ask, at_rest, STATUS)
        day = f"{datetime.now(UTC) + timedelta(days=3):%Y-%m-%d}"
        with followed() as found:
            made = await ask(CREATE % (f"{day}T09:00:00", f"{day}T10:00:00"))
            which = made["createAppointment"]["id"]
            await _until(ask, {"appointment": {"copies": [{"state": "IN_SYNC"}]}}, STATE, id=which)
            await _until(ask, at_rest, STATUS)
        there = await ask(WHERE, id=which)
        (copy,) = there["appointment"]["copies"]
        text = await _stored(login, copy["externalEventId"])

    walk = described("One change, file by file")
    assert "SUMMARY:Squats" in text
    assert len(walk) > 10
    assert [path for path in found.modules if path in walk] == walk


def _login() -> CalendarLogin:
    with bound("127.0.0.1", 0) as probe:
        return CalendarLogin(port=probe.getsockname()[1], username="toni", password="secret")


def _settings(folder: Path) -> Settings:
    return load_settings(
        database_url=url_of(new_database(folder / "metonic.sqlite3")),
        keys="k1:" + "A" * 43 + "=",
        jwt_key="j" * 32,
        allow_private_addresses=True,
    )


@asynccontextmanager
async def _api(folder: Path) -> AsyncIterator["Ask"]:
    settings = _settings(folder)
    listening = bound("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}/graphql"
    identity = Identity(Role.TRAINER, "trainer-1", "Toni", "Europe/Berlin")
    key = token_key(settings.jwt_key.get_secret_value())
    token = issue_token(key, identity, datetime.now(UTC) + timedelta(hours=1))
    async with (
        running(settings) as services,
        served(build_app(services), listening, asyncio.Event()),
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session,
    ):
        yield Ask(session, url)


class Ask:
    """The API as one user asks it."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def __call__(self, query: str, **variables: object) -> Json:
        async with self._session.post(self._url, json={"query": query, "variables": variables}) as answer:
            body = await answer.json()
        assert "errors" not in body, body
        found: Json = body["data"]
        return found


async def _until(ask: Ask, expected: Json, query: str, **variables: object) -> None:
    async with asyncio.timeout(20):
        while await ask(query, **variables) != expected:  # noqa: ASYNC110 - a condition behind an API
            await asyncio.sleep(0.05)


async def _stored(login: CalendarLogin, path: str) -> str:
    basic = b64encode(f"{login.username}:{login.password}".encode()).decode()
    url = f"http://127.0.0.1:{login.port}{path}"
    headers = {"Authorization": f"Basic {basic}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as answer:
        return await answer.text()
