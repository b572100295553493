"""Whoever writes into an event that was just deleted, and is told when, waits for nothing more."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from tests.simulation.world import World

from metonic_core.model.appointment import Appointment
from metonic_core.testing.conduct import Trouble
from metonic_gateway.store import appointments, models

_HOUR = timedelta(hours=1)


async def test_a_deletion_that_the_feed_does_not_show_yet_is_met_by_the_write_of_the_same_run(
    world: World,
) -> None:
    google = world.desks[1]
    content = world.values.content(is_series=False)
    made = Appointment(uuid4(), 1, google.user_id, "one_on_one", content)
    await appointments.insert(made, world.window(), world.now)
    for _ in range(2):
        world.now += _HOUR
        assert await world.run(google)
    copy = await models.CalendarSyncMapping.get(link_id=google.link_id, appointment_id=made.id)
    assert copy.external_event_id

    world.now += _HOUR
    edited = replace(made, content=replace(content, title="edited here"))
    await appointments.change(edited, world.window(), world.now)
    google.calendar.erase(copy.external_event_id)
    to_the_feed = iter([True])
    google.calendar.strikes = lambda trouble: trouble is Trouble.HIDDEN and next(to_the_feed, False)
    assert await world.run(google)

    await copy.refresh_from_db()
    assert (copy.hold, copy.due) == ("conflict", None)
    assert await models.CalendarSyncConflict.filter(mapping_id=copy.id, conflict_type="deleted").exists()
