"""A provider that forgets a cursor silently: all is named as if it were new, what was deleted is not."""

from datetime import timedelta
from itertools import count
from unittest.mock import patch
from uuid import uuid4

from tests.simulation.world import Desk, World

from metonic_core.model.appointment import Appointment
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Window
from metonic_core.spi.changes import ChangePage
from metonic_core.spi.errors import Unavailable
from metonic_core.testing.calendar import MemoryCalendar
from metonic_core.testing.conduct import Trouble
from metonic_gateway.store import appointments, models

SOON = timedelta(minutes=5)
NAMES = ("one", "two", "three", "four", "five")


async def _run(world: World, desk: Desk) -> None:
    world.now += SOON
    assert await world.run(desk)


async def _with_imports(world: World) -> Desk:
    desk = world.desks[0]
    for name in NAMES:
        desk.calendar.put(StoredEvent(name, "", world.values.content(is_series=False), uid=name))
    await _run(world, desk)
    await _run(world, desk)
    return desk


def _forgets(desk: Desk) -> None:
    desk.calendar.strikes = lambda trouble: trouble is Trouble.RESET


async def _rounds(desk: Desk) -> int:
    return (await models.CalendarLink.get(id=desk.link_id)).round


async def _standing(desk: Desk) -> set[str]:
    rows = await models.CalendarSyncMapping.filter(link_id=desk.link_id, closed=None)
    return {row.external_event_id for row in rows} & set(NAMES)


async def test_a_deletion_that_the_provider_forgot_is_found_by_the_same_run(world: World) -> None:
    desk = await _with_imports(world)
    desk.calendar.erase("one")
    _forgets(desk)

    await _run(world, desk)

    assert await _standing(desk) == {"two", "three", "four", "five"}
    assert (await models.CalendarLink.get(id=desk.link_id)).read_completely_at == world.now


async def test_a_clock_that_was_ahead_keeps_no_calendar_from_being_read_completely(world: World) -> None:
    desk, now = await _with_imports(world), world.now
    world.now += timedelta(days=400)
    await _run(world, desk)
    rounds, world.now = await _rounds(desk), now

    await _run(world, desk)

    assert await _rounds(desk) == rounds + 1


async def test_what_we_wrote_ourselves_is_no_sign_of_it(world: World) -> None:
    desk = await _with_imports(world)
    rounds = await _rounds(desk)
    for _ in range(4):
        content = world.values.content(is_series=False)
        made = Appointment(uuid4(), 1, desk.user_id, "one_on_one", content)
        await appointments.insert(made, world.window(), world.now)
    written = len(desk.calendar.log)

    for _ in range(3):
        await _run(world, desk)

    assert len(desk.calendar.log) > written
    assert await _rounds(desk) == rounds


async def test_what_people_change_and_make_is_no_sign_of_it(world: World) -> None:
    desk = await _with_imports(world)
    rounds = await _rounds(desk)
    for name in ("one", "new"):
        desk.calendar.put(StoredEvent(name, "", world.values.content(is_series=False), uid=name))
    desk.calendar.erase("two")

    await _run(world, desk)

    assert await _rounds(desk) == rounds


async def test_pages_without_end_end_the_run_and_the_next_goes_on_from_there(world: World) -> None:
    desk = await _with_imports(world)
    pages = count()

    with patch.object(MemoryCalendar, "changes", lambda *_: ChangePage((), more=f"page {next(pages)}")):
        assert not await world.run(desk)

    # The last one asked for was not taken.
    assert (await models.CalendarLink.get(id=desk.link_id)).cursor == f"page {next(pages) - 2}"


async def test_a_run_that_dies_right_after_it_leaves_the_complete_read_to_the_next(world: World) -> None:
    desk = await _with_imports(world)
    desk.calendar.erase("one")
    _forgets(desk)
    answer = desk.calendar.changes

    def only_once(cursor: str | None, window: Window) -> ChangePage:
        if cursor is None:
            raise Unavailable("The server does not answer any more.")
        return answer(cursor, window)

    with patch.object(MemoryCalendar, "changes", staticmethod(only_once)):
        world.now += SOON
        assert not await world.run(desk)
    desk.calendar.strikes = lambda _: False
    await _run(world, desk)

    assert await _standing(desk) == {"two", "three", "four", "five"}
