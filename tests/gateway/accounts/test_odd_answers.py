"""Whatever an authorization server answers is one of the errors that the engine knows, and never a fault."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from tests.gateway.accounts.oauth import good, grant_of, provider_of, signed_in
from tests.gateway.granting import SCOPES, Granting
from tests.gateway.house import House
from tests.gateway.registered import PAGE

from metonic_core.spi.errors import Misconfigured, ProviderError, Unavailable
from metonic_gateway.accounts.oauth.beginning import begin
from metonic_gateway.accounts.oauth.completing import ScopesMissing, complete
from metonic_gateway.store.models import CalendarSyncConfig
from metonic_gateway.vault import Vault

HOUR = timedelta(hours=1)
TOKEN = '{"access_token": "a", "refresh_token": "r", "id_token": "x"'


def changing(granting: Granting, **answered: object) -> None:
    """The next request for a token is answered as ever, but for these."""

    async def answer(request: web.Request) -> web.Response:
        granting.intercept = None
        ordinary = await granting.answer(request)
        return web.json_response(json.loads(ordinary.text or "") | answered)

    granting.intercept = answer


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    "body",
    [
        *("[]", '"x"', "1", "null", "{}", "true", '[["error"]]', "\xff", "[" * 100_000),
        *('{"error": {"a": 1}}', '{"error": null}', '{"error": ""}'),
        '{"access_token": 7, "refresh_token": "r", "id_token": "x"}',
        '{"access_token": "a", "refresh_token": {"a": 1}, "id_token": "x"}',
        '{"access_token": "a", "refresh_token": "r", "id_token": 5}',
        TOKEN + "}",
        TOKEN + ', "scope": 7}',
        TOKEN + ', "expires_in": Infinity}',
        TOKEN + ', "expires_in": [1]}',
        TOKEN + ', "expires_at": "2026"}',
    ],
    ids=lambda body: str(body)[:99],
)
async def test_no_answer_to_a_code_is_a_fault_of_ours(
    status: int, body: str, house: House, granting: Granting
) -> None:
    answer = web.Response(status=status, body=body.encode("latin-1"), content_type="application/json")
    granting.answers["token"] = [answer]

    with pytest.raises(ProviderError):
        await signed_in(house, granting)

    assert await CalendarSyncConfig.all().count() == 0


@pytest.mark.parametrize(
    "told", [float("inf"), 1e300, 10**30, -1, 0, "soon", "", None, [1], {"a": 1}], ids=repr
)
async def test_an_end_that_cannot_be_is_none_and_the_token_is_used_until_it_is_refused(
    told: object, house: House, granting: Granting
) -> None:
    changing(granting, expires_in=told, expires_at="2026")

    calendar = await signed_in(house, granting)

    grant = await grant_of(house, calendar)
    assert grant.renew_at is None
    house.later(HOUR)
    assert await good(house, calendar) == grant


@pytest.mark.parametrize("told", [3600, 3600.0, "3600"], ids=repr)
async def test_an_end_may_be_told_as_text(told: object, house: House, granting: Granting) -> None:
    changing(granting, expires_in=told)

    calendar = await signed_in(house, granting)

    assert (await grant_of(house, calendar)).renew_at == house.now + HOUR - timedelta(minutes=1)


@pytest.mark.parametrize("told", ["", " ", {}, [], list(SCOPES), 7, SCOPES[0]], ids=repr)
async def test_scopes_that_are_told_and_are_not_all_are_too_few(
    told: object, house: House, granting: Granting
) -> None:
    changing(granting, scope=told)

    with pytest.raises(ScopesMissing):
        await signed_in(house, granting)


async def test_scopes_that_are_not_told_are_those_that_were_asked_for(
    house: House, granting: Granting
) -> None:
    changing(granting, scope=None)

    calendar = await signed_in(house, granting)

    assert (await grant_of(house, calendar)).scopes == SCOPES


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
@pytest.mark.parametrize(
    "token",
    ["private\r\nX-More: 1", "private\x00", "private\u00e4", "private\ud800", " ", "private" * 2000],
    ids=lambda token: repr(token[:20]),
)
async def test_a_token_that_no_header_can_carry_is_none(
    kind: str, token: str, house: House, granting: Granting
) -> None:
    calendar = await signed_in(house, granting)
    before = await grant_of(house, calendar)
    house.later(HOUR)
    changing(granting, **{kind: token})

    with pytest.raises(Unavailable) as raised:
        await good(house, calendar)

    assert "private" not in str(raised.value)
    assert await grant_of(house, calendar) == before


async def test_a_key_that_goes_while_somebody_signs_in_is_the_operators_fault(
    house: House, granting: Granting
) -> None:
    start = await begin(house.services, house.user, provider_of(house), PAGE)
    back = await granting.agree(start.url)
    house.services = replace(house.services, vault=Vault({"k2": bytes(32)}))

    with pytest.raises(Misconfigured, match="METONIC_KEYS"):
        await complete(house.services, house.user, provider_of(house), back.query["code"], start.state)
