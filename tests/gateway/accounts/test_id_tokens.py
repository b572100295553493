"""Who signed in is what the id_token says, if it is for this sign-in and the provider signed it."""

from datetime import timedelta

import pytest
from aiohttp import web
from joserfc.jwk import RSAKey
from tests.gateway.accounts.oauth import signed_in
from tests.gateway.granting import ACCOUNTS, Granting
from tests.gateway.house import House

from metonic_core.spi.errors import SignInNeeded, Unavailable
from metonic_gateway.store.models import CalendarSyncConfig


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://accounts.evil.test"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["another-client"]},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": 7},
        {"sub": "x" * 300},
    ],
)
async def test_an_id_token_that_is_not_for_this_sign_in_is_not_believed(
    claims: dict[str, object], house: House, granting: Granting
) -> None:
    granting.claims = claims

    with pytest.raises(SignInNeeded, match="who signed in"):
        await signed_in(house, granting)

    assert await CalendarSyncConfig.all().count() == 0


async def test_an_issuer_without_its_scheme_is_the_same(house: House, granting: Granting) -> None:
    granting.claims = {"iss": ACCOUNTS.removeprefix("https://"), "email": None}

    calendar = await signed_in(house, granting)

    assert (await house.row(calendar)).account_name == "1001"


async def test_an_id_token_that_another_key_signed_is_not_believed(house: House, granting: Granting) -> None:
    keys = web.json_response({"keys": [RSAKey.generate_key(2048, {"kid": "k1"}).as_dict(private=False)]})
    granting.answers["keys"] = [keys]

    with pytest.raises(SignInNeeded):
        await signed_in(house, granting)


async def test_keys_are_read_once_and_anew_when_the_provider_changes_them(
    house: House, granting: Granting
) -> None:
    await signed_in(house, granting)
    await signed_in(house, granting)
    assert len(granting.forms("keys")) == 1

    granting.key = RSAKey.generate_key(2048, {"kid": "k2"})
    house.later(timedelta(minutes=2))
    await signed_in(house, granting)

    assert len(granting.forms("keys")) == 2


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"keys": []}', b'{"keys": [{"kty": "RSA"}]}', b'{"keys": ["x"]}', b"<html>"]
)
async def test_keys_that_cannot_be_read_leave_nobody_signed_in(
    body: bytes, house: House, granting: Granting
) -> None:
    granting.answers["keys"] = [web.Response(body=body)]

    with pytest.raises(Unavailable, match="keys"):
        await signed_in(house, granting)
