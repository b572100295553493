"""Previews whose worker ends, or loses the database, before they are made."""

import asyncio

from tests.gateway.graphql.client import Api
from tests.gateway.guard.stock import stocked
from tests.gateway.guard.test_previews import PLAN, PREVIEW
from tests.gateway.house import House

from metonic_gateway.jobs.previewing import preview_sync
from metonic_gateway.store import previews
from metonic_gateway.store.transactions import Interrupted


async def test_a_preview_that_is_cut_off_as_its_worker_ends_is_made_by_another(
    house: House, api: Api
) -> None:
    await stocked(house, 3)
    asked = await api.call(PREVIEW)
    begun, at_once = asyncio.Event(), house.world.before_reading

    async def hang() -> None:
        begun.set()
        await asyncio.sleep(60)

    house.world.before_reading = hang
    making = asyncio.create_task(preview_sync(house.services, house.previews.pop()))
    await begun.wait()
    making.cancel()
    await asyncio.wait([making])
    house.world.before_reading = at_once

    assert making.cancelled()
    await preview_sync(house.services, asked["id"])
    assert (await api.call(PLAN, id=asked["id"]))["status"] == "SUCCESS"


async def test_a_preview_whose_database_was_lost_for_a_moment_is_made_anew(house: House, api: Api) -> None:
    await stocked(house, 3)
    asked = await api.call(PREVIEW)
    reading = house.world.before_reading

    async def lose() -> None:
        house.world.before_reading = reading
        raise Interrupted

    house.world.before_reading = lose
    await house.preview()

    assert (await api.call(PLAN, id=asked["id"]))["status"] == "SUCCESS"


async def test_a_service_that_starts_makes_the_previews_that_its_former_life_was_at(
    house: House, api: Api
) -> None:
    await stocked(house, 3)
    asked = await api.call(PREVIEW)
    await previews.claim(house.previews.pop(), house.now)
    assert await previews.waiting(house.now) == []

    assert await previews.give_back_all() == 1

    assert [str(run) for run in await previews.waiting(house.now)] == [asked["id"]]
