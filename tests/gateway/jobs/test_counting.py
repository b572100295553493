"""A calendar's pairs are counted where a run stored something, also one that did not get that far."""

from datetime import timedelta

import pytest
from tests.gateway.house import House, synced
from tests.gateway.memory import MemoryAdapter

from metonic_core.model.when import Window
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.changes import ChangePage
from metonic_core.sync import LeaseLost
from metonic_gateway.store import leases, outcomes


async def _incremental(
    adapter: CalendarAdapter, calendar_id: str, cursor: str | None, window: Window
) -> ChangePage:
    """A feed that tells of nothing more once it was read."""
    if cursor:
        return ChangePage([], done=cursor)
    page = await CalendarAdapter.get_changes(adapter, calendar_id, cursor, window)
    return ChangePage(page.changes, done="token")


@pytest.mark.parametrize("until", ["count_pairs", "record_success"])
async def test_what_a_run_stored_that_was_cut_off_is_counted_by_the_next(
    house: House, until: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MemoryAdapter, "get_changes", _incremental)
    calendar = await synced(house)
    await house.add("Boxing")
    house.later(timedelta(minutes=20))

    async def cut_off(*_: object) -> bool:
        raise LeaseLost("another took over")

    with monkeypatch.context() as patched:
        patched.setattr(outcomes, until, cut_off)
        await house.sync(calendar)
    await leases.break_all()
    for _ in range(3):
        house.later(timedelta(minutes=20))
        await house.sync(calendar)

    assert (await house.row(calendar)).items_synced == 1
