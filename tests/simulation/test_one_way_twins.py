"""Look-alikes in calendars that are synced one way."""

from dataclasses import replace

from tests.simulation.entering import (
    THERE,
    asked,
    copies,
    edit,
    enter,
    imported_titles,
    make,
    met,
    of_appointment,
    of_event,
    run,
)
from tests.simulation.world import Desk, World

from metonic_core.selection import Direction
from metonic_gateway.store import preferences
from metonic_gateway.store.preferences import Preferences


async def _direct(world: World, desk: Desk, direction: Direction) -> None:
    def edited(before: Preferences) -> Preferences:
        return replace(before, direction=direction)

    await preferences.change(desk.user_id, desk.provider, edited, world.window(), world.now)


async def test_a_calendar_that_is_only_read_asks_as_well(world: World) -> None:
    desk = world.desks[0]
    await _direct(world, desk, Direction.PULL)
    appointment = await make(world, desk)
    enter(desk)
    await run(world, desk, 2)
    assert await asked(desk) == [(appointment, "own")]

    await edit(world, appointment, title="Something else")
    await run(world, desk)

    assert await asked(desk) == []
    assert await imported_titles(desk) == ["strength"]


async def test_a_calendar_that_is_only_written_to_from_now_on_stops_asking(world: World) -> None:
    desk, appointment = await met(world, 0, "unborn")

    await _direct(world, desk, Direction.PUSH)
    await run(world, desk, 2)

    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == 1
    assert (await of_event(desk)).hold == "ignored"


async def test_an_edit_that_nobody_asks_for_keeps_no_look_alike_waiting(world: World) -> None:
    desk = world.desks[0]
    enter(desk)
    await run(world, desk)
    await _direct(world, desk, Direction.PUSH)
    await run(world, desk)
    enter(desk, said=replace(THERE, notes="edited on the phone"))
    await run(world, desk)

    appointment = await make(world, desk)
    await run(world, desk, 2)

    assert (await of_appointment(desk, appointment)).due is None
    assert await asked(desk) == [(appointment, "own")]
