"""Taking back a run right after it leads back to the state before it, here and in every calendar."""

from collections.abc import Awaitable, Callable
from random import Random
from unittest.mock import patch
from uuid import UUID

import pytest
from tests.simulation import events, ground, people
from tests.simulation.invariants import broken
from tests.simulation.rest import all_both_ways, come_to_rest, live_on
from tests.simulation.undoing import fought_over, undo
from tests.simulation.world import CONDUCTS, Desk, World

from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_gateway.store import appointments, history, models, undoing
from metonic_gateway.store.states import FINISHED, HELD

SEEDS = 24
_AT_ONCE = 6

State = tuple[dict[UUID, tuple[Content, bool]], list[list[str]]]


async def _state(world: World) -> State:
    """What the platform says, and what stands in each calendar."""
    ids = [row["id"] for row in await models.Appointment.all().values("id")]
    here = {a.id: (a.content, a.is_deleted) for a in (await appointments.load(ids)).values()}
    return here, [
        sorted(repr(_trimmed(event.content)) for event in desk.calendar.live.values()) for desk in world.desks
    ]


def _trimmed(content: Content) -> tuple[object, ...]:
    return content.title, content.when, content.location, content.notes.rstrip(), content.overrides


async def _undone(world: World) -> bool:
    """Sync the calendars one after the other until a run did something, and take that one back."""
    for desk in world.desks:
        await world.run(desk)
        if await _take_back_last(world, desk):
            return True
    return False


async def _take_back_last(world: World, desk: Desk) -> bool:
    row = await models.CalendarSyncHistory.filter(sync_config_id=desk.id, state="running").first()
    if row is None:
        return False
    holds = await models.SyncPlanStep.filter(run_id=row.id).exists()
    await models.CalendarSyncHistory.filter(id=row.id).update(state=HELD if holds else FINISHED)
    run = await history.run(desk.user_id, row.id)
    if run is None or run.id not in await undoing.undoable([run]):
        return False
    await undo(world, desk, run.id)
    # Whoever may not edit an appointment cannot take back what others did to it.
    return await models.CalendarSyncHistory.filter(undo_of=run.id, status="success").exists()


async def _erase_own(world: World) -> None:
    """Somebody deletes an event of theirs; what stood in a private one nobody here knows."""
    for desk in world.desks:
        for event_id, event in [*desk.calendar.live.items()]:
            if event_id.startswith("own-") and not event.content.is_private:
                world.erased_there.add((desk.id, event_id))
                world.values.retire(event.content)
                desk.calendar.erase(event_id)


@pytest.mark.parametrize("first", range(0, SEEDS, _AT_ONCE))
async def test_a_quiet_run_that_is_undone_leaves_no_trace(first: int, database: bytes) -> None:
    number = 0
    for seed in range(first, first + _AT_ONCE):
        dice = Random(seed)  # noqa: S311 - chance that can be repeated
        with patch("os.urandom", dice.randbytes):
            async with ground.laid(database):
                number += await _lead_back(World(dice))

    assert number


async def _lead_back(world: World) -> int:
    world.weather.is_calm = True
    world.open(world.dice.sample(CONDUCTS, 3))
    await people.make(world)
    await world.platform.make(people.new_content(world))
    # What stands in a private one nobody here knows, so its erasure cannot be taken back.
    own = StoredEvent("own-0", "", world.values.content(is_series=world.dice.random() < 0.2), uid="own-0")
    world.dice.choice(world.desks).calendar.put(own)
    await all_both_ways(world)
    assert await come_to_rest(world) + await live_on(world) == []
    acts: list[Callable[[World], Awaitable[None]]] = [events.edit, people.edit, _erase_own, people.delete]
    number = 0
    for act in acts:
        before = await _state(world)
        await act(world)
        is_undone = await _undone(world)
        number += is_undone
        assert await come_to_rest(world) + await live_on(world) == []
        assert not is_undone or await _state(world) == before, "\n".join(world.trace)
        assert await broken(world) + await fought_over(world) == [], "\n".join(world.trace)
    return number
