"""Moving from one calendar to another, for tests of what becomes of the former one."""

from datetime import timedelta
from uuid import UUID

from tests.gateway.house import House
from tests.gateway.memory import HOME, WORK

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import AllDay
from metonic_core.spi.provider import CalendarInfo
from metonic_gateway.accounts.connecting import choose_calendar
from metonic_gateway.store.models import (
    CalendarLink,
)

THIRD = CalendarInfo("third", "Third")


async def choose(house: House, calendar_id: str, *, remove_copies: bool = True) -> None:
    await choose_calendar(house.services, house.user, "memory", calendar_id, remove_copies=remove_copies)


def put_own(house: House, calendar_id: str, title: str) -> None:
    day = house.now.date() + timedelta(days=2)
    content = Content(title, AllDay(day, day + timedelta(days=1)))
    house.world.put(calendar_id, StoredEvent(title, "", content, uid=title))


async def at_home(house: House) -> UUID:
    """Two appointments and an event of the user's own, all in step in the calendar that is called home."""
    house.world.calendars = [HOME, WORK]
    calendar = await house.connect()
    await choose(house, "home")
    await house.add("Boxing")
    await house.add("Yoga")
    put_own(house, "home", "Dentist")
    await house.sync(calendar)
    assert house.world.titles() == ["Boxing", "Dentist", "Yoga"]
    return calendar


async def moved(house: House) -> UUID:
    """The same after the calendar that is called work was chosen and synced."""
    calendar = await at_home(house)
    await choose(house, "work")
    await house.sync(calendar)
    return calendar


async def link_to(calendar_id: str) -> CalendarLink:
    return await CalendarLink.get(calendar_id=calendar_id)
