"""The platform sends its appointments, many at once: each row has an outcome, and a bad one only its own."""

import io
import json
from datetime import datetime
from uuid import uuid4

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CREATE, DELETE, READ, UPDATE, UPSERT, lesson, platform_row, timed
from tests.gateway.graphql.sending import person, statuses, upserted

from metonic_core.model.appointment import EXTERNAL_TYPE
from metonic_core.model.appointment import Appointment as Value
from metonic_core.model.content import Content
from metonic_core.model.when import Timed
from metonic_gateway.services import CHANGES, status_topic
from metonic_gateway.serving import MOST_BYTES
from metonic_gateway.store import appointments as store
from metonic_gateway.store.models import Appointment, User

BY_PLATFORM_ID = """query ($id: String!) { appointment(platformId: $id) {
  id platformId platformVersion version title status isBusy owner { userId role name }
  participants { userId role mayEdit name } } }"""
LATER = timed("2026-12-02T10:00", "2026-12-02T11:00")
LATEST = timed("2026-12-03T10:00", "2026-12-03T11:00")


async def test_a_new_appointment_comes_with_its_people(api: Api) -> None:
    people = [
        {"userId": "client-7", "role": "client", "name": " Chris ", "email": "c@x.test", "phone": "1"},
        {"userId": "trainer-7", "role": "TRAINER", "mayEdit": True},
    ]

    (outcome,) = await upserted(api, platform_row(participants=people, notes="Shoes", isBusy=False))

    made = await api.call(BY_PLATFORM_ID, id="a-1")
    assert (outcome["status"], outcome["version"], outcome["error"]) == ("CREATED", 1, None)
    assert (made["id"], made["platformVersion"], made["isBusy"]) == (outcome["appointmentId"], 1, False)
    assert made["owner"] == {"userId": "trainer-1", "role": "TRAINER", "name": "Toni"}
    assert sorted(made["participants"], key=str) == [
        {"userId": "client-7", "role": "CLIENT", "mayEdit": False, "name": "Chris"},
        {"userId": "trainer-7", "role": "TRAINER", "mayEdit": True, "name": None},
    ]
    chris = await User.get(platform_id="client-7")
    assert (chris.email, chris.phone) == ("c@x.test", "1")


async def test_what_is_empty_is_cleared_and_what_is_left_out_stays(api: Api) -> None:
    told = person(name="Chris", email="c@x.test", phone="1", timeZone="Europe/Rome")
    await upserted(api, platform_row(participants=[told]))

    await upserted(api, platform_row(version=2, participants=[person(name=None, email="", phone=" ")]))

    chris = await User.get(platform_id="client-1")
    assert (chris.name, chris.email, chris.phone, chris.zone) == ("Chris", None, None, "Europe/Rome")


async def test_the_same_version_again_is_no_news_and_a_lower_one_is_refused(api: Api) -> None:
    await upserted(api, platform_row(version=5))

    outcomes = await upserted(
        api,
        platform_row(version=5, title="Other"),
        platform_row(version=4, title="Older"),
        platform_row(version="6", title="Newer"),
    )

    assert statuses(outcomes) == ["UNCHANGED", "REFUSED", "UPDATED"]
    refused = outcomes[1]["error"]
    assert (refused["code"], refused["currentVersion"], refused["currentPlatformVersion"]) == (
        "OUT_OF_DATE",
        1,
        5,
    )
    assert (await api.call(BY_PLATFORM_ID, id="a-1"))["title"] == "Newer"


async def test_a_state_keeps_what_somebody_else_changed_meanwhile(api: Api) -> None:
    (made,) = await upserted(api, platform_row())
    await api.call(UPDATE, id=made["appointmentId"], appointment={"when": LATER})

    (outcome,) = await upserted(api, platform_row(version=2, title="Squash"))

    read = await api.call(READ, id=made["appointmentId"])
    assert (outcome["status"], outcome["overwrote"]) == ("UPDATED", [])
    assert (read["title"], read["when"]["start"]) == ("Squash", "2026-12-02T10:00:00")


async def test_what_both_changed_is_as_the_platform_says_and_what_stood_there_is_named(api: Api) -> None:
    (made,) = await upserted(api, platform_row())
    await api.call(UPDATE, id=made["appointmentId"], appointment={"when": LATER})

    (outcome,) = await upserted(api, platform_row(version=2, when=LATEST))

    read = await api.call(READ, id=made["appointmentId"])
    assert outcome["overwrote"] == ["TIME"]
    assert read["when"]["start"] == "2026-12-03T10:00:00"


async def test_a_cancelled_appointment_is_brought_back(api: Api) -> None:
    await upserted(api, platform_row())

    (gone,) = await upserted(api, platform_row(version=2, isCancelled=True))
    cancelled = await api.call(BY_PLATFORM_ID, id="a-1")
    (back,) = await upserted(api, platform_row(version=3, isCancelled=False))

    assert (gone["status"], cancelled["status"]) == ("UPDATED", "CANCELLED")
    assert (back["status"], (await api.call(BY_PLATFORM_ID, id="a-1"))["status"]) == ("UPDATED", "CONFIRMED")


async def test_an_appointment_of_a_user_gets_its_platform_id(api: Api) -> None:
    made = await api.call(CREATE, appointment=lesson())
    named = {"appointmentId": made["id"], "seenVersion": 1}

    outcomes = await upserted(
        api,
        platform_row("late", **named | {"seenVersion": 0}),
        platform_row("a-1", **named),
        platform_row("other", **named),
    )

    assert statuses(outcomes)[0] == statuses(outcomes)[2] == "REFUSED"
    assert outcomes[0]["error"]["code"] == "OUT_OF_DATE"
    assert outcomes[0]["error"]["currentPlatformVersion"] is None
    assert outcomes[2]["error"]["path"][:2] == ["appointments", "2"]
    assert (await api.call(BY_PLATFORM_ID, id="a-1"))["id"] == made["id"]
    assert await Appointment.all().count() == 1


async def test_what_is_odd_in_an_import_may_stay_and_may_not_come_anew(api: Api) -> None:
    start = datetime(2026, 12, 1, 10)  # noqa: DTZ001 - wall time
    made = await _imported(api, Content("", Timed(start, start, "Europe/Berlin")))
    odd = timed("2026-12-01T10:00", "2026-12-01T10:00")
    named = {"appointmentId": made, "seenVersion": 1, "type": "external", "title": "", "when": odd}

    outcomes = await upserted(
        api,
        platform_row("a-1", **named),
        platform_row("a-1", 2, **named | {"notes": "Shoes", "appointmentId": None, "seenVersion": None}),
        platform_row("a-1", 3, title="", type="external", when=timed("2026-12-02T10:00", "2026-12-02T10:00")),
        platform_row("a-2", title=""),
    )

    assert statuses(outcomes) == ["UNCHANGED", "REFUSED", "REFUSED", "REFUSED"]
    (later,) = await upserted(api, platform_row("a-1", 4, type="external", title="", when=odd, notes="Shoes"))
    assert later["status"] == "UPDATED"


async def test_a_users_edit_keeps_the_roles_of_who_takes_part(api: Api) -> None:
    (made,) = await upserted(
        api, platform_row(participants=[{"userId": "trainer-7", "role": "client", "mayEdit": True}])
    )
    await upserted(api, platform_row("a-2", owner={"userId": "trainer-7", "role": "trainer"}))

    await api.call(UPDATE, id=made["appointmentId"], appointment={"participantIds": ["trainer-7"]})

    (seat,) = (await api.call(BY_PLATFORM_ID, id="a-1"))["participants"]
    assert (seat["role"], seat["mayEdit"]) == ("CLIENT", True)


async def _imported(api: Api, content: Content) -> str:
    """An appointment as a run makes it of an event of the user's own."""
    calendar = await api.house.row(await api.house.connect())
    made = Value(uuid4(), 1, api.house.user, EXTERNAL_TYPE, content, imported_from=calendar.link_id)
    await store.insert_imported([made], api.house.now)
    return str(made.id)


@pytest.mark.parametrize("number", [0, 501])
async def test_none_and_too_many_at_once_are_refused_as_a_whole(number: int, api: Api) -> None:
    refused = await api.as_backend().call(UPSERT, rows=[platform_row(f"a-{n}") for n in range(number)])

    assert (refused["__typename"], refused["path"]) == ("InvalidInput", ["appointments"])
    assert not await Appointment.all().exists()


async def test_500_full_rows_fit_into_a_request(api: Api) -> None:
    people = [person(userId=f"client-{n}", name="Chris " * 10, email=f"{n}@example.test") for n in range(12)]
    rows = [platform_row(f"a-{n}", notes="n" * 6_000, participants=people) for n in range(500)]
    body = json.dumps({"query": UPSERT, "variables": {"rows": rows}}).encode()
    assert 0.9 * MOST_BYTES < len(body) < MOST_BYTES
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {api.as_backend().token}"}

    async with api.session.post(f"{api.url}/graphql", data=io.BytesIO(body), headers=headers) as answer:
        outcomes = (await answer.json())["data"]["upsertAppointments"]["outcomes"]

    assert statuses(outcomes) == ["CREATED"] * 500
    assert [outcome["platformId"] for outcome in outcomes] == [row["platformId"] for row in rows]


async def test_calendars_are_nudged_and_who_listens_is_told(api: Api) -> None:
    calendar = await api.house.connect()
    (made,) = await upserted(api, platform_row())
    await api.call(UPDATE, id=made["appointmentId"], appointment={"when": LATER})
    api.house.nudged.clear()
    topics = [status_topic(api.house.user), CHANGES]

    with api.house.services.feed.subscribe(topics) as nudges:
        await upserted(api, platform_row(version=2, title="Squash"))
        without_news = await anext(nudges)
        await upserted(api, platform_row(version=3, title="Squash", when=LATEST))

        assert without_news == status_topic(api.house.user)
        assert {await anext(nudges), await anext(nudges)} == set(topics)
    assert api.house.nudged == [calendar, calendar]


async def test_an_appointment_is_found_by_either_id_and_by_one_of_them(api: Api) -> None:
    (made,) = await upserted(api, platform_row())
    backend, stranger = api.as_backend(), api.as_user("client-9")

    assert (await backend.call(READ, id=made["appointmentId"]))["title"] == "Lesson"
    assert (await backend.call(BY_PLATFORM_ID, id="a-1"))["id"] == made["appointmentId"]
    assert await stranger.call(BY_PLATFORM_ID, id="a-1") is None
    for nobody in ("a-2", "", "a\0", "a" * 256):
        assert await backend.call(BY_PLATFORM_ID, id=nobody) is None
    for given in ("", f'(id: "{made["appointmentId"]}", platformId: "a-1")'):
        error = await api.refused(f"{{ appointment{given} {{ id }} }}")
        assert error["extensions"]["code"] == "INVALID_ARGUMENT"
    await api.call(DELETE, id=made["appointmentId"])
    assert (await backend.call(BY_PLATFORM_ID, id="a-1"))["status"] == "CANCELLED"


async def test_the_backend_has_no_copies(api: Api) -> None:
    await api.house.connect()
    await upserted(api, platform_row())

    seen = await api.as_backend().call('{ appointment(platformId: "a-1") { title copies { state } } }')

    assert seen == {"title": "Lesson", "copies": []}
