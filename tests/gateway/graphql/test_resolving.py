"""A person says which side of a conflict stands, and the next run does it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.conflicting import (
    READ_TITLE,
    edit_there,
    in_conflict,
    look,
    put_there,
    resolve,
    synced,
    the_conflict,
    the_event,
)
from tests.gateway.graphql.operations import COPIES, DELETE, LIST, UPDATE

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import AllDay

RUNS = """{ syncHistory { nodes { reason state itemsPushed itemsPulled conflictsDetected
  operations { nodes { side operation reasonCode fields { group } } } } } }"""


@pytest.mark.parametrize(("way", "title"), [("KEEP_LOCAL", "Here"), ("KEEP_EXTERNAL", "There")])
async def test_the_next_run_brings_the_side_that_was_kept_to_both(api: Api, way: str, title: str) -> None:
    calendar, made, conflict = await in_conflict(api)

    decided = await resolve(api, conflict, way)
    before = the_event(api).content.title, (await api.call(READ_TITLE, id=made))["title"]
    nudged = api.house.nudged[-1]
    await api.house.sync(calendar)

    assert (decided["state"], decided["resolution"], decided["resolvedBy"]) == ("RESOLVING", way, "trainer-1")
    assert before == ("There", "Here")
    assert nudged == calendar
    assert the_event(api).content.title == (await api.call(READ_TITLE, id=made))["title"] == title
    done = await the_conflict(api, "RESOLVED")
    assert (done["resolvedBy"], done["resolvedAutomatically"], done["allowed"]) == ("trainer-1", False, [])
    assert done["closedAt"] is not None
    assert (await api.call(COPIES, id=made))["copies"][0]["state"] == "IN_SYNC"


async def test_the_run_it_causes_says_why_and_what_it_did(api: Api) -> None:
    calendar, _, conflict = await in_conflict(api)

    await resolve(api, conflict, "KEEP_EXTERNAL")
    queued = (await api.call(RUNS))["nodes"][0]
    await api.house.sync(calendar)
    run = (await api.call(RUNS))["nodes"][0]

    assert (queued["reason"], queued["state"]) == ("RESOLUTION", "QUEUED")
    assert (run["reason"], run["state"], run["conflictsDetected"]) == ("RESOLUTION", "FINISHED", 0)
    (operation,) = run["operations"]["nodes"]
    assert (operation["side"], operation["reasonCode"]) == ("LOCAL", "resolved")


async def test_a_merge_takes_each_field_from_the_side_that_was_picked(api: Api) -> None:
    calendar, made = await synced(api)
    await api.call(UPDATE, id=made, appointment={"title": "Here", "location": "Gym", "notes": "Only here"})
    await edit_there(api, calendar, lambda content: replace(content, title="There", location="Pool"))
    conflict = await the_conflict(api)
    picks = [{"group": "TITLE", "side": "LOCAL"}, {"group": "LOCATION", "side": "EXTERNAL"}]

    decided = await resolve(api, conflict, "MERGE", picks=picks)
    await api.house.sync(calendar)

    assert decided["picks"] == [
        {"group": "LOCATION", "occurrence": None, "side": "EXTERNAL"},
        {"group": "TITLE", "occurrence": None, "side": "LOCAL"},
    ]
    content = the_event(api).content
    assert (content.title, content.location, content.notes) == ("Here", "Pool", "Only here")
    assert (await api.call(READ_TITLE, id=made))["location"] == "Pool"


@pytest.mark.parametrize(
    ("picks", "path", "message"),
    [
        ([], ["picks"], "No side is picked for the title."),
        ([{"group": "TITLE", "side": "LOCAL"}] * 2, ["picks", "1"], "A side was picked for that already."),
        (
            [{"group": "TITLE", "side": "LOCAL"}, {"group": "NOTES", "side": "LOCAL"}],
            ["picks", "1"],
            "The sides do not collide in the notes.",
        ),
        (
            [{"group": "OCCURRENCE", "side": "LOCAL"}],
            ["picks", "0", "occurrence"],
            "Which occurrence is meant?",
        ),
        (
            [{"group": "OCCURRENCE", "occurrence": "soon", "side": "LOCAL"}],
            ["picks", "0", "occurrence"],
            "'soon' is neither a wall-clock time nor a date.",
        ),
        (
            [{"group": "TITLE", "occurrence": "2026-12-08T10:00", "side": "LOCAL"}],
            ["picks", "0", "occurrence"],
            "Only the group OCCURRENCE is about one.",
        ),
    ],
    ids=["missing", "twice", "no collision", "which", "no slot", "no occurrence"],
)
async def test_picks_that_cannot_be_used_are_refused_where_they_are(
    api: Api, picks: list[dict[str, str]], path: list[str], message: str
) -> None:
    _, _, conflict = await in_conflict(api)

    answer = await resolve(api, conflict, "MERGE", picks=picks)

    assert (answer["__typename"], answer["path"], answer["message"]) == ("InvalidInput", path, message)
    assert (await the_conflict(api))["state"] == "OPEN"


async def test_what_is_not_allowed_is_refused(api: Api) -> None:
    calendar, _ = await synced(api)
    api.house.world.events["home"].clear()
    await look(api, calendar)
    conflict = await the_conflict(api)

    answers = [await resolve(api, conflict, way) for way in ("MERGE", "MOST_RECENT")]

    assert conflict["allowed"] == ["KEEP_LOCAL", "KEEP_EXTERNAL"]
    assert [answer["path"] for answer in answers] == [["resolution"], ["resolution"]]
    assert [answer["nextStep"] for answer in answers] == ["Use one that `allowed` lists."] * 2


async def test_a_version_that_is_not_the_present_one_is_refused_and_shown_anew(api: Api) -> None:
    calendar, _, conflict = await in_conflict(api)
    await edit_there(api, calendar, lambda content: replace(content, title="There too"))

    answer = await resolve(api, conflict, "KEEP_LOCAL")

    assert (answer["__typename"], answer["code"]) == ("OutOfDate", "OUT_OF_DATE")
    assert answer["currentVersion"] == conflict["version"] + 1
    assert answer["conflict"]["externalVersion"]["summary"] == "There too"
    assert answer["conflict"]["version"] == answer["currentVersion"]
    again = await resolve(api, answer["conflict"], "KEEP_LOCAL")
    assert again["state"] == "RESOLVING"


async def test_a_run_that_finds_another_conflict_drops_what_was_decided(api: Api) -> None:
    calendar, made, conflict = await in_conflict(api)
    await resolve(api, conflict, "KEEP_LOCAL")
    await api.call(UPDATE, id=made, appointment={"title": "Here too"})

    await api.house.sync(calendar)

    shown = await the_conflict(api)
    assert (shown["version"], shown["resolution"], shown["resolvedBy"]) == (
        conflict["version"] + 1,
        None,
        None,
    )
    assert shown["localVersion"]["title"] == "Here too"
    assert the_event(api).content.title == "There"


async def test_a_version_stays_while_what_it_shows_stays(api: Api) -> None:
    calendar, _, conflict = await in_conflict(api)

    await look(api, calendar)

    assert (await the_conflict(api))["version"] == conflict["version"]


async def test_until_it_is_done_it_can_be_decided_otherwise(api: Api) -> None:
    calendar, made, conflict = await in_conflict(api)
    await resolve(api, conflict, "KEEP_LOCAL")

    otherwise = await resolve(api, conflict, "KEEP_EXTERNAL")
    await api.house.sync(calendar)
    too_late = await resolve(api, conflict, "KEEP_LOCAL")

    assert otherwise["state"] == "RESOLVING"
    assert (await api.call(READ_TITLE, id=made))["title"] == "There"
    assert (too_late["__typename"], too_late["conflict"]["state"]) == ("OutOfDate", "RESOLVED")


async def test_sides_that_agree_by_themselves_supersede_what_was_decided(api: Api) -> None:
    calendar, made, conflict = await in_conflict(api)
    await resolve(api, conflict, "KEEP_LOCAL")
    await api.call(UPDATE, id=made, appointment={"title": "There"})

    await api.house.sync(calendar)

    shown = await the_conflict(api, "SUPERSEDED")
    assert (shown["resolution"], shown["resolvedAt"]) == (None, None)


@pytest.mark.parametrize(("way", "status"), [("KEEP_LOCAL", "CONFIRMED"), ("KEEP_EXTERNAL", "CANCELLED")])
async def test_an_event_deleted_there_comes_back_or_takes_the_appointment_along(
    api: Api, way: str, status: str
) -> None:
    calendar, made = await synced(api)
    api.house.world.events["home"].clear()
    await look(api, calendar)

    await resolve(api, await the_conflict(api), way)
    await api.house.sync(calendar)

    assert (await api.call(READ_TITLE, id=made))["status"] == status
    assert len(api.house.world.events["home"]) == (1 if way == "KEEP_LOCAL" else 0)


@pytest.mark.parametrize("way", ["KEEP_LOCAL", "KEEP_EXTERNAL"])
async def test_an_appointment_deleted_here_stays_so_or_comes_back_with_what_the_event_says(
    api: Api, way: str
) -> None:
    calendar, made = await synced(api)
    await api.call(DELETE, id=made)
    await edit_there(api, calendar, lambda content: replace(content, title="There"))

    await resolve(api, await the_conflict(api), way)
    await api.house.sync(calendar)

    found = await api.call(READ_TITLE, id=made)
    if way == "KEEP_LOCAL":
        assert (found["status"], api.house.world.events["home"]) == ("CANCELLED", {})
    else:
        assert (found["status"], found["title"], the_event(api).content.title) == (
            "CONFIRMED",
            "There",
            "There",
        )


async def test_an_imported_event_that_was_deleted_comes_back_as_a_copy_and_is_synced_on(api: Api) -> None:
    await api.as_user("client-1").call("{ viewer { id } }")
    calendar = await api.house.connect()
    content = Content("Dentist", AllDay(date(2026, 12, 1), date(2026, 12, 2)))
    api.house.world.put("home", StoredEvent("own", "", content, uid="own"))
    await api.house.sync(calendar)
    (made,) = (await api.call(LIST))["nodes"]
    await api.call(UPDATE, id=made["id"], appointment={"participantIds": ["client-1"]})
    api.house.world.events["home"].clear()
    await look(api, calendar)

    await resolve(api, await the_conflict(api), "KEEP_LOCAL")
    await api.house.sync(calendar)
    event = the_event(api)
    await edit_there(api, calendar, lambda content: replace(content, title="Surgeon"))

    assert event.content.title == "Dentist"
    assert event.marker is not None
    assert (await api.call(READ_TITLE, id=made["id"]))["title"] == "Surgeon"


async def test_most_recent_takes_the_later_edit_where_both_are_known(api: Api) -> None:
    calendar, made = await synced(api)
    api.house.later(timedelta(hours=2))
    put_there(api, lambda content: replace(content, title="There"), minutes_ago=30)
    await api.call(UPDATE, id=made, appointment={"title": "Here"})
    edited = api.house.now
    await look(api, calendar)

    conflict = await the_conflict(api)
    await resolve(api, conflict, "MOST_RECENT")
    await api.house.sync(calendar)

    assert (conflict["newer"], "MOST_RECENT" in conflict["allowed"]) == ("LOCAL", True)
    assert conflict["localVersion"]["editedAt"] == edited.isoformat().replace("+00:00", "Z")
    assert the_event(api).content.title == "Here"
    assert (await the_conflict(api, "RESOLVED"))["resolution"] == "MOST_RECENT"
