"""What does not show yet is not gone: neither for who asks, nor for who deletes it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.simulation.entering import HERE, THERE, asked, edit, enter, imported_titles, make
from tests.simulation.faults import FaultyAdapter
from tests.simulation.world import Desk, World

from metonic_core.model.series import Recurrence
from metonic_core.spi.changes import Gone, Reading
from metonic_core.testing.conduct import Trouble
from metonic_gateway.store import models

WEEKLY = Recurrence(("FREQ=WEEKLY",))


async def _read_too_early(world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the feed of this run tells of does not show where it is read."""
    whole = FaultyAdapter.hydrate

    async def hydrate(adapter: FaultyAdapter, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        desk.calendar.strikes = lambda trouble: trouble is Trouble.HIDDEN
        found = await whole(adapter, calendar_id, ids)
        desk.calendar.strikes = lambda _: False
        return found

    with monkeypatch.context() as patched:
        patched.setattr(FaultyAdapter, "hydrate", hydrate)
        assert await world.run(desk)
    assert desk.heard is None


async def test_an_event_that_is_told_of_before_it_shows_is_known_once_it_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    google = world.desks[1]
    assert await world.run(google)
    enter(google, "own-new", replace(THERE, recurrence=WEEKLY))

    await _read_too_early(world, google, monkeypatch)
    assert "strength" not in await imported_titles(google)
    world.now += google.calendar.conduct.visibility_lag
    assert await world.run(google)

    assert "strength" in await imported_titles(google)


async def test_a_young_event_that_is_asked_about_is_not_gone_where_an_old_report_comes_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    google = world.desks[1]
    assert await world.run(google)
    link = await models.CalendarLink.get(id=google.link_id)
    made = await make(world, google, replace(HERE, recurrence=WEEKLY))
    enter(google, "own-new", replace(THERE, recurrence=WEEKLY))
    assert await world.run(google)
    assert await asked(google) == [(made, "own-new")]

    await models.CalendarLink.filter(id=link.id).update(cursor=link.cursor)
    await _read_too_early(world, google, monkeypatch)

    assert await asked(google) == [(made, "own-new")]


async def test_a_copy_that_was_too_young_to_show_when_it_was_read_is_not_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    google = world.desks[1]
    made = await make(world, google)
    assert await world.run(google)
    row = await models.CalendarSyncMapping.get(link_id=google.link_id, appointment_id=made)
    whole = FaultyAdapter.hydrate

    async def slowly(adapter: FaultyAdapter, calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        found = await whole(adapter, calendar_id, ids)
        world.now += timedelta(minutes=1)
        return found

    await models.CalendarLink.filter(id=google.link_id).update(read_completely_at=None)
    google.calendar.strikes = lambda trouble: trouble is Trouble.HIDDEN
    with monkeypatch.context() as patched:
        patched.setattr(FaultyAdapter, "hydrate", slowly)
        assert await world.run(google)

    await row.refresh_from_db()
    assert (row.hold, row.closed, row.external_event_id in google.calendar.live) == (None, None, True)
    assert not await models.CalendarSyncConflict.filter(mapping_id=row.id).exists()


async def test_nor_is_one_that_comes_back_after_it_was_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    google = world.desks[1]
    assert await world.run(google)
    enter(google, "own-new", THERE)
    assert await world.run(google)
    google.calendar.erase("own-new")
    for _ in range(2):
        world.now += timedelta(minutes=15)
        assert await world.run(google)
    assert "strength" not in await imported_titles(google)
    enter(google, "own-new", THERE)

    async def hydrate(_: FaultyAdapter, _calendar_id: str, ids: Sequence[str]) -> Sequence[Reading]:
        return [Gone(each, is_firm=False) for each in ids]

    with monkeypatch.context() as patched:
        patched.setattr(FaultyAdapter, "hydrate", hydrate)
        assert await world.run(google)
    world.now += timedelta(minutes=15)
    assert await world.run(google)

    assert "strength" in await imported_titles(google)


@pytest.mark.parametrize("is_told_before", [False, True])
async def test_a_copy_that_was_deleted_before_it_showed_goes_once_it_does(
    world: World, *, is_told_before: bool
) -> None:
    """Who deletes what does not show yet is told that nothing is there."""
    google = world.desks[1]
    made = await make(world, google)
    for _ in range(2 if is_told_before else 1):
        assert await world.run(google)
    google.calendar.strikes = lambda trouble: trouble is Trouble.HIDDEN
    await edit(world, made, is_deleted=True)
    assert await world.run(google)
    row = await models.CalendarSyncMapping.get(link_id=google.link_id, appointment_id=made)
    assert (row.closed, row.external_event_id in google.calendar.live) == ("erased", True)

    google.calendar.strikes = lambda _: False
    for _ in range(2):
        world.now += google.calendar.conduct.visibility_lag - timedelta(seconds=1)
        assert await world.run(google)

    assert row.external_event_id not in google.calendar.live
