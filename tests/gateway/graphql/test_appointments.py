"""Appointments are made, read, changed and cancelled by those who may."""

import asyncio
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CREATE, DELETE, READ, UPDATE, lesson, timed

from metonic_core.model.appointment import EXTERNAL_TYPE, Appointment, Participant
from metonic_core.model.content import Content
from metonic_core.model.when import Timed
from metonic_gateway.store import appointments as store


async def test_what_was_created_is_answered_as_it_was_asked_for(api: Api) -> None:
    await api.as_user("client-1").call("{ viewer { id } }")

    made = await api.call(
        CREATE, appointment=lesson(title="  Squash ", notes="Bring shoes", participantIds=["client-1"])
    )

    assert made["__typename"] == "Appointment"
    assert (made["title"], made["notes"], made["location"]) == ("Squash", "Bring shoes", None)
    assert (made["version"], made["type"], made["status"]) == (1, "one_on_one", "CONFIRMED")
    assert made["when"] == {
        "start": "2026-12-01T10:00:00",
        "end": "2026-12-01T11:00:00",
        "timeZone": "Europe/Berlin",
        "startsAt": "2026-12-01T09:00:00Z",
        "endsAt": "2026-12-01T10:00:00Z",
    }
    assert made["owner"] == {"userId": "trainer-1", "name": "Toni", "role": "TRAINER", "mayEdit": True}
    assert made["participants"] == [{"userId": "client-1", "mayEdit": False}]
    read = await api.call(READ, id=made["id"])
    assert read == made


async def test_an_all_day_series_keeps_its_cancelled_and_its_moved_days(api: Api) -> None:
    recurrence = {
        "rules": ["freq=daily;interval=1;count=5"],
        "overrides": [
            {"occurrence": "2026-12-03", "isCancelled": True},
            {
                "occurrence": "2026-12-02",
                "title": "Away",
                "when": {"allDay": {"startDate": "2026-12-09", "endDate": "2026-12-10"}},
            },
        ],
    }
    days = {"allDay": {"startDate": "2026-12-01", "endDate": "2026-12-02"}}

    made = await api.call(CREATE, appointment=lesson(when=days, recurrence=recurrence))

    assert made["when"] == days["allDay"]
    assert made["recurrence"]["rules"] == ["FREQ=DAILY;COUNT=5"]
    moved, cancelled = made["recurrence"]["overrides"]
    assert (moved["occurrence"], moved["title"]) == ("2026-12-02", "Away")
    assert moved["when"] == {"startDate": "2026-12-09", "endDate": "2026-12-10"}
    assert (cancelled["occurrence"], cancelled["isCancelled"]) == ("2026-12-03", True)


async def test_an_omitted_field_stays_and_null_clears(api: Api) -> None:
    made = await api.call(CREATE, appointment=lesson(notes="Bring shoes", location="Court 3"))

    changed = await api.call(UPDATE, id=made["id"], appointment={"title": "Squash", "notes": None})

    assert (changed["title"], changed["notes"], changed["location"]) == ("Squash", None, "Court 3")
    assert (changed["when"], changed["version"]) == (made["when"], 2)


async def test_an_update_that_changes_nothing_writes_nothing(api: Api) -> None:
    made = await api.call(CREATE, appointment=lesson())
    api.house.nudged.clear()

    same = await api.call(UPDATE, id=made["id"], ifVersion=1, appointment={"title": "Lesson"})

    assert (same["version"], api.house.nudged) == (1, [])


async def test_an_edit_of_an_old_version_is_refused_and_names_the_present_one(api: Api) -> None:
    made = await api.call(CREATE, appointment=lesson())
    await api.call(UPDATE, id=made["id"], ifVersion=1, appointment={"title": "First"})

    refused = await api.call(UPDATE, id=made["id"], ifVersion=1, appointment={"title": "Second"})
    kept = await api.call(DELETE, id=made["id"], ifVersion=1)

    assert (refused["__typename"], refused["code"], refused["currentVersion"]) == (
        "OutOfDate",
        "OUT_OF_DATE",
        2,
    )
    assert (kept["__typename"], kept["currentVersion"]) == ("OutOfDate", 2)
    assert (await api.call(READ, id=made["id"]))["title"] == "First"


async def test_a_cancelled_appointment_stays_readable_and_cancelling_again_is_no_error(api: Api) -> None:
    made = await api.call(CREATE, appointment=lesson())

    gone = await api.call(DELETE, id=made["id"], ifVersion=1)
    again = await api.call(DELETE, id=made["id"], ifVersion=1)
    edited = await api.call(UPDATE, id=made["id"], appointment={"title": "Back"})

    assert gone == again == {"__typename": "Deleted", "id": made["id"]}
    assert (await api.call(READ, id=made["id"]))["status"] == "CANCELLED"
    assert (edited["__typename"], edited["path"]) == ("InvalidInput", ["id"])
    assert await api.call("{ appointments { nodes { id } } }") == {"nodes": []}


async def test_a_change_nudges_the_calendars_of_all_who_take_part(api: Api) -> None:
    calendar = await api.house.connect()
    api.house.nudged.clear()

    made = await api.call(CREATE, appointment=lesson())
    await api.call(UPDATE, id=made["id"], appointment={"when": timed("2026-12-02T10:00", "2026-12-02T11:00")})
    await api.call(DELETE, id=made["id"])

    assert api.house.nudged == [calendar] * 3


async def test_a_participant_sees_it_and_may_change_it_only_with_the_right(api: Api) -> None:
    client = api.as_user("client-1", name="Chris")
    await client.call("{ viewer { id } }")
    made = await api.call(CREATE, appointment=lesson(isPrivate=True, participantIds=["client-1"]))

    refused = await client.call(UPDATE, id=made["id"], appointment={"title": "Mine"})
    kept = await client.call(DELETE, id=made["id"])

    assert (await client.call(READ, id=made["id"]))["title"] == "Lesson"
    assert (refused["__typename"], refused["code"]) == ("NotEntitled", "NOT_ENTITLED")
    assert kept["__typename"] == "NotEntitled"
    await _entitle_participants(api, UUID(made["id"]))
    changed = await client.call(UPDATE, id=made["id"], appointment={"title": "Ours"})
    assert (changed["title"], changed["participants"]) == ("Ours", [{"userId": "client-1", "mayEdit": True}])


async def test_who_leaves_an_appointment_is_told_what_became_of_it_and_sees_it_no_more(api: Api) -> None:
    client = api.as_user("client-1")
    await client.call("{ viewer { id } }")
    made = await api.call(CREATE, appointment=lesson(participantIds=["client-1", "trainer-1"]))
    await _entitle_participants(api, UUID(made["id"]))

    left = await client.call(UPDATE, id=made["id"], appointment={"participantIds": None})

    assert (left["__typename"], left["participants"]) == ("Appointment", [])
    assert await client.call(READ, id=made["id"]) is None


async def test_somebody_elses_appointment_is_answered_like_none(api: Api) -> None:
    made = await api.call(CREATE, appointment=lesson())
    stranger = api.as_user("client-2")

    for id_ in (made["id"], str(uuid4()), "nonsense", ""):
        assert await stranger.call(READ, id=id_) is None
        changed = await stranger.call(UPDATE, id=id_, appointment={"title": "Mine"})
        gone = await stranger.call(DELETE, id=id_)
        assert (changed["__typename"], changed["code"]) == ("NotFound", "NOT_FOUND")
        assert gone == changed
    assert await stranger.call("{ appointments { nodes { id } } }") == {"nodes": []}
    assert (await api.call(READ, id=made["id"]))["version"] == 1


async def test_edits_without_a_version_that_come_at_once_all_go_in(api: Api) -> None:
    made = await api.call(CREATE, appointment=lesson())
    edits: list[dict[str, object]] = [{"title": "Squash"}, {"notes": "Bring shoes"}, {"isPrivate": True}]
    edits += [{"location": f"Court {n}"} for n in range(9)]

    await asyncio.gather(*(api.call(UPDATE, id=made["id"], appointment=edit) for edit in edits))

    kept = await api.call(READ, id=made["id"])
    assert (kept["title"], kept["notes"], kept["isPrivate"]) == ("Squash", "Bring shoes", True)
    assert kept["location"].startswith("Court")
    assert kept["version"] == 13


async def test_of_edits_of_one_version_that_come_at_once_one_goes_in(api: Api) -> None:
    made = await api.call(CREATE, appointment=lesson())
    edits = [{"title": title} for title in ("One", "Two", "Three")]

    answers = await asyncio.gather(
        *(api.call(UPDATE, id=made["id"], ifVersion=1, appointment=edit) for edit in edits)
    )

    kinds = sorted(answer["__typename"] for answer in answers)
    assert kinds == ["Appointment", "OutOfDate", "OutOfDate"]


async def test_the_texts_of_a_private_import_are_changed_where_it_came_from(api: Api) -> None:
    made = await _imported(api, is_private=True)

    refused = await api.call(UPDATE, id=made, appointment={"title": "Doctor"})
    moved = await api.call(
        UPDATE, id=made, appointment={"when": timed("2026-12-02T10:00", "2026-12-02T11:00")}
    )

    assert (refused["__typename"], refused["path"]) == ("InvalidInput", ["appointment", "title"])
    assert (moved["__typename"], moved["importedFrom"], moved["type"]) == (
        "Appointment",
        "memory",
        "external",
    )


async def test_too_many_participants_are_refused(api: Api) -> None:
    refused = await api.call(CREATE, appointment=lesson(participantIds=["trainer-1"] * 201))

    assert (refused["path"], "At most 200" in refused["message"]) == (["appointment", "participantIds"], True)


async def _imported(api: Api, *, is_private: bool) -> str:
    """An appointment as a run makes it of an event of the user's own."""
    calendar = await api.house.row(await api.house.connect())
    when = Timed(datetime(2026, 12, 1, 10), datetime(2026, 12, 1, 11), "Europe/Berlin")  # noqa: DTZ001 - wall time
    content = Content("Busy", when, is_private=is_private)
    made = Appointment(uuid4(), 1, api.house.user, EXTERNAL_TYPE, content, imported_from=calendar.link_id)
    await store.insert(made, api.house.services.window(), api.house.now)
    return str(made.id)


async def _entitle_participants(api: Api, appointment_id: UUID) -> None:
    """As the platform does; the API does not say yet who may edit."""
    known = (await store.load([appointment_id]))[appointment_id]
    people = tuple(Participant(p.user_id, may_edit=True) for p in known.participants)
    await store.change(replace(known, participants=people), api.house.services.window(), api.house.now)
