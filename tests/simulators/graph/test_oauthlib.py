"""oauthlib: a client of OAuth 2.0 that others wrote signs in, refreshes, and understands refusals."""

from urllib.parse import parse_qsl

import pytest
from oauthlib.oauth2 import InvalidGrantError, MismatchingStateError, WebApplicationClient
from tests.simulators.graph.conftest import ALICE
from tests.simulators.graph.official import Client
from tests.simulators.graph.signing import BACK, SCOPE, Browser

from metonic_simulators.graph import Simulator


@pytest.fixture(autouse=True)
def _bears_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")


async def sent(browser: Browser, body: str) -> str:
    url = f"{browser.sim.url}common/oauth2/v2.0/token"
    async with browser.session.post(url, data=dict(parse_qsl(body))) as answer:
        return await answer.text()


async def test_a_client_that_others_wrote_signs_in(sim: Simulator, browser: Browser, alice: Client) -> None:
    client = WebApplicationClient(sim.client_id)
    verifier = client.create_code_verifier(60)
    challenge = client.create_code_challenge(verifier, "S256")
    asked = client.prepare_request_uri(
        f"{sim.url}common/oauth2/v2.0/authorize",
        redirect_uri=BACK,
        scope=SCOPE,
        state="s1",
        code_challenge=challenge,
        code_challenge_method="S256",
    )
    async with browser.session.get(asked) as answer:
        page = await answer.text()
    address, _ = await browser.press(page, ALICE)

    with pytest.raises(MismatchingStateError):
        client.parse_request_uri_response(address, state="s2")
    client.parse_request_uri_response(address, state="s1")
    body = client.prepare_request_body(
        redirect_uri=BACK, client_secret=sim.client_secret, code_verifier=verifier
    )
    first = client.parse_request_body_response(await sent(browser, body), scope=SCOPE.split())
    again = client.prepare_refresh_body(
        refresh_token=first["refresh_token"], client_id=sim.client_id, client_secret=sim.client_secret
    )
    second = client.parse_request_body_response(await sent(browser, again), scope=SCOPE.split())

    assert second["access_token"] != first["access_token"]
    me = await alice.get("/me", Authorization=f"Bearer {second['access_token']}")
    assert me["userPrincipalName"] == ALICE
    with pytest.raises(InvalidGrantError, match="AADSTS54005"):
        client.parse_request_body_response(await sent(browser, body))
