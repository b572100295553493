"""A run after which nobody knows whether a write happened says so, and when it is looked at again."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import READ_RUN, STATUS, SYNC_NOW
from tests.gateway.house import House, synced

from metonic_core.spi import Capabilities, Unavailable
from metonic_core.spi.registry import Registry

SETTLED = timedelta(seconds=30)


@pytest.fixture
async def calendar(house: House) -> UUID:
    """A calendar where what was sent may be on its way for half a minute, and that lacks a copy."""
    provider = house.services.registry.providers["memory"]
    slow = replace(provider, capabilities=Capabilities(settle_after=SETTLED))
    house.services = replace(house.services, registry=Registry({"memory": slow}, ()))
    calendar = await synced(house)
    await house.add("Boxing")
    return calendar


async def _nothing() -> None:
    return


async def die_while_writing(house: House, calendar: UUID) -> None:
    """A run is killed between the announcement of a write and the write."""
    writing, never = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        writing.set()
        await never.wait()

    house.world.before_writing = hang
    run = asyncio.create_task(house.sync(calendar))
    await writing.wait()
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)
    house.world.before_writing = _nothing


async def sync_now(api: Api, calendar: UUID) -> dict[str, Any]:
    """The run that was asked for, once it is finished."""
    asked = await api.call(SYNC_NOW, provider="memory")
    await api.house.sync(calendar)
    run: dict[str, Any] = await api.call(READ_RUN, id=asked["id"])
    return run


async def stands(api: Api) -> tuple[str, str]:
    """What came of the last run, and when the next one is due."""
    status = await api.call(STATUS, provider="memory")
    return status["lastSyncStatus"], status["nextSyncAt"]


async def test_a_run_right_after_a_crash_says_that_a_write_waits(api: Api, calendar: UUID) -> None:
    await die_while_writing(api.house, calendar)

    run = await sync_now(api, calendar)

    assert (run["state"], run["status"]) == ("FINISHED", "PARTIAL")
    (error,) = run["errors"]
    assert error["code"] == "INTERRUPTED"
    assert error["error"] == "It is not known yet whether 1 change reached the calendar."
    assert "by itself" in error["nextStep"]
    assert await stands(api) == ("PARTIAL", "2026-11-22T12:00:30Z")

    api.house.later(SETTLED)
    run = await sync_now(api, calendar)

    assert (run["status"], run["errors"], run["itemsPushed"]) == ("SUCCESS", [], 1)
    assert (await stands(api))[0] == "SUCCESS"
    assert api.house.world.titles() == ["Boxing"]


async def test_a_run_whose_writes_get_no_answer_says_how_many(api: Api, calendar: UUID) -> None:
    await api.house.add("Yoga")

    async def lost() -> None:
        raise Unavailable("The answer is lost.")

    api.house.world.before_writing = lost

    run = await sync_now(api, calendar)

    assert run["status"] == "PARTIAL"
    (error,) = run["errors"]
    assert error["error"] == "It is not known yet whether 2 changes reached the calendar."


async def test_a_run_that_nobody_asked_for_leaves_no_row_for_what_only_waits(
    api: Api, calendar: UUID
) -> None:
    await die_while_writing(api.house, calendar)
    await api.house.sync(calendar)
    before = len(await api.house.runs())

    await api.house.sync(calendar)

    assert len(await api.house.runs()) == before
    assert await stands(api) == ("PARTIAL", "2026-11-22T12:00:30Z")


async def test_a_write_that_a_clock_announced_that_was_ahead_is_asked_about(api: Api, calendar: UUID) -> None:
    now = api.house.now
    api.house.later(timedelta(days=7))
    await die_while_writing(api.house, calendar)
    api.house.now = now

    run = await sync_now(api, calendar)

    assert run["status"] == "SUCCESS"
    assert api.house.world.titles() == ["Boxing"]
