"""Conflicts that a policy resolves in masses: they wait for approval, and stay what they are meanwhile."""

from collections import Counter
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.conflicting import ALL_STATES, RESOLVE, RESOLVE_MANY
from tests.gateway.graphql.settings import SET
from tests.gateway.guard.asking import APPROVE, REJECT
from tests.gateway.guard.stock import HOME, held, held_run, lesson, planned, run, send, standing
from tests.gateway.house import House, synced

CONFLICTS = """query ($filter: ConflictFilter) { syncConflicts(filter: $filter, first: 50) { nodes {
  id version state resolution resolvedAutomatically resolvedBy resolvedAt closedAt } } }"""


async def deciding(house: House, api: Api) -> UUID:
    """A calendar in which 20 of 30 copies were deleted; a policy takes that over, and the guard holds it."""
    await send(house, *map(lesson, range(30)))
    calendar = await synced(house)
    for event in list(house.world.events[HOME])[:20]:
        del house.world.events[HOME][event]
    await run(house, calendar)
    await api.call(SET, settings={"conflictsAutomatically": "KEEP_EXTERNAL"})
    await run(house, calendar)
    assert await held() == 20
    return calendar


async def conflicts(api: Api) -> list[dict[str, object]]:
    nodes = (await api.call(CONFLICTS, filter={"states": ALL_STATES}))["nodes"]
    assert len(nodes) == 20
    return list(nodes)


async def told(api: Api) -> set[tuple[object, ...]]:
    names = ("state", "resolution", "resolvedAutomatically", "resolvedBy")
    return {tuple(node[name] for name in names) for node in await conflicts(api)}


async def test_what_a_policy_decided_and_the_guard_holds_is_being_resolved_by_it(
    house: House, api: Api
) -> None:
    calendar = await deciding(house, api)
    before = await conflicts(api)

    await run(house, calendar)

    assert await told(api) == {("RESOLVING", "KEEP_EXTERNAL", True, None)}
    assert await conflicts(api) == before
    assert {node["closedAt"] for node in before} == {None}


async def test_once_approved_it_is_resolved_by_the_policy(house: House, api: Api) -> None:
    calendar = await deciding(house, api)

    await api.call(APPROVE, id=str((await held_run()).id))
    await run(house, calendar)

    assert await told(api) == {("RESOLVED", "KEEP_EXTERNAL", True, None)}
    assert await standing() == 10


async def test_once_rejected_there_is_nothing_to_decide_any_more(house: House, api: Api) -> None:
    calendar = await deciding(house, api)

    await api.call(REJECT, id=str((await held_run()).id))
    await run(house, calendar)

    assert await told(api) == {("SUPERSEDED", None, False, None)}
    assert await standing() == 30


async def test_a_person_may_decide_one_otherwise(house: House, api: Api) -> None:
    calendar = await deciding(house, api)
    one = (await conflicts(api))[0]

    asked = {"id": one["id"], "version": one["version"], "as": "KEEP_LOCAL"}
    assert (await api.call(RESOLVE, **asked))["resolvedAutomatically"] is False
    await run(house, calendar)

    (decided,) = [node for node in await conflicts(api) if node["id"] == one["id"]]
    assert (decided["state"], decided["resolvedBy"], decided["resolvedAutomatically"]) == (
        "RESOLVED",
        "trainer-1",
        False,
    )
    assert (await held(), await planned((await held_run()).id)) == (19, 19)


@pytest.mark.parametrize(("policy", "state"), [("KEEP_LOCAL", "RESOLVED"), (None, "OPEN")])
async def test_another_policy_decides_what_waits_anew(
    house: House, api: Api, policy: str | None, state: str
) -> None:
    calendar = await deciding(house, api)

    await api.call(SET, settings={"conflictsAutomatically": policy})
    await run(house, calendar)

    assert {node["state"] for node in await conflicts(api)} == {state}


async def test_what_agrees_by_itself_waits_no_more(house: House, api: Api) -> None:
    calendar = await deciding(house, api)

    await send(house, *(lesson(n, 2, is_cancelled=True) for n in range(30)))
    await run(house, calendar)

    assert {node["state"] for node in await conflicts(api)} == {"SUPERSEDED"}
    assert await held() == 10


async def test_what_a_person_decided_is_not_held_though_the_platform_changed_it_since(
    house: House, api: Api
) -> None:
    await send(house, *map(lesson, range(30)))
    calendar = await synced(house)
    for event in list(house.world.events[HOME])[:20]:
        del house.world.events[HOME][event]
    await run(house, calendar)
    await api.call(RESOLVE_MANY, target={"everything": True}, **{"as": "KEEP_EXTERNAL"})

    await send(house, *(lesson(n, 2) for n in range(30)))
    await run(house, calendar)

    assert Counter(node["state"] for node in await conflicts(api)) == {"RESOLVED": 20}
    assert (await held(), await standing()) == (0, 10)
