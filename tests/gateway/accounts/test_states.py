"""A sign-in that began is finished once, in time, and by the user who began it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.gateway.accounts.oauth import provider_of
from tests.gateway.granting import Granting, granting_provider
from tests.gateway.house import House
from tests.gateway.registered import PAGE

from metonic_core.model.errors import InvalidValue
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.oauth.beginning import begin
from metonic_gateway.accounts.oauth.completing import complete
from metonic_gateway.store import users
from metonic_gateway.store.models import CalendarSyncConfig, OAuthState
from metonic_gateway.store.sweeping import sweep


async def test_a_state_is_good_once(house: House, granting: Granting) -> None:
    start = await begin(house.services, house.user, provider_of(house), PAGE)
    first, second = await granting.agree(start.url), await granting.agree(start.url)
    calendar = await complete(
        house.services, house.user, provider_of(house), first.query["code"], start.state
    )
    before = await house.row(calendar)

    with pytest.raises(InvalidValue) as complaint:
        await complete(house.services, house.user, provider_of(house), second.query["code"], start.state)

    assert complaint.value.path == ("state",)
    assert (await house.row(calendar)).access_token == before.access_token
    assert len(granting.forms("token")) == 1


async def test_of_two_who_finish_the_same_sign_in_at_once_one_does(house: House, granting: Granting) -> None:
    start = await begin(house.services, house.user, provider_of(house), PAGE)
    back = await granting.agree(start.url)
    finish = [
        complete(house.services, house.user, provider_of(house), back.query["code"], start.state)
        for _ in range(2)
    ]

    answers = await asyncio.gather(*finish, return_exceptions=True)

    assert sum(isinstance(answer, InvalidValue) for answer in answers) == 1
    assert len(granting.forms("token")) == 1


async def test_a_state_ends_after_ten_minutes(house: House, granting: Granting) -> None:
    start = await begin(house.services, house.user, provider_of(house), PAGE)
    back = await granting.agree(start.url)
    house.later(timedelta(minutes=10))

    with pytest.raises(InvalidValue) as complaint:
        await complete(house.services, house.user, provider_of(house), back.query["code"], start.state)

    assert complaint.value.path == ("state",)
    assert granting.forms("token") == []


async def test_what_was_never_finished_is_swept_away(house: House, granting: Granting) -> None:  # noqa: ARG001 - the house is set up by it
    await begin(house.services, house.user, provider_of(house), PAGE)
    house.later(timedelta(minutes=9))
    await begin(house.services, house.user, provider_of(house), PAGE)

    assert await sweep(house.later(timedelta(minutes=1))) == 1
    assert await OAuthState.all().count() == 1


async def test_of_many_that_one_user_began_the_latest_can_be_finished(
    house: House, granting: Granting
) -> None:
    other = (await users.introduced("client-1", "client", "Chris", "UTC")).id
    theirs = await begin(house.services, other, provider_of(house), PAGE)
    starts = []
    for _ in range(12):
        house.later(timedelta(seconds=1))
        starts.append(await begin(house.services, house.user, provider_of(house), PAGE))

    assert await OAuthState.filter(user_id=house.user).count() == 10
    for user, start in [(house.user, starts[-10]), (house.user, starts[-1]), (other, theirs)]:
        back = await granting.agree(start.url)
        await complete(house.services, user, provider_of(house), back.query["code"], start.state)
    back = await granting.agree(starts[1].url)
    with pytest.raises(InvalidValue) as complaint:
        await complete(house.services, house.user, provider_of(house), back.query["code"], starts[1].state)
    assert complaint.value.path == ("state",)


async def test_who_begins_again_clears_what_they_never_finished(house: House, granting: Granting) -> None:  # noqa: ARG001 - likewise
    await begin(house.services, house.user, provider_of(house), PAGE)
    house.later(timedelta(minutes=10))

    await begin(house.services, house.user, provider_of(house), PAGE)

    assert await OAuthState.all().count() == 1


async def test_a_state_of_a_clock_that_was_ahead_is_not_good_for_longer(
    house: House, granting: Granting
) -> None:
    now = house.now
    house.later(timedelta(days=1))
    start = await begin(house.services, house.user, provider_of(house), PAGE)
    back = await granting.agree(start.url)
    house.now = now

    with pytest.raises(InvalidValue) as complaint:
        await complete(house.services, house.user, provider_of(house), back.query["code"], start.state)

    assert complaint.value.path == ("state",)
    assert await sweep(now) == 1


@pytest.mark.parametrize("state", ["", "x" * 43, "\udc80", "x" * 100_000])
async def test_a_forged_state_is_refused(state: str, house: House, granting: Granting) -> None:
    with pytest.raises(InvalidValue) as complaint:
        await complete(house.services, house.user, provider_of(house), "4/code", state)

    assert complaint.value.path == ("state",)
    assert granting.asked == []


async def test_the_state_of_somebody_else_is_refused_and_stays_theirs(
    house: House, granting: Granting
) -> None:
    other = (await users.introduced("client-1", "client", "Chris", "UTC")).id
    start = await begin(house.services, house.user, provider_of(house), PAGE)
    back = await granting.agree(start.url)

    with pytest.raises(InvalidValue) as complaint:
        await complete(house.services, other, provider_of(house), back.query["code"], start.state)

    assert complaint.value.path == ("state",)
    assert await CalendarSyncConfig.all().count() == 0
    await complete(house.services, house.user, provider_of(house), back.query["code"], start.state)


async def test_the_state_of_another_provider_is_refused(house: House, granting: Granting) -> None:
    other = granting_provider(house.world, "other")
    clients = house.services.settings.oauth_clients.get_secret_value()
    secret = type(house.services.settings.oauth_clients)(clients.replace("granting", "other"))
    settings = house.services.settings.model_copy(update={"oauth_clients": secret})
    start = await begin(house.services, house.user, provider_of(house), PAGE)
    services = replace(house.services, settings=settings, registry=Registry({"other": other}, ()))

    with pytest.raises(InvalidValue) as complaint:
        await complete(services, house.user, other, "4/code", start.state)

    assert complaint.value.path == ("state",)
    assert granting.asked == []


@pytest.mark.parametrize("code", ["", "\x00", "ä", "\ud800", "x" * 5000])
async def test_what_is_no_code_is_refused_and_uses_no_state_up(
    code: str, house: House, granting: Granting
) -> None:
    start = await begin(house.services, house.user, provider_of(house), PAGE)
    back = await granting.agree(start.url)

    with pytest.raises(InvalidValue) as complaint:
        await complete(house.services, house.user, provider_of(house), code, start.state)

    assert complaint.value.path == ("code",)
    await complete(house.services, house.user, provider_of(house), back.query["code"], start.state)
