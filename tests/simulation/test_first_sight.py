"""Events that no row knows are read and stored before their page is: what if the run ends in between."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.simulation.entering import TRAINING, enter, run
from tests.simulation.faults import FaultyAdapter
from tests.simulation.values import BASE, ZONE
from tests.simulation.world import MARKERS, Desk, World

from metonic_core import sync
from metonic_core.model.when import Timed
from metonic_core.spi.changes import Reading
from metonic_core.spi.errors import RateLimited
from metonic_core.testing.conduct import CALDAV
from metonic_core.testing.memory import MemoryAdapter
from metonic_gateway.store import models, preview, run_log
from metonic_gateway.store.leases import Held
from metonic_gateway.store.preview_ledger import PreviewLedger


async def broken_off(world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One page of six events, in batches of three of which the second is not answered."""
    desk.calendar.conduct = replace(CALDAV, page_size=100)
    for n in range(6):
        start = BASE + timedelta(hours=n)
        when = Timed(start, start + timedelta(hours=1), ZONE)
        enter(desk, f"own-{n}", replace(TRAINING, title=f"Event {n}", when=when))
    asked: list[Sequence[str]] = []
    whole = FaultyAdapter.hydrate

    async def hydrate(adapter: FaultyAdapter, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        asked.append(ids)
        if len(asked) > 1:
            raise RateLimited("not now")
        return await whole(adapter, calendar_id, ids)

    with monkeypatch.context() as patched:
        patched.setattr(FaultyAdapter, "hydrate", hydrate)
        world.now += timedelta(minutes=15)
        assert not await world.run(desk)


async def imported(desk: Desk) -> list[str]:
    rows = models.Appointment.filter(imported_from=desk.link_id, is_deleted=False)
    return sorted(row.content["title"] for row in await rows)


async def test_what_was_deleted_before_the_page_came_again_is_not_imported(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = world.desks[0]
    await broken_off(world, desk, monkeypatch)
    desk.calendar.erase("own-0")

    await run(world, desk, 3)

    assert await imported(desk) == [f"Event {n}" for n in range(1, 6)]


async def test_what_was_moved_before_the_page_came_again_is_imported_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = world.desks[0]
    await broken_off(world, desk, monkeypatch)
    event = desk.calendar.live["own-0"]
    desk.calendar.erase("own-0")
    desk.calendar.put(replace(event, id="own-elsewhere"))

    await run(world, desk, 3)

    assert await imported(desk) == [f"Event {n}" for n in range(6)]


async def test_a_page_of_changes_that_comes_again_is_no_feed_that_repeats_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = world.desks[0]
    await run(world, desk, 2)
    before = await models.CalendarLink.get(id=desk.link_id)
    await broken_off(world, desk, monkeypatch)

    await run(world, desk)

    assert (await models.CalendarLink.get(id=desk.link_id)).round == before.round
    assert await imported(desk) == [f"Event {n}" for n in range(6)]


async def test_a_preview_in_which_everything_is_new_holds_no_more_than_the_run(world: World) -> None:
    desk = world.desks[2]
    for event_id in [*desk.calendar.live]:
        desk.calendar.erase(event_id)
    await models.CalendarSyncMapping.all().delete()
    await models.Appointment.all().delete()
    enter(desk, "own", replace(TRAINING, title="Dentist"))
    await run(world, desk, 2)
    world.now += timedelta(days=1, minutes=5)
    desk.calendar.erase("own")
    enter(desk, "other", replace(TRAINING, title="Doctor"))

    log = await run_log.begin(desk.id, "preview", world.now)
    held = Held(desk.id, desk.link_id, 0, desk.user_id, desk.provider)
    ledger = PreviewLedger(held, MARKERS, world.window, lambda: world.now, log)
    await ledger.assume(await preview.assumed(desk.id, None, world.window()))
    adapter = FaultyAdapter(MemoryAdapter(desk.calendar), world.weather)
    foreseen = await sync.preview(ledger, adapter, desk.calendar.conduct.capabilities, lambda: world.now)

    assert [step.cause for step in foreseen.steps if step.cause] == []
    await run(world, desk, 2)
    assert await imported(desk) == ["Doctor"]
