"""Who signed in is what the id_token says, if it is for this sign-in and the provider signed it."""

import io
from datetime import timedelta

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from tests.gateway.accounts.oauth import signed_in
from tests.gateway.granting import ACCOUNTS, CLIENT_ID, Code, Granting
from tests.gateway.house import House
from tests.gateway.logs import logging_as_before

from metonic_core.spi.errors import SignInNeeded, Unavailable
from metonic_gateway.store.models import CalendarSyncConfig
from metonic_gateway.telemetry import set_up_logging


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://accounts.evil.test"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["another-client"]},
        {"aud": [CLIENT_ID, "another-client"]},
        {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
        {"aud": {"a": 1}},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": float("nan")},
        {"nbf": 99_999_999_999},
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


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": -119},
        {"iat": 240},
        {"iat": 24 * 3600},
        {"aud": [CLIENT_ID]},
        {"aud": [CLIENT_ID, "another-client"], "azp": CLIENT_ID},
    ],
)
async def test_clocks_may_differ_and_an_id_token_may_be_for_several(
    claims: dict[str, object], house: House, granting: Granting
) -> None:
    now = int(house.now.timestamp())
    granting.claims = {n: now + v if isinstance(v, int) else v for n, v in claims.items()}

    await signed_in(house, granting)


async def test_the_log_names_the_claim_that_was_wrong_and_not_what_it_was(
    house: House, granting: Granting
) -> None:
    granting.claims = {"nonce": "private-nonce"}
    lines = io.StringIO()

    with logging_as_before():
        set_up_logging("json", "info", lines)
        with pytest.raises(SignInNeeded):
            await signed_in(house, granting)

    assert '"code": "nonce"' in lines.getvalue()
    assert "private-nonce" not in lines.getvalue()


async def test_keys_that_were_read_when_the_clock_was_ahead_are_read_anew(
    house: House, granting: Granting
) -> None:
    house.later(timedelta(days=365))
    await signed_in(house, granting)
    house.later(timedelta(days=-365))
    granting.key = RSAKey.generate_key(2048, {"kid": "k2"})

    await signed_in(house, granting)

    assert len(granting.forms("keys")) == 2


@pytest.mark.parametrize(
    "odd",
    [
        {"kty": "AKP", "kid": "pq", "alg": "ML-DSA-44", "pub": "AAAA"},
        {"kty": "EC", "crv": "secp999", "kid": "x", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "Ed999", "kid": "x", "x": "AA"},
        {"kty": "RSA", "kid": "broken"},
        {"kty": "RSA", "kid": 7, "n": "AQAB", "e": "AQAB"},
        {"kid": "no-kty"},
        "x",
        None,
    ],
)
async def test_an_odd_key_beside_the_right_one_does_not_matter(
    odd: object, house: House, granting: Granting
) -> None:
    keys = [odd, granting.key.as_dict(private=False)]
    granting.answers["keys"] = [web.json_response({"keys": keys})]

    await signed_in(house, granting)


@pytest.mark.parametrize("is_among_them", [True, False])
async def test_an_id_token_that_names_no_key_is_tried_with_all_of_the_right_kind(
    house: House, granting: Granting, *, is_among_them: bool
) -> None:
    others: list[RSAKey | ECKey] = [
        RSAKey.generate_key(2048, {"kid": "k0"}),
        ECKey.generate_key("P-256", {"kid": "e0"}),
    ]
    keys = [*others, granting.key] if is_among_them else others
    listed = web.json_response({"keys": [key.as_dict(private=False) for key in keys]})
    granting.answers["keys"] = [listed]
    named = granting.id_token

    def unnamed(code: Code) -> str:
        claims = jwt.decode(named(code), granting.key, ["RS256"]).claims
        return jwt.encode({"alg": "RS256"}, claims, granting.key, ["RS256"])

    granting.id_token = unnamed  # type: ignore[method-assign]

    if is_among_them:
        await signed_in(house, granting)
    else:
        with pytest.raises(SignInNeeded):
            await signed_in(house, granting)
