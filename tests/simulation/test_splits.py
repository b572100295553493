"""A series is split in one calendar of several people; the process may die at any step of following it."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from tests.simulation.course import Crash
from tests.simulation.faults import Weather
from tests.simulation.invariants import at_odds, broken
from tests.simulation.rest import come_to_rest, live_on
from tests.simulation.world import Desk, World

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.series import Recurrence
from metonic_core.model.when import Timed
from metonic_gateway.store import appointments, models

at = datetime.fromisoformat
WHEN = Timed(at("2026-12-01T10:00"), at("2026-12-01T11:00"), "Europe/Berlin")
LATER = Timed(at("2026-12-15T12:00"), at("2026-12-15T13:00"), "Europe/Berlin")
YOGA = Content("Yoga", WHEN, Recurrence(("FREQ=WEEKLY;COUNT=8",)))
FIRST = Recurrence(("FREQ=WEEKLY;UNTIL=20261214T225959Z",))
SECOND = Recurrence(("FREQ=WEEKLY;COUNT=6",))
_STEPS = 9


class Doomed(Weather):
    """Calm, but for the moment at which the process dies."""

    steps_left: int = 0

    async def step(self) -> None:
        self.steps_left -= 1
        if self.steps_left == 0:
            raise Crash


async def shared_series(world: World) -> UUID:
    """A series of the trainer's with the client in it, in the calendars of both."""
    trainer, client = world.users
    made = Appointment(uuid4(), 1, trainer, "one_on_one", YOGA, (Participant(client),))
    await appointments.insert(made, world.window(), world.now)
    for desk in world.desks:
        await world.run(desk)
    return made.id


def split(desk: Desk) -> None:
    """This and following: a shorter series, and a new one that has all that the first one has."""
    (event,) = [event for event in desk.calendar.live.values() if event.content.title == "Yoga"]
    desk.calendar.put(replace(event, content=replace(event.content, recurrence=FIRST), is_split=True))
    rest = replace(event.content, when=LATER, recurrence=SECOND)
    desk.calendar.put(StoredEvent("second", "", rest, "second", marker=event.marker, is_split=True))


def lessons(desk: Desk) -> list[datetime]:
    found = (e.content for e in desk.calendar.live.values() if e.content.title == "Yoga")
    return sorted(content.when.starts_at for content in found)


async def test_both_halves_reach_everybody_and_all_is_at_rest(world: World) -> None:
    await shared_series(world)
    split(world.desks[0])

    violations = await come_to_rest(world) + await live_on(world) + await at_odds(world) + await broken(world)

    assert violations == []
    for desk in world.desks:
        assert lessons(desk) == [WHEN.starts_at, LATER.starts_at]
    assert await models.AppointmentParticipant.filter(user_id=world.users[1]).count() >= 2


@pytest.mark.parametrize("steps", range(1, _STEPS + 1))
async def test_a_process_that_dies_on_the_way_loses_and_doubles_nothing(world: World, steps: int) -> None:
    await shared_series(world)
    split(world.desks[0])
    doomed = Doomed(world.course)
    doomed.steps_left = steps
    world.weather, calm = doomed, world.weather

    ended = await world.run(world.desks[0])
    world.weather = calm
    world.now += timedelta(minutes=5)
    violations = await come_to_rest(world) + await live_on(world) + await at_odds(world) + await broken(world)

    assert (ended, violations) == (False, [])
    for desk in world.desks:
        assert lessons(desk) == [WHEN.starts_at, LATER.starts_at]
