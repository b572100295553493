"""What a frontend hears of a sign-in at Microsoft: that it was refused, and what is left to its user."""

from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from tests.gateway.graphql.client import Api, Json, serving
from tests.gateway.graphql.operations import ERROR
from tests.gateway.graphql.test_oauth import BEGIN, COMPLETE, called_back
from tests.gateway.house import House
from tests.gateway.microsoft import ALICE, CAROL, Microsoft, at_microsoft
from tests.gateway.registered import PAGE
from tests.simulators.graph.signing import Browser
from yarl import URL

from metonic_core.spi.registry import Registry
from metonic_gateway.store.models import CalendarSyncConfig
from metonic_outlook.sign_in import SIGN_IN
from metonic_simulators.graph.people import State

ATTENTION = '{ syncStatus(provider: "outlook") { state attention { code nextStep } } }'
LEAVE = f"""mutation ($remove: Boolean!) {{
  disconnectProvider(provider: "outlook", removeExternalEvents: $remove) {{
    ... on Disconnected {{ copiesToRemove grantRevoked nextStep }} {ERROR} }} }}"""


@pytest.fixture
async def microsoft(house: House) -> AsyncIterator[Microsoft]:
    async with at_microsoft(house) as microsoft:
        yield microsoft


@pytest.fixture
async def api(house: House, microsoft: Microsoft) -> AsyncIterator[Api]:  # noqa: ARG001 - the house is set up by it
    async with serving(house) as api:
        yield api


async def pressed(api: Api, microsoft: Microsoft, button: str, who: str = ALICE) -> Json:
    """What the frontend's page finds in its address after somebody pressed a button of Microsoft's."""
    start = await api.call(BEGIN, provider="outlook", page=PAGE)
    async with aiohttp.ClientSession() as session:
        browser = Browser(microsoft.sim, session)
        _, _, page = await browser.open(**dict(URL(start["authUrl"]).query))
        address, _ = await browser.press(page, who, button)
    _, back, _ = await called_back(api, URL(address))
    assert back.query["state"] == start["state"]
    return {name: back.query[name] for name in ("code", "state", "error") if name in back.query}


async def connected(api: Api, microsoft: Microsoft, who: str = ALICE) -> Json:
    answer: Json = await api.call(COMPLETE, provider="outlook", **await pressed(api, microsoft, "allow", who))
    return answer


@pytest.mark.parametrize("who", [ALICE, CAROL])
async def test_who_agrees_is_connected(who: str, api: Api, microsoft: Microsoft) -> None:
    answer = await connected(api, microsoft, who)

    assert (answer["__typename"], answer["account"]) == ("ConnectedCalendar", who)


async def test_who_declines_comes_back_with_that(api: Api, microsoft: Microsoft) -> None:
    told = await pressed(api, microsoft, "deny")

    assert told["error"] == "access_denied"
    assert await CalendarSyncConfig.all().count() == 0


@pytest.mark.parametrize("number", ["AADSTS90094", "AADSTS90095", "AADSTS50105"])
@pytest.mark.parametrize("error", ["access_denied", "consent_required", "invalid_grant"])
async def test_where_an_administrator_has_to_agree_the_page_is_told_so(
    error: str, number: str, api: Api
) -> None:
    start = await api.call(BEGIN, provider="outlook", page=PAGE)
    refusal = URL("https://sync.example.org/oauth/outlook/callback").with_query(
        state=start["state"], error=error, error_description=f"{number}: contoso has to grant.\r\nTrace ID: x"
    )

    _, page, _ = await called_back(api, refusal)

    expected = {"tab": "calendars", "state": start["state"], "error": "admin_consent_required"}
    assert dict(page.query) == expected


async def test_an_administrator_who_has_to_agree_is_asked_for_at_the_page(
    api: Api, microsoft: Microsoft
) -> None:
    microsoft.sim.user(ALICE).state = State.ADMIN_REQUIRED

    assert (await pressed(api, microsoft, "allow"))["error"] == "admin_consent_required"


async def test_an_administrator_who_has_to_agree_is_asked_for_at_the_end(
    api: Api, microsoft: Microsoft
) -> None:
    found = await pressed(api, microsoft, "allow")
    microsoft.sim.user(ALICE).state = State.ADMIN_REQUIRED

    answer = await api.call(COMPLETE, provider="outlook", **found)

    assert (answer["__typename"], answer["code"]) == ("SignInRequired", "ADMIN_CONSENT_REQUIRED")
    assert "administrator" in answer["nextStep"]


async def test_an_administrator_who_has_to_agree_later_on_is_asked_for_at_the_calendar(
    api: Api, microsoft: Microsoft
) -> None:
    await connected(api, microsoft)
    microsoft.sim.user(ALICE).state = State.ADMIN_REQUIRED
    microsoft.later(hours=2)
    (calendar,) = await CalendarSyncConfig.all()

    await api.house.sync(calendar.id)

    status = await api.call(ATTENTION)
    assert status["state"] == "NEEDS_SIGN_IN"
    assert status["attention"]["code"] == "ADMIN_CONSENT_REQUIRED"
    assert "administrator" in status["attention"]["nextStep"]


@pytest.mark.parametrize("remove", [False, True])
async def test_who_disconnects_is_told_where_to_take_the_access_away(
    api: Api, microsoft: Microsoft, *, remove: bool
) -> None:
    await api.house.add("Boxing")
    await connected(api, microsoft)
    (calendar,) = await CalendarSyncConfig.all()
    await api.house.sync(calendar.id)

    answer = await api.call(LEAVE, remove=remove)
    await api.house.sync(calendar.id)

    assert (answer["copiesToRemove"], answer["grantRevoked"]) == (int(remove), False)
    for said in ("cannot be told", "account.live.com/consent/Manage", "myapps.microsoft.com"):
        assert said in answer["nextStep"]
    assert ("stay in the calendar" in answer["nextStep"]) is not remove
    assert api.house.world.titles() == ([] if remove else ["Boxing"])
    standing = await api.house.columns(calendar.id, "stopped", "access_token", "problem")
    assert standing == ("disconnected", None, None)
    assert not any(entry.status >= 400 for entry in microsoft.sim.log)


async def test_who_disconnects_is_told_in_general_where_a_plugin_says_nothing(
    api: Api, microsoft: Microsoft
) -> None:
    await connected(api, microsoft)
    silent = replace(microsoft.provider, sign_in=replace(SIGN_IN, withdrawal=""))
    services = replace(api.house.services, registry=Registry({silent.name: silent}, ()))
    api.house.services = services
    async with serving(api.house) as here:
        answer = await here.call(LEAVE, remove=False)

    assert "Take our access away in your account there." in answer["nextStep"]
