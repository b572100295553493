"""What the provider never takes, and what cannot be compared, is set aside and shown; the rest goes on."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from tests.simulation.faults import FaultyAdapter, SteppingLedger, Weather
from tests.simulation.world import CAPABILITIES, MARKERS, Desk, World

from metonic_core import sync
from metonic_core.model.mapping import HoldKind
from metonic_core.spi.errors import EtagMismatch
from metonic_core.spi.writes import Failed, Outcome, Write
from metonic_core.testing.memory import MemoryAdapter
from metonic_gateway.store import appointments, models, run_log
from metonic_gateway.store.leases import Held


class Refusing(FaultyAdapter):
    """A provider that takes no write of one title."""

    def __init__(self, inner: MemoryAdapter, weather: Weather, title: str) -> None:
        super().__init__(inner, weather)
        self.title = title
        self.refused = 0

    async def _write(self, calendar_id: str, write: Write) -> Outcome:
        if getattr(write, "content", None) and write.content.title == self.title:  # type: ignore[union-attr]
            self.refused += 1
            return Failed(EtagMismatch("the event has changed"))
        return await super()._write(calendar_id, write)


async def _run(world: World, desk: Desk, title: str) -> Refusing:
    await models.CalendarSyncConfig.filter(id=desk.id).update(fence=99)
    log = await run_log.begin(desk.id, "schedule", world.now)
    held = Held(desk.id, desk.link_id, 99, desk.user_id, desk.provider)
    ledger = SteppingLedger(held, MARKERS, world.window, lambda: world.now, log)
    ledger.weather = world.weather
    adapter = Refusing(MemoryAdapter(desk.calendar), world.weather, title)
    await sync.run(ledger, adapter, CAPABILITIES, lambda: world.now)
    return adapter


async def _edited(world: World, desk: Desk, title: str) -> UUID:
    """An appointment with a copy at the desk, edited to that title."""
    await _run(world, desk, "")
    rows = models.CalendarSyncMapping.filter(link_id=desk.link_id, closed=None, origin="copy")
    row = (await rows.order_by("id"))[0]
    assert row.appointment_id
    appointment = (await appointments.load([row.appointment_id]))[row.appointment_id]
    content = replace(appointment.content, title=title)
    await appointments.change(replace(appointment, content=content), world.window(), world.now)
    return row.id


async def test_a_write_that_is_refused_again_and_again_is_set_aside_after_three_times(world: World) -> None:
    desk = world.desks[0]
    row_id = await _edited(world, desk, "poison")

    first = await _run(world, desk, "poison")
    second = await _run(world, desk, "poison")

    row = await models.CalendarSyncMapping.get(id=row_id)
    assert (first.refused, second.refused) == (3, 0)
    assert (row.hold, row.due) == (HoldKind.QUARANTINE, None)


async def test_what_was_set_aside_is_tried_again_with_the_daily_read(world: World) -> None:
    desk = world.desks[0]
    row_id = await _edited(world, desk, "poison")
    await _run(world, desk, "poison")

    world.now += timedelta(days=1, minutes=1)
    await _run(world, desk, "")

    row = await models.CalendarSyncMapping.get(id=row_id)
    assert (row.hold, row.attempts) == (None, 0)
    assert desk.calendar.live[row.external_event_id or ""].content.title == "poison"
