"""Appointments are found by how they stand in a calendar, without looking through all there are."""

import pytest
from tests.gateway.graphql.client import Api, Json
from tests.gateway.graphql.operations import CREATE, DELETE, UPDATE, lesson, timed
from tests.gateway.house import House
from tests.gateway.memory import HOME, WORK

from metonic_gateway.store import copies, finding
from metonic_gateway.store.models import CalendarSyncConfig

IN_STATE = """query ($state: CopyState!, $first: Int! = 20, $after: String) {
  appointments(filter: { copyState: $state }, first: $first, after: $after) {
    nodes { title } pageInfo { hasNextPage endCursor } } }"""


async def page_of(api: Api, state: str, **page: object) -> tuple[list[str], Json]:
    found = await api.call(IN_STATE, state=state, **page)
    return [node["title"] for node in found["nodes"]], found["pageInfo"]


async def titles(api: Api, state: str) -> list[str]:
    return (await page_of(api, state))[0]


async def make(api: Api, title: str, day: int, **fields: object) -> str:
    when = timed(f"2026-12-{day:02}T10:00", f"2026-12-{day:02}T11:00")
    made: str = (await api.call(CREATE, appointment=lesson(title=title, when=when, **fields)))["id"]
    return made


async def test_each_state_finds_what_stands_so(house: House, api: Api) -> None:
    calendar = await house.connect()
    for day, title in enumerate(("edited", "whole", "cancelled"), start=1):
        await make(api, title, day)
    edited = await make(api, "to be edited", 5)
    gone = await make(api, "to be cancelled", 6)
    await make(api, "private", 7, isPrivate=True)
    await house.sync(calendar)
    await api.call(UPDATE, id=edited, appointment={"title": "edited since"})
    await api.call(DELETE, id=gone)
    await make(api, "made since", 8)

    assert await titles(api, "IN_SYNC") == ["edited", "whole", "cancelled"]
    assert await titles(api, "PENDING") == ["edited since", "made since"]
    assert await titles(api, "EXCLUDED") == ["private"]
    assert await titles(api, "CONFLICT") == []


async def test_what_is_in_step_in_one_calendar_may_wait_in_another(house: House, api: Api) -> None:
    house.world.calendars = [HOME, WORK]
    await house.connect()
    await make(api, "Boxing", 1)

    assert await titles(api, "EXCLUDED") == ["Boxing"]
    assert await titles(api, "PENDING") == []


async def test_a_state_that_only_settings_tell_is_found(house: House, api: Api) -> None:
    calendar = await house.connect()
    edited = await make(api, "Boxing", 1)
    await make(api, "Yoga", 2)
    await house.sync(calendar)
    await CalendarSyncConfig.all().update(sync_direction="pull")
    await api.call(UPDATE, id=edited, appointment={"title": "Squash"})
    await house.sync(calendar)

    assert await titles(api, "IGNORED") == ["Squash"]
    assert await titles(api, "IN_SYNC") == ["Yoga"]


async def test_a_page_that_looks_through_too_many_ends_early_and_goes_on_from_there(
    house: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "_MOST_JUDGED", 4)
    monkeypatch.setattr(finding, "_MOST_AT_ONCE", 2)
    await house.connect()
    for day in range(1, 9):
        await make(api, f"private {day}", day, isPrivate=True)
    await make(api, "Boxing", 9)
    await make(api, "Yoga", 10)

    found: list[str] = []
    after, pages = None, 0
    while True:
        some, info = await page_of(api, "PENDING", first=1, after=after)
        found, after, pages = found + some, info["endCursor"], pages + 1
        if not info["hasNextPage"]:
            break

    assert found == ["Boxing", "Yoga"]
    assert pages >= 3


async def test_what_rows_tell_is_not_judged_one_by_one(
    house: House, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendar = await house.connect()
    for day in range(1, 9):
        await make(api, f"in step {day}", day)
    await house.sync(calendar)
    await make(api, "made since", 9)
    judged: list[int] = []
    whole = copies.of_appointments

    async def counted(*args: object) -> object:
        judged.append(len(args[1]))  # type: ignore[arg-type]
        return await whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(copies, "of_appointments", counted)

    assert await titles(api, "PENDING") == ["made since"]
    assert sum(judged) == 1
