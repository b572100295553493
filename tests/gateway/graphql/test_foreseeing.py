"""What a resolution would make of the appointment is told before anybody decides, as the run would do it."""

from dataclasses import replace
from typing import Any

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.conflicting import (
    OUTCOME,
    READ_TITLE,
    edit_there,
    in_conflict,
    look,
    many_conflicts,
    put_there,
    resolve,
    synced,
    the_conflict,
    the_event,
)
from tests.gateway.graphql.operations import DELETE, UPDATE
from tests.gateway.graphql.statements import counted

from metonic_gateway.store.models import CalendarSyncMapping

FOR_ONE = """query ($as: ConflictResolution!) { syncConflicts(filter: {states: [OPEN, RESOLVED]}) { nodes {
  outcome(resolution: $as) { title } } } }"""


async def outcome(api: Api, way: str, **variables: object) -> Any:  # noqa: ANN401 - JSON has no narrower type
    (conflict,) = (await api.call(OUTCOME, **({"as": way} | variables)))["nodes"]
    return conflict["outcome"]


@pytest.mark.parametrize("way", ["KEEP_LOCAL", "KEEP_EXTERNAL"])
async def test_what_is_told_is_what_comes(api: Api, way: str) -> None:
    calendar, made = await synced(api)
    await api.call(UPDATE, id=made, appointment={"title": "Here", "notes": "Only here"})
    await edit_there(api, calendar, lambda content: replace(content, title="There", location="Gym"))

    told = await outcome(api, way)
    await resolve(api, await the_conflict(api), way)
    await api.house.sync(calendar)

    found = await api.call(READ_TITLE, id=made)
    assert (told["title"], told["location"]) == (found["title"], found["location"])
    assert told["location"] == "Gym"
    assert told["notes"] == "Only here"


async def test_a_merge_is_told_by_its_picks(api: Api) -> None:
    await in_conflict(api)

    told = await outcome(api, "MERGE", picks=[{"group": "TITLE", "side": "EXTERNAL"}])
    error = await api.refused(OUTCOME, **{"as": "MERGE"})

    assert told["title"] == "There"
    assert error["extensions"]["code"] == "INVALID_ARGUMENT"
    assert error["message"].startswith("No side is picked for the title.")


async def test_null_says_that_it_would_be_gone(api: Api) -> None:
    calendar, made = await synced(api)
    await api.call(DELETE, id=made)
    await edit_there(api, calendar, lambda content: replace(content, title="There"))

    assert await outcome(api, "KEEP_LOCAL") is None
    assert (await outcome(api, "KEEP_EXTERNAL"))["title"] == "There"


async def test_nothing_is_written_by_asking(api: Api) -> None:
    _, made, conflict = await in_conflict(api)

    await outcome(api, "KEEP_EXTERNAL")

    assert (await the_conflict(api))["version"] == conflict["version"]
    assert (await api.call(READ_TITLE, id=made))["title"] == "Here"
    assert the_event(api).content.title == "There"


async def test_of_what_is_over_nobody_can_tell(api: Api) -> None:
    calendar, _, conflict = await in_conflict(api)
    await resolve(api, conflict, "KEEP_LOCAL")
    await api.house.sync(calendar)

    error = await api.refused(FOR_ONE, **{"as": "KEEP_LOCAL"})

    assert error["extensions"]["code"] == "NOT_FORESEEABLE"


async def test_a_policy_does_not_decide_what_is_told(api: Api) -> None:
    await in_conflict(api)
    await api.call(
        """mutation { updateSyncSettings(provider: "memory", settings: {conflictsAutomatically: KEEP_LOCAL}) {
          ... on ConnectedCalendar { id } } }"""
    )

    assert (await outcome(api, "KEEP_EXTERNAL"))["title"] == "There"


async def test_statements_do_not_grow_with_the_conflicts(api: Api) -> None:
    numbers = []
    for number in (1, 4):
        await many_conflicts(api, number)
        with counted() as statements:
            answer = await api.call(FOR_ONE, **{"as": "KEEP_EXTERNAL"})
        numbers.append(len(statements))
        assert len(answer["nodes"]) >= number

    assert numbers[0] == numbers[1]


async def test_an_event_that_has_to_be_read_first_foretells_nothing(api: Api) -> None:
    await in_conflict(api)
    await CalendarSyncMapping.all().update(seen={"is": "look"})

    error = await api.refused(OUTCOME, **{"as": "KEEP_LOCAL"})

    assert error["extensions"]["code"] == "NOT_FORESEEABLE"


async def test_what_moved_here_meanwhile_is_told_as_it_is_now(api: Api) -> None:
    calendar, made, _ = await in_conflict(api)
    await api.call(UPDATE, id=made, appointment={"location": "Hall"})

    told = await outcome(api, "KEEP_EXTERNAL")

    assert (told["title"], told["location"]) == ("There", "Hall")
    put_there(api, lambda content: content)
    await look(api, calendar)
