"""A served gateway with a public address, and a provider that tells of changes at it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api, serving
from tests.gateway.house import House, synced
from tests.gateway.push.outside import Exchange, telling_provider

from metonic_core.spi import Provider
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts import connecting
from metonic_gateway.app import build_app
from metonic_gateway.services import Services
from metonic_gateway.serving import bound, served
from metonic_gateway.store import channels, preferences
from metonic_gateway.store.models import CalendarLink, PushChannel
from metonic_gateway.store.preferences import Preferences


@dataclass
class Scene:
    """``url`` is where the gateway answers, ``exchange`` what stands at the provider.

    ``providers``: those that the gateway knows, the one that is served as well.
    """

    house: House
    exchange: Exchange
    url: str
    providers: dict[str, Provider]

    async def work(self) -> None:
        """What scheduler and workers would do about channels by now."""
        for link, _ in await channels.due(self.house.now, 100):
            await self.house.renew(link)

    async def told(self) -> UUID:
        """A calendar after its first sync, with a channel that is open, and nothing due."""
        calendar = await synced(self.house)
        await self.work()
        await self.house.sync(calendar)
        self.house.nudged.clear()
        assert len(self.exchange.standing) == 1
        return calendar

    async def rows(self) -> list[PushChannel]:
        return await PushChannel.all().order_by("expires_at")

    async def link(self, calendar: UUID) -> CalendarLink:
        return await CalendarLink.get(id=(await self.house.row(calendar)).link_id)

    def later(self, by: timedelta) -> None:
        self.exchange.now = self.house.later(by)

    def with_services(self, **changes: object) -> Services:
        self.house.services = replace(self.house.services, **changes)  # type: ignore[arg-type]
        return self.house.services

    def public_url(self, url: str | None) -> None:
        settings = self.house.services.settings.model_copy(update={"public_url": url})
        self.with_services(settings=settings)

    async def pause(self, *, is_paused: bool = True) -> None:
        def edited(known: Preferences) -> Preferences:
            return replace(known, is_paused=is_paused)

        house = self.house
        await preferences.change(house.user, "memory", edited, house.services.window(), house.now)

    async def choose(self, calendar: str) -> None:
        """Have the provider's calendars read anew, and sync with that one."""
        house = self.house
        await connecting.test_connection(house.services, house.user, "memory")
        await connecting.choose_calendar(house.services, house.user, "memory", calendar)

    def look_again_after(self, wait: timedelta) -> None:
        self.providers["memory"] = telling_provider(self.house.world, self.exchange, wait)


@pytest.fixture
async def scene(house: House) -> AsyncIterator[Scene]:
    exchange = Exchange(now=house.now)
    listening = bound("127.0.0.1", 0)
    providers = {"memory": telling_provider(house.world, exchange)}
    scene = Scene(house, exchange, f"http://127.0.0.1:{listening.getsockname()[1]}", providers)
    scene.with_services(registry=Registry(providers, ()))
    scene.public_url(scene.url)
    async with served(build_app(house.services), listening, asyncio.Event()):
        yield scene


@pytest.fixture
async def told(scene: Scene) -> UUID:
    return await scene.told()


@pytest.fixture
async def asking(scene: Scene) -> AsyncIterator[Api]:
    """The API as the scene's user asks it."""
    async with serving(scene.house) as api:
        yield api
