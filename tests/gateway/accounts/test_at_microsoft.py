"""Signing in at the Microsoft identity platform, before what stands in for it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.gateway.house import House
from tests.gateway.microsoft import ALICE, BOB, CAROL, Microsoft, at_microsoft
from tests.gateway.registered import PAGE
from yarl import URL

from metonic_core.spi import Answer
from metonic_core.spi.errors import Misconfigured, ProviderError, SignInNeeded, Unavailable
from metonic_gateway.accounts.oauth.authority import AdminNeeded
from metonic_gateway.accounts.oauth.beginning import begin
from metonic_gateway.accounts.oauth.client import wanted_claims
from metonic_gateway.accounts.oauth.completing import ScopesMissing
from metonic_gateway.store.models import CalendarSyncConfig
from metonic_simulators.graph.people import CONSUMERS, State


@pytest.fixture
async def microsoft(house: House) -> AsyncIterator[Microsoft]:
    async with at_microsoft(house) as microsoft:
        yield microsoft


async def test_the_page_is_asked_for_what_is_needed(microsoft: Microsoft) -> None:
    start = await begin(microsoft.house.services, microsoft.house.user, microsoft.provider, PAGE, "a@b.test")

    url = URL(start.url)
    assert (str(url.origin()) + "/", url.path) == (microsoft.sim.url, "/common/oauth2/v2.0/authorize")
    asked = dict(url.query)
    assert asked["scope"] == "openid email offline_access profile User.Read Calendars.ReadWrite"
    assert (asked["prompt"], asked["login_hint"], asked["code_challenge_method"]) == (
        "select_account",
        "a@b.test",
        "S256",
    )


@pytest.mark.parametrize("who", [ALICE, CAROL])
async def test_an_account_is_known_by_its_tenant_and_its_id_there(who: str, microsoft: Microsoft) -> None:
    calendar = await microsoft.signed_in(who)

    user = microsoft.sim.user(who)
    row = await microsoft.house.row(calendar)
    assert (row.account_subject, row.account_name) == (f"{user.tenant}:{user.id}", who)
    assert (user.tenant == CONSUMERS) == (who == CAROL)


async def test_two_accounts_are_two_also_if_their_ids_are_one(microsoft: Microsoft) -> None:
    microsoft.sim.user(CAROL).id = microsoft.sim.user(ALICE).id

    subjects = [
        (await microsoft.house.row(await microsoft.signed_in(who))).account_subject for who in (ALICE, CAROL)
    ]

    assert len(set(subjects)) == 2


async def test_an_account_stays_the_same_under_another_address(microsoft: Microsoft) -> None:
    before = await microsoft.house.row(await microsoft.signed_in(ALICE))
    people = microsoft.sim.people
    people.users["alice.new@contoso.example"] = replace(
        people.users.pop(ALICE), email="alice.new@contoso.example"
    )

    after = await microsoft.house.row(await microsoft.signed_in("alice.new@contoso.example"))

    assert after.account_subject == before.account_subject
    assert after.link_id == before.link_id
    assert after.account_name == "alice.new@contoso.example"


@pytest.mark.parametrize("tenant", ["", "contoso.example", "../common", CONSUMERS.upper()])
async def test_a_tenant_that_is_no_id_of_one_is_not_believed(tenant: str, microsoft: Microsoft) -> None:
    user = microsoft.sim.user(ALICE)
    user.tenant = tenant

    with pytest.raises(SignInNeeded, match="who signed in"):
        await microsoft.signed_in(ALICE)

    assert await CalendarSyncConfig.all().count() == 0


@pytest.mark.parametrize("who", [ALICE, CAROL])
async def test_scopes_are_the_same_however_they_are_told(who: str, microsoft: Microsoft) -> None:
    microsoft.sim.turn_on("scopes-long")

    calendar = await microsoft.signed_in(who)

    assert (await microsoft.house.row(calendar)).stopped is None
    assert "https://graph.microsoft.com/Calendars.ReadWrite" in (await microsoft.grant(calendar)).scopes


async def test_who_grants_less_is_not_connected(microsoft: Microsoft) -> None:
    start = await begin(microsoft.house.services, microsoft.house.user, microsoft.provider, PAGE)
    less = dict(URL(start.url).query) | {
        "scope": "openid email profile offline_access Calendars.Read User.Read"
    }
    code = URL(microsoft.sim.allow(less, ALICE)).query["code"]

    with pytest.raises(ScopesMissing, match=r"Calendars\.ReadWrite"):
        await microsoft.complete(code, start.state)


async def test_a_refresh_token_that_is_spent_is_replaced_before_anything_is_asked(
    microsoft: Microsoft,
) -> None:
    microsoft.sim.turn_on("refresh-once")
    calendar = await microsoft.signed_in()
    used = {(await microsoft.grant(calendar)).refresh}

    for _ in range(3):
        microsoft.later(hours=1)
        await asyncio.gather(*(microsoft.asks(calendar) for _ in range(5)))
        used.add((await microsoft.grant(calendar)).refresh)

    assert len(used) == 4
    assert microsoft.renewals() == 3
    unspent = [token for token, one in microsoft.sim.people.refreshes.items() if not one.is_revoked]
    assert unspent == [(await microsoft.grant(calendar)).refresh]


async def test_renewals_name_their_scopes_where_they_have_to(microsoft: Microsoft) -> None:
    microsoft.sim.turn_on("scope-on-refresh")
    calendar = await microsoft.signed_in()

    microsoft.later(hours=1)
    await microsoft.asks(calendar)

    assert microsoft.renewals() == 1


async def test_a_sign_in_lasts_as_long_as_it_is_used_within_ninety_days(microsoft: Microsoft) -> None:
    calendar = await microsoft.signed_in()
    for _ in range(3):
        microsoft.later(days=89)
        await microsoft.asks(calendar)

    microsoft.later(days=91)
    with pytest.raises(SignInNeeded, match="invalid_grant"):
        await microsoft.asks(calendar)


@pytest.mark.parametrize("who", [ALICE, CAROL])
@pytest.mark.parametrize("is_plain", [False, True])
async def test_consent_that_was_taken_back_asks_for_a_sign_in_and_keeps_everything(
    who: str, microsoft: Microsoft, *, is_plain: bool
) -> None:
    if is_plain:
        microsoft.sim.turn_on("plain-personal-errors")
    await microsoft.house.add("Boxing")
    calendar = await microsoft.signed_in(who)
    await microsoft.house.sync(calendar)
    microsoft.sim.revoke(who)
    microsoft.later(hours=2)

    await microsoft.house.sync(calendar)
    assert (await microsoft.house.row(calendar)).stopped == "needs_sign_in"
    await microsoft.house.add("Yoga")
    await microsoft.signed_in(who)
    await microsoft.house.sync(calendar)

    assert microsoft.house.world.titles() == ["Boxing", "Yoga"]


STATES = [
    (State.DISABLED, SignInNeeded),
    (State.DELETED, SignInNeeded),
    (State.MFA_REQUIRED, SignInNeeded),
    (State.ADMIN_REQUIRED, AdminNeeded),
]


@pytest.mark.parametrize(("state", "kind"), STATES)
async def test_an_account_that_gets_no_tokens_says_what_it_takes(
    state: State, kind: type[ProviderError], microsoft: Microsoft
) -> None:
    calendar = await microsoft.signed_in()
    microsoft.sim.user(ALICE).state = state
    microsoft.later(hours=2)

    with pytest.raises(SignInNeeded) as told:
        await microsoft.asks(calendar)

    assert type(told.value) is kind
    assert ("administrator" in told.value.message) == (kind is AdminNeeded)


REFUSALS = [
    ("invalid_client", 7000222, 401, Misconfigured),
    ("invalid_scope", 70011, 400, Misconfigured),
    ("invalid_request", 900144, 400, Misconfigured),
    ("temporarily_unavailable", 90033, 503, Unavailable),
    ("server_error", 50033, 400, Unavailable),
    ("interaction_required", 53003, 400, SignInNeeded),
    ("consent_required", 65001, 400, SignInNeeded),
    ("invalid_grant", 50105, 400, AdminNeeded),
    ("access_denied", 90095, 400, AdminNeeded),
]


@pytest.mark.parametrize(("code", "number", "status", "kind"), REFUSALS)
async def test_what_the_token_endpoint_says_is_told_by_its_kind(
    code: str, number: int, status: int, kind: type[ProviderError], microsoft: Microsoft
) -> None:
    calendar = await microsoft.signed_in()
    microsoft.later(hours=2)
    microsoft.sim.arm("token-refused", path="/*/token", code=code, number=number, status=status)

    with pytest.raises(ProviderError) as told:
        await microsoft.asks(calendar)

    assert type(told.value) is kind
    assert "AADSTS" not in told.value.message


async def test_a_code_is_exchanged_once(microsoft: Microsoft) -> None:
    start = await begin(microsoft.house.services, microsoft.house.user, microsoft.provider, PAGE)
    code = URL(microsoft.sim.allow(dict(URL(start.url).query), ALICE)).query["code"]
    microsoft.sim.people.redeemed(code)

    with pytest.raises(SignInNeeded, match="invalid_grant"):
        await microsoft.complete(code, start.state)


async def test_another_account_begins_anew_and_the_first_one_goes_on_where_it_was(
    microsoft: Microsoft,
) -> None:
    links = []
    for who in (ALICE, BOB, ALICE):
        calendar = await microsoft.signed_in(who)
        await microsoft.house.sync(calendar)
        links.append((await microsoft.house.row(calendar)).link_id)
        microsoft.house.later(timedelta(minutes=20))

    assert links[0] == links[2] != links[1]


async def test_a_token_that_has_to_say_more_is_renewed_with_that(microsoft: Microsoft) -> None:
    calendar = await microsoft.signed_in()
    microsoft.sim.people.challenge(microsoft.sim.user(ALICE))

    await microsoft.asks(calendar)
    await microsoft.asks(calendar)

    assert microsoft.renewals() == 1


CHALLENGES = [
    ('Bearer error="insufficient_claims", claims="eyJhIjogMX0="', '{"a": 1}'),
    ('Bearer realm="", error="insufficient_claims", claims="eyJhIjogMX0"', ""),
    ('Bearer error="invalid_token", claims="eyJhIjogMX0="', ""),
    ('Bearer error="insufficient_claims", claims="bm8gSlNPTg=="', ""),
    ('Bearer error="insufficient_claims", claims="/w=="', ""),
    ('Bearer error="insufficient_claims", claims="%%%%"', ""),
    ("Bearer", ""),
    ("", ""),
]


@pytest.mark.parametrize(("challenge", "claims"), CHALLENGES)
def test_what_a_token_has_to_say_is_read_where_it_can_be(challenge: str, claims: str) -> None:
    assert wanted_claims(Answer(401, {"www-authenticate": challenge}, b"", "https://x.test/")) == claims
