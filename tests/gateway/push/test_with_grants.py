"""Channels at a provider that one signs in to at its own page: they are closed while the grant is good."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.core.conformance.telling import WEEK
from tests.gateway.accounts.oauth import signed_in
from tests.gateway.granting import GrantedAdapter, Granting, granting_provider, granting_server
from tests.gateway.push.conftest import Scene
from tests.gateway.push.outside import PushAdapter, read

from metonic_core.spi import Channel, ChannelAsk, Push
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.disconnecting import disconnect
from metonic_gateway.store.models import PushChannel


class TellingAdapter(PushAdapter, GrantedAdapter):
    """Asks with its token before it opens or closes a channel."""

    async def setup_webhook(self, calendar_id: str, ask: ChannelAsk) -> Channel:
        await self._look()
        return await super().setup_webhook(calendar_id, ask)

    async def stop_webhook(self, calendar_id: str, channel: Channel) -> None:
        await self._look()
        await super().stop_webhook(calendar_id, channel)


@pytest.fixture
async def granting(scene: Scene) -> AsyncIterator[Granting]:
    house, exchange, public_url = scene.house, scene.exchange, scene.house.services.settings.public_url
    async with granting_server(house) as granting:
        provider = replace(
            granting_provider(house.world),
            adapter=lambda client, account: TellingAdapter(exchange, house.world, client, account),
            push=Push(WEEK, read),
        )
        scene.with_services(registry=Registry({provider.name: provider}, ()))
        scene.public_url(public_url)
        yield granting


@pytest.fixture
async def calendar(scene: Scene, granting: Granting) -> UUID:
    """Signed in, after its first sync, with a channel that is open."""
    calendar = await signed_in(scene.house, granting)
    await scene.house.sync(calendar)
    await scene.work()
    assert len(scene.exchange.standing) == 1
    return calendar


@pytest.mark.parametrize("remove_copies", [True, False])
async def test_who_disconnects_closes_the_channel_before_the_grant_is_given_back(
    scene: Scene,
    granting: Granting,
    calendar: UUID,
    remove_copies: bool,  # noqa: FBT001 - a parameter
) -> None:
    await disconnect(scene.house.services, scene.house.user, "granting", remove_copies=remove_copies)
    await scene.house.sync(calendar)

    assert (scene.exchange.standing, granting.refreshes) == ([], {})
    assert await PushChannel.all().count() == 0


async def test_another_account_closes_the_channel_with_the_grant_of_the_former_one(
    scene: Scene, granting: Granting, calendar: UUID
) -> None:
    (first,) = scene.exchange.standing
    granting.subject = "1002"

    await signed_in(scene.house, granting)
    await scene.house.sync(calendar)
    await scene.work()

    (second,) = scene.exchange.standing
    assert scene.exchange.closed == [first]
    assert [str(row.id) for row in await PushChannel.all()] == [second]


async def test_an_account_that_took_our_access_away_gets_a_new_channel_when_it_is_back(
    scene: Scene, granting: Granting, calendar: UUID
) -> None:
    (first,) = scene.exchange.standing
    granting.forget()
    scene.later(timedelta(hours=2))
    await scene.house.sync(calendar)
    assert (await scene.house.row(calendar)).stopped == "needs_sign_in"

    await signed_in(scene.house, granting)
    await scene.house.sync(calendar)
    await scene.work()
    scene.later(timedelta(minutes=2))
    await scene.work()

    (second,) = scene.exchange.standing
    assert scene.exchange.closed == [first]
    assert [str(row.id) for row in await PushChannel.all()] == [second]
