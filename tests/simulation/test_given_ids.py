"""A provider that gives ids of its own: a create whose answer was lost is found again, and not made twice."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.simulation.faults import Fault
from tests.simulation.world import Desk, World

from metonic_core.model.appointment import Appointment
from metonic_core.testing.conduct import GRAPH
from metonic_gateway.store import appointments, models


async def _desk_with_something_new(world: World) -> Desk:
    """A calendar in step, but for one appointment that is new here."""
    desk = world.desks[0]
    desk.calendar.conduct = GRAPH
    await world.run(desk)
    content = world.values.content(is_series=False)
    made = Appointment(uuid4(), 1, desk.user_id, "one_on_one", content)
    await appointments.insert(made, world.window(), world.now)
    world.weather.is_calm = False
    return desk


def _copies(desk: Desk) -> set[str | None]:
    return {event.id for event in desk.calendar.live.values() if event.marker}


@pytest.mark.parametrize("fault", [Fault.UNANSWERED, Fault.LOST, Fault.LATE])
async def test_a_create_is_made_once_whatever_becomes_of_its_request(world: World, fault: Fault) -> None:
    desk = await _desk_with_something_new(world)
    world.weather.armed[fault] = 1
    before = _copies(desk)

    await world.run(desk)
    world.now += timedelta(minutes=1)
    await world.run(desk)
    await world.weather.clear()
    await world.run(desk)

    rows = models.CalendarSyncMapping.filter(link_id=desk.link_id, closed=None, origin="copy")
    assert world.weather.struck[fault] == 1
    assert len(_copies(desk)) == len(before) + 1
    assert {row.external_event_id for row in await rows} == _copies(desk)
    assert {row.due for row in await rows} == {None}
