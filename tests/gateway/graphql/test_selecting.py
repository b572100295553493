"""What is set for a calendar arrives in it with the next sync, and what is widened again comes back once."""

from dataclasses import replace

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import READ, UPDATE, timed
from tests.gateway.graphql.settings import (
    SET,
    after_setting,
    copy_of,
    created,
    imported,
    put_own,
    scheduled_sync,
)
from tests.gateway.house import House, synced

from metonic_core.model.event import StoredEvent
from metonic_gateway.http.identity import Role
from metonic_gateway.store.models import CalendarSyncMapping

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
    _put(api.house, replace(own, content=replace(own.content, notes="Fourth floor")))
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


async def test_a_calendar_that_is_only_read_gets_nothing_and_gives(api: Api) -> None:
    calendar = await synced(api.house)
    await after_setting(api, calendar, direction="PULL")
    lesson = await created(api, "Lesson")
    put_own(api.house, "Dentist")

    await scheduled_sync(api.house, calendar)
    kept_back = await copy_of(api, lesson)
    both_ways = await after_setting(api, calendar, direction="BOTH")

    assert (await imported(api))["title"] == "Dentist"
    assert (kept_back["state"], kept_back["reasonCode"]) == ("EXCLUDED", "pull_only")
    assert both_ways == ["Dentist", "Lesson"]


async def test_an_edit_waits_in_a_calendar_that_is_only_read_and_goes_out_later(api: Api) -> None:
    calendar = await api.house.connect()
    lesson = await created(api, "Lesson")
    await api.house.sync(calendar)
    await after_setting(api, calendar, direction="PULL")
    in_step = await copy_of(api, lesson)

    await api.call(UPDATE, id=lesson, appointment={"title": "Squash"})
    await scheduled_sync(api.house, calendar)
    waiting, meanwhile = await copy_of(api, lesson), api.house.world.titles()
    later = await after_setting(api, calendar, direction="BOTH")

    assert in_step["state"] == "IN_SYNC"
    assert (waiting["state"], waiting["reasonCode"]) == ("IGNORED", "pull_only")
    assert (meanwhile, later) == (["Lesson"], ["Squash"])
    assert (await copy_of(api, lesson))["state"] == "IN_SYNC"


async def test_a_calendar_that_is_only_written_to_gives_nothing_until_it_is_read_again(api: Api) -> None:
    own = put_own(api.house, "Dentist")
    calendar = await synced(api.house)
    await after_setting(api, calendar, direction="PUSH")
    _put(api.house, replace(own, content=replace(own.content, title="Doctor")))
    put_own(api.house, "Party")
    await scheduled_sync(api.house, calendar)

    dentist = await imported(api)
    resting = await copy_of(api, dentist["id"])
    await after_setting(api, calendar, direction="BOTH")

    assert dentist["title"] == "Dentist"
    assert (resting["state"], resting["reasonCode"]) == ("IGNORED", "push_only")
    assert await _titles(api) == ["Doctor", "Party"]
    assert (await copy_of(api, dentist["id"]))["state"] == "IN_SYNC"


async def test_an_edit_of_a_copy_comes_in_from_a_calendar_that_is_only_read(api: Api) -> None:
    calendar = await api.house.connect()
    lesson = await created(api, "Lesson")
    await api.house.sync(calendar)
    (event,) = api.house.world.events["home"].values()
    await after_setting(api, calendar, direction="PULL")
    _put(api.house, replace(event, content=replace(event.content, location="Gym")))
    await scheduled_sync(api.house, calendar)
    pulled = (await api.call(READ, id=lesson))["location"]

    await after_setting(api, calendar, direction="BOTH")

    assert pulled == (await api.call(READ, id=lesson))["location"] == "Gym"


async def test_an_edit_without_the_right_stands_while_the_calendar_is_only_read_and_is_reverted_then(
    api: Api,
) -> None:
    calendar = await api.house.connect()
    owner = api.as_user("trainer-2", Role.TRAINER)
    await created(owner, "Lesson", participantIds=["trainer-1"])
    await api.house.sync(calendar)
    (event,) = api.house.world.events["home"].values()
    await after_setting(api, calendar, direction="PULL")
    _put(api.house, replace(event, content=replace(event.content, title="Squash")))
    await scheduled_sync(api.house, calendar)
    meanwhile = api.house.world.titles()

    later = await after_setting(api, calendar, direction="BOTH")

    assert (meanwhile, later) == (["Squash"], ["Lesson"])
    assert await _titles(owner) == ["Lesson"]


async def test_setting_the_direction_reads_only_what_was_set_aside_for_it(api: Api) -> None:
    put_own(api.house, "Dentist")
    calendar = await api.house.connect()
    await after_setting(api, calendar, direction="PUSH")
    rows = CalendarSyncMapping.filter(hold="ignored", hold_reason="push_only")

    await after_setting(api, calendar, includeNotes=False)
    set_aside = await rows.count()
    await after_setting(api, calendar, direction="BOTH")

    assert (set_aside, await rows.count()) == (1, 0)


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


def _notes(house: House) -> str:
    (event,) = house.world.events["home"].values()
    return event.content.notes


def _put(house: House, event: StoredEvent) -> None:
    house.world.put("home", event)


async def _titles(api: Api) -> list[str]:
    nodes = (await api.call("{ appointments { nodes { title } } }"))["nodes"]
    return sorted(node["title"] for node in nodes)


@pytest.mark.parametrize(("direction", "kind"), [("BOTH", "FULL"), ("PUSH", "PUSH"), ("PULL", "PULL")])
async def test_a_run_says_which_way_it_went(api: Api, direction: str, kind: str) -> None:
    calendar = await synced(api.house)
    await api.call(SET, settings={"direction": direction})
    await api.call('mutation { syncNow(provider: "memory") { __typename } }')

    await api.house.sync(calendar)

    found = await api.call("{ syncHistory(first: 1) { nodes { syncType } } }")
    assert found["nodes"] == [{"syncType": kind}]
