"""What is old is erased a part at a time, and nothing else is."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.gateway.graphql.statements import counted
from tests.gateway.house import House, synced

from metonic_gateway.store import run_log
from metonic_gateway.store.models import CalendarSyncHistory, SyncOperation
from metonic_gateway.store.runs import Outcome
from metonic_gateway.store.sweeping import HISTORY, JOURNAL, sweep


async def written(house: House, run: object, number: int) -> None:
    """So many lines of the journal."""
    lines = (
        SyncOperation(
            id=uuid4(),
            run_id=run,
            mapping_id=uuid4(),
            side="local",
            operation="update",
            reason="edited",
            field_groups=["title"],
            at=house.now,
        )
        for _ in range(number)
    )
    await SyncOperation.bulk_create(lines)


async def test_the_journal_goes_in_parts_and_what_is_young_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metonic_gateway.store.sweeping._AT_ONCE", 3)
    run = await (await run_log.begin(await synced(house), "schedule", house.now)).ensure()
    await written(house, run, 7)
    house.later(JOURNAL + timedelta(days=1))
    await written(house, run, 2)

    with counted() as statements:
        await sweep(house.now)

    assert await SyncOperation.all().count() == 2
    assert len([text for text in statements if text.startswith('DELETE FROM "sync_operations"')]) == 3


async def test_runs_go_in_parts_and_what_has_not_ended_stays(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metonic_gateway.store.sweeping._AT_ONCE", 2)
    calendar = await synced(house)
    await CalendarSyncHistory.all().delete()
    for _ in range(5):
        log = await run_log.begin(calendar, "schedule", house.now)
        await log.ensure()
        await log.finish(Outcome("success"), house.now)
    open_one = await (await run_log.begin(calendar, "schedule", house.now)).ensure()
    house.later(HISTORY + timedelta(days=1))

    await sweep(house.now)

    assert [row.id for row in await CalendarSyncHistory.all()] == [open_one]
