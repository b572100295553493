"""What is set for a calendar arrives in it with the next sync, and what is widened again comes back once."""

from dataclasses import replace

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import READ, timed
from tests.gateway.graphql.settings import (
    CHOOSE,
    after_setting,
    copy_of,
    created,
    imported,
    put_own,
    scheduled_sync,
)
from tests.gateway.house import House, synced

from metonic_gateway.http.identity import Role

ONLY_CLASSES = {"syncAll": False, "filters": {"appointmentTypes": ["group_class"]}}


async def test_copies_of_other_types_go_and_come_back_once_when_the_types_are_widened(api: Api) -> None:
    calendar = await api.house.connect()
    await created(api, "Yoga", type="group_class")
    lesson = await created(api, "Lesson", type="one_on_one")
    await api.house.sync(calendar)

    narrow = await after_setting(api, calendar, **ONLY_CLASSES)
    left_out = await copy_of(api, lesson)
    wide = await after_setting(api, calendar, filters={"appointmentTypes": ["group_class", "one_on_one"]})
    await scheduled_sync(api.house, calendar)

    assert narrow == ["Yoga"]
    assert (left_out["state"], left_out["reasonCode"]) == ("EXCLUDED", "other_type")
    assert wide == api.house.world.titles() == ["Lesson", "Yoga"]
    assert (await copy_of(api, lesson))["state"] == "IN_SYNC"


async def test_what_is_made_later_is_selected_likewise(api: Api) -> None:
    calendar = await synced(api.house)
    await after_setting(api, calendar, **ONLY_CLASSES)

    await created(api, "Yoga", type="group_class")
    await created(api, "Lesson", type="one_on_one")
    await api.house.sync(calendar)

    assert api.house.world.titles() == ["Yoga"]


async def test_an_appointment_is_selected_by_its_clients_and_its_dates(api: Api) -> None:
    for name in ("client-1", "client-2"):
        await api.as_user(name).call("{ viewer { id } }")
    calendar = await synced(api.house)
    december, january = (timed(f"{day}T10:00", f"{day}T11:00") for day in ("2026-12-31", "2027-01-01"))
    await created(api, "One", participantIds=["client-1"], when=december)
    await created(api, "Two", participantIds=["client-2"], when=december)
    await created(api, "Late", participantIds=["client-1"], when=january)
    dates = {"start": "2026-12-01", "end": "2026-12-31"}

    both = await after_setting(
        api, calendar, syncAll=False, filters={"clientIds": ["client-1"], "dateRange": dates}
    )
    by_client = await after_setting(api, calendar, filters={"dateRange": None})
    nobody = await after_setting(api, calendar, filters={"clientIds": []})
    everything = await after_setting(api, calendar, syncAll=True)

    assert both == ["One"]
    assert by_client == ["Late", "One"]
    assert nobody == []
    assert everything == ["Late", "One", "Two"]


async def test_private_appointments_come_and_go(api: Api) -> None:
    calendar = await api.house.connect()
    secret = await created(api, "Secret", isPrivate=True)
    await api.house.sync(calendar)

    shown = await after_setting(api, calendar, filters={"privateAppointments": "INCLUDE"})
    hidden = await after_setting(api, calendar, filters={"privateAppointments": "EXCLUDE"})

    assert (shown, hidden) == (["Secret"], [])
    assert (await copy_of(api, secret))["reasonCode"] == "private"


async def test_notes_are_taken_out_of_copies_and_put_back(api: Api) -> None:
    calendar = await synced(api.house)
    made = await created(api, "Lesson", notes="Bring a towel")

    await api.house.sync(calendar)
    with_notes = _notes(api.house)
    await after_setting(api, calendar, includeNotes=False)
    without = _notes(api.house)
    await after_setting(api, calendar, includeNotes=True)

    assert (with_notes, without, _notes(api.house)) == ("Bring a towel", "", "Bring a towel")
    assert (await api.call(READ, id=made))["notes"] == "Bring a towel"


async def test_notes_that_were_edited_while_they_were_kept_out_come_in_when_they_are_let_in(api: Api) -> None:
    own = put_own(api.house, "Dentist", notes="Third floor")
    calendar = await synced(api.house)
    await after_setting(api, calendar, includeNotes=False)
    api.house.world.put("home", replace(own, content=replace(own.content, notes="Fourth floor")))
    await scheduled_sync(api.house, calendar)

    kept_out = await imported(api)
    await after_setting(api, calendar, includeNotes=True)

    assert kept_out["notes"] == "Third floor"
    assert (await imported(api))["notes"] == "Fourth floor"


async def test_clients_are_named_in_copies_with_their_contact_details(api: Api) -> None:
    await api.as_user("client-1", name="Clara").call("{ viewer { id } }")
    calendar = await synced(api.house)
    made = await created(api, "Lesson", notes="Bring a towel", participantIds=["client-1"])

    await after_setting(api, calendar, includeClientContact=True)
    named = _notes(api.house)
    await after_setting(api, calendar, includeClientContact=False)

    assert "Clara" in named
    assert _notes(api.house) == (await api.call(READ, id=made))["notes"] == "Bring a towel"


async def test_one_users_settings_leave_the_other_users_calendar_alone(api: Api) -> None:
    theirs = api.as_user("trainer-2", Role.TRAINER)
    await theirs.call("{ viewer { id } }")
    calendar = await api.house.connect()
    lesson = await created(api, "Lesson", participantIds=["trainer-2"])
    await api.house.sync(calendar)

    await after_setting(api, calendar, syncAll=False)

    assert api.house.world.titles() == []
    assert (await theirs.call("{ connectedCalendars { id } }")) == []
    assert (await theirs.call(READ, id=lesson))["title"] == "Lesson"


@pytest.mark.parametrize("stopped", ["needs_sign_in", None])
async def test_a_calendar_that_cannot_be_synced_now_takes_its_settings_all_the_same(
    stopped: str | None, api: Api
) -> None:
    calendar = await api.house.connect()
    await created(api, "Lesson", type="one_on_one")
    row = await api.house.row(calendar)
    await type(row).filter(id=calendar).update(stopped=stopped)

    await after_setting(api, calendar, **ONLY_CLASSES)
    await type(row).filter(id=calendar).update(stopped=None, next_sync_at=api.house.now)
    await api.house.sync(calendar)

    assert api.house.world.titles() == []


async def test_notes_edited_while_they_were_kept_out_are_heard_of_an_event_that_was_left_out_too(
    api: Api,
) -> None:
    own = put_own(api.house, "Dentist", notes="Third floor")
    calendar = await synced(api.house)
    made = await imported(api)
    await after_setting(api, calendar, includeNotes=False)
    api.house.world.put("home", replace(own, content=replace(own.content, notes="Fourth floor")))
    await scheduled_sync(api.house, calendar)

    for choice, notes in (("NEVER", False), ("NEVER", True), ("BY_SELECTION", True)):
        await api.call(CHOOSE, ids=[made["id"]], choice=choice)
        await after_setting(api, calendar, includeNotes=notes)

    assert (await imported(api))["notes"] == "Fourth floor"


def _notes(house: House) -> str:
    (event,) = house.world.events["home"].values()
    return event.content.notes
