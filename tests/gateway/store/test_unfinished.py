"""What the scheduler looks for every minute, and the guard in every run, is found by an index."""

from datetime import timedelta
from uuid import uuid4

from tests.gateway.house import House, synced

from metonic_gateway.store import previews, undoing
from metonic_gateway.store.models import CalendarSyncHistory, SyncOperation


async def test_what_waits_is_found_by_an_index(house: House) -> None:
    await synced(house)
    waiting = CalendarSyncHistory.filter(kind="undo", state__in=["queued", "running"])

    plan = repr([tuple(step) for step in await waiting.explain()])

    assert "ix_run_by_kind" in plan
    assert (await undoing.unfinished(), await previews.waiting(house.now)) == ([], [])


async def test_what_the_guard_counts_is_found_by_an_index(house: House) -> None:
    await synced(house)
    counted = SyncOperation.filter(counted_in=uuid4(), at__gt=house.now - timedelta(days=1))

    plan = repr([tuple(step) for step in await counted.explain()])

    assert "ix_operation_counted" in plan
