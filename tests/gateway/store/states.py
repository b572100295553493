"""What the platform sends in these tests, and what became of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tests.gateway.house import House

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Content
from metonic_core.model.when import Timed
from metonic_gateway.store import appointments, changes, upserts
from metonic_gateway.store.changes import Change
from metonic_gateway.store.models import Appointment as Row
from metonic_gateway.store.upserts import Person, PlatformAppointment, Seat, Upserted, UpsertReport

TONI = Person("trainer-1", "trainer")
CHRIS = Person("client-1", "client", "Chris", "chris@example.org", "0123")
TEN = Timed(datetime(2026, 12, 1, 10), datetime(2026, 12, 1, 11), "Europe/Berlin")  # noqa: DTZ001 - wall time
LESSON = Content("Lesson", TEN, notes="Towel")


def moved(content: Content, hours: int) -> Content:
    return replace(content, when=content.when.moved_to(content.when.slot + timedelta(hours=hours)))


def state(version: int = 1, content: Content = LESSON, **given: Any) -> PlatformAppointment:  # noqa: ANN401 - its fields
    made = PlatformAppointment("a-1", version, "one_on_one", content, TONI, (Seat(CHRIS),))
    return replace(made, **given)


async def sent(house: House, *states: PlatformAppointment) -> UpsertReport:
    return await upserts.upsert(states, house.services.window(), house.now)


async def taken(house: House, one: PlatformAppointment) -> Upserted:
    (outcome,) = (await sent(house, one)).outcomes
    return outcome


async def row(platform_id: str = "a-1") -> Row:
    return await Row.get(platform_id=platform_id)


async def stored(platform_id: str = "a-1") -> Appointment:
    found = await row(platform_id)
    return (await appointments.load([found.id]))[found.id]


async def edited(house: House, appointment_id: UUID, content: Content) -> None:
    """As a calendar does it."""
    known = (await appointments.load([appointment_id]))[appointment_id]
    await appointments.change(replace(known, content=content), house.services.window(), house.now)


async def feed(after: int = 0) -> list[Change]:
    return list((await changes.page(after, 500)).changes)
