"""A person was asked about a deletion, and meanwhile the event came back where no feed tells of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.simulation.world import MARKERS, Desk, World

from metonic_core.model.appointment import Appointment
from metonic_core.model.event import StoredEvent
from metonic_core.model.resolution import ResolutionKind
from metonic_core.reconcile.resolving import resolution_of
from metonic_core.testing.conduct import GRAPH
from metonic_gateway.store import appointments, models, preferences, resolving
from metonic_gateway.store.preferences import Preferences

LONG = timedelta(days=60)


async def _resolve(world: World, desk: Desk) -> None:
    (row,) = await models.CalendarSyncConflict.filter(sync_config_id=desk.id, state="open")

    decided = await resolving.decide(
        desk.user_id, {row.id: row.version}, lambda c: resolution_of(c, ResolutionKind.KEEP_LOCAL), world.now
    )

    assert decided.resolved


async def _set_policy(world: World, desk: Desk) -> None:
    def edit(before: Preferences) -> Preferences:
        return replace(before, conflict_policy="keep_local")

    await preferences.change(desk.user_id, desk.provider, edit, world.window(), world.now)


def _copies(desk: Desk, appointment_id: UUID) -> list[str]:
    marked = {i: MARKERS.read(event.marker) for i, event in desk.calendar.live.items() if event.marker}
    return [i for i, marker in marked.items() if marker and marker.appointment_id == appointment_id]


async def _run(world: World, desk: Desk, times: int = 2) -> None:
    for _ in range(times):
        world.now += timedelta(minutes=1)
        assert await world.run(desk)


async def _long_ago(world: World) -> tuple[Desk, UUID, StoredEvent]:
    """A calendar that tells nothing of what lies beyond its window, and an old appointment's copy in it."""
    await world.connect(world.users[0], "further", GRAPH)
    desk = world.desks[-1]
    made = Appointment(uuid4(), 1, desk.user_id, "one_on_one", world.values.content(is_series=False))
    await appointments.insert(made, world.window(), world.now)
    await _run(world, desk)
    world.now += LONG
    await _run(world, desk)
    (copy,) = _copies(desk, made.id)
    return desk, made.id, desk.calendar.live[copy]


@pytest.mark.parametrize("answer", [_resolve, _set_policy])
async def test_an_event_that_came_back_unseen_is_not_made_a_second_time(
    world: World, answer: Callable[[World, Desk], Awaitable[None]]
) -> None:
    desk, appointment, copy = await _long_ago(world)
    desk.calendar.erase(copy.id)
    await _run(world, desk)
    assert await models.CalendarSyncConflict.filter(sync_config_id=desk.id, state="open").count() == 1
    desk.calendar.put(copy)
    await _run(world, desk)

    await answer(world, desk)
    await _run(world, desk)

    assert _copies(desk, appointment) == [copy.id]
    assert await models.CalendarSyncConflict.filter(sync_config_id=desk.id, state="superseded").count() == 1


async def test_nor_is_one_that_came_back_while_its_policy_had_to_wait(world: World) -> None:
    desk, appointment, first = await _long_ago(world)
    await _set_policy(world, desk)
    desk.calendar.erase(first.id)
    await _run(world, desk)
    (second,) = _copies(desk, appointment)
    copy = desk.calendar.live[second]
    desk.calendar.erase(second)
    await _run(world, desk)
    desk.calendar.put(copy)

    world.now += timedelta(hours=1)
    await _run(world, desk)

    assert _copies(desk, appointment) == [second]


async def test_what_is_still_gone_is_made_anew_as_was_asked(world: World) -> None:
    desk, appointment, copy = await _long_ago(world)
    desk.calendar.erase(copy.id)
    await _run(world, desk)

    await _resolve(world, desk)
    await _run(world, desk, 1)

    (anew,) = _copies(desk, appointment)
    assert anew != copy.id
    assert await models.CalendarSyncConflict.filter(sync_config_id=desk.id, state="resolved").count() == 1
