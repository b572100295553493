"""A revert that lands late, and a user who restores the first version over it: no text is lost."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.simulation.faults import FaultyAdapter, SteppingLedger
from tests.simulation.world import CAPABILITIES, MARKERS, Desk, World

from metonic_core import sync
from metonic_core.model.appointment import Appointment
from metonic_core.model.codec import decode
from metonic_core.selection import Direction
from metonic_core.spi.errors import Unavailable
from metonic_core.spi.writes import Outcome, Unknown, Write
from metonic_core.testing.memory import MemoryAdapter
from metonic_gateway.store import appointments, models, preferences, run_log
from metonic_gateway.store.leases import Held


class Slow(FaultyAdapter):
    """Every write is still on its way when its answer is due."""

    async def _write(self, calendar_id: str, write: Write) -> Outcome:
        self._weather.late.append(lambda: self._inner.write_events(calendar_id, [write]))
        return Unknown(Unavailable("the request is still on its way"))


async def _run(world: World, desk: Desk, kind: type[FaultyAdapter] = FaultyAdapter) -> None:
    world.now += timedelta(minutes=5)
    await models.CalendarSyncConfig.filter(id=desk.id).update(fence=99)
    log = await run_log.begin(desk.id, "schedule", world.now)
    held = Held(desk.id, desk.link_id, 99, desk.user_id, desk.provider)
    ledger = SteppingLedger(held, MARKERS, world.window, lambda: world.now, log)
    ledger.weather = world.weather
    await sync.run(ledger, kind(MemoryAdapter(desk.calendar), world.weather), CAPABILITIES, lambda: world.now)


@pytest.mark.parametrize("settled_before", ["settled", ""])
@pytest.mark.parametrize("number", [0, 1])
async def test_the_text_that_a_late_revert_replaced_is_in_the_journal(
    world: World, number: int, settled_before: str
) -> None:
    desk = world.desks[number]
    content = world.values.content(is_series=False)
    made = Appointment(uuid4(), 1, desk.user_id, "one_on_one", content)
    await appointments.insert(made, world.window(), world.now)
    await _run(world, desk)
    (first,) = [e for e in desk.calendar.live.values() if e.content.title == content.title]
    await preferences.change(
        desk.user_id,
        desk.provider,
        lambda before: replace(before, direction=Direction.PUSH),
        world.window(),
        world.now,
    )
    await _run(world, desk)
    desk.calendar.put(replace(first, content=replace(first.content, title="v4711")))
    await _run(world, desk, Slow)
    (arrive,) = world.weather.late
    if settled_before:
        world.weather.late.clear()
        await _run(world, desk, Slow)

    await arrive()
    assert desk.calendar.live[first.id].content.title == first.content.title
    desk.calendar.put(first)
    for _ in range(3):
        await _run(world, desk)

    lines = await models.SyncOperation.exclude(before=None)
    assert "v4711" in {decode(line.before).title for line in lines}
