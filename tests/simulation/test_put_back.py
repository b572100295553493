"""A user puts back what stood there before a write of ours: unless a run knew of that, nobody can tell."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.simulation import losing
from tests.simulation.entering import edit, enter, of_event, run
from tests.simulation.events import put_back
from tests.simulation.faults import Fault, FaultyAdapter
from tests.simulation.standing import standing
from tests.simulation.world import Desk, World

from metonic_core.model.event import StoredEvent
from metonic_core.spi.changes import Reading

SENT = "v4711"


async def _sent_late(world: World) -> tuple[Desk, StoredEvent]:
    """A calendar that gives each write a new version, and the user's event, to which a title is sent."""
    desk = world.desks[1]
    enter(desk)
    await run(world, desk)
    appointment = (await of_event(desk)).appointment_id
    assert appointment
    await edit(world, appointment, title=SENT)
    world.weather.is_calm = False
    world.weather.armed[Fault.LATE] = 1
    await run(world, desk)
    world.weather.is_calm = True
    assert len(world.weather.late) == 1
    return desk, desk.calendar.live["own"]


async def _arrive(world: World, desk: Desk) -> StoredEvent:
    await world.weather.late.pop()()
    return desk.calendar.live["own"]


def _put_again(desk: Desk) -> None:
    """What an engine would do that did not hear of it."""
    present = desk.calendar.live["own"]
    desk.calendar.put(replace(present, content=replace(present.content, title=SENT)))


async def _found(world: World, desk: Desk) -> list[str]:
    (place,) = [place for place in await standing(world) if place.desk is desk]
    return losing.put_back(place)


@pytest.mark.parametrize("fate", ["arrived", "lost"])
async def test_where_nobody_can_tell_whether_a_write_came_it_is_sent_again(world: World, fate: str) -> None:
    desk, before = await _sent_late(world)
    if fate == "arrived":
        put_back(world, desk, await _arrive(world, desk), before)
    else:
        # A service gives it a new version for reasons of its own.
        world.weather.late.clear()
        desk.calendar.put(before)
    stands = desk.calendar.live["own"]
    assert stands == replace(before, etag=stands.etag, revision=stands.revision)

    await run(world, desk)

    assert desk.calendar.live["own"].content.title == SENT
    assert await _found(world, desk) == []


@pytest.mark.parametrize("known", ["before", "meanwhile"])
async def test_what_a_run_knew_to_stand_there_stays_away_when_it_is_taken_back(
    world: World, known: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, before = await _sent_late(world)
    arrived = await _arrive(world, desk)
    if known == "before":
        await run(world, desk)
        put_back(world, desk, arrived, before)
    else:
        await _run_over(world, desk, arrived, before, monkeypatch)
    await run(world, desk, 2)
    assert desk.calendar.live["own"].content.title == before.content.title
    assert await _found(world, desk) == []

    _put_again(desk)

    assert await _found(world, desk) == ["I3: title of own was put back, and what it replaced came again"]


async def _run_over(
    world: World, desk: Desk, arrived: StoredEvent, before: StoredEvent, patched: pytest.MonkeyPatch
) -> None:
    """A run reads what has arrived, and before it stores that, it is taken back."""
    hydrate = FaultyAdapter.hydrate

    async def read(adapter: FaultyAdapter, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        found = await hydrate(adapter, calendar_id, ids)
        if desk.calendar.live["own"] == arrived:
            put_back(world, desk, arrived, before)
        return found

    with patched.context() as context:
        context.setattr(FaultyAdapter, "hydrate", read)
        await run(world, desk)


async def test_an_older_version_than_the_one_that_was_written_over_is_an_edit(world: World) -> None:
    """Nothing but a person puts back what stood there even before."""
    desk, before = await _sent_late(world)
    arrived = await _arrive(world, desk)
    put_back(world, desk, arrived, replace(before, content=replace(before.content, title="v17")))

    _put_again(desk)

    assert await _found(world, desk) == ["I3: title of own was put back, and what it replaced came again"]
