"""What is shown of a held run, and to whom."""

from typing import Any

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.guard.asking import APPROVE, REJECT, STATUS, copies, holding
from tests.gateway.guard.stock import (
    edit,
    held,
    held_run,
    run,
    stocked,
)
from tests.gateway.house import House


async def test_a_held_run_is_shown_as_what_waits_for_its_user(house: House, api: Api) -> None:
    _, plan = await holding(house)

    status = await api.call(STATUS)

    assert (status["state"], status["attention"]["code"]) == ("HELD", "HELD")
    assert status["attention"]["message"].startswith("40 changes")
    assert status["heldRun"] == {"id": plan, "state": "HELD"}
    assert status["lastRun"] == {"state": "HELD"}
    assert ("GUARDED", "many_deletions") in await copies(api)


@pytest.mark.parametrize("mutation", [APPROVE, REJECT])
async def test_nobody_else_sees_or_answers_a_held_run(house: House, api: Api, mutation: str) -> None:
    _, plan = await holding(house)
    stranger = api.as_user("client-1")

    assert (await stranger.call(mutation, id=plan))["code"] == "NOT_FOUND"
    assert (
        await stranger.call("query ($id: ID!) { syncRun(id: $id) { id plan { deletes } } }", id=plan) is None
    )
    assert await held() == 40


async def test_the_plan_says_in_pages_what_would_be_done(house: House, api: Api) -> None:
    _, plan = await holding(house)
    query = """query ($id: ID!, $after: String) { syncRun(id: $id) { plan {
      creates updates deletes conflicts heldBecause
      steps(first: 25, after: $after) {
        totalCount nodes { side operation title reasonCode heldBecause fields { group } appointmentId }
        pageInfo { hasNextPage endCursor }
      }
    } } }"""

    shown: list[dict[str, Any]] = []
    after = None
    while True:
        page = (await api.call(query, id=plan, after=after))["plan"]
        shown += page["steps"]["nodes"]
        after = page["steps"]["pageInfo"]["endCursor"]
        if not page["steps"]["pageInfo"]["hasNextPage"]:
            break

    assert [step["title"] for step in shown] == [f"Own {n}" for n in range(40)]
    assert {(s["side"], s["operation"], s["reasonCode"]) for s in shown} == {
        ("LOCAL", "DELETE", "deleted_there")
    }
    assert (page["creates"], page["updates"], page["deletes"], page["conflicts"]) == (0, 0, 40, 0)
    (because,) = page["heldBecause"]
    assert because.startswith("40 deletions")
    assert page["steps"]["totalCount"] == 40


async def test_a_held_edit_shows_what_would_stand_here(house: House, api: Api) -> None:
    calendar = await stocked(house, 20)
    edit(house, *range(20))
    await run(house, calendar)
    query = """query ($id: ID!) { syncRun(id: $id) { plan { updates steps(first: 1) {
      nodes { title fields { group base local external } }
    } } } }"""

    plan = (await api.call(query, id=str((await held_run()).id)))["plan"]

    (step,) = plan["steps"]["nodes"]
    difference = {"group": "TITLE", "base": "Own 0", "local": "Moved 0", "external": None}
    assert (plan["updates"], step) == (20, {"title": "Own 0", "fields": [difference]})
