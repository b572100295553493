"""However many conflicts a batch of a run meets, they cost the same few statements."""

from datetime import timedelta
from uuid import UUID

from tests.gateway.graphql.client import Api
from tests.gateway.graphql.conflicting import SHOWN, look, many_conflicts
from tests.gateway.graphql.statements import counted

from metonic_gateway.store.models import CalendarSyncConflict, CalendarSyncMapping
from metonic_gateway.store.sweeping import sweep


async def test_a_run_that_shows_many_conflicts_anew_asks_as_often_as_for_one(api: Api) -> None:
    numbers = []
    for number in (1, 6):
        calendar, _ = await many_conflicts(api, number)
        await _forget(calendar)
        with counted() as statements:
            await look(api, calendar)
        numbers.append(len([each for each in statements if "calendar_sync_conflicts" in each]))

    assert numbers[0] == numbers[1]
    assert (await api.call(SHOWN))["totalCount"] == await CalendarSyncMapping.filter(hold="conflict").count()


async def test_what_is_over_is_erased_after_ninety_days_and_what_waits_never_is(api: Api) -> None:
    _, made = await many_conflicts(api, 2)
    await CalendarSyncConflict.filter(appointment_id=made[0]).update(
        state="resolved", closed_at=api.house.now
    )

    await sweep(api.house.now + timedelta(days=90))
    before = await CalendarSyncConflict.all().count()
    await sweep(api.house.now + timedelta(days=90, seconds=1))

    assert before == 2
    assert [row.state for row in await CalendarSyncConflict.all()] == ["open"]


async def _forget(calendar: UUID) -> None:
    """Everything is decided anew, and met as for the first time."""
    await CalendarSyncConflict.filter(sync_config_id=calendar).delete()
    await CalendarSyncMapping.filter(link__sync_config_id=calendar, hold="conflict").update(
        hold=None, wanted=99, drawn=99, due="decide"
    )
