"""A channel that nobody wants any more is closed at the provider, as well as can be where that is down."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.core.conformance.telling import WEEK
from tests.gateway.house import synced
from tests.gateway.memory import WORK
from tests.gateway.push.conftest import Scene

from metonic_core.spi import ChannelAsk
from metonic_core.spi.errors import (
    CalendarGone,
    ProviderError,
    SignInNeeded,
    Unavailable,
)
from metonic_gateway.accounts.disconnecting import disconnect
from metonic_gateway.store import channels
from metonic_gateway.store.sweeping import sweep


async def test_channels_are_closed_after_the_public_url_was_taken_away(scene: Scene, told: UUID) -> None:
    scene.public_url(None)
    await channels.doubt_others(None, scene.house.now)

    await scene.work()

    assert (scene.exchange.standing, await scene.rows()) == ([], [])
    assert (await scene.link(told)).push_at is None


@pytest.mark.parametrize("remove_copies", [True, False])
async def test_disconnecting_closes_the_channel(scene: Scene, told: UUID, remove_copies: bool) -> None:  # noqa: FBT001
    await disconnect(scene.house.services, scene.house.user, "memory", remove_copies=remove_copies)
    await scene.house.sync(told)

    assert (scene.exchange.standing, await scene.rows()) == ([], [])
    assert (await scene.house.row(told)).stopped == "disconnected"


async def test_a_provider_that_is_down_keeps_nobody_from_disconnecting(scene: Scene, told: UUID) -> None:
    scene.exchange.closing_error = Unavailable("The server is down.")

    await disconnect(scene.house.services, scene.house.user, "memory", remove_copies=False)

    assert await scene.rows() == []
    assert (await scene.house.row(told)).stopped == "disconnected"


async def test_who_disconnects_while_a_channel_is_opened_leaves_none(scene: Scene) -> None:
    calendar = await synced(scene.house)

    async def meanwhile(_ask: ChannelAsk) -> None:
        await disconnect(scene.house.services, scene.house.user, "memory", remove_copies=False)

    scene.exchange.before_answering = meanwhile
    await scene.work()

    assert (scene.exchange.standing, await scene.rows()) == ([], [])
    assert (await scene.house.row(calendar)).stopped == "disconnected"


async def test_another_calendar_gets_a_channel_and_the_former_one_loses_its_own(
    scene: Scene, told: UUID
) -> None:
    (first,) = scene.exchange.standing
    scene.house.world.calendars.append(WORK)
    await scene.choose("work")

    await scene.work()
    await scene.house.sync(told)
    await scene.work()

    (second,) = scene.exchange.standing
    assert scene.exchange.closed == [first]
    assert scene.exchange.calendars[second] == "work"
    assert [str(row.id) for row in await scene.rows()] == [second]


async def test_who_goes_back_at_once_keeps_the_channel(scene: Scene, told: UUID) -> None:
    (first,) = scene.exchange.standing
    scene.house.world.calendars.append(WORK)
    await scene.choose("work")
    await scene.choose("home")

    await scene.work()
    await scene.house.sync(told)
    await scene.work()

    assert scene.exchange.standing == [first]


async def test_another_account_closes_the_channels_of_the_former_one(scene: Scene, told: UUID) -> None:
    (first,) = scene.exchange.standing
    scene.house.world.subject = "account-2"

    await scene.house.connect()
    await scene.house.sync(told)
    await scene.work()

    (second,) = scene.exchange.standing
    assert scene.exchange.closed == [first]
    assert [str(row.id) for row in await scene.rows()] == [second]


async def test_a_calendar_that_is_gone_loses_its_channel_when_it_would_be_renewed(
    scene: Scene, told: UUID
) -> None:
    scene.house.world.errors["home"] = CalendarGone("It is gone.")
    scene.later(timedelta(minutes=20))
    await scene.house.sync(told)

    scene.later(WEEK * 0.81)
    await scene.work()

    assert (scene.exchange.standing, await scene.rows()) == ([], [])


@pytest.mark.parametrize(
    ("error", "left"), [(Unavailable("The server is down."), 1), (SignInNeeded("Sign in again."), 0)]
)
async def test_what_cannot_be_closed_now_is_closed_later(
    scene: Scene, told: UUID, error: ProviderError, left: int
) -> None:
    scene.house.world.calendars.append(WORK)
    await scene.choose("work")
    scene.exchange.closing_error = error
    await scene.work()
    assert len(await scene.rows()) == left

    scene.exchange.closing_error = None
    scene.later(timedelta(hours=2))
    await scene.work()

    assert [row for row in await scene.rows() if row.link_id != (await scene.link(told)).id] == []
    assert len(scene.exchange.closed) == left


async def test_expired_channels_of_calendars_that_rest_are_swept(scene: Scene, told: UUID) -> None:  # noqa: ARG001
    scene.later(WEEK + timedelta(days=1))

    await sweep(scene.house.now)

    assert await scene.rows() == []
