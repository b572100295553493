"""A calendar that is synced one way goes that way, and takes up the rest when both ways open again."""

from dataclasses import replace

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import READ, UPDATE
from tests.gateway.graphql.settings import (
    SET,
    after_setting,
    copy_of,
    created,
    imported,
    put_own,
    scheduled_sync,
)
from tests.gateway.house import synced

from metonic_gateway.http.identity import Role
from metonic_gateway.store.models import CalendarSyncMapping


async def test_a_calendar_that_is_only_read_gets_nothing_and_gives(api: Api) -> None:
    calendar = await synced(api.house)
    await after_setting(api, calendar, direction="PULL")
    lesson = await created(api, "Lesson")
    put_own(api.house, "Dentist")

    await scheduled_sync(api.house, calendar)
    kept_back = await copy_of(api, lesson)
    both_ways = await after_setting(api, calendar, direction="BOTH")

    assert (await imported(api))["title"] == "Dentist"
    assert (kept_back["state"], kept_back["reasonCode"]) == ("EXCLUDED", "pull_only")
    assert both_ways == ["Dentist", "Lesson"]


async def test_an_edit_waits_in_a_calendar_that_is_only_read_and_goes_out_later(api: Api) -> None:
    calendar = await api.house.connect()
    lesson = await created(api, "Lesson")
    await api.house.sync(calendar)
    await after_setting(api, calendar, direction="PULL")
    in_step = await copy_of(api, lesson)

    await api.call(UPDATE, id=lesson, appointment={"title": "Squash"})
    await scheduled_sync(api.house, calendar)
    waiting, meanwhile = await copy_of(api, lesson), api.house.world.titles()
    later = await after_setting(api, calendar, direction="BOTH")

    assert in_step["state"] == "IN_SYNC"
    assert (waiting["state"], waiting["reasonCode"]) == ("IGNORED", "pull_only")
    assert (meanwhile, later) == (["Lesson"], ["Squash"])
    assert (await copy_of(api, lesson))["state"] == "IN_SYNC"


async def test_a_calendar_that_is_only_written_to_gives_nothing_until_it_is_read_again(api: Api) -> None:
    own = put_own(api.house, "Dentist")
    calendar = await synced(api.house)
    await after_setting(api, calendar, direction="PUSH")
    api.house.world.put("home", replace(own, content=replace(own.content, title="Doctor")))
    put_own(api.house, "Party")
    await scheduled_sync(api.house, calendar)

    dentist = await imported(api)
    resting = await copy_of(api, dentist["id"])
    await after_setting(api, calendar, direction="BOTH")

    assert dentist["title"] == "Dentist"
    assert (resting["state"], resting["reasonCode"]) == ("IGNORED", "push_only")
    assert await _titles(api) == ["Doctor", "Party"]
    assert (await copy_of(api, dentist["id"]))["state"] == "IN_SYNC"


async def test_an_edit_of_a_copy_comes_in_from_a_calendar_that_is_only_read(api: Api) -> None:
    calendar = await api.house.connect()
    lesson = await created(api, "Lesson")
    await api.house.sync(calendar)
    (event,) = api.house.world.events["home"].values()
    await after_setting(api, calendar, direction="PULL")
    api.house.world.put("home", replace(event, content=replace(event.content, location="Gym")))
    await scheduled_sync(api.house, calendar)
    pulled = (await api.call(READ, id=lesson))["location"]

    await after_setting(api, calendar, direction="BOTH")

    assert pulled == (await api.call(READ, id=lesson))["location"] == "Gym"


async def test_an_edit_without_the_right_stands_while_the_calendar_is_only_read_and_is_reverted_then(
    api: Api,
) -> None:
    calendar = await api.house.connect()
    owner = api.as_user("trainer-2", Role.TRAINER)
    await created(owner, "Lesson", participantIds=["trainer-1"])
    await api.house.sync(calendar)
    (event,) = api.house.world.events["home"].values()
    await after_setting(api, calendar, direction="PULL")
    api.house.world.put("home", replace(event, content=replace(event.content, title="Squash")))
    await scheduled_sync(api.house, calendar)
    meanwhile = api.house.world.titles()

    later = await after_setting(api, calendar, direction="BOTH")

    assert (meanwhile, later) == (["Squash"], ["Lesson"])
    assert await _titles(owner) == ["Lesson"]


async def test_setting_the_direction_reads_only_what_was_set_aside_for_it(api: Api) -> None:
    put_own(api.house, "Dentist")
    calendar = await api.house.connect()
    await after_setting(api, calendar, direction="PUSH")
    rows = CalendarSyncMapping.filter(hold="ignored", hold_reason="push_only")

    await after_setting(api, calendar, includeNotes=False)
    set_aside = await rows.count()
    await after_setting(api, calendar, direction="BOTH")

    assert (set_aside, await rows.count()) == (1, 0)


@pytest.mark.parametrize(("direction", "kind"), [("BOTH", "FULL"), ("PUSH", "PUSH"), ("PULL", "PULL")])
async def test_a_run_says_which_way_it_went(api: Api, direction: str, kind: str) -> None:
    calendar = await synced(api.house)
    await api.call(SET, settings={"direction": direction})
    await api.call('mutation { syncNow(provider: "memory") { __typename } }')

    await api.house.sync(calendar)

    found = await api.call("{ syncHistory(first: 1) { nodes { syncType } } }")
    assert found["nodes"] == [{"syncType": kind}]


async def test_an_edit_of_a_copy_that_cannot_be_written_is_heard_when_both_ways_open(
    api: Api,
) -> None:
    calendar = await synced(api.house)
    made = await created(api, "Lesson")
    await after_setting(api, calendar, direction="PUSH")
    (copy,) = api.house.world.events["home"].values()
    api.house.world.put("home", replace(copy, can_write=False, content=replace(copy.content, title="Theirs")))
    await scheduled_sync(api.house, calendar)

    await after_setting(api, calendar, direction="BOTH")

    assert (await api.call(READ, id=made))["title"] == "Theirs"


async def _titles(api: Api) -> list[str]:
    nodes = (await api.call("{ appointments { nodes { title } } }"))["nodes"]
    return sorted(node["title"] for node in nodes)
