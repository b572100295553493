"""Sign-in as google-auth and google-auth-oauthlib do it, and the refusals of the token endpoint."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import id_token
from google_auth_oauthlib.flow import Flow
from oauthlib.oauth2 import OAuth2Error
from tests.simulators.google.bodies import listed
from tests.simulators.google.official import renewing, with_credentials
from tests.simulators.google.running import ALICE, BOB, admin, advance, request, whole

from metonic_simulators.google import Simulator
from metonic_simulators.google.people import full_scope

BACK = "http://localhost:1/back"
EVENTS, LISTS = full_scope("calendar.events"), full_scope("calendar.calendarlist.readonly")
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _oauthlib_bears_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")


@contextmanager
def flow_of(sim: Simulator, *scopes: str) -> Iterator[Flow]:
    config = {
        "client_id": sim.client_id,
        "client_secret": sim.client_secret,
        "auth_uri": f"{sim.url}o/oauth2/v2/auth",
        "token_uri": f"{sim.url}token",
        "redirect_uris": [BACK],
    }
    flow = Flow.from_client_config({"web": config}, scopes=scopes or (EVENTS, LISTS), redirect_uri=BACK)
    with flow.oauth2session:
        yield flow


def answer_page(
    sim: Simulator, url: str, *, answer: str = "allow", user: str = ALICE, scopes: Sequence[str] | None = None
) -> dict[str, str]:
    """What the client is told after the form on the page was sent."""
    _, page = request(sim, "GET", url.removeprefix(sim.url.rstrip("/")))
    text = page.decode()
    key = re.search(r'name="request" value="([^"]+)"', text)
    offered = re.findall(r'name="scope" value="([^"]+)"', text)
    assert key, text
    assert f'value="{user}"' in text
    form = [("request", key[1]), ("user", user), ("answer", answer)]
    form += [("scope", one) for one in (offered if scopes is None else scopes)]
    status, headers, _ = whole(
        sim, "POST", "/o/oauth2/v2/consent", urlencode(form).encode(), Content_Type=FORM
    )
    assert status == 302
    assert headers["location"].startswith(f"{BACK}?")
    return dict(parse_qsl(urlsplit(headers["location"]).query))


def signed_in(sim: Simulator, *scopes: str, **asked: str) -> dict[str, Any]:
    """What the token endpoint gives after the whole way."""
    with flow_of(sim, *scopes) as flow:
        url, state = flow.authorization_url(**asked)
        told = answer_page(sim, url)
        assert told["state"] == state
        found: dict[str, Any] = flow.fetch_token(code=told["code"])
        return found


def token(sim: Simulator, **form: str) -> tuple[int, dict[str, Any]]:
    """The answer to a form, with the client's id and secret in it unless the form has others."""
    whole_form = {"client_id": sim.client_id, "client_secret": sim.client_secret, **form}
    status, body = request(sim, "POST", "/token", urlencode(whole_form).encode(), Content_Type=FORM)
    return status, json.loads(body)


def refreshed(sim: Simulator, refresh_token: str) -> tuple[int, dict[str, Any]]:
    return token(sim, grant_type="refresh_token", refresh_token=refresh_token)


def test_a_flow_ends_with_tokens_that_open_the_calendar(sim: Simulator) -> None:
    found = signed_in(sim)
    assert found["access_token"].startswith("ya29.")
    assert found["refresh_token"].startswith("1//")
    assert set(found["scope"]) == {EVENTS, LISTS}

    status, _ = request(
        sim, "GET", "/calendar/v3/users/me/calendarList", Authorization=f"Bearer {found['access_token']}"
    )
    assert status == 200


def test_a_code_is_used_once_with_its_address_and_verifier(sim: Simulator) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": BACK}
    with flow_of(sim) as flow:
        url, _ = flow.authorization_url()
        verifier = str(flow.code_verifier)
        codes = [answer_page(sim, url)["code"] for _ in range(3)]

    assert token(sim, code=codes[0], **form)[1]["error_description"] == "Missing code verifier."
    assert token(sim, code=codes[1], **form, code_verifier="x" * 43)[1]["error"] == "invalid_grant"
    wrong = {**form, "redirect_uri": f"{BACK}/"}
    assert token(sim, code=codes[2], **wrong, code_verifier=verifier)[1]["error"] == "redirect_uri_mismatch"
    assert token(sim, code=codes[2], **form, code_verifier=verifier)[1]["error_description"] == "Bad Request"
    assert token(sim, code="nonsense", **form)[1]["error_description"] == "Malformed auth code."
    assert signed_in(sim)["access_token"]


def test_a_refresh_gives_an_access_token_and_no_new_refresh_token(sim: Simulator) -> None:
    with with_credentials(sim, credentials := renewing(sim, ALICE)) as service:
        before = credentials.refresh_token
        listed(service)

        assert credentials.valid
        assert credentials.refresh_token == before
    status, answer = refreshed(sim, str(before))
    assert status == 200
    assert "refresh_token" not in answer


def test_an_expired_access_token_is_renewed_by_the_client(sim: Simulator) -> None:
    with with_credentials(sim, credentials := renewing(sim, ALICE)) as service:
        listed(service)
        first = credentials.token
        advance(sim, hours=2)

        listed(service)

        assert credentials.token != first


def test_a_refresh_token_comes_at_the_first_consent_or_when_asked_again(sim: Simulator) -> None:
    assert "refresh_token" not in signed_in(sim, EVENTS, access_type="online")
    assert "refresh_token" in signed_in(sim, LISTS)
    assert "refresh_token" not in signed_in(sim, LISTS)
    assert "refresh_token" in signed_in(sim, LISTS, prompt="consent")


def test_a_refused_consent_is_told(sim: Simulator) -> None:
    with flow_of(sim) as flow:
        url, state = flow.authorization_url()
        assert answer_page(sim, url, answer="deny") == {"error": "access_denied", "state": state}
        quiet, _ = flow.authorization_url(prompt="none", login_hint=ALICE)
        _, headers, _ = whole(sim, "GET", quiet.removeprefix(sim.url.rstrip("/")))
    assert "error=consent_required" in headers["location"]


def test_what_was_unticked_is_not_granted_and_earlier_grants_are_included(sim: Simulator) -> None:
    with flow_of(sim, EVENTS, LISTS, "openid") as flow:
        url, _ = flow.authorization_url()
        told = answer_page(sim, url, scopes=[LISTS])
        assert set(told["scope"].split()) == {LISTS, "openid"}
        assert set(flow.fetch_token(code=told["code"])["scope"]) == {LISTS, "openid"}

    found = signed_in(sim, EVENTS, include_granted_scopes="true")

    assert set(found["scope"]) == {EVENTS, LISTS, "openid"}


@pytest.mark.parametrize(
    ("state", "error", "description"),
    [
        ("rapt-required", "invalid_grant", "reauth related error (invalid_rapt)"),
        ("deleted", "invalid_grant", "Account has been deleted"),
        ("restricted", "admin_policy_enforced", "The administrator restricts this."),
    ],
)
def test_an_account_that_needs_its_user_gives_nothing(
    sim: Simulator, state: str, error: str, description: str
) -> None:
    refresh_token = sim.refresh_token_for(ALICE)
    admin(sim, "PUT", f"users/{ALICE}", {"state": state})

    status, answer = refreshed(sim, refresh_token)

    assert (status, answer["error"], answer["error_description"]) == (400, error, description)
    assert answer.get("error_subtype") == ("invalid_rapt" if state == "rapt-required" else None)


def test_refresh_tokens_end_by_revocation_testing_idleness_and_number(sim: Simulator) -> None:
    first, other = sim.refresh_token_for(ALICE), sim.refresh_token_for(BOB)
    last = [sim.refresh_token_for(ALICE) for _ in range(100)][-1]
    assert refreshed(sim, first)[1]["error_description"] == "Token has been expired or revoked."
    assert refreshed(sim, last)[0] == refreshed(sim, other)[0] == 200

    advance(sim, days=184)
    assert refreshed(sim, last)[1]["error"] == "invalid_grant"

    admin(sim, "PUT", "quirks/testing-client")
    new = sim.refresh_token_for(ALICE)
    advance(sim, days=6)
    assert refreshed(sim, new)[0] == 200
    advance(sim, days=2)
    assert refreshed(sim, new)[1]["error"] == "invalid_grant"

    new = sim.refresh_token_for(BOB)
    admin(sim, "DELETE", f"users/{BOB}/grants")
    assert refreshed(sim, new)[1]["error"] == "invalid_grant"


def test_google_auth_reads_the_refusal(sim: Simulator) -> None:
    with with_credentials(sim, renewing(sim, ALICE)) as service:
        admin(sim, "DELETE", f"users/{ALICE}/grants")
        with pytest.raises(RefreshError) as refusal:
            listed(service)

    assert refusal.value.args[1]["error"] == "invalid_grant"
    assert not refusal.value.retryable


def test_another_client_is_401(sim: Simulator) -> None:
    refresh_token = sim.refresh_token_for(ALICE)

    for wrong in ({"client_secret": "guessed"}, {"client_id": "another"}):
        status, answer = token(sim, grant_type="refresh_token", refresh_token=refresh_token, **wrong)
        assert (status, answer["error"]) == (401, "invalid_client")
    assert token(sim, grant_type="password")[1]["error"] == "unsupported_grant_type"


def test_a_revocation_ends_the_whole_grant(sim: Simulator) -> None:
    refresh_token, access = sim.refresh_token_for(ALICE), sim.token_for(ALICE)
    body = urlencode({"token": access}).encode()

    assert request(sim, "POST", "/revoke", body, Content_Type=FORM)[0] == 200

    assert refreshed(sim, refresh_token)[1]["error"] == "invalid_grant"
    assert request(sim, "GET", "/calendar/v3/colors", Authorization=f"Bearer {access}")[0] == 401
    status, answer = request(sim, "POST", "/revoke", body, Content_Type=FORM)
    assert (status, json.loads(answer)["error"]) == (400, "invalid_token")


def test_an_id_token_says_who_it_is_and_its_key_is_served(
    sim: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin(sim, "POST", "clock", {"now": datetime.now(UTC).isoformat(), "runs": True})
    found = signed_in(sim, "openid", "https://www.googleapis.com/auth/userinfo.email", EVENTS)
    monkeypatch.setattr(id_token, "_GOOGLE_OAUTH2_CERTS_URL", f"{sim.url}oauth2/v3/certs")

    with (transport := Request()).session:
        claims = id_token.verify_oauth2_token(found["id_token"], transport, sim.client_id)  # type: ignore[no-untyped-call]

    assert (claims["sub"], claims["email"]) == (sim.user(ALICE).sub, ALICE)
    assert claims["email_verified"] is True
    who = {"Authorization": f"Bearer {found['access_token']}"}
    assert json.loads(request(sim, "GET", "/oauth2/v2/userinfo", b"", **who)[1])["sub"] == claims["sub"]
    meaning = request(sim, "GET", f"/tokeninfo?access_token={found['access_token']}")[1]
    assert json.loads(meaning)["aud"] == sim.client_id


def test_the_page_names_what_is_wrong_with_the_request(sim: Simulator) -> None:
    good = {"client_id": sim.client_id, "redirect_uri": BACK, "response_type": "code", "scope": EVENTS}
    for wrong, code in (
        ({"redirect_uri": "http://elsewhere.example/"}, "redirect_uri_mismatch"),
        ({"client_id": "another"}, "invalid_client"),
        ({"response_type": "token"}, "invalid_request"),
        ({"scope": ""}, "invalid_request"),
        ({"code_challenge": "x", "code_challenge_method": "MD5"}, "invalid_request"),
    ):
        status, page = request(sim, "GET", f"/o/oauth2/v2/auth?{urlencode(good | wrong)}")
        assert (status, code in page.decode()) == (400, True)


def test_a_token_endpoint_that_fails_is_tried_again_by_google_auth(sim: Simulator) -> None:
    admin(sim, "POST", "faults", {"fault": "failing", "path": "/token", "options": {"status": 503}})

    with with_credentials(sim, renewing(sim, ALICE)) as service:
        listed(service)

    assert [one["status"] for one in admin(sim, "GET", "log") if one["operation"] == "token"] == [503, 200]


def test_an_armed_invalid_rapt_befalls_one_refresh(sim: Simulator) -> None:
    refresh_token = sim.refresh_token_for(ALICE)
    admin(sim, "POST", "faults", {"fault": "invalid-rapt"})

    assert refreshed(sim, refresh_token)[1]["error_subtype"] == "invalid_rapt"
    assert refreshed(sim, refresh_token)[0] == 200


def test_a_code_does_not_wait_for_ever(sim: Simulator) -> None:
    with flow_of(sim) as flow:
        url, _ = flow.authorization_url()
        told = answer_page(sim, url)
        advance(sim, seconds=601)

        with pytest.raises(OAuth2Error):
            flow.fetch_token(code=told["code"])
