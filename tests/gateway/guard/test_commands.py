"""What a person commands is done, however much it is; what only happens at the same time is not."""

from dataclasses import replace

from tests.gateway.graphql.client import serving
from tests.gateway.graphql.conflicting import RESOLVE_MANY, many_conflicts
from tests.gateway.guard.stock import (
    HOME,
    erase,
    held,
    held_run,
    lesson,
    planned,
    run,
    send,
    standing,
    stocked,
)
from tests.gateway.house import House, synced

from metonic_gateway.store.models import Appointment, CalendarSyncConflict, CalendarSyncMapping, SyncOperation

DELETE = "mutation ($id: ID!) { deleteAppointment(id: $id) { __typename } }"
SETTINGS = """mutation ($settings: SyncSettingsInput!) {
  updateSyncSettings(provider: "memory", settings: $settings) { __typename }
}"""
RENAME = """mutation ($id: ID!) {
  updateAppointment(id: $id, appointment: {title: "Here"}) { __typename }
}"""
CHOOSE = """mutation ($ids: [ID!]!) {
  setAppointmentSync(provider: "memory", appointmentIds: $ids, choice: NEVER) { __typename }
}"""


async def ids() -> list[str]:
    return [str(row["id"]) for row in await Appointment.all().values("id")]


async def test_who_deletes_one_by_one_whatever_there_is_gets_it_deleted(house: House) -> None:
    calendar = await stocked(house, 12)
    async with serving(house) as api:
        for appointment in await ids():
            assert await api.call(DELETE, id=appointment) == {"__typename": "Deleted"}

    await run(house, calendar)

    assert (house.world.titles(), await held()) == ([], 0)
    assert not await SyncOperation.filter(counted_in__isnull=False).exists()


async def test_who_deselects_everything_gets_it_removed(house: House) -> None:
    await send(house, *map(lesson, range(20)))
    calendar = await synced(house)
    async with serving(house) as api:
        nothing = {"syncAll": False, "filters": {"appointmentTypes": []}}
        await api.call(SETTINGS, settings=nothing)

    await run(house, calendar)

    assert (house.world.titles(), await held()) == ([], 0)


async def test_who_chooses_never_for_everything_gets_it_removed(house: House) -> None:
    await send(house, *map(lesson, range(20)))
    calendar = await synced(house)
    async with serving(house) as api:
        await api.call(CHOOSE, ids=await ids())

    await run(house, calendar)

    assert (house.world.titles(), await held()) == ([], 0)


async def test_a_change_of_settings_answers_neither_for_what_is_held_nor_for_what_is_about_to_be(
    house: House,
) -> None:
    await send(house, *map(lesson, range(30)))
    calendar = await synced(house)
    await send(house, *(lesson(n, 2, is_cancelled=True) for n in range(12)))
    await run(house, calendar)
    await send(house, *(lesson(n, 2, is_cancelled=True) for n in range(12, 20)))
    async with serving(house) as api:
        await api.call(SETTINGS, settings={"includeNotes": False})

    await run(house, calendar)

    assert (len(house.world.titles()), await held()) == (30, 20)


async def test_nobody_commands_by_settings_what_was_deleted_in_the_calendar(house: House) -> None:
    calendar = await stocked(house, 30)
    erase(house, *range(20))
    async with serving(house) as api:
        await api.call(SETTINGS, settings={"includeNotes": False})

    await run(house, calendar)

    assert (await standing(), await held()) == (30, 20)


async def test_nobody_commands_by_settings_what_was_edited_in_the_calendar(house: House) -> None:
    await send(house, *map(lesson, range(20)))
    calendar = await synced(house)
    for event in list(house.world.events[HOME].values()):
        house.world.put(HOME, replace(event, content=replace(event.content, location="Nowhere")))
    async with serving(house) as api:
        await api.call(SETTINGS, settings={"includeNotes": False})

    await run(house, calendar)

    assert await held() == 20
    assert not await SyncOperation.filter(side="local", operation="update").exists()


async def test_who_edits_appointments_does_not_command_what_was_edited_in_the_calendar(house: House) -> None:
    await send(house, *map(lesson, range(20)))
    calendar = await synced(house)
    for event in list(house.world.events[HOME].values()):
        house.world.put(HOME, replace(event, content=replace(event.content, location="Nowhere")))
    async with serving(house) as api:
        for appointment in await ids():
            await api.call(RENAME, id=appointment)

    await run(house, calendar)

    assert await held() == 20


async def test_who_resolves_conflicts_takes_all_that_they_showed(house: House) -> None:
    async with serving(house) as api:
        calendar, _ = await many_conflicts(api, 12)
        for event in list(house.world.events[HOME].values()):
            house.world.put(HOME, replace(event, content=replace(event.content, location="There")))
        await run(house, calendar)
        await api.call(RESOLVE_MANY, target={"everything": True}, **{"as": "KEEP_EXTERNAL"})

    await run(house, calendar)

    assert await held() == 0
    assert {a.content["location"] for a in await Appointment.all()} == {"There"}
    assert not await SyncOperation.filter(counted_in__isnull=False).exists()


async def test_nobody_commands_by_settings_what_a_policy_makes_of_deletions_in_the_calendar(
    house: House,
) -> None:
    await send(house, *map(lesson, range(30)))
    calendar = await synced(house)
    for event in list(house.world.events[HOME])[:20]:
        del house.world.events[HOME][event]
    async with serving(house) as api:
        await api.call(SETTINGS, settings={"includeNotes": False, "conflictsAutomatically": "KEEP_EXTERNAL"})

    await run(house, calendar)

    assert (await standing(), await held()) == (30, 20)


async def test_an_edit_of_a_held_appointment_takes_it_out_of_the_plan(house: House) -> None:
    calendar = await stocked(house, 30)
    erase(house, *range(20))
    await run(house, calendar)
    row = await CalendarSyncMapping.filter(hold="guarded").order_by("id").first()
    async with serving(house) as api:
        await api.call(RENAME, id=str(row.appointment_id if row else ""))

    await run(house, calendar)

    assert (await standing(), await held()) == (30, 19)
    assert await CalendarSyncConflict.filter(conflict_type="deleted", state="open").count() == 1
    assert await planned((await held_run()).id) == 19
