"""What the scheduler looks for every minute is found without reading all that ever ran."""

from tests.gateway.house import House, synced

from metonic_gateway.store import previews, undoing
from metonic_gateway.store.models import CalendarSyncHistory


async def test_what_waits_is_found_by_an_index(house: House) -> None:
    await synced(house)
    waiting = CalendarSyncHistory.filter(kind="undo", state__in=["queued", "running"])

    plan = repr([tuple(step) for step in await waiting.explain()])

    assert "ix_run_by_kind" in plan
    assert (await undoing.unfinished(), await previews.waiting(house.now)) == ([], [])
