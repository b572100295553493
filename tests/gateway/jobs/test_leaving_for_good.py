"""Disconnecting, other accounts and conflicts, while copies are to be taken out of former calendars."""

from dataclasses import replace
from datetime import timedelta

from tests.gateway.house import House
from tests.gateway.jobs.leaving import THIRD, at_home, choose, moved, put_own
from tests.gateway.memory import HOME, WORK

from metonic_core.spi.errors import (
    Unavailable,
)
from metonic_gateway.accounts.disconnecting import disconnect
from metonic_gateway.store.appointments import change, load
from metonic_gateway.store.models import (
    Appointment,
    CalendarLink,
    CalendarSyncConflict,
)


async def test_disconnecting_takes_out_what_is_still_in_former_calendars(house: House) -> None:
    calendar = await at_home(house)
    await choose(house, "work")

    await disconnect(house.services, house.user, "memory", remove_copies=True)
    await house.sync(calendar)

    assert house.world.titles("home") == ["Dentist"]
    assert (await house.row(calendar)).stopped == "disconnected"


async def test_disconnecting_waits_for_a_former_calendar_that_is_down(house: House) -> None:
    calendar = await moved(house)
    await choose(house, "home")
    house.world.errors = {"work": Unavailable("The server is down.")}
    await disconnect(house.services, house.user, "memory", remove_copies=True)
    await house.sync(calendar)
    waiting = (await house.row(calendar)).stopped

    house.world.errors = {}
    house.later(timedelta(minutes=5))
    await house.sync(calendar)

    assert (waiting, (await house.row(calendar)).stopped) == ("disconnecting", "disconnected")
    assert house.world.titles("work") == []


async def test_whoever_disconnects_and_leaves_the_copies_leaves_them_everywhere(house: House) -> None:
    await at_home(house)
    await choose(house, "work")

    await disconnect(house.services, house.user, "memory", remove_copies=False)

    assert not await CalendarLink.filter(is_leaving=True).exists()


async def test_copies_at_another_account_wait_until_it_is_signed_in_to_again(house: House) -> None:
    calendar = await at_home(house)
    await choose(house, "work")
    house.world.subject, house.world.calendars = "account-2", [THIRD]
    await house.connect()
    await house.sync(calendar)
    between = house.world.titles("home"), house.world.titles("third")

    house.world.subject, house.world.calendars = "account-1", [WORK]
    await house.connect()
    await house.sync(calendar)

    assert between == (["Boxing", "Dentist", "Yoga"], ["Boxing", "Yoga"])
    assert house.world.titles("home") == ["Dentist"]
    assert house.world.titles("work") == ["Boxing", "Yoga"]


async def test_another_account_and_back_doubles_nothing(house: House) -> None:
    calendar = await at_home(house)
    ids = set(house.world.events["home"])
    house.world.subject, house.world.calendars = "account-2", [THIRD]
    await house.connect()
    await house.sync(calendar)

    house.world.subject, house.world.calendars = "account-1", [HOME]
    await house.connect()
    await house.sync(calendar)

    assert set(house.world.events["home"]) == ids
    assert await Appointment.filter(type="external").count() == 1


async def test_a_conflict_waits_nowhere_while_its_calendar_is_not_synced(house: House) -> None:
    calendar = await at_home(house)
    appointment = await Appointment.get(type="external")
    put_own(house, "home", "Dentist")
    event = house.world.events["home"]["Dentist"]
    house.world.put("home", replace(event, content=replace(event.content, title="There")))
    known = (await load([appointment.id]))[appointment.id]
    await change(
        replace(known, content=replace(known.content, title="Here")), house.services.window(), house.now
    )
    await house.sync(calendar)
    open_ones = CalendarSyncConflict.filter(state="open")
    before = await open_ones.count()

    await choose(house, "work")
    between = await open_ones.count()
    await house.sync(calendar)
    await choose(house, "home")
    await house.sync(calendar)

    assert (before, between, await open_ones.count()) == (1, 0, 1)
