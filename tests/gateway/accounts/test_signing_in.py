"""Signing in at a provider's own page."""

from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web
from pydantic import SecretStr
from tests.gateway.accounts.oauth import grant_of, provider_of, signed_in
from tests.gateway.granting import SCOPES, Granting
from tests.gateway.house import House
from tests.gateway.memory import HOME, WORK
from tests.gateway.registered import PAGE
from yarl import URL

from metonic_core.model.errors import InvalidValue
from metonic_core.spi.errors import Misconfigured, ProviderError, RateLimited, SignInNeeded, Unavailable
from metonic_gateway.accounts.connecting import choose_calendar, connect_with_credentials
from metonic_gateway.accounts.oauth.beginning import begin, begin_again
from metonic_gateway.accounts.oauth.completing import ScopesMissing, complete
from metonic_gateway.store.models import CalendarLink, CalendarSyncConfig, OAuthState


async def test_the_page_is_asked_for_what_is_needed_and_no_secret_is_in_its_address(
    house: House, granting: Granting
) -> None:
    start = await begin(house.services, house.user, provider_of(house), PAGE)

    url = URL(start.url)
    asked = dict(url.query)
    assert (str(url.origin()), url.path) == (granting.origin, "/page")
    assert asked.pop("state") == start.state
    assert len(asked.pop("nonce")) == len(asked.pop("code_challenge")) == 43
    assert asked == {
        "response_type": "code",
        "client_id": "metonic-here",
        "redirect_uri": "https://sync.example.org/oauth/granting/callback",
        "scope": f"openid email {SCOPES[0]} {SCOPES[1]}",
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
    }
    assert start.expires_at == house.now + timedelta(minutes=10)


async def test_who_agreed_is_connected_under_the_subject_of_the_id_token(
    house: House, granting: Granting
) -> None:
    calendar = await signed_in(house, granting)

    row = await house.row(calendar)
    assert (row.account_subject, row.account_name) == ("1001", "toni@granting.test")
    assert (row.calendar_id, row.stopped, row.next_sync_at) == ("home", None, house.now)
    assert house.nudged == [calendar]
    grant = await grant_of(house, calendar)
    assert (grant.renew_at, *grant.scopes[2:]) == (house.now + timedelta(minutes=59), *SCOPES)


async def test_tokens_are_stored_sealed_and_bound_to_their_row(house: House, granting: Granting) -> None:
    calendar = await signed_in(house, granting)

    row = await house.row(calendar)
    assert row.access_token is not None
    assert row.access_token.startswith("v1.k1.")
    assert not any(token in row.access_token for token in [*granting.refreshes, *granting.accesses])
    assert "ya29" not in repr(await grant_of(house, calendar))


async def test_no_row_holds_a_state_or_a_verifier(house: House, granting: Granting) -> None:
    start = await begin(house.services, house.user, provider_of(house), PAGE)

    row = await OAuthState.get()
    back = await granting.agree(start.url)
    await complete(house.services, house.user, provider_of(house), back.query["code"], start.state)
    (form,) = granting.forms("token")
    assert not {start.state, form["code_verifier"]} & {row.id, row.page, row.sealed}
    assert row.sealed.startswith("v1.k1.")


async def test_several_writable_calendars_wait_for_a_choice(house: House, granting: Granting) -> None:
    house.world.calendars = [HOME, WORK]

    calendar = await signed_in(house, granting)

    assert await house.columns(calendar, "calendar_id", "stopped") == (None, "needs_calendar")
    await choose_calendar(house.services, house.user, "granting", "work")
    await house.sync(calendar)
    assert await house.columns(calendar, "calendar_id", "stopped", "problem") == ("work", None, None)


@pytest.mark.parametrize(
    "page",
    ["https://app.example.org/connected", f"{PAGE}&x=1", f"{PAGE}/", "https://evil.test/", PAGE.upper(), ""],
)
async def test_a_page_that_is_not_on_the_list_is_refused(page: str, house: House, granting: Granting) -> None:  # noqa: ARG001 - the house is set up by it
    with pytest.raises(InvalidValue) as complaint:
        await begin(house.services, house.user, provider_of(house), page)

    assert complaint.value.path == ("redirectUri",)
    assert not await OAuthState.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"oauth_clients": SecretStr("")}, "METONIC_OAUTH_CLIENTS"),
        ({"public_url": None}, "METONIC_PUBLIC_URL"),
    ],
)
async def test_without_what_it_takes_nobody_can_sign_in(
    changed: dict[str, object],
    said: str,
    house: House,
    granting: Granting,  # noqa: ARG001 - likewise
) -> None:
    settings = house.services.settings.model_copy(update=changed)

    with pytest.raises(Misconfigured, match=said):
        await begin(replace(house.services, settings=settings), house.user, provider_of(house), PAGE)


async def test_each_provider_is_signed_in_to_in_its_own_way(house: House, granting: Granting) -> None:  # noqa: ARG001 - likewise
    form = house.services.registry.providers["memory"]

    with pytest.raises(InvalidValue, match="form"):
        await begin(house.services, house.user, form, PAGE)
    with pytest.raises(InvalidValue, match="own page"):
        await connect_with_credentials(house.services, house.user, provider_of(house), {"username": "toni"})


async def test_who_agreed_to_too_little_is_not_connected(house: House, granting: Granting) -> None:
    granting.agrees_to = ["openid", "https://accounts.granting.test/auth/email", SCOPES[0]]

    with pytest.raises(ScopesMissing, match=SCOPES[1]):
        await signed_in(house, granting)

    assert await CalendarSyncConfig.all().count() == 0


async def test_a_provider_that_names_more_scopes_and_its_own_words_for_some_is_fine(
    house: House, granting: Granting
) -> None:
    granting.agrees_to = ["https://accounts.granting.test/auth/email", "more", *SCOPES, "openid"]

    assert (await house.row(await signed_in(house, granting))).stopped is None


async def test_a_provider_that_does_not_say_who_signed_in_is_not_kept(
    house: House, granting: Granting
) -> None:
    granting.answers["token"] = [web.json_response({"access_token": "a", "refresh_token": "r"})]

    with pytest.raises(SignInNeeded, match="who signed in"):
        await signed_in(house, granting)


async def test_a_provider_that_grants_nothing_lasting_is_not_kept(house: House, granting: Granting) -> None:
    answer = web.json_response({"access_token": "a", "id_token": "x", "expires_in": 3600})
    granting.answers["token"] = [answer]

    with pytest.raises(SignInNeeded, match="short time"):
        await signed_in(house, granting)


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, "invalid_grant", SignInNeeded),
        (401, "invalid_client", Misconfigured),
        (400, "redirect_uri_mismatch", Misconfigured),
        (400, "temporarily_unavailable", Unavailable),
        (400, "Something <b>else</b>", Unavailable),
        (429, "rate", RateLimited),
        (503, "x", Unavailable),
    ],
)
async def test_what_the_authorization_server_says_becomes_an_error_without_its_words(
    status: int, error: str, kind: type[ProviderError], house: House, granting: Granting
) -> None:
    granting.refused("token", status, error)

    with pytest.raises(kind) as told:
        await signed_in(house, granting)

    assert "private words" not in str(told.value)
    assert "<b>" not in str(told.value)
    assert await CalendarSyncConfig.all().count() == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"access_token": 7}',
    ],
)
async def test_an_answer_that_is_no_grant_is_an_outage(body: bytes, house: House, granting: Granting) -> None:
    granting.answers["token"] = [web.Response(body=body, content_type="application/json")]

    with pytest.raises(Unavailable, match="as an authorization server does"):
        await signed_in(house, granting)


async def test_the_same_account_goes_on_where_it_was(house: House, granting: Granting) -> None:
    await house.add("Boxing")
    calendar = await signed_in(house, granting)
    await house.sync(calendar)
    link = (await house.row(calendar)).link_id
    granting.forget()

    start = await begin_again(house.services, house.user, provider_of(house), PAGE)
    assert start is not None
    assert URL(start.url).query["login_hint"] == "toni@granting.test"
    assert await signed_in(house, granting) == calendar
    house.later(timedelta(minutes=20))
    await house.sync(calendar)

    assert await house.columns(calendar, "link_id", "stopped", "problem") == (link, None, None)
    assert house.world.titles() == ["Boxing"]


async def test_another_account_begins_another_link(house: House, granting: Granting) -> None:
    calendar = await signed_in(house, granting)
    link = (await house.row(calendar)).link_id
    granting.subject, granting.email = "1002", "tina@granting.test"

    assert await signed_in(house, granting) == calendar

    row = await house.row(calendar)
    assert (row.account_subject, row.account_name) == ("1002", "tina@granting.test")
    assert row.link_id != link
    assert (await CalendarLink.get(id=link)).archived_at == house.now


async def test_who_was_never_signed_in_cannot_sign_in_again(house: House, granting: Granting) -> None:  # noqa: ARG001 - likewise
    assert await begin_again(house.services, house.user, provider_of(house), PAGE) is None
