"""What people put back to saying nothing of its own is their edit too, though no value tells of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from tests.simulation.entering import edit, enter, of_event, run
from tests.simulation.events import put_back
from tests.simulation.values import OCCURRENCES
from tests.simulation.world import Desk, World

from metonic_core.model.event import StoredEvent
from metonic_gateway.store import appointments

FIRST = min(OCCURRENCES)


async def _series(world: World) -> tuple[Desk, StoredEvent]:
    """A series of the user's of which an occurrence was edited in the calendar, and a run knows of that."""
    desk = world.desks[1]
    before = world.values.content(is_series=True)
    enter(desk, said=before)
    await run(world, desk)
    plain = desk.calendar.live["own"]
    desk.calendar.put(replace(plain, content=world.values.edited(before, FIRST)))
    await run(world, desk)
    return desk, plain


async def _cancelled(world: World, desk: Desk) -> None:
    row = await of_event(desk)
    assert row.appointment_id
    world.erased_here.add(row.appointment_id)
    await edit(world, row.appointment_id, is_deleted=True)


async def _edited_here(world: World, desk: Desk) -> None:
    row = await of_event(desk)
    assert row.appointment_id
    here = (await appointments.load([row.appointment_id]))[row.appointment_id].content
    await edit(world, row.appointment_id, overrides=world.values.edited(here, FIRST).overrides)


async def test_an_occurrence_that_was_put_back_is_a_reason_to_ask_about_a_deletion(world: World) -> None:
    desk, plain = await _series(world)
    put_back(world, desk, desk.calendar.live["own"], plain)
    await _cancelled(world, desk)

    await run(world, desk)

    assert world.counts["conflicts: deleted"] == 1
    assert world.astray == []


async def test_it_clashes_with_what_was_written_into_that_occurrence_meanwhile(world: World) -> None:
    desk, plain = await _series(world)
    put_back(world, desk, desk.calendar.live["own"], plain)
    await _edited_here(world, desk)

    await run(world, desk)

    assert world.counts["conflicts: data_mismatch"] == 1
    assert world.astray == []


@pytest.mark.parametrize(("happens", "kind"), [(_cancelled, "deleted"), (_edited_here, "data_mismatch")])
async def test_an_occurrence_that_nobody_put_back_is_no_reason(
    world: World, happens: Callable[[World, Desk], Awaitable[None]], kind: str
) -> None:
    desk, plain = await _series(world)
    desk.calendar.put(replace(desk.calendar.live["own"], content=plain.content))
    await happens(world, desk)

    await run(world, desk)

    (found,) = world.astray
    assert f"is in conflict for no reason: {kind}" in found
