"""The same thing, entered on the platform and in a calendar, for tests to see what becomes of it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.simulation.values import BASE, ZONE
from tests.simulation.world import MARKERS, Desk, World

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Timed
from metonic_gateway.store import appointments, models
from metonic_gateway.store.changes import Cause

TRAINING = Content("Strength training", Timed(BASE, BASE + timedelta(hours=1), ZONE), location="Gym")
HERE = replace(TRAINING, notes="from the platform")
THERE = replace(TRAINING, title="  strength  TRAINING ", notes="from the phone\n")
every_calendar = pytest.mark.parametrize("place", [0, 1], ids=["hints", "states"])
every_before = pytest.mark.parametrize("before", ["unborn", "copied", "imported"])


async def run(world: World, desk: Desk, times: int = 1) -> None:
    for _ in range(times):
        world.now += timedelta(minutes=15)
        assert await world.run(desk)


async def make(world: World, desk: Desk, said: Content = HERE, *others: Participant) -> UUID:
    made = Appointment(uuid4(), 1, desk.user_id, "one_on_one", said, others)
    await appointments.insert(made, world.window(), world.now, cause=Cause(user_id=desk.user_id))
    return made.id


async def edit(world: World, appointment_id: UUID, **changes: object) -> None:
    async def edited(known: Appointment) -> Appointment:
        gone = changes.get("is_deleted", known.is_deleted)
        said = {name: value for name, value in changes.items() if name != "is_deleted"}
        return replace(known, is_deleted=bool(gone), content=replace(known.content, **said))  # type: ignore[arg-type]

    row = await models.Appointment.get(id=appointment_id)
    cause = Cause(user_id=row.owner_id)
    await appointments.edit(appointment_id, edited, world.window(), world.now, cause=cause)


def enter(desk: Desk, name: str = "own", said: Content = THERE) -> None:
    """The user enters it in the calendar."""
    desk.calendar.put(StoredEvent(name, "", said, uid=name))


def copies(desk: Desk, appointment_id: UUID) -> list[str]:
    marked = {i: MARKERS.read(event.marker) for i, event in desk.calendar.live.items() if event.marker}
    return [i for i, marker in marked.items() if marker and marker.appointment_id == appointment_id]


async def asked(desk: Desk) -> list[tuple[UUID, str | None]]:
    """Which appointment is asked about with which event."""
    rows = models.CalendarSyncConflict.filter(
        sync_config_id=desk.id, state="open", conflict_type="created_externally"
    )
    return [(row.appointment_id, row.external_event_id) for row in await rows]


async def of_event(desk: Desk, name: str = "own") -> models.CalendarSyncMapping:
    return await models.CalendarSyncMapping.get(link_id=desk.link_id, external_event_id=name, closed=None)


async def of_appointment(desk: Desk, appointment_id: UUID) -> models.CalendarSyncMapping:
    return await models.CalendarSyncMapping.get(
        link_id=desk.link_id, appointment_id=appointment_id, closed=None
    )


async def imported_titles(desk: Desk) -> list[str]:
    rows = await models.Appointment.filter(imported_from=desk.link_id, is_deleted=False)
    return sorted(row.content["title"].split()[0].lower() for row in rows)


async def met(world: World, place: int, before: str) -> tuple[Desk, UUID]:
    """The same thing on both sides: both new, the event after the copy, or imported before."""
    desk = world.desks[place]
    if before == "imported":
        enter(desk)
        await run(world, desk)
    appointment = await make(world, desk)
    if before == "copied":
        await run(world, desk)
    if before != "imported":
        enter(desk)
    await run(world, desk)
    assert await asked(desk) == [(appointment, "own")]
    return desk, appointment
