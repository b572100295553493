"""A copy that was given up stays away by itself, and is made anew when its user asks for it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import UPSERT, platform_row
from tests.gateway.graphql.settings import CHOOSE, after_setting, copy_of, imported, put_own
from tests.gateway.house import House, synced

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import AllDay
from metonic_gateway.store import appointments, users
from metonic_gateway.store.models import CalendarSyncMapping

GONE = ("DETACHED", "deleted_there")


async def invited(house: House) -> str:
    """An appointment of somebody else in which the viewer takes part without the right to edit it."""
    owner = await users.introduced("trainer-2", "trainer", "Tina", "Europe/Berlin")
    day = house.now.date() + timedelta(days=2)
    content = Content("Boxing", AllDay(day, day + timedelta(days=1)))
    people = (Participant(house.user, may_edit=False),)
    made = Appointment(uuid4(), 1, owner.id, "one_on_one", content, people)
    await appointments.insert(made, house.services.window(), house.now)
    return str(made.id)


def taken_out(house: House) -> StoredEvent:
    """The only event, after somebody deleted it in the calendar."""
    (event,) = house.world.events["home"].values()
    del house.world.events["home"][event.id]
    return event


async def given_up(api: Api) -> tuple[UUID, str, StoredEvent]:
    """The calendar, the appointment, and its copy that the viewer deleted there."""
    house = api.house
    calendar = await synced(house)
    boxing = await invited(house)
    await house.sync(calendar)
    event = taken_out(house)
    await read_again(house, calendar)
    assert await standing(api, boxing) == GONE
    return calendar, boxing, event


async def read_again(house: House, calendar: UUID) -> None:
    """As the provider's own nudge has it."""
    house.later(timedelta(minutes=20))
    await house.sync(calendar)


async def standing(api: Api, appointment: str) -> tuple[str, str]:
    told = await copy_of(api, appointment)
    return told["state"], told["reasonCode"]


async def chosen(api: Api, calendar: UUID, appointment: str, choice: str) -> list[str]:
    answer = await api.call(CHOOSE, ids=[appointment], choice=choice)
    assert answer["__typename"] == "ConnectedCalendar", answer
    await api.house.sync(calendar)
    return api.house.world.titles()


async def generations() -> list[tuple[int, bool]]:
    rows = await CalendarSyncMapping.filter(origin="copy").order_by("generation")
    return [(row.generation, row.closed is None) for row in rows]


async def test_who_always_wants_it_gets_it_anew_in_the_next_generation(api: Api) -> None:
    calendar, boxing, event = await given_up(api)

    titles = await chosen(api, calendar, boxing, "ALWAYS")

    assert titles == ["Boxing"]
    assert set(api.house.world.events["home"]) != {event.id}
    assert await standing(api, boxing) == ("IN_SYNC", "in_sync")
    assert await generations() == [(1, False), (2, True)]


async def test_who_always_wanted_it_and_deleted_it_says_so_again(api: Api) -> None:
    calendar, boxing, _ = await given_up(api)
    await chosen(api, calendar, boxing, "ALWAYS")
    taken_out(api.house)
    await read_again(api.house, calendar)
    deleted = await standing(api, boxing)

    titles = await chosen(api, calendar, boxing, "ALWAYS")

    assert (deleted, titles) == (GONE, ["Boxing"])
    assert await generations() == [(1, False), (2, False), (3, True)]


@pytest.mark.parametrize("is_synced_between", [True, False])
async def test_never_and_then_by_selection_brings_it_back(api: Api, *, is_synced_between: bool) -> None:
    calendar, boxing, _ = await given_up(api)

    if is_synced_between:
        assert await chosen(api, calendar, boxing, "NEVER") == []
        assert await standing(api, boxing) == ("EXCLUDED", "never")
    else:
        await api.call(CHOOSE, ids=[boxing], choice="NEVER")
    titles = await chosen(api, calendar, boxing, "BY_SELECTION")

    assert titles == ["Boxing"]


async def test_by_selection_alone_does_not(api: Api) -> None:
    calendar, boxing, _ = await given_up(api)

    titles = await chosen(api, calendar, boxing, "BY_SELECTION")

    assert titles == []
    assert await standing(api, boxing) == GONE


async def test_settings_switched_off_and_on_do_not(api: Api) -> None:
    calendar, boxing, _ = await given_up(api)

    await after_setting(api, calendar, syncAll=False)
    await after_setting(api, calendar, syncAll=True)
    await after_setting(api, calendar, direction="PULL")
    titles = await after_setting(api, calendar, direction="BOTH")

    assert titles == []
    assert await standing(api, boxing) == GONE


async def test_an_event_that_comes_back_from_the_trash_is_paired_again(api: Api) -> None:
    calendar, boxing, event = await given_up(api)

    api.house.world.put("home", event)
    await read_again(api.house, calendar)

    assert await standing(api, boxing) == ("IN_SYNC", "in_sync")
    assert await generations() == [(1, True)]


async def test_an_event_that_comes_back_after_it_was_made_anew_is_taken_out(api: Api) -> None:
    calendar, boxing, event = await given_up(api)
    await chosen(api, calendar, boxing, "ALWAYS")

    api.house.world.put("home", event)
    await read_again(api.house, calendar)

    assert len(api.house.world.events["home"]) == 1
    assert await standing(api, boxing) == ("IN_SYNC", "in_sync")


async def test_an_event_that_is_back_when_it_is_asked_for_is_not_doubled(api: Api) -> None:
    calendar, boxing, event = await given_up(api)

    api.house.world.put("home", event)
    titles = await chosen(api, calendar, boxing, "ALWAYS")

    assert titles == ["Boxing"]


async def test_a_copy_that_a_push_calendar_deleted_twice_comes_back(api: Api) -> None:
    calendar = await synced(api.house)
    await after_setting(api, calendar, direction="PUSH")
    lesson = str(await api.house.add("Lesson"))
    await api.house.sync(calendar)
    for _ in range(2):
        taken_out(api.house)
        await read_again(api.house, calendar)
    deleted = await standing(api, lesson)

    titles = await chosen(api, calendar, lesson, "ALWAYS")

    assert (deleted, titles) == (GONE, ["Lesson"])


async def test_what_was_imported_and_lost_its_event_comes_back_as_a_copy_with_its_appointment(
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
    lost = api.house.world.titles()
    await api.as_backend().call(UPSERT, rows=[known | {"platformVersion": 3, "isCancelled": False}])
    await api.house.sync(calendar)
    api.house.later(timedelta(days=1))
    await api.house.sync(calendar)

    assert (lost, api.house.world.titles()) == ([], ["Dentist"])
    assert await standing(api, dentist) == ("IN_SYNC", "in_sync")
    assert len((await api.call("{ appointments { nodes { id } } }"))["nodes"]) == 1


async def test_the_users_own_event_merges_from_what_both_last_agreed_on(api: Api) -> None:
    event = put_own(api.house, "Dentist", notes="Bring the card")
    calendar = await synced(api.house)
    dentist = (await imported(api))["id"]
    await chosen(api, calendar, dentist, "NEVER")
    content = replace(event.content, notes="Bring the card and the x-ray")
    api.house.world.put("home", replace(event, content=content))
    await read_again(api.house, calendar)
    unlinked = await imported(api)

    await chosen(api, calendar, dentist, "BY_SELECTION")

    assert (unlinked["notes"], (await imported(api))["notes"]) == (event.content.notes, content.notes)
    assert await standing(api, dentist) == ("IN_SYNC", "in_sync")
