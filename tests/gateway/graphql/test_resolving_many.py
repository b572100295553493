"""Several conflicts, or all of them, are resolved at once; what cannot be is refused for itself."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.conflicting import RESOLVE_MANY, SHOWN, look, many_conflicts, put_there, synced
from tests.gateway.graphql.operations import UPDATE
from tests.gateway.graphql.statements import counted

from metonic_gateway.store import resolving


async def test_all_of_a_calendar_are_resolved_and_done_by_the_next_run(api: Api) -> None:
    calendar, made = await many_conflicts(api, 3)

    answer = await api.call(RESOLVE_MANY, **{"target": {"allOf": "memory"}, "as": "KEEP_LOCAL"})
    await api.house.sync(calendar)

    assert (answer["resolvedCount"], answer["refusedCount"]) == (3, 0)
    assert {each["state"] for each in answer["resolved"]} == {"RESOLVING"}
    assert api.house.world.titles() == sorted(f"Here {each}" for each in made)
    assert (await api.call(SHOWN, filter={"states": ["RESOLVED"]}))["totalCount"] == 3


async def test_everything_goes_in_parts_of_which_each_is_bounded(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolving, "AT_ONCE", 2)
    await many_conflicts(api, 5)

    answer = await api.call(RESOLVE_MANY, **{"target": {"everything": True}, "as": "KEEP_EXTERNAL"})

    assert (answer["resolvedCount"], answer["refusedCount"]) == (5, 0)
    assert (await api.call(SHOWN))["totalCount"] == 0


async def test_statements_do_not_grow_with_the_conflicts(api: Api) -> None:
    numbers = []
    for number in (1, 4):
        await many_conflicts(api, number)
        with counted() as statements:
            answer = await api.call(RESOLVE_MANY, **{"target": {"everything": True}, "as": "KEEP_LOCAL"})
        numbers.append(len(statements))
        assert answer["resolvedCount"] >= number

    assert numbers[0] == numbers[1]
    assert numbers[0] <= 24


async def test_of_several_only_those_are_refused_that_moved_or_are_not_there(api: Api) -> None:
    await many_conflicts(api, 3)
    shown = (await api.call(SHOWN))["nodes"]
    named = [{"id": each["id"], "ifVersion": each["version"]} for each in shown]
    named[1]["ifVersion"] = 7
    unknown = str(uuid4())
    named += [{"id": unknown, "ifVersion": 1}, {"id": "nonsense", "ifVersion": 1}]

    answer = await api.call(RESOLVE_MANY, **{"target": {"conflicts": named}, "as": "KEEP_LOCAL"})

    assert {each["id"] for each in answer["resolved"]} == {shown[0]["id"], shown[2]["id"]}
    refused = {each["conflictId"]: each["error"] for each in answer["refused"]}
    assert {i: e["code"] for i, e in refused.items()} == {
        shown[1]["id"]: "OUT_OF_DATE",
        unknown: "NOT_FOUND",
        "nonsense": "NOT_FOUND",
    }
    assert refused[shown[1]["id"]]["conflict"]["id"] == shown[1]["id"]


async def test_those_of_which_nobody_knows_what_is_newer_are_refused_and_the_others_resolved(
    api: Api,
) -> None:
    calendar, made = await synced(api)
    api.house.later(timedelta(hours=2))
    await api.call(UPDATE, id=made, appointment={"title": "Here"})
    put_there(api, lambda content: replace(content, title="There"))
    await look(api, calendar)

    answer = await api.call(RESOLVE_MANY, **{"target": {"everything": True}, "as": "MOST_RECENT"})

    (refused,) = answer["refused"]
    assert (answer["resolvedCount"], refused["error"]["path"]) == (0, ["resolution"])
    assert "not certain" in refused["error"]["message"]


@pytest.mark.parametrize(
    ("target", "way", "path"),
    [
        ({"everything": True}, "MERGE", ["resolution"]),
        ({"everything": False}, "KEEP_LOCAL", ["target", "everything"]),
        ({"allOf": "nowhere"}, "KEEP_LOCAL", ["target", "allOf"]),
        ({"conflicts": []}, "KEEP_LOCAL", ["target", "conflicts"]),
        ({"conflicts": [{"id": str(uuid4()), "ifVersion": 1}] * 201}, "KEEP_LOCAL", ["target", "conflicts"]),
        (
            {"conflicts": [{"id": str(uuid4()), "ifVersion": 1}] * 2},
            "KEEP_LOCAL",
            ["target", "conflicts", "1"],
        ),
    ],
    ids=["merge", "not everything", "no provider", "none", "too many", "twice"],
)
async def test_what_cannot_be_meant_is_refused_whole(
    api: Api, target: dict[str, object], way: str, path: list[str]
) -> None:
    answer = await api.call(RESOLVE_MANY, **{"target": target, "as": way})

    assert (answer["__typename"], answer["path"]) == ("InvalidInput", path)


async def test_somebody_elses_conflicts_are_not_touched(api: Api) -> None:
    await many_conflicts(api, 1)
    client = api.as_user("client-1")

    answer = await client.call(RESOLVE_MANY, **{"target": {"everything": True}, "as": "KEEP_LOCAL"})

    assert (answer["resolvedCount"], (await api.call(SHOWN))["totalCount"]) == (0, 1)
