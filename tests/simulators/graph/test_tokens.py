"""Codes and tokens: what they are exchanged for, and how they end."""

import base64

import aiohttp
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.simulators.graph.conftest import ALICE, CAROL
from tests.simulators.graph.official import Client
from tests.simulators.graph.signing import Browser, claims, told

from metonic_simulators.graph import Simulator
from metonic_simulators.graph.people import CONSUMERS


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def test_a_code_is_used_once_within_ten_minutes_with_its_verifier(
    browser: Browser, sim: Simulator
) -> None:
    code = await browser.code(ALICE)
    status, body = await browser.redeem(code)
    assert status == 200
    assert body["refresh_token"]
    assert (await browser.redeem(code))[1]["error_codes"] == [54005]

    assert (await browser.redeem(await browser.code(ALICE), code_verifier="x"))[1]["error_codes"] == [501481]
    assert (await browser.redeem(await browser.code(ALICE), redirect_uri="x"))[1]["error"] == "invalid_grant"
    assert (await browser.redeem("nothing"))[1]["error_codes"] == [9002313]

    code = await browser.code(ALICE)
    sim.advance(minutes=11)
    assert (await browser.redeem(code))[1]["error_codes"] == [70008]


async def test_a_code_of_a_plain_challenge_is_compared_as_it_is(browser: Browser) -> None:
    code = await browser.code(ALICE, code_challenge="plain-words", code_challenge_method="")

    status, _ = await browser.redeem(code, code_verifier="plain-words")

    assert status == 200


async def test_tokens_come_as_they_were_asked_for(browser: Browser, sim: Simulator) -> None:
    _, body = await browser.redeem(await browser.code(ALICE))
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == body["ext_expires_in"] == 3599
    assert body["scope"] == "Calendars.ReadWrite User.Read openid profile"
    assert claims(body["id_token"])["preferred_username"] == ALICE

    sim.turn_on("scopes-long")
    _, body = await browser.redeem(await browser.code(ALICE, scope="https://graph.microsoft.com/user.read"))
    assert body["scope"] == "https://graph.microsoft.com/User.Read"
    assert {"refresh_token", "id_token"}.isdisjoint(body)


async def test_an_id_token_says_who_it_is_and_its_key_is_served(
    browser: Browser, sim: Simulator, session: aiohttp.ClientSession
) -> None:
    _, body = await browser.redeem(await browser.code(CAROL, nonce="n1"))
    async with session.get(f"{sim.url}common/v2.0/.well-known/openid-configuration") as answer:
        known = await answer.json()
    async with session.get(known["jwks_uri"]) as answer:
        (key,) = (await answer.json())["keys"]

    numbers = [int.from_bytes(decoded(key[name])) for name in "en"]
    head, _, signature = body["id_token"].rpartition(".")
    rsa.RSAPublicNumbers(*numbers).public_key().verify(
        decoded(signature), head.encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    found = claims(body["id_token"])
    assert (found["nonce"], found["aud"]) == ("n1", sim.client_id)
    assert found["iss"] == known["issuer"].replace("{tenantid}", found["tid"])
    assert found["iss"] == f"https://login.microsoftonline.com/{CONSUMERS}/v2.0"
    assert "revocation_endpoint" not in known


async def test_a_refresh_brings_another_token_and_the_old_one_stays_good(
    browser: Browser, sim: Simulator
) -> None:
    _, first = await browser.redeem(await browser.code(ALICE))
    _, second = await browser.refresh(first["refresh_token"])
    assert second["refresh_token"] != first["refresh_token"]
    assert (await browser.refresh(first["refresh_token"]))[0] == 200

    sim.turn_on("refresh-once")
    assert (await browser.refresh(second["refresh_token"]))[0] == 200
    assert (await browser.refresh(second["refresh_token"]))[1]["error_codes"] == [50173]


async def test_a_refresh_token_that_is_not_used_ends(browser: Browser, sim: Simulator) -> None:
    token = sim.refresh_token_for(ALICE)
    for _ in range(2):
        sim.advance(days=89)
        assert (await browser.refresh(token))[0] == 200

    sim.advance(days=91)
    assert (await browser.refresh(token))[1]["error_codes"] == [700082]


async def test_a_refresh_may_ask_for_less_but_not_for_more(browser: Browser, sim: Simulator) -> None:
    token = sim.refresh_token_for(ALICE, ["User.Read", "Calendars.ReadWrite"])

    assert (await browser.refresh(token, scope="user.read"))[1]["scope"] == "User.Read"
    assert (await browser.refresh(token, scope="Mail.Read"))[1]["error_codes"] == [65001]
    assert (await browser.refresh(token, scope="Mail.Fly"))[1]["error"] == "invalid_scope"
    assert (await browser.refresh(token, scope="https://vault.azure.net/user"))[1]["error_codes"] == [28000]
    assert (await browser.refresh(token))[0] == 200
    sim.turn_on("scope-on-refresh")
    assert (await browser.refresh(token))[1]["error_codes"] == [90023]
    assert (await browser.refresh(token, scope="User.Read"))[0] == 200


async def test_a_refusal_has_its_numbers_and_traces(browser: Browser) -> None:
    status, body = await browser.refresh("nothing")
    assert (status, body["error"]) == (400, "invalid_grant")
    assert body["error_description"].startswith("AADSTS9002313: ")
    assert f"\r\nTrace ID: {body['trace_id']}\r\n" in body["error_description"]
    assert {"timestamp", "correlation_id", "error_uri"} <= body.keys()

    for secret, number in (("", 7000218), ("wrong", 7000215)):
        status, body = await browser.refresh("nothing", client_secret=secret)
        assert (status, body["error"], body["error_codes"]) == (401, "invalid_client", [number])
    assert (await browser.refresh("x", client_id="x"))[1]["error_codes"] == [700016]
    assert (await browser.token())[1]["error_codes"] == [900144]
    assert (await browser.token(grant_type="password"))[1]["error"] == "unsupported_grant_type"
    for kind in ("refresh_token", "authorization_code"):
        assert (await browser.token(grant_type=kind))[1]["error_codes"] == [900144]


async def test_a_client_may_say_who_it_is_by_basic(sim: Simulator, session: aiohttp.ClientSession) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": sim.refresh_token_for(ALICE)}
    login = {"Authorization": aiohttp.encode_basic_auth(sim.client_id, sim.client_secret)}

    async with session.post(f"{sim.url}common/oauth2/v2.0/token", data=form, headers=login) as answer:
        assert answer.status == 200


@pytest.mark.parametrize(
    ("state", "error", "number"),
    [
        ("mfa-required", "interaction_required", 50076),
        ("admin-required", "invalid_grant", 90094),
        ("disabled", "invalid_grant", 50057),
        ("deleted", "invalid_grant", 50034),
    ],
)
async def test_an_operator_can_end_a_grant(
    browser: Browser, sim: Simulator, state: str, error: str, number: int
) -> None:
    token = sim.refresh_token_for(ALICE)
    _, _, page = await browser.open()
    async with browser.session.put(f"{sim.url}-/users/{ALICE}", json={"state": state}):
        pass

    _, body = await browser.refresh(token)
    address, _ = await browser.press(page, ALICE)

    assert (body["error"], body["error_codes"]) == (error, [number])
    assert told(address)["error"] == error


async def test_a_consent_that_is_taken_back_ends_refreshing_and_not_what_is_out(
    browser: Browser, sim: Simulator, alice: Client
) -> None:
    token = sim.refresh_token_for(ALICE)
    await alice.get("/me")
    async with browser.session.delete(f"{sim.url}-/users/{ALICE}/grants"):
        pass

    assert (await browser.refresh(token))[1]["error_codes"] == [50173]
    await alice.get("/me")


async def test_a_token_can_not_be_revoked_by_a_client(sim: Simulator, session: aiohttp.ClientSession) -> None:
    for path in ("revoke", "common/oauth2/v2.0/revoke", "common/oauth2/v2.0/introspect"):
        async with session.post(sim.url + path, data={"token": sim.token_for(ALICE)}) as answer:
            assert answer.status in {404, 405}


async def test_a_personal_account_may_be_refused_without_a_number(browser: Browser, sim: Simulator) -> None:
    token = sim.refresh_token_for(CAROL)
    sim.turn_on("plain-personal-errors")
    sim.revoke(CAROL)

    _, body = await browser.refresh(token)

    assert body.keys() == {"error", "error_description"}
    assert "AADSTS" not in body["error_description"]


async def test_the_token_endpoint_can_fail(browser: Browser, sim: Simulator) -> None:
    sim.arm("token-refused", path="/*/token")
    token = sim.refresh_token_for(ALICE)

    status, body = await browser.refresh(token)

    assert (status, body["error"]) == (503, "temporarily_unavailable")
    assert (await browser.refresh(token))[0] == 200


async def test_access_tokens_live_as_long_as_is_said(browser: Browser, sim: Simulator, alice: Client) -> None:
    sim.turn_on("token-life", seconds=90)
    _, body = await browser.refresh(sim.refresh_token_for(ALICE))
    header = f"Bearer {body['access_token']}"

    assert body["expires_in"] == 89
    assert (await alice.ask("GET", "/me", Authorization=header)).status == 200
    sim.advance(seconds=91)
    assert (await alice.ask("GET", "/me", Authorization=header)).status == 401
