"""A calendar's policy resolves conflicts by itself, but no item twice within an hour."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.conflicting import (
    READ_TITLE,
    SHOWN,
    collide,
    in_conflict,
    look,
    put_there,
    resolve,
    synced,
    the_conflict,
    the_event,
)
from tests.gateway.graphql.operations import UPDATE
from tests.gateway.graphql.settings import SET

from metonic_gateway.store.models import CalendarSyncConflict, CalendarSyncMapping


async def policy(api: Api, way: str | None) -> None:
    answer = await api.call(SET, settings={"conflictsAutomatically": way})
    assert answer["__typename"] == "ConnectedCalendar"


@pytest.mark.parametrize(("way", "title"), [("KEEP_LOCAL", "Here"), ("KEEP_EXTERNAL", "There")])
async def test_a_conflict_is_resolved_in_the_run_that_meets_it(api: Api, way: str, title: str) -> None:
    calendar, made = await synced(api)
    await policy(api, way)

    await collide(api, calendar, made)

    shown = await the_conflict(api, "RESOLVED")
    assert (shown["resolution"], shown["resolvedAutomatically"], shown["resolvedBy"]) == (way, True, None)
    assert shown["resolvedAt"] is not None
    assert (await api.call(READ_TITLE, id=made))["title"] == the_event(api).content.title == title


async def test_a_new_policy_resolves_what_is_open_already(api: Api) -> None:
    calendar, made, _ = await in_conflict(api)
    api.house.nudged.clear()

    await policy(api, "KEEP_EXTERNAL")
    await api.house.sync(calendar)

    assert api.house.nudged[0] == calendar
    assert (await the_conflict(api, "RESOLVED"))["resolvedAutomatically"] is True
    assert (await api.call(READ_TITLE, id=made))["title"] == "There"


async def test_what_a_person_decided_is_done_whatever_the_policy_says(api: Api) -> None:
    calendar, _, conflict = await in_conflict(api)
    await resolve(api, conflict, "KEEP_LOCAL")
    await policy(api, "KEEP_EXTERNAL")

    await api.house.sync(calendar)

    assert the_event(api).content.title == "Here"
    assert (await the_conflict(api, "RESOLVED"))["resolvedBy"] == "trainer-1"


async def test_the_most_recent_side_wins_and_where_none_is_known_a_person_is_asked(api: Api) -> None:
    calendar, made = await synced(api)
    await policy(api, "MOST_RECENT")
    api.house.later(timedelta(hours=2))
    await api.call(UPDATE, id=made, appointment={"title": "Here"})
    put_there(api, lambda content: replace(content, title="There"), minutes_ago=-30)
    await look(api, calendar)
    first = (await api.call(READ_TITLE, id=made))["title"]
    api.house.later(timedelta(hours=2))
    await api.call(UPDATE, id=made, appointment={"title": "Here again"})
    put_there(api, lambda content: replace(content, title="There again"))
    await look(api, calendar)

    assert first == "There"
    assert (await the_conflict(api))["state"] == "OPEN"


async def test_within_the_hour_it_waits_for_a_person_and_then_the_policy_may_again(api: Api) -> None:
    calendar, made = await synced(api)
    await policy(api, "KEEP_LOCAL")
    await collide(api, calendar, made)
    resolved_at = api.house.now
    await _collide_soon(api, calendar, made, "Here again", "There again")
    early = (await the_conflict(api))["state"], the_event(api).content.title
    await _run_at(api, calendar, resolved_at + timedelta(minutes=59))
    still = (await the_conflict(api))["version"]

    await _run_at(api, calendar, resolved_at + timedelta(hours=1))

    assert early == ("OPEN", "There again")
    assert still == 1
    assert (await api.call(SHOWN))["totalCount"] == 0
    assert the_event(api).content.title == "Here again"


async def test_a_calendar_that_is_synced_rarely_comes_back_at_the_end_of_the_hour(api: Api) -> None:
    calendar, made = await synced(api)
    await api.call(SET, settings={"conflictsAutomatically": "KEEP_LOCAL", "frequencyMinutes": 1440})
    await collide(api, calendar, made)
    resolved_at = api.house.now
    await _collide_soon(api, calendar, made, "Here again", "There again")
    await _run_at(api, calendar, resolved_at + timedelta(minutes=30))

    assert await api.house.columns(calendar, "next_sync_at") == (resolved_at + timedelta(hours=1),)


async def test_nobody_looks_again_once_the_policy_is_gone(api: Api) -> None:
    calendar, made = await synced(api)
    await policy(api, "KEEP_LOCAL")
    await collide(api, calendar, made)
    await _collide_soon(api, calendar, made, "Here again", "There again")
    await policy(api, None)

    for _ in range(2):
        await _run_at(api, calendar, api.house.now + timedelta(hours=2))

    assert (await the_conflict(api))["state"] == "OPEN"
    assert await CalendarSyncConflict.filter(automatic_at__isnull=False).count() == 0
    assert await CalendarSyncMapping.filter(due__isnull=False).count() == 0


async def test_a_person_decides_within_the_hour_all_the_same(api: Api) -> None:
    calendar, made = await synced(api)
    await policy(api, "KEEP_LOCAL")
    await collide(api, calendar, made)
    await _collide_soon(api, calendar, made, "Here again", "There again")

    await resolve(api, await the_conflict(api), "KEEP_EXTERNAL")
    await api.house.sync(calendar)

    assert the_event(api).content.title == "There again"


async def _collide_soon(api: Api, calendar: UUID, made: Any, here: str, there: str) -> None:  # noqa: ANN401 - an id
    """The same item again, a few minutes later."""
    api.house.later(timedelta(minutes=5))
    put_there(api, lambda content: replace(content, title=there))
    await api.call(UPDATE, id=made, appointment={"title": here})
    await api.house.sync(calendar)


async def _run_at(api: Api, calendar: UUID, at: Any) -> None:  # noqa: ANN401 - an instant
    api.house.later(at - api.house.now)
    row = await api.house.row(calendar)
    row.next_sync_at = at
    await row.save(update_fields=["next_sync_at"])
    await api.house.sync(calendar)
