"""Signing in at a provider's own page, as a frontend does it: over HTTP, with the browser in between."""

import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import aiohttp
import pytest
from pydantic import SecretStr
from tests.gateway.granting import SCOPES, Granting, granting_server
from tests.gateway.graphql.client import Api, Json, serving
from tests.gateway.graphql.operations import (
    CALENDAR,
    CALENDARS,
    CONNECT,
    CREDENTIALS,
    DISCONNECT,
    ERROR,
    STATUS,
)
from tests.gateway.house import House
from tests.gateway.logs import logging_as_before
from tests.gateway.registered import PAGE
from yarl import URL

from metonic_gateway.http.identity import Role
from metonic_gateway.store.models import CalendarSyncConfig, OAuthState
from metonic_gateway.telemetry import set_up_logging

START = f"... on ConnectionStart {{ __typename authUrl state expiresAt }} {ERROR}"
BEGIN = f"""mutation ($provider: ProviderName!, $page: String!) {{
  connectProvider(provider: $provider, redirectUri: $page) {{ {START} }} }}"""
AGAIN = f"""mutation ($provider: ProviderName!, $page: String!) {{
  reconnectProvider(provider: $provider, redirectUri: $page) {{ {START} }} }}"""
COMPLETE = f"""mutation ($provider: ProviderName!, $code: String!, $state: String!) {{
  completeConnection(provider: $provider, code: $code, state: $state) {{
    ... on ConnectedCalendar {{ {CALENDAR} }} {ERROR} ... on ProviderRefused {{ retryAt }} }} }}"""
PROVIDERS = """{ providers { name signIn { __typename ... on OAuthSignIn { scopes } } } }"""
OURS = "https://sync.example.org"


@pytest.fixture
async def granting(house: House) -> AsyncIterator[Granting]:
    async with granting_server(house) as granting:
        yield granting


@pytest.fixture
async def api(house: House, granting: Granting) -> AsyncIterator[Api]:  # noqa: ARG001 - the house is set up by it
    async with serving(house) as api:
        yield api


async def called_back(api: Api, url: URL) -> tuple[int, URL, str]:
    """What a browser gets at our address: the status, where it is sent, and what it shows."""
    assert str(url.origin()) == OURS
    here = f"{api.url}{url.raw_path_qs}"
    async with api.session.get(here, allow_redirects=False) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        return answer.status, URL(answer.headers.get("Location", "")), await answer.text()


async def came_back(api: Api, granting: Granting, start: Json) -> Json:
    """What the frontend's page finds in its address."""
    status, page, _ = await called_back(api, await granting.agree(start["authUrl"]))
    assert (status, str(page.with_query(None)), page.query["tab"]) == (
        303,
        PAGE.partition("?")[0],
        "calendars",
    )
    return {"code": page.query["code"], "state": page.query["state"]}


async def connected(api: Api, granting: Granting) -> Json:
    start = await api.call(BEGIN, provider="granting", page=PAGE)
    answer: Json = await api.call(COMPLETE, provider="granting", **await came_back(api, granting, start))
    return answer


async def test_a_user_signs_in_at_the_providers_page_and_is_synced(api: Api, granting: Granting) -> None:
    await api.house.add("Boxing")
    start = await api.call(BEGIN, provider="granting", page=PAGE)
    assert (start["__typename"], start["expiresAt"]) == ("ConnectionStart", "2026-11-22T12:10:00Z")

    answer = await api.call(COMPLETE, provider="granting", **await came_back(api, granting, start))

    assert (answer["__typename"], answer["account"]) == ("ConnectedCalendar", "toni@granting.test")
    assert (answer["calendarName"], answer["status"]["state"]) == ("Home", "QUEUED")
    await api.house.sync(api.house.nudged.pop())
    assert api.house.world.titles() == ["Boxing"]
    (shown,) = await api.call(CALENDARS)
    assert shown["provider"] == {"name": "granting", "title": "Granting"}


async def test_providers_say_how_one_signs_in(api: Api) -> None:
    by_name = {each["name"]: each["signIn"] for each in await api.call(PROVIDERS)}

    assert by_name["granting"] == {"__typename": "OAuthSignIn", "scopes": list(SCOPES)}
    assert by_name["memory"] == {"__typename": "PasswordSignIn"}


async def test_our_page_exchanges_nothing_and_uses_nothing_up(api: Api, granting: Granting) -> None:
    start = await api.call(BEGIN, provider="granting", page=PAGE)
    back = await granting.agree(start["authUrl"])

    first = await called_back(api, back)
    second = await called_back(api, back)

    assert first == second
    assert granting.asked == []
    assert await CalendarSyncConfig.all().count() == 0


async def test_our_page_passes_a_refusal_on(api: Api) -> None:
    start = await api.call(BEGIN, provider="granting", page=PAGE)
    refusal = URL(f"{OURS}/oauth/granting/callback").with_query(
        state=start["state"], error="access_denied", error_description="private"
    )

    status, page, _ = await called_back(api, refusal)

    assert status == 303
    assert dict(page.query) == {"tab": "calendars", "state": start["state"], "error": "access_denied"}


@pytest.mark.parametrize("query", ["", "state=x&code=y", "state=%00&code=y", "state=%ED%B2%80&code=y"])
async def test_our_page_sends_nobody_anywhere_with_a_state_that_is_unknown(query: str, api: Api) -> None:
    status, page, text = await called_back(api, URL(f"{OURS}/oauth/granting/callback?{query}", encoded=True))

    assert (status, str(page)) == (400, "")
    assert "begin again" in text


async def test_our_page_knows_a_state_for_its_provider_and_ten_minutes_only(
    api: Api, granting: Granting
) -> None:
    start = await api.call(BEGIN, provider="granting", page=PAGE)
    back = await granting.agree(start["authUrl"])

    assert (await called_back(api, back.with_path("/oauth/memory/callback", keep_query=True)))[0] == 400
    api.house.later(timedelta(minutes=10))
    assert (await called_back(api, back))[0] == 400


async def test_whatever_is_wrong_with_a_state_is_answered_alike_and_changes_nothing(
    api: Api, granting: Granting
) -> None:
    start = await api.call(BEGIN, provider="granting", page=PAGE)
    found = await came_back(api, granting, start)
    other = api.as_user("client-1", Role.CLIENT, name="Chris")

    foreign = await other.call(COMPLETE, provider="granting", **found)
    forged = await api.call(COMPLETE, provider="granting", **found | {"state": "x" * 43})
    assert (await api.call(COMPLETE, provider="granting", **found))["__typename"] == "ConnectedCalendar"
    replayed = await api.call(COMPLETE, provider="granting", **found)
    start = await api.call(BEGIN, provider="granting", page=PAGE)
    late = await came_back(api, granting, start)
    api.house.later(timedelta(minutes=10))
    expired = await api.call(COMPLETE, provider="granting", **late)

    assert foreign == forged == replayed == expired
    assert (foreign["code"], foreign["path"]) == ("INVALID_INPUT", ["state"])
    assert foreign["nextStep"] == "Begin again with `connectProvider`."
    assert await other.call(CALENDARS) == []
    assert len(granting.forms("token")) == 1


async def test_a_page_that_is_not_allowed_is_refused(api: Api, granting: Granting) -> None:
    await connected(api, granting)
    answers = [
        await api.call(operation, provider="granting", page="https://evil.test/")
        for operation in (BEGIN, AGAIN)
    ]

    assert {(a["code"], *a["path"]) for a in answers} == {("INVALID_INPUT", "redirectUri")}
    assert "evil" not in json.dumps(answers)
    assert not await OAuthState.exists()


async def test_who_agreed_to_too_little_is_told_what_is_missing(api: Api, granting: Granting) -> None:
    granting.agrees_to = ["openid", SCOPES[0]]

    answer = await connected(api, granting)

    assert (answer["__typename"], answer["code"]) == ("SignInRequired", "SCOPES_MISSING")
    assert SCOPES[1] in answer["message"]
    assert "agree to everything" in answer["nextStep"]
    assert await api.call(CALENDARS) == []


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, "invalid_grant", "SIGN_IN_FAILED"),
        (401, "invalid_client", "MISCONFIGURED"),
        (503, "x", "UNREACHABLE"),
        (429, "x", "RATE_LIMITED"),
    ],
)
async def test_what_the_authorization_server_says_is_answered_with_what_to_do(
    status: int, error: str, code: str, api: Api, granting: Granting
) -> None:
    granting.refused("token", status, error)

    answer = await connected(api, granting)

    assert answer["code"] == code
    is_ours = code == "MISCONFIGURED"
    assert ("who runs this service" if is_ours else "Begin again") in answer["nextStep"]
    assert "private words" not in json.dumps(answer)


async def test_a_provider_that_is_not_set_up_says_so(house: House, granting: Granting) -> None:
    async with serving(house) as api:
        await connected(api, granting)
    settings = house.services.settings.model_copy(update={"oauth_clients": SecretStr("")})
    house.services = replace(house.services, settings=settings)

    async with serving(house) as api:
        answers = [await api.call(operation, provider="granting", page=PAGE) for operation in (BEGIN, AGAIN)]

    assert {(a["__typename"], a["code"]) for a in answers} == {("ProviderRefused", "MISCONFIGURED")}


async def test_each_provider_says_which_way_is_its_own(api: Api) -> None:
    by_form = await api.call(CONNECT, provider="granting", credentials=CREDENTIALS)
    by_page = await api.call(BEGIN, provider="memory", page=PAGE)
    unknown = [
        await api.call(operation, provider="nowhere", **variables)
        for operation, variables in (
            (BEGIN, {"page": PAGE}),
            (AGAIN, {"page": PAGE}),
            (COMPLETE, {"code": "x", "state": "x"}),
        )
    ]

    assert (by_form["path"], by_form["nextStep"]) == (["provider"], "Use `connectProvider`.")
    assert (by_page["path"], by_page["nextStep"]) == (["provider"], "Use `connectWithCredentials`.")
    assert {answer["code"] for answer in unknown} == {"UNKNOWN_PROVIDER"}


async def test_who_has_lost_the_grant_signs_in_again_and_goes_on(api: Api, granting: Granting) -> None:
    assert (await api.call(AGAIN, provider="granting", page=PAGE))["code"] == "NOT_CONNECTED"
    await api.house.add("Boxing")
    before = await connected(api, granting)
    await api.house.sync(api.house.nudged.pop())
    granting.forget()
    api.house.later(timedelta(hours=2))
    (calendar,) = await CalendarSyncConfig.all()
    await api.house.sync(calendar.id)
    assert (await api.call(STATUS, provider="granting"))["state"] == "NEEDS_SIGN_IN"

    start = await api.call(AGAIN, provider="granting", page=PAGE)
    assert URL(start["authUrl"]).query["login_hint"] == "toni@granting.test"
    found = await came_back(api, granting, start)
    after = await api.call(COMPLETE, provider="granting", **found)
    await api.house.sync(calendar.id)

    assert after["id"] == before["id"]
    status = await api.call(STATUS, provider="granting")
    assert (status["state"], status["lastSyncStatus"]) == ("IDLE", "SUCCESS")
    assert api.house.world.titles() == ["Boxing"]


async def test_who_disconnects_is_told_that_the_provider_knows(api: Api, granting: Granting) -> None:
    await connected(api, granting)
    disconnect = DISCONNECT.replace("copiesToRemove", "copiesToRemove grantRevoked")

    answer = await api.call(disconnect, provider="granting", remove=False)

    assert (answer["__typename"], answer["grantRevoked"]) == ("Disconnected", True)
    assert granting.refreshes == {}


async def test_no_code_token_or_secret_reaches_the_log(api: Api, granting: Granting) -> None:
    lines = io.StringIO()
    with logging_as_before():
        set_up_logging("json", "debug", lines)
        start = await api.call(BEGIN, provider="granting", page=PAGE)
        found = await came_back(api, granting, start)
        await api.call(COMPLETE, provider="granting", **found | {"state": "forged"})
        await api.call(COMPLETE, provider="granting", **found)
        tokens = [*granting.accesses, *granting.refreshes]
        api.house.later(timedelta(hours=1))
        granting.refused("token", 400, "invalid_grant")
        await api.house.sync(api.house.nudged.pop())

    logged = lines.getvalue()
    assert "authorization_server_refused" in logged
    secrets = [*found.values(), *tokens, "a-secret-of-the-client", "private words", "toni@"]
    assert [secret for secret in secrets if secret in logged] == []


async def test_our_page_is_only_read(api: Api) -> None:
    async with api.session.post(f"{api.url}/oauth/granting/callback") as answer:
        assert isinstance(answer, aiohttp.ClientResponse)
        assert answer.status == 405
