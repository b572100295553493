"""Series: their occurrences, exceptions and what is left out."""

import pytest
from tests.simulators.graph.bodies import (
    WEEKLY,
    all_day,
    daily,
    days,
    made,
    occurrences,
    point,
    series,
    timed,
)
from tests.simulators.graph.official import Client, at, view

from metonic_simulators.graph import Simulator


async def test_the_list_has_series_and_the_view_their_occurrences(sim: Simulator, alice: Client) -> None:
    event = await made(alice, daily(times=3))

    assert [one["type"] for one in (await alice.get("/me/events"))["value"]] == ["seriesMaster"]
    found = await occurrences(alice)
    assert {one["type"] for one in found} == {"occurrence"}
    assert {one["seriesMasterId"] for one in found} == {event["id"]}
    assert {one["iCalUId"] for one in found} == {event["iCalUId"]}
    assert found[0]["originalStart"] == "2026-03-10T09:00:00Z"
    assert found[0]["recurrence"] is None
    assert (await alice.get(at(found[1])))["start"] == found[1]["start"]
    window = "instances?startDateTime=2026-03-11T00:00:00Z&endDateTime=2026-03-12T00:00:00Z"
    assert days((await alice.get(at(event, window)))["value"]) == ["2026-03-11"]

    sim.turn_on("ids-per-occurrence")
    assert len({one["iCalUId"] for one in await occurrences(alice)}) == 3


async def test_a_changed_occurrence_is_an_exception(sim: Simulator, alice: Client) -> None:
    event = await made(alice, daily(times=3))
    second = (await occurrences(alice))[1]

    changed = await alice.patch(at(second), {"subject": "Match", "end": point("2026-03-11", 12)})

    assert (changed["type"], changed["id"]) == ("exception", second["id"])
    assert changed["originalStart"] == second["originalStart"]
    assert (changed["seriesMasterId"], changed["recurrence"]) == (event["id"], None)
    await alice.patch(at(event), {"subject": "Swimming", "location": {"displayName": "Pool"}})
    assert [(one["subject"], one["location"]["displayName"]) for one in await occurrences(alice)] == [
        ("Swimming", "Pool"),
        ("Match", "Pool"),
        ("Swimming", "Pool"),
    ]
    assert (await alice.refused("PATCH", at(second), {"recurrence": event["recurrence"]}))[0] == 400
    assert (await alice.patch(at(second), {"recurrence": None}))["type"] == "exception"
    sim.turn_on("exceptions-listed")
    listed = (await alice.get("/me/events"))["value"]
    assert sorted(one["type"] for one in listed) == ["exception", "seriesMaster"]


@pytest.mark.parametrize(
    ("day", "is_taken"), [("2026-03-10", False), ("2026-03-12", False), ("2026-03-11", True)]
)
async def test_an_exception_does_not_cross_its_neighbours(alice: Client, day: str, is_taken: bool) -> None:  # noqa: FBT001 - a parameter
    await made(alice, daily(times=3))
    second = (await occurrences(alice))[1]
    move = {"start": point(day, 22), "end": point(day, 23)}

    if is_taken:
        await alice.patch(at(second), move)
    else:
        assert await alice.refused("PATCH", at(second), move) == (400, "ErrorOccurrenceCrossingBoundary")


async def test_an_exception_shows_where_it_was_moved_to(alice: Client) -> None:
    event = await made(alice, series(WEEKLY))
    second = (await occurrences(alice))[1]

    await alice.patch(at(second), {"start": point("2026-03-19", 8), "end": point("2026-03-19", 9)})

    assert days(await occurrences(alice, "2026-03-19", "2026-03-20")) == ["2026-03-19"]
    assert await occurrences(alice, "2026-03-17", "2026-03-18") == []
    found = await alice.get(at(event) + "?$expand=exceptionOccurrences($select=id,start,originalStart)")
    (exception,) = found["exceptionOccurrences"]
    assert exception["originalStart"] == "2026-03-17T09:00:00Z"
    assert exception.keys() == {"@odata.etag", "id", "start", "originalStart"}


async def test_a_deleted_occurrence_is_told_by_its_series_alone(alice: Client) -> None:
    event = await made(alice, daily(times=3))
    first, second, _ = await occurrences(alice)
    await alice.patch(at(second), {"subject": "Match"})

    await alice.delete(at(second))
    await alice.delete(at(first))

    assert days(await occurrences(alice)) == ["2026-03-12"]
    assert await alice.refused("GET", at(second)) == (404, "ErrorItemNotFound")
    assert "cancelledOccurrences" not in await alice.get(at(event))
    found = await alice.get(
        at(event) + "?$select=subject,cancelledOccurrences,exceptionOccurrences&$expand=exceptionOccurrences"
    )
    assert found["cancelledOccurrences"] == [f"OID.{event['id']}.2026-03-{day}" for day in (10, 11)]
    assert found["exceptionOccurrences"] == []
    last = (await alice.get(view(end="2026-04-01", **{"$select": "occurrenceId,subject"})))["value"][0]
    assert last["occurrenceId"] == f"OID.{event['id']}.2026-03-12"


@pytest.mark.parametrize("is_kept", [False, True])
async def test_a_series_in_a_new_rhythm_loses_what_was_changed(
    sim: Simulator,
    alice: Client,
    *,
    is_kept: bool,
) -> None:
    if is_kept:
        sim.turn_off("exceptions-dropped")
        sim.turn_off("occurrences-renamed")
    event = await made(alice, daily(times=4))
    before = await occurrences(alice)
    await alice.delete(at(before[0]))
    await alice.patch(at(before[1]), {"subject": "Match"})

    await alice.patch(at(event), {"start": point("2026-03-10", 14), "end": point("2026-03-10", 15)})

    after = await occurrences(alice)
    assert len(after) == (3 if is_kept else 4)
    assert ("Match" in [one["subject"] for one in after]) == is_kept
    assert after[-1]["originalStart"] == "2026-03-13T13:00:00Z"
    assert ({one["id"] for one in after} <= {one["id"] for one in before}) == is_kept
    if not is_kept:
        assert await alice.refused("GET", at(before[3])) == (404, "ErrorItemNotFound")


async def test_another_end_of_the_range_changes_no_occurrence(alice: Client) -> None:
    event = await made(alice, daily(times=4))
    before = await occurrences(alice)
    await alice.patch(at(before[0]), {"subject": "Match"})
    recurrence = daily(times=3)["recurrence"]

    await alice.patch(at(event), {"recurrence": recurrence})

    after = await occurrences(alice)
    assert [one["id"] for one in after] == [one["id"] for one in before[:3]]
    assert after[0]["subject"] == "Match"


async def test_a_series_without_a_recurrence_is_a_single_event(alice: Client) -> None:
    event = await made(alice, daily(times=3))
    second = (await occurrences(alice))[1]
    await alice.patch(at(second), {"subject": "Match"})

    changed = await alice.patch(at(event), {"recurrence": None})
    assert (changed["type"], changed["recurrence"]) == ("singleInstance", None)
    assert days(await occurrences(alice)) == ["2026-03-10"]

    again = await alice.patch(at(event), {"recurrence": daily(times=2)["recurrence"]})
    assert again["type"] == "seriesMaster"
    assert len(await occurrences(alice)) == 2


async def test_a_deleted_series_takes_all_with_it(alice: Client) -> None:
    event = await made(alice, daily(times=3))
    second = (await occurrences(alice))[1]
    await alice.patch(at(second), {"subject": "Match"})

    await alice.delete(at(event))

    assert await occurrences(alice) == []
    assert await alice.refused("GET", at(second)) == (404, "ErrorItemNotFound")


async def test_whole_days_repeat(alice: Client) -> None:
    span = {"type": "numbered", "startDate": "2026-03-28", "numberOfOccurrences": 3}
    recurrence = {"pattern": {"type": "daily", "interval": 1}, "range": span}
    event = await made(alice, all_day("2026-03-28", "2026-03-29", recurrence=recurrence))

    found = await occurrences(alice)

    assert days(found) == ["2026-03-28", "2026-03-29", "2026-03-30"]
    assert all(one["start"]["dateTime"].endswith("T00:00:00.0000000") for one in found)
    await alice.delete(at(found[1]))
    shown = await alice.get(at(event) + "?$select=cancelledOccurrences")
    assert shown["cancelledOccurrences"][0].endswith(".2026-03-29")
    moved = {"start": point("2026-03-31"), "end": point("2026-04-01")}
    assert (await alice.patch(at(found[2]), moved))["isAllDay"] is True


async def test_a_single_event_has_no_instances(alice: Client) -> None:
    event = await made(alice, timed())
    window = "instances?startDateTime=2026-03-11T00:00:00Z&endDateTime=2026-03-12T00:00:00Z"

    assert (await alice.refused("GET", at(event, window)))[0] == 400
    assert (await alice.get(at(event, "exceptionOccurrences")))["value"] == []


async def test_many_exceptions_may_come_by_pages(sim: Simulator, alice: Client) -> None:
    sim.turn_on("exceptions-paged", size=1)
    event = await made(alice, daily(times=3))
    for one in await occurrences(alice):
        await alice.patch(at(one), {"subject": "Match"})

    found = await alice.get(at(event) + "?$expand=exceptionOccurrences($select=id)")
    rest = await alice.get(found["exceptionOccurrences@odata.nextLink"])

    assert len(found["exceptionOccurrences"]) == 1
    assert len(rest["value"]) == 2
    assert rest["value"][0].keys() == {"@odata.etag", "id"}
