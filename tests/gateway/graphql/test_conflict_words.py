"""What a conflict and its resolution say reads true to whoever meets them for the first time."""

from dataclasses import replace

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.conflicting import (
    RESOLVE_MANY,
    edit_there,
    in_conflict,
    look,
    resolve,
    synced,
    the_conflict,
)
from tests.gateway.graphql.operations import COPIES, DELETE, READ, platform_row
from tests.gateway.graphql.sending import person, upserted

FIELDS = "{ syncConflicts { nodes { fields { group base local external collides } } } }"
OPERATIONS = """{ syncHistory(first: 1) { nodes {
  operations { nodes { operation reasonCode nextStep fields { group } } } } } }"""


async def test_a_decision_about_what_is_over_hears_that_and_not_that_it_moved(api: Api) -> None:
    calendar, _, conflict = await in_conflict(api)
    await resolve(api, conflict, "KEEP_LOCAL")
    await api.house.sync(calendar)

    answer = await resolve(api, conflict, "KEEP_EXTERNAL")

    assert answer["__typename"] == "OutOfDate"
    assert answer["message"].startswith("There is nothing to decide about this conflict any more")
    assert answer["currentVersion"] == conflict["version"]


async def test_of_a_deletion_the_side_that_is_left_says_what_was_changed_in_it(api: Api) -> None:
    calendar, made = await synced(api, title="Squats")
    await api.call(DELETE, id=made)
    await edit_there(api, calendar, lambda content: replace(content, title="Lunges"))

    (conflict,) = (await api.call(FIELDS))["nodes"]

    assert conflict["fields"] == [
        {"group": "TITLE", "base": "Squats", "local": None, "external": "Lunges", "collides": False}
    ]


async def test_a_copy_deleted_there_is_not_said_to_be_changed_here(api: Api) -> None:
    calendar, made = await synced(api)
    api.house.world.events["home"].clear()
    await look(api, calendar)

    (copy,) = (await api.call(COPIES, id=made))["copies"]

    assert (copy["reasonCode"], copy["reason"]) == (
        "deleted",
        "It was deleted on one side and stands on the other.",
    )
    assert (await api.call(FIELDS))["nodes"] == [{"fields": []}]


async def test_a_copy_made_anew_by_a_resolution_is_not_said_to_stay_away(api: Api) -> None:
    calendar, _ = await synced(api)
    api.house.world.events["home"].clear()
    await look(api, calendar)
    await resolve(api, await the_conflict(api), "KEEP_LOCAL")
    await api.house.sync(calendar)

    (run,) = (await api.call(OPERATIONS))["nodes"]

    done = [(each["operation"], each["reasonCode"], each["nextStep"]) for each in run["operations"]["nodes"]]
    assert done == [("UNLINK", "resolved", None), ("CREATE", "resolved", None)]


async def test_what_is_made_without_notes_is_not_said_to_have_changed_them(api: Api) -> None:
    await synced(api, notes=None, location=None)

    (run,) = (await api.call(OPERATIONS))["nodes"]

    (made,) = run["operations"]["nodes"]
    assert [field["group"] for field in made["fields"]] == ["STATUS", "TIME", "TITLE", "VISIBILITY"]


async def test_naming_no_conflict_is_not_answered_with_naming_fewer(api: Api) -> None:
    answer = await api.call(RESOLVE_MANY, **{"target": {"conflicts": []}, "as": "KEEP_LOCAL"})

    assert answer["message"] == "1 to 200 conflicts can be named, and these are 0."
    assert "fewer" not in answer["nextStep"].lower()


async def test_whom_the_appointment_does_not_concern_any_more_does_not_decide_about_it(api: Api) -> None:
    _, made, conflict = await in_conflict(api)
    version = (await api.call(READ, id=made))["version"]
    await upserted(api, platform_row(appointmentId=made, seenVersion=version, owner=person(role="trainer")))

    answer = await resolve(api, conflict, "KEEP_LOCAL")
    many = await api.call(
        RESOLVE_MANY,
        **{"target": {"conflicts": [{"id": conflict["id"], "ifVersion": 1}]}, "as": "KEEP_LOCAL"},
    )

    assert answer["__typename"] == "NotFound"
    assert [each["error"]["__typename"] for each in many["refused"]] == ["NotFound"]
