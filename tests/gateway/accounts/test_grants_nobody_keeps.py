"""A grant is given back where its sign-in comes to nothing, unless somebody lives on what it belongs to."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from aiohttp import web
from tests.gateway.accounts.oauth import grant_of, provider_of, signed_in
from tests.gateway.granting import SCOPES, Granting, granting_provider
from tests.gateway.house import House
from tests.gateway.registered import PAGE
from tortoise.exceptions import IntegrityError

from metonic_core.spi.errors import SignInNeeded, Unavailable
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.oauth.beginning import begin
from metonic_gateway.accounts.oauth.completing import ScopesMissing, complete
from metonic_gateway.store import users
from metonic_gateway.store.models import CalendarSyncConfig, User

TOO_LITTLE = [SCOPES[0]]


async def refused(house: House, granting: Granting, kind: type[Exception] = ScopesMissing) -> None:
    """Somebody agrees to too little, or whatever else goes wrong."""
    if kind is ScopesMissing:
        granting.agrees_to = TOO_LITTLE
    with pytest.raises(kind):
        await signed_in(house, granting)
    granting.agrees_to = None


def after_the_exchange(granting: Granting, happens: Callable[[], Awaitable[object]]) -> None:
    """Something happens while the adapter asks who signed in."""

    async def answer() -> web.Response:
        await happens()
        return web.Response()

    granting.silences["calendars"] = answer


async def test_a_grant_of_too_little_is_given_back(house: House, granting: Granting) -> None:
    await refused(house, granting)

    assert granting.refreshes == {}
    assert await CalendarSyncConfig.all().count() == 0
    await signed_in(house, granting)
    assert len(granting.forms("revoke")) == 1


async def test_a_new_sign_in_that_is_refused_leaves_the_one_that_works_alone(
    house: House, granting: Granting
) -> None:
    await house.add("Boxing")
    calendar = await signed_in(house, granting)
    working = await grant_of(house, calendar)

    await refused(house, granting)

    assert (granting.forms("revoke"), await grant_of(house, calendar)) == ([], working)
    house.later(timedelta(hours=2))
    await house.sync(calendar)
    assert (house.world.titles(), await house.columns(calendar, "problem")) == (["Boxing"], (None,))


async def test_a_refused_sign_in_leaves_the_one_of_somebody_else_to_the_same_account_alone(
    house: House, granting: Granting
) -> None:
    other = (await users.introduced("client-1", "client", "Chris", "UTC")).id
    await signed_in(house, granting, other)

    await refused(house, granting)

    assert granting.forms("revoke") == []


async def test_a_refused_sign_in_is_given_back_where_the_one_before_is_over(
    house: House, granting: Granting
) -> None:
    calendar = await signed_in(house, granting)
    granting.forget()
    house.later(timedelta(hours=2))
    await house.sync(calendar)
    assert await house.columns(calendar, "stopped") == ("needs_sign_in",)

    await refused(house, granting)

    assert granting.refreshes == {}


async def test_a_grant_is_given_back_where_the_provider_cannot_say_what_calendars_there_are(
    house: House, granting: Granting
) -> None:
    granting.answers["calendars"] = [web.Response(status=503)]

    await refused(house, granting, Unavailable)

    assert granting.refreshes == {}


async def test_a_grant_is_given_back_where_it_is_not_believed_whose_it_is(
    house: House, granting: Granting
) -> None:
    granting.claims = {"nonce": "of another sign-in"}

    await refused(house, granting, SignInNeeded)

    assert granting.refreshes == {}


async def test_a_grant_stays_where_it_is_not_told_whose_it_is(house: House, granting: Granting) -> None:
    granting.claims = {"sub": None}

    await refused(house, granting, SignInNeeded)

    assert granting.forms("revoke") == []
    assert len(granting.refreshes) == 1


async def test_a_grant_is_given_back_where_its_user_is_erased_meanwhile(
    house: House, granting: Granting
) -> None:
    after_the_exchange(granting, lambda: User.filter(id=house.user).delete())

    await refused(house, granting, IntegrityError)

    assert granting.refreshes == {}


async def test_a_grant_is_given_back_where_nobody_waits_for_it_any_more(
    house: House, granting: Granting
) -> None:
    asked = asyncio.Event()

    async def never() -> None:
        asked.set()
        await asyncio.Event().wait()

    after_the_exchange(granting, never)
    signing_in = asyncio.create_task(signed_in(house, granting))
    await asked.wait()

    signing_in.cancel()
    with pytest.raises(asyncio.CancelledError):
        await signing_in

    assert granting.refreshes == {}


async def test_what_goes_wrong_with_giving_back_hides_no_reason(house: House, granting: Granting) -> None:
    granting.refused("revoke", 503, "x")

    await refused(house, granting)

    assert len(granting.forms("revoke")) == 1


async def test_a_provider_that_takes_nothing_back_is_not_asked(house: House, granting: Granting) -> None:
    provider = granting_provider(house.world, revoke_url=None)
    house.services = replace(house.services, registry=Registry({provider.name: provider}, ()))

    await refused(house, granting)

    assert granting.forms("revoke") == []


async def test_who_signs_in_to_the_same_account_again_gives_nothing_back(
    house: House, granting: Granting
) -> None:
    """At Google that would end the new grant as well."""
    await signed_in(house, granting)

    await signed_in(house, granting)

    assert granting.forms("revoke") == []


@pytest.mark.parametrize("is_known", [False, True])
async def test_of_two_accounts_that_are_signed_in_to_at_once_one_grant_is_given_back(
    house: House, granting: Granting, *, is_known: bool
) -> None:
    if is_known:
        await signed_in(house, granting)

    async def signs_in(subject: str) -> UUID:
        start = await begin(house.services, house.user, provider_of(house), PAGE)
        granting.subject = subject
        code = (await granting.agree(start.url)).query["code"]
        return await complete(house.services, house.user, provider_of(house), code, start.state)

    (calendar, same) = await asyncio.gather(signs_in("1002"), signs_in("1003"))

    assert calendar == same
    assert list(granting.refreshes) == [(await grant_of(house, calendar)).refresh]
