"""Every appointment says what became of it in each connected calendar of its viewer, and why."""

from typing import Any
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import (
    COPIES,
    CREATE,
    DELETE,
    UPDATE,
    UPSERT,
    lesson,
    platform_row,
    timed,
)
from tests.gateway.graphql.settings import imported, put_own
from tests.gateway.house import synced
from tests.gateway.memory import HOME, WORK

from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncMapping


async def test_a_copy_waits_until_it_is_synced_and_is_in_sync_then(api: Api) -> None:
    calendar = await api.house.connect()
    made = await api.call(CREATE, appointment=lesson())

    waiting = await _copy(api, made["id"])
    await api.house.sync(calendar)
    synced = await _copy(api, made["id"])
    await api.call(UPDATE, id=made["id"], appointment={"title": "Squash"})

    assert (waiting["state"], waiting["reasonCode"], waiting["lastSyncedAt"]) == ("PENDING", "pending", None)
    assert (synced["provider"], synced["state"], synced["reasonCode"]) == ("memory", "IN_SYNC", "in_sync")
    assert synced["externalEventId"] in api.house.world.events["home"]
    assert synced["lastSyncedAt"] == "2026-11-22T12:00:00Z"
    assert (await _copy(api, made["id"]))["state"] == "PENDING"


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ({"isPrivate": True}, "private", "private appointments stay out"),
        ({"when": timed("2030-01-01T10:00", "2030-01-01T11:00")}, "outside_window", "span of time"),
    ],
)
async def test_an_excluded_appointment_says_why(
    fields: dict[str, Any], code: str, text: str, api: Api
) -> None:
    await api.house.connect()
    made = await api.call(CREATE, appointment=lesson(**fields))

    copy = await _copy(api, made["id"])

    assert (copy["state"], copy["reasonCode"], copy["externalEventId"]) == ("EXCLUDED", code, None)
    assert text in copy["reason"]


async def test_a_cancelled_appointment_has_no_copy(api: Api) -> None:
    calendar = await api.house.connect()
    made = await api.call(CREATE, appointment=lesson())
    await api.house.sync(calendar)

    await api.call(DELETE, id=made["id"])
    await api.house.sync(calendar)

    copy = await _copy(api, made["id"])
    assert (copy["state"], copy["reasonCode"], copy["externalEventId"]) == ("EXCLUDED", "cancelled", None)
    assert api.house.world.titles() == []


async def test_without_a_chosen_calendar_that_is_the_reason(api: Api) -> None:
    api.house.world.calendars = [HOME, WORK]
    await api.house.connect()
    made = await api.call(CREATE, appointment=lesson())

    copy = await _copy(api, made["id"])

    assert (copy["state"], copy["reasonCode"]) == ("EXCLUDED", "needs_calendar")


async def test_what_waits_for_a_sign_in_says_so(api: Api) -> None:
    await api.house.connect()
    made = await api.call(CREATE, appointment=lesson())
    await CalendarSyncConfig.all().update(stopped="needs_sign_in")

    copy = await _copy(api, made["id"])

    assert (copy["state"], copy["reasonCode"]) == ("PENDING", "needs_sign_in")


@pytest.mark.parametrize(
    ("hold", "reason", "told"),
    [
        ("conflict", "time_change", ("CONFLICT", "time_change", "It was moved here and in the calendar")),
        ("quarantine", "The server refuses it.", ("QUARANTINED", "other", "The server refuses it.")),
        ("detached", "deleted_there", ("DETACHED", "deleted_there", "Its copy was deleted")),
        ("unlinked", "deselected", ("UNLINKED", "deselected", "It is not selected")),
        ("ignored", "no_event", ("IGNORED", "no_event", "What is in the calendar is no event.")),
        ("outside", "outside_window", ("EXCLUDED", "outside_window", "It lies outside")),
        ("ignored", "brand_new", ("IGNORED", "brand_new", "Brand new.")),
    ],
)
async def test_a_hold_is_told_with_its_reason(
    hold: str, reason: str, told: tuple[str, str, str], api: Api
) -> None:
    await api.house.connect()
    made = await api.call(CREATE, appointment=lesson())
    rows = CalendarSyncMapping.filter(appointment_id=UUID(made["id"]))
    await rows.update(hold=hold, hold_reason=reason, due=None, wanted=None)

    copy = await _copy(api, made["id"])

    state, code, sentence = told
    assert (copy["state"], copy["reasonCode"]) == (state, code)
    assert copy["reason"].startswith(sentence)


async def test_an_imported_appointment_that_comes_back_after_its_event_has_gone_gets_another(
    api: Api,
) -> None:
    put_own(api.house, "Dentist")
    calendar = await synced(api.house)
    dentist = (await imported(api))["id"]
    when = {"allDay": {"startDate": "2026-11-25", "endDate": "2026-11-26"}}
    known = platform_row(title="Dentist", type="external", when=when)
    named = known | {"appointmentId": dentist, "seenVersion": 1}
    await api.as_backend().call(UPSERT, rows=[named, known | {"platformVersion": 2, "isCancelled": True}])
    await api.house.sync(calendar)
    erased = api.house.world.titles()

    await api.as_backend().call(UPSERT, rows=[known | {"platformVersion": 3, "isCancelled": False}])
    await api.house.sync(calendar)

    copy = await _copy(api, dentist)
    assert (copy["state"], copy["reasonCode"]) == ("IN_SYNC", "in_sync")
    assert (erased, api.house.world.titles()) == ([], ["Dentist"])


async def test_viewers_see_their_own_calendars_only(api: Api) -> None:
    client = api.as_user("client-1")
    await client.call("{ viewer { id } }")
    await api.house.connect()
    made = await api.call(CREATE, appointment=lesson(participantIds=["client-1"]))

    assert len((await api.call(COPIES, id=made["id"]))["copies"]) == 1
    assert (await client.call(COPIES, id=made["id"]))["copies"] == []


async def _copy(api: Api, appointment_id: str) -> dict[str, Any]:
    (copy,) = (await api.call(COPIES, id=appointment_id))["copies"]
    result: dict[str, Any] = copy
    return result
