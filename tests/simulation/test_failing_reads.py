"""A copy that may never have been made, and cannot be read: it is made as soon as that can be told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.simulation.entering import (
    THERE,
    copies,
    edit,
    enter,
    every_calendar,
    imported_titles,
    make,
    of_event,
    run,
)
from tests.simulation.faults import Fault, FaultyAdapter
from tests.simulation.world import Desk, World

import metonic_core.sync.read as reading
from metonic_core import sync
from metonic_core.selection import Choice
from metonic_core.spi.changes import Reading, Unreadable
from metonic_core.spi.errors import Unavailable
from metonic_core.spi.writes import Outcome, Unknown, Write
from metonic_core.testing.memory import MemoryAdapter
from metonic_gateway.store import choosing, models

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1, minutes=1)


class Failing:
    """What a provider answers that fails at whatever is read; ``asked`` counts the questions."""

    def __init__(self, *, is_passing: bool) -> None:
        self.is_passing = is_passing
        self.asked = 0

    async def hydrate(self, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:  # noqa: ARG002
        self.asked += 1
        return [unreadable(i, is_passing=self.is_passing) for i in ids]


def unreadable(event_id: str, *, is_passing: bool = True) -> Unreadable:
    return Unreadable(event_id, "", "The event cannot be had.", is_passing)


async def lost(world: World, desk: Desk) -> UUID:
    """The row of a copy whose create never arrived, which nobody knows."""
    assert await world.run(desk)
    made = await make(world, desk)
    await lose(world, desk)
    row = await models.CalendarSyncMapping.get(link_id=desk.link_id, appointment_id=made)
    assert row.intent
    return row.id


async def lose(world: World, desk: Desk) -> None:
    """A run of which the first write never arrives."""
    world.weather.is_calm = False
    world.weather.armed[Fault.LOST] = 1
    assert await world.run(desk)
    world.weather.is_calm = True


async def run_with(
    world: World, desk: Desk, failing: Failing, patched: pytest.MonkeyPatch, times: int
) -> None:
    with patched.context() as context:
        context.setattr(FaultyAdapter, "hydrate", failing.hydrate)
        for _ in range(times):
            failing.asked = 0
            world.now += MINUTE
            assert await world.run(desk)


async def test_what_cannot_be_read_just_now_is_asked_for_once_a_run_until_it_can(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, failing = world.desks[0], Failing(is_passing=True)
    row_id = await lost(world, desk)

    await run_with(world, desk, failing, monkeypatch, 6)

    row = await models.CalendarSyncMapping.get(id=row_id)
    assert (row.hold, row.due, failing.asked) == ("quarantine", "read", 1)

    assert await world.run(desk)
    await row.refresh_from_db()
    assert (row.hold, row.due, row.external_event_id in desk.calendar.live) == (None, None, True)


async def test_a_run_that_only_asks_in_vain_stores_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = world.desks[0]
    enter(desk)
    await run_with(world, desk, Failing(is_passing=True), monkeypatch, 2)
    await models.CalendarSyncConfig.filter(id=desk.id).update(fence=99)
    ledger = await world.ledger(desk, 99)
    adapter = FaultyAdapter(MemoryAdapter(desk.calendar), world.weather)
    monkeypatch.setattr(FaultyAdapter, "hydrate", Failing(is_passing=True).hydrate)

    await sync.run(ledger, adapter, desk.calendar.conduct.capabilities, lambda: world.now)

    assert not ledger.work.has_moved


async def test_what_could_not_be_read_is_asked_for_once_a_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, failing = world.desks[0], Failing(is_passing=False)
    row_id = await lost(world, desk)

    await run_with(world, desk, failing, monkeypatch, 3)

    row = await models.CalendarSyncMapping.get(id=row_id)
    assert (row.hold, row.due, failing.asked) == ("quarantine", None, 0)

    world.now += DAY
    assert await world.run(desk)
    await row.refresh_from_db()
    assert (row.hold, row.due, row.external_event_id in desk.calendar.live) == (None, None, True)


async def test_a_change_that_was_lost_while_nothing_could_be_read_is_sent_once_that_is_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = world.desks[0]
    made = await make(world, desk)
    assert await world.run(desk)
    await edit(world, made, title="Yoga")
    await lose(world, desk)

    await run_with(world, desk, Failing(is_passing=True), monkeypatch, 6)
    row = await models.CalendarSyncMapping.get(link_id=desk.link_id, appointment_id=made)
    assert (row.hold, row.due) == ("quarantine", "read")

    assert await world.run(desk)
    await row.refresh_from_db()
    assert (row.hold, desk.calendar.live[row.external_event_id].content.title) == (None, "Yoga")


async def test_a_write_that_never_lands_is_tried_no_more_often_where_it_cannot_be_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, failing, sent = world.desks[0], Failing(is_passing=True), 0

    async def write(_: FaultyAdapter, __: str, writes: Sequence[Write]) -> Sequence[Outcome]:
        nonlocal sent
        sent += len(writes)
        return [Unknown(Unavailable("No answer came.")) for _ in writes]

    assert await world.run(desk)
    await make(world, desk)
    monkeypatch.setattr(FaultyAdapter, "write_events", write)
    for _ in range(12):
        world.now += MINUTE
        if sent == 3:
            await run_with(world, desk, failing, monkeypatch, 1)
        assert await world.run(desk)

    assert sent == 3


async def test_a_server_that_fails_at_many_events_is_asked_for_all_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also for one of the many that is whole again."""
    desk, hydrate_well, bad = world.desks[0], FaultyAdapter.hydrate, {"bad1", "bad2", "bad3"}

    async def hydrate(adapter: FaultyAdapter, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        if len(bad & {*ids}) > 1:
            raise Unavailable("the server fails at many events")
        found = await hydrate_well(adapter, calendar_id, ids)
        return [unreadable(i) if i in bad else one for i, one in zip(ids, found, strict=True)]

    monkeypatch.setattr(FaultyAdapter, "hydrate", hydrate)
    monkeypatch.setattr(reading, "_FEW", 1)
    for name in sorted(bad):
        enter(desk, name, replace(THERE, title=name))
        world.now += MINUTE
        await world.run(desk)
    made = await make(world, desk)
    bad.remove("bad3")
    world.now += MINUTE

    assert await world.run(desk)
    assert copies(desk, made)
    rows = models.CalendarSyncMapping.filter(link_id=desk.link_id, external_event_id__startswith="bad")
    assert await rows.filter(hold="quarantine").count() == len(bad)


async def test_a_server_that_fails_at_all_is_asked_for_each_change_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = world.desks[0]

    async def hydrate(*_: object) -> Sequence[Reading]:
        raise Unavailable("the server fails")

    monkeypatch.setattr(FaultyAdapter, "hydrate", hydrate)
    enter(desk)

    assert not await world.run(desk)


@every_calendar
async def test_what_is_wanted_again_while_nobody_can_read_it_is_set_aside_by_that_run(
    world: World, place: int
) -> None:
    desk = world.desks[place]
    enter(desk)
    await run(world, desk)
    await _chosen(world, desk, Choice.NEVER)
    desk.calendar.garbled.add("own")
    desk.calendar.put(desk.calendar.live["own"])
    await run(world, desk)
    assert (await of_event(desk)).hold == "unlinked"

    await _chosen(world, desk, None)
    assert (await of_event(desk)).hold == "quarantine"

    desk.calendar.garbled.remove("own")
    desk.calendar.put(replace(desk.calendar.live["own"], content=replace(THERE, title="Yoga")))
    await run(world, desk)
    assert (await of_event(desk)).hold is None
    assert await imported_titles(desk) == ["yoga"]


async def _chosen(world: World, desk: Desk, choice: Choice | None) -> None:
    row = await of_event(desk)
    assert row.appointment_id
    mine = desk.user_id, desk.provider
    await choosing.choose(mine, [row.appointment_id], choice, world.window(), world.now)
    await run(world, desk)
