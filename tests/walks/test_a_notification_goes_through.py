"""A provider tells of a change, and whoever watches sees it, by the way that the docs tell."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
from tests.gateway.graphql.client import Api, next_of
from tests.gateway.house import House, new_database, open_house
from tests.gateway.push.outside import Exchange, telling_provider
from tests.walks.footprints import described, followed

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import AllDay
from metonic_core.spi.registry import Registry
from metonic_gateway.app import build_app
from metonic_gateway.http.identity import Role
from metonic_gateway.jobs.actors import declare_actors, nudge_through
from metonic_gateway.jobs.broker import EmbeddedBroker, working
from metonic_gateway.jobs.pushing import renew_push
from metonic_gateway.serving import bound, served
from metonic_gateway.store import channels

WATCH = """subscription { syncStatusChanged(provider: "memory") {
  pushHealthy itemsSynced lastRun { reason } } }"""
FOUND = {"pushHealthy": True, "itemsSynced": 1, "lastRun": {"reason": "WEBHOOK"}}


async def test_a_change_that_a_provider_tells_of_goes_the_way_the_architecture_page_tells(
    tmp_path: Path,
) -> None:
    exchange = Exchange()
    async with _service(tmp_path, exchange) as api, api.subscribed(WATCH) as socket:
        await next_of(socket)
        day = api.house.now.date()
        event = StoredEvent("dentist", "", Content("Dentist", AllDay(day, day + timedelta(days=1))))
        api.house.world.put("home", event)
        with followed() as found:
            assert await exchange.tell(exchange.standing[0]) == (204, "")
            while (await next_of(socket))["data"]["syncStatusChanged"] != FOUND:
                pass

    walk = described("One notification, file by file")
    assert len(walk) > 10
    assert [path for path in found.modules if path in walk] == walk


@asynccontextmanager
async def _service(folder: Path, exchange: Exchange) -> AsyncIterator[Api]:
    """The API and a worker, without a scheduler that would look into the same files meanwhile."""
    database = new_database(folder / "metonic.sqlite3")
    listening = bound("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    broker = EmbeddedBroker(asyncio.get_running_loop())
    async with open_house(database) as house:
        registry = Registry({"memory": telling_provider(house.world, exchange)}, ())
        settings = house.services.settings.model_copy(update={"public_url": url})
        house.services = replace(house.services, registry=registry, settings=settings)
        await _told(house)
        house.services = replace(house.services, nudge=nudge_through(broker))
        declare_actors(broker, house.services)
        async with (
            working(broker),
            served(build_app(house.services), listening, asyncio.Event()),
            aiohttp.ClientSession() as session,
        ):
            yield Api(house, session, url, "").as_user("trainer-1", Role.TRAINER)


async def _told(house: House) -> None:
    """A calendar after its first sync, with a channel that is open, and nothing due."""
    calendar = await house.connect()
    await house.sync(calendar)
    for link, _ in await channels.due(house.now, 1):
        await renew_push(house.services, link)
    await house.sync(calendar)
    house.later(timedelta(minutes=1))
