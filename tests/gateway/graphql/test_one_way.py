"""A sync that is asked to go one way does so, and leaves the rest to the next one that goes both."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.conflicting import (
    READ_TITLE,
    RESOLVE,
    in_conflict,
    look,
    put_there,
    synced,
    the_event,
)
from tests.gateway.graphql.operations import CREATE, ERROR, UPDATE, lesson
from tests.gateway.graphql.settings import SET
from tests.gateway.guard import stock
from tests.gateway.guard.asking import APPROVE
from tests.gateway.guard.stock import own_event

from metonic_gateway.store import run_log
from metonic_gateway.store.models import CalendarSyncHistory

SYNC = f"""mutation ($direction: SyncDirection, $complete: Boolean! = false) {{
  syncNow(provider: "memory", direction: $direction, complete: $complete) {{
    ... on SyncRun {{ id state syncType reason itemsPushed itemsPulled }} {ERROR} }} }}"""
READ_RUN = "query ($id: ID!) { syncRun(id: $id) { state syncType itemsPushed itemsPulled } }"


async def both_edited(api: Api) -> tuple[UUID, str]:
    """A calendar with something to send and something to take: an appointment and an event that are new."""
    calendar, made = await synced(api)
    api.house.later(timedelta(minutes=30))
    await api.call(CREATE, appointment=lesson(title="New here"))
    api.house.world.put("home", own_event(1, "New there"))
    return calendar, made


async def titles(api: Api) -> list[str]:
    listed = await api.call("{ appointments(first: 50) { nodes { title } } }")
    return sorted(node["title"] for node in listed["nodes"])


async def sync(api: Api, calendar: UUID, direction: str | None) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """A run that is asked for and takes place; what came of it."""
    asked = await api.call(SYNC, direction=direction)
    assert (asked["state"], asked["reason"]) == ("QUEUED", "MANUAL"), asked
    await api.house.sync(calendar)
    return await api.call(READ_RUN, id=asked["id"])


async def test_push_sends_and_takes_nothing_until_the_next_sync(api: Api) -> None:
    calendar, _ = await both_edited(api)

    done = await sync(api, calendar, "PUSH")

    assert done == {"state": "FINISHED", "syncType": "PUSH", "itemsPushed": 1, "itemsPulled": 0}
    assert "New here" in api.house.world.titles()
    assert "New there" not in await titles(api)
    await _ordinary(api, calendar)
    assert "New there" in await titles(api)


async def test_pull_takes_and_sends_nothing_until_the_next_sync(api: Api) -> None:
    calendar, _ = await both_edited(api)

    done = await sync(api, calendar, "PULL")

    assert done == {"state": "FINISHED", "syncType": "PULL", "itemsPushed": 0, "itemsPulled": 1}
    assert "New there" in await titles(api)
    assert "New here" not in api.house.world.titles()
    await _ordinary(api, calendar)
    assert "New here" in api.house.world.titles()


@pytest.mark.parametrize("direction", ["PUSH", "PULL"])
async def test_what_was_changed_on_both_sides_is_whole_after_the_next_sync(api: Api, direction: str) -> None:
    calendar, made = await synced(api)
    await api.call(UPDATE, id=made, appointment={"title": "Here"})
    put_there(api, lambda content: replace(content, location="There"))

    await sync(api, calendar, direction)
    here = await api.call(READ_TITLE, id=made)
    assert (here["title"], here["location"]) == ("Here", "There" if direction == "PULL" else None)
    await _ordinary(api, calendar)

    here, there = await api.call(READ_TITLE, id=made), the_event(api).content
    assert (here["title"], here["location"]) == (there.title, there.location) == ("Here", "There")


@pytest.mark.parametrize("direction", ["PUSH", "PULL"])
@pytest.mark.parametrize(("way", "title"), [("KEEP_LOCAL", "Here"), ("KEEP_EXTERNAL", "There")])
async def test_what_was_decided_about_a_conflict_stands_after_the_next_sync(
    api: Api, direction: str, way: str, title: str
) -> None:
    calendar, made, conflict = await in_conflict(api)
    await sync(api, calendar, direction)
    await api.call(RESOLVE, id=conflict["id"], version=conflict["version"], **{"as": way})
    await CalendarSyncHistory.filter(state="queued").update(one_way=direction.lower())

    await api.house.sync(calendar)
    await _ordinary(api, calendar)

    assert (await api.call(READ_TITLE, id=made))["title"] == the_event(api).content.title == title


async def test_what_was_deleted_on_either_side_is_gone_on_both_after_the_next_sync(api: Api) -> None:
    calendar, _ = await both_edited(api)
    await _ordinary(api, calendar)
    api.house.later(timedelta(minutes=30))
    del api.house.world.events["home"]["own-1"]

    await sync(api, calendar, "PUSH")
    assert "New there" in await titles(api)
    await _ordinary(api, calendar)

    assert "New there" not in await titles(api)


async def daily(api: Api, **fields: object) -> tuple[UUID, str]:
    """A calendar with a copy in it, that was synced and will be again in a day."""
    calendar, made = await synced(api, **fields)
    await api.call(SET, settings={"frequencyMinutes": 1440})
    await look(api, calendar)
    api.house.later(timedelta(minutes=30))
    return calendar, made


@pytest.mark.parametrize("is_edited_first", [True, False])
async def test_an_edit_goes_out_right_after_a_sync_that_only_takes(
    api: Api, *, is_edited_first: bool
) -> None:
    calendar, made = await daily(api)

    if is_edited_first:
        await api.call(UPDATE, id=made, appointment={"title": "Edited"})
    await api.call(SYNC, direction="PULL")
    if not is_edited_first:
        await api.call(UPDATE, id=made, appointment={"title": "Edited"})
    await api.house.sync(calendar)
    assert api.house.world.titles() == ["Lesson"]
    await api.house.sync(calendar)

    assert api.house.world.titles() == ["Edited"]


async def test_syncs_that_only_send_do_not_put_off_what_is_to_come_in(api: Api) -> None:
    calendar, _ = await daily(api)
    api.house.world.put("home", own_event(1, "New there"))
    before = (await api.house.row(calendar)).next_sync_at
    api.house.later(timedelta(hours=12))

    for _ in range(2):
        await sync(api, calendar, "PUSH")
        api.house.later(timedelta(hours=1))

    assert (await api.house.row(calendar)).next_sync_at == before
    assert "New there" not in await titles(api)


@pytest.mark.parametrize("direction", ["PUSH", "PULL"])
async def test_what_was_made_private_leaves_the_calendar_whichever_way_is_asked_for(
    api: Api, direction: str
) -> None:
    calendar, made = await daily(api)
    await api.call(UPDATE, id=made, appointment={"isPrivate": True})
    put_there(api, lambda content: replace(content, location="There"))

    await sync(api, calendar, direction)

    assert api.house.world.titles() == []


async def test_what_was_approved_and_resolved_by_a_policy_is_carried_out_after_a_sync_that_only_takes(
    api: Api,
) -> None:
    house = api.house
    await stock.send(house, *map(stock.lesson, range(20)))
    calendar = await api.house.connect()
    await house.sync(calendar)
    await api.call(SET, settings={"conflictsAutomatically": "KEEP_LOCAL"})
    await stock.run(house, calendar)
    await stock.send(house, *(stock.lesson(n, 2, is_cancelled=True) for n in range(20)))
    for event in [*house.world.events["home"].values()]:
        house.world.put("home", replace(event, content=replace(event.content, location="Gym 5")))
    await stock.run(house, calendar)
    await api.call(APPROVE, id=str((await stock.held_run()).id))
    await CalendarSyncHistory.filter(state="queued").update(one_way="pull")

    await house.sync(calendar)
    assert len(house.world.titles()) == 20
    await house.sync(calendar)

    assert (house.world.titles(), await stock.held()) == ([], 0)


@pytest.mark.parametrize(
    ("set_to", "asked"), [("PUSH", "PULL"), ("PULL", "PUSH"), ("PUSH", "BOTH"), ("PULL", "BOTH")]
)
async def test_a_calendar_that_goes_another_way_refuses(api: Api, set_to: str, asked: str) -> None:
    await synced(api)
    await api.call(SET, settings={"direction": set_to})

    refused = await api.call(SYNC, direction=asked)

    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["direction"])
    assert (await api.call(SYNC, direction=set_to))["syncType"] == set_to


async def test_who_asks_for_both_ways_meanwhile_gets_both(api: Api) -> None:
    await synced(api)

    first = await api.call(SYNC, direction="PUSH")
    again = await api.call(SYNC, direction="PUSH")
    other = await api.call(SYNC, direction="PULL")

    assert (first["id"], first["syncType"]) == (again["id"], again["syncType"]) == (other["id"], "PUSH")
    assert other["syncType"] == "FULL"


async def test_a_run_that_goes_one_way_is_no_answer_to_who_asks_for_both(api: Api) -> None:
    calendar, _ = await synced(api)
    going = await api.call(SYNC, direction="PUSH")
    await run_log.begin(calendar, "schedule", api.house.now)

    assert (await api.call(SYNC, direction="PUSH"))["id"] == going["id"]
    asked = await api.call(SYNC)
    assert (asked["id"] != going["id"], asked["syncType"], asked["state"]) == (True, "FULL", "QUEUED")


async def test_who_asks_for_all_of_it_during_a_sync_that_goes_one_way_is_served_next(api: Api) -> None:
    calendar, made = await daily(api)
    await api.call(UPDATE, id=made, appointment={"title": "Edited"})
    first = await api.call(SYNC, direction="PULL")
    asked: list[Any] = []

    async def meanwhile() -> None:
        if not asked:
            api.house.later(timedelta(seconds=2))
            asked.append(await api.call(SYNC, complete=True))

    api.house.world.before_reading = meanwhile

    for _ in range(3):
        await api.house.sync(calendar)

    ends = [await api.call(READ_RUN, id=run["id"]) for run in (first, *asked)]
    assert [(run["syncType"], run["state"]) for run in ends] == [("PULL", "FINISHED"), ("FULL", "FINISHED")]
    assert api.house.world.titles() == ["Edited"]


async def test_a_run_that_has_begun_without_a_row_goes_both_ways_all_the_same(api: Api) -> None:
    calendar, _ = await synced(api)
    log = await run_log.begin(calendar, "schedule", api.house.now)
    asked = await api.call(SYNC, direction="PUSH")

    await log.ensure()

    assert str(log.id) == asked["id"]
    assert (await api.call(READ_RUN, id=asked["id"]))["syncType"] == "FULL"


async def _ordinary(api: Api, calendar: UUID) -> None:
    api.house.later(timedelta(hours=1))
    await api.house.sync(calendar)
