"""An event that gets another id while it is being read: the feed knows where it went to."""

from collections.abc import Sequence
from dataclasses import replace

from tests.simulation.faults import SteppingLedger
from tests.simulation.world import CAPABILITIES, MARKERS, World

from metonic_core import sync
from metonic_core.model.event import StoredEvent
from metonic_core.spi.changes import Reading
from metonic_core.testing.memory import MemoryAdapter
from metonic_gateway.store import models, run_log
from metonic_gateway.store.leases import Held


class Moving(MemoryAdapter):
    """A client moves the event to another id just before it is read."""

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        if "own" in self.calendar.live:
            event = self.calendar.live["own"]
            self.calendar.erase("own")
            self.calendar.put(replace(event, id="own-elsewhere"))
        return await super().hydrate(calendar_id, ids)


async def test_an_event_that_moves_while_it_is_read_keeps_its_appointment(world: World) -> None:
    desk = world.desks[0]
    event = StoredEvent("own", "", world.values.content(is_series=False), uid="own")
    desk.calendar.put(event)
    await world.run(desk)
    row = await models.CalendarSyncMapping.get(link_id=desk.link_id, external_event_id="own", closed=None)
    desk.calendar.put(replace(event, content=replace(event.content, title="edited")))

    await models.CalendarSyncConfig.filter(id=desk.id).update(fence=99)
    log = await run_log.begin(desk.id, "schedule", world.now)
    held = Held(desk.id, desk.link_id, 99, desk.user_id, desk.provider)
    ledger = SteppingLedger(held, MARKERS, world.window, lambda: world.now, log)
    ledger.weather = world.weather
    await sync.run(ledger, Moving(desk.calendar), CAPABILITIES, lambda: world.now)

    pair = await models.CalendarSyncMapping.get(id=row.id)
    appointment = await models.Appointment.get(id=row.appointment_id)
    assert (pair.external_event_id, pair.closed) == ("own-elsewhere", None)
    assert (appointment.is_deleted, appointment.content["title"]) == (False, "edited")
