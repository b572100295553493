"""Undoing what followed when another calendar was chosen: the copies moved, and none of them is given up."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import DELETE
from tests.gateway.graphql.undo_scene import READ_RUN, UNDO
from tests.gateway.house import House
from tests.gateway.jobs.leaving import at_home, choose, link_to, moved

from metonic_gateway.accounts.disconnecting import disconnect
from metonic_gateway.store.models import (
    Appointment,
    CalendarSyncChoice,
    CalendarSyncMapping,
    SyncOperation,
)

MOVED = ("CANNOT_UNDO", "Choose the former calendar again, then it moves back.")


async def last_run() -> str:
    """The one that wrote into the calendar that is called work."""
    made = await CalendarSyncMapping.filter(link_id=(await link_to("work")).id).values_list("id", flat=True)
    line = await SyncOperation.filter(mapping_id__in=list(made), reason="new_here").order_by("-at").first()
    return str(line.run_id if line else "")


async def undone(house: House, api: Api) -> tuple[str, set[tuple[str, str]]]:
    """What came of undoing the last run: its status, and what was left and why."""
    asked = await api.call(UNDO, id=await last_run())
    await house.undo()
    told = await api.call(READ_RUN, id=asked["id"])
    return told["status"], {(error["code"], error["nextStep"]) for error in told["errors"]}


async def test_copies_that_moved_with_the_calendar_stay_and_the_user_is_told(house: House, api: Api) -> None:
    calendar = await moved(house)

    assert await undone(house, api) == ("PARTIAL", {MOVED})
    await house.sync(calendar)

    assert house.world.titles("work") == ["Boxing", "Yoga"]
    assert house.world.titles("home") == ["Dentist"]
    assert not await CalendarSyncChoice.exists()


async def test_likewise_where_the_former_calendar_kept_its_copies(house: House, api: Api) -> None:
    calendar = await at_home(house)
    await choose(house, "work", remove_copies=False)
    await house.sync(calendar)

    assert await undone(house, api) == ("PARTIAL", {MOVED})
    assert not await CalendarSyncChoice.exists()


async def test_what_stands_for_a_lost_event_of_the_users_own_stays_as_that_would_have(
    house: House, api: Api
) -> None:
    calendar = await brought_back(house, api)

    await choose(house, "work")
    await house.sync(calendar)

    assert house.world.titles("home") == ["Dentist"]
    assert house.world.titles("work") == ["Boxing", "Yoga"]


async def test_it_goes_where_its_appointment_was_cancelled_since(house: House, api: Api) -> None:
    calendar = await brought_back(house, api)
    (dentist,) = [row for row in await Appointment.all() if row.content["title"] == "Dentist"]
    await api.call(DELETE, id=str(dentist.id))

    await choose(house, "work")
    await house.sync(calendar)

    assert house.world.titles("home") == []


async def test_what_stays_is_not_among_what_disconnecting_takes_out(house: House, api: Api) -> None:
    await brought_back(house, api)

    done = await disconnect(house.services, house.user, "memory", remove_copies=True)

    assert done.copies_to_remove == 2


async def brought_back(house: House, api: Api) -> UUID:
    """An event of the user's own was deleted there, and that taken back: a copy stands for it."""
    calendar = await at_home(house)
    del house.world.events["home"]["Dentist"]
    house.later(timedelta(minutes=20))
    await house.sync(calendar)
    (deletion,) = await SyncOperation.filter(side="local", operation="delete")
    await api.call(UNDO, id=str(deletion.run_id))
    await house.undo()
    await house.sync(calendar)
    assert house.world.titles("home") == ["Boxing", "Dentist", "Yoga"]
    return calendar


@pytest.mark.parametrize("is_synced", [False, True])
async def test_who_has_gone_back_already_undoes_nothing_by_it(
    house: House, api: Api, *, is_synced: bool
) -> None:
    calendar = await moved(house)
    run = await last_run()
    await choose(house, "home")
    if is_synced:
        await house.sync(calendar)

    await api.call(UNDO, id=run)
    await house.undo()
    await house.sync(calendar)

    assert house.world.titles("home") == ["Boxing", "Dentist", "Yoga"]
    assert house.world.titles("work") == []
    assert not await CalendarSyncChoice.exists()


async def test_what_was_made_after_moving_is_taken_out_as_ever(house: House, api: Api) -> None:
    calendar = await moved(house)
    await house.add("Judo")
    house.later(timedelta(minutes=20))
    await house.sync(calendar)

    assert await undone(house, api) == ("SUCCESS", set())
    await house.sync(calendar)

    assert house.world.titles("work") == ["Boxing", "Yoga"]
