"""A calendar with many events of its user's, all of them imported, for much to happen to at once."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.gateway.house import House, synced
from tests.gateway.store.states import sent, state

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Timed
from metonic_gateway.store.models import Appointment, CalendarSyncHistory, CalendarSyncMapping, SyncPlanStep
from metonic_gateway.store.upserts import PlatformAppointment

HOME = "home"


def own_event(number: int, title: str = "") -> StoredEvent:
    start = datetime(2026, 12, 1, 8) + timedelta(hours=number)  # noqa: DTZ001 - wall time
    content = Content(title or f"Own {number}", Timed(start, start + timedelta(hours=1), "Europe/Berlin"))
    return StoredEvent(f"own-{number}", "", content, uid=f"own-{number}")


async def stocked(house: House, number: int) -> UUID:
    """A connected calendar from which that many events were imported."""
    for n in range(number):
        house.world.put(HOME, own_event(n))
    return await synced(house)


def erase(house: House, *numbers: int) -> None:
    for number in numbers:
        del house.world.events[HOME][f"own-{number}"]


def edit(house: House, *numbers: int, title: str = "Moved") -> None:
    for number in numbers:
        event = house.world.events[HOME][f"own-{number}"]
        house.world.put(HOME, replace(event, content=replace(event.content, title=f"{title} {number}")))


async def run(house: House, calendar: UUID, later: timedelta = timedelta(minutes=20)) -> None:
    """The next sync, when it is due."""
    house.later(later)
    await house.sync(calendar)


async def standing() -> int:
    """How many appointments there are that nobody cancelled."""
    return await Appointment.filter(is_deleted=False).count()


async def held() -> int:
    """How many items rest because of the guard."""
    return await CalendarSyncMapping.filter(hold="guarded", closed=None).count()


async def held_run() -> CalendarSyncHistory:
    """The only run that waits."""
    return await CalendarSyncHistory.get(state="held")


async def planned(run_id: UUID) -> int:
    return await SyncPlanStep.filter(run_id=run_id).count()


def lesson(number: int, version: int = 1, **given: Any) -> PlatformAppointment:  # noqa: ANN401 - its fields
    """A state of the platform's, owned by the house's trainer."""
    start = datetime(2026, 12, 1, 8) + timedelta(hours=number)  # noqa: DTZ001 - wall time
    content = Content(f"Lesson {number}", Timed(start, start + timedelta(hours=1), "Europe/Berlin"))
    return replace(state(version, content), platform_id=f"p-{number}", **given)


async def send(house: House, *states: PlatformAppointment) -> None:
    for first in range(0, len(states), 500):
        await sent(house, *states[first : first + 500])
