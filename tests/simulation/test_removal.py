"""Copies that are taken out when a calendar is disconnected: what stood in them is in the journal."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.simulation import entering, people
from tests.simulation.course import Crash
from tests.simulation.faults import Fault, FaultyAdapter, SteppingLedger, Weather
from tests.simulation.world import MARKERS, Desk, World

from metonic_core import sync
from metonic_core.model.codec import decode
from metonic_core.model.event import StoredEvent
from metonic_core.reconcile.step import Reason
from metonic_core.spi.changes import Reading, Unreadable
from metonic_core.testing.conduct import Trouble
from metonic_core.testing.memory import MemoryAdapter
from metonic_gateway.store import appointments, models, run_log
from metonic_gateway.store.leases import Held


class Mortal(Weather):
    """The process dies after so many steps."""

    steps: int = 0

    async def step(self) -> None:
        self.steps -= 1
        if self.steps == 0:
            raise Crash


async def _removed(world: World, desk: Desk) -> int:
    await models.CalendarSyncConfig.filter(id=desk.id).update(fence=99, stopped="disconnecting")
    log = await run_log.begin(desk.id, "schedule", world.now)
    held = Held(desk.id, desk.link_id, 99, desk.user_id, desk.provider)
    ledger = SteppingLedger(held, MARKERS, world.window, lambda: world.now, log)
    ledger.weather = world.weather
    adapter = FaultyAdapter(MemoryAdapter(desk.calendar), world.weather)
    able = desk.calendar.conduct.capabilities
    return await sync.remove_copies(ledger, adapter, able, lambda: world.now, Reason.DISCONNECTED)


def _edited_there(desk: Desk, title: str) -> str:
    copy = next(event for event in desk.calendar.live.values() if event.marker)
    desk.calendar.put(replace(copy, content=replace(copy.content, title=title)))
    return copy.id


async def test_an_edit_that_was_never_pulled_is_in_the_journal_when_its_copy_goes(world: World) -> None:
    desk = world.desks[0]
    await world.run(desk)
    event_id = _edited_there(desk, "at the last moment")

    left = await _removed(world, desk)

    lines = await models.SyncOperation.filter(external_event_id=event_id, operation="delete")
    assert left == 0
    assert not [event for event in desk.calendar.live.values() if event.marker]
    assert [decode(line.before).title for line in lines] == ["at the last moment"]


async def test_what_somebody_was_invited_to_stays_so_that_nobody_hears_of_it(world: World) -> None:
    desk = world.desks[0]
    await world.run(desk)
    event_id = _edited_there(desk, "with a guest")
    desk.calendar.put(replace(desk.calendar.live[event_id], has_guests=True))
    before = len(desk.calendar.outbox)

    left = await _removed(world, desk)

    assert left == 0
    assert event_id in desk.calendar.live
    assert len(desk.calendar.outbox) == before


async def test_a_conflict_ends_with_the_copy_it_was_about(world: World) -> None:
    desk = world.desks[0]
    await world.run(desk)
    event_id = _edited_there(desk, "there")
    row = await models.CalendarSyncMapping.get(link_id=desk.link_id, external_event_id=event_id, closed=None)
    assert row.appointment_id
    appointment = (await appointments.load([row.appointment_id]))[row.appointment_id]
    here = replace(appointment.content, title="here")
    await appointments.change(replace(appointment, content=here), world.window(), world.now)
    await world.run(desk)
    assert await models.CalendarSyncConflict.filter(mapping_id=row.id, state="open").count() == 1

    await _removed(world, desk)

    assert await models.CalendarSyncConflict.filter(mapping_id=row.id, state="open").count() == 0


async def test_a_removal_that_dies_at_any_step_is_ended_by_the_next(world: World) -> None:
    desk = world.desks[0]
    for _ in range(3):
        await people.make(world)
    world.desks[0].calendar.put(StoredEvent("own", "", world.values.content(is_series=False), uid="own"))
    await world.run(desk)
    world.weather = Mortal(world.course, is_calm=True)
    deaths, left = 0, None

    while left is None:
        world.weather.steps = deaths + 1
        try:
            left = await _removed(world, desk)
        except Crash:
            deaths += 1
            world.now += timedelta(minutes=1)

    copies = [event for event in desk.calendar.live.values() if event.marker]
    assert (left, copies) == (0, [])
    assert deaths > 10
    assert "own" in desk.calendar.live


@pytest.mark.parametrize("is_read", [True, False])
async def test_a_copy_whose_create_got_no_answer_and_that_could_not_be_read_is_not_left_unsaid(
    world: World, monkeypatch: pytest.MonkeyPatch, *, is_read: bool
) -> None:
    desk = world.desks[0]
    await world.run(desk)
    made = await entering.make(world, desk)
    world.weather.is_calm = False
    world.weather.armed[Fault.UNANSWERED] = 1
    assert await world.run(desk)
    world.weather.is_calm = True

    async def hydrate(_: FaultyAdapter, __: str, ids: Sequence[str]) -> Sequence[Reading]:
        return [Unreadable(i, "", "The event cannot be had.", is_passing=True) for i in ids]

    with monkeypatch.context() as failing:
        failing.setattr(FaultyAdapter, "hydrate", hydrate)
        for _ in range(5):
            world.now += timedelta(minutes=1)
            assert await world.run(desk)
        assert await models.CalendarSyncMapping.filter(appointment_id=made, due="read").exists()
        left = None if is_read else await _removed(world, desk)
    left = await _removed(world, desk) if left is None else left

    assert (left, bool(entering.copies(desk, made))) == ((0, False) if is_read else (1, True))


async def test_a_copy_that_did_not_show_yet_when_it_was_taken_out_is_looked_for_again(world: World) -> None:
    desk = world.desks[1]
    made = await entering.make(world, desk)
    assert await world.run(desk)
    lag = desk.calendar.conduct.visibility_lag
    desk.calendar.strikes = lambda trouble: trouble is Trouble.HIDDEN

    assert await _removed(world, desk) > 0
    assert entering.copies(desk, made)

    world.now += lag
    assert await _removed(world, desk) == 0
    assert not entering.copies(desk, made)
