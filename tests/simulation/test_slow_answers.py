"""An answer is judged by when it was asked for: what may not have shown then is not gone."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.simulation.entering import make
from tests.simulation.faults import FaultyAdapter
from tests.simulation.world import World

from metonic_core.spi.changes import Reading
from metonic_core.testing.conduct import Trouble
from metonic_gateway.store import models


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
