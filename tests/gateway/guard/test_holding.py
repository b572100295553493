"""What runs hold and what they do: deletions and edits in masses, a calendar suddenly empty, slow drips."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.gateway.guard.stock import (
    HOME,
    edit,
    erase,
    held,
    held_run,
    lesson,
    own_event,
    planned,
    run,
    send,
    standing,
    stocked,
)
from tests.gateway.house import House, synced

from metonic_core.model.mapping import Observed
from metonic_gateway.store import mappings
from metonic_gateway.store.models import CalendarLink, CalendarSyncHistory, CalendarSyncMapping, SyncPlanStep
from metonic_gateway.store.rows import mapping_of


async def test_forty_deletions_of_fifty_are_held_and_everything_else_goes_on(house: House) -> None:
    calendar = await stocked(house, 50)
    erase(house, *range(40))
    house.world.put(HOME, own_event(60, "New there"))
    await house.add("New here")

    await run(house, calendar)

    assert (await standing(), await held()) == (52, 40)
    assert "New here" in house.world.titles()
    plan = await held_run()
    assert (await planned(plan.id), plan.status, plan.completed_at) == (40, "success", house.now)
    causes = await SyncPlanStep.all().distinct().values_list("side", "operation", "reason", "held_because")
    assert causes == [("local", "delete", "deleted_there", "many_deletions")]


async def test_ten_deletions_of_fifty_are_done(house: House) -> None:
    calendar = await stocked(house, 50)
    erase(house, *range(10))

    await run(house, calendar)

    assert (await standing(), await held()) == (40, 0)


async def test_thirty_per_cent_are_done_and_one_more_is_held(house: House) -> None:
    calendar = await stocked(house, 50)

    erase(house, *range(15))
    await run(house, calendar)
    assert (await standing(), await held()) == (35, 0)

    erase(house, 15)
    await run(house, calendar)
    assert (await standing(), await held()) == (35, 1)


async def test_of_301_deletions_of_1000_none_is_done_first(house: House) -> None:
    calendar = await stocked(house, 1000)
    erase(house, *range(301))

    await run(house, calendar)

    assert (await standing(), await held()) == (1000, 301)


@pytest.mark.parametrize("number", [3, 5])
async def test_the_deletion_of_all_there_is_is_held(house: House, number: int) -> None:
    calendar = await stocked(house, number)
    house.world.put(HOME, own_event(20, "So that it is not empty"))
    erase(house, *range(number))

    await run(house, calendar)

    assert (await standing(), await held()) == (number + 1, number)


async def test_however_few_are_deleted_a_calendar_that_is_suddenly_empty_is_not_believed(
    house: House,
) -> None:
    calendar = await stocked(house, 2)
    erase(house, 0, 1)

    await run(house, calendar)

    assert (await standing(), await held()) == (2, 2)
    assert {step.held_because for step in await SyncPlanStep.all()} == {"empty_calendar"}
    assert (await CalendarLink.get()).is_suspect


async def test_what_comes_back_is_released_by_itself_and_the_suspicion_ends(house: House) -> None:
    calendar = await stocked(house, 2)
    erase(house, 0, 1)
    await run(house, calendar)
    plan = await held_run()

    house.world.put(HOME, own_event(0))
    await run(house, calendar)
    assert (await standing(), await held(), await planned(plan.id)) == (2, 1, 1)
    assert not (await CalendarLink.get()).is_suspect

    house.world.put(HOME, own_event(1))
    await run(house, calendar)
    assert (await standing(), await held()) == (2, 0)
    assert (await CalendarSyncHistory.get(id=plan.id)).state == "finished"


async def test_a_slow_drip_is_counted_over_a_day(house: House) -> None:
    calendar = await stocked(house, 30)
    for number in range(10):
        erase(house, number)
        await run(house, calendar, timedelta(hours=1))

    erase(house, 10)
    await run(house, calendar, timedelta(hours=1))

    assert (await standing(), await held()) == (20, 1)


async def test_a_drip_over_more_than_a_day_is_none(house: House) -> None:
    calendar = await stocked(house, 30)
    for number in range(15):
        erase(house, number)
        await run(house, calendar, timedelta(hours=2, minutes=30))

    assert (await standing(), await held()) == (15, 0)


async def test_edits_in_masses_are_held_and_few_are_taken_over(house: House) -> None:
    calendar = await stocked(house, 30)

    edit(house, *range(10))
    await run(house, calendar)
    assert await held() == 0

    edit(house, *range(20), title="Moved again")
    await run(house, calendar)
    assert await held() == 20
    assert {step.held_because for step in await SyncPlanStep.all()} == {"many_edits"}


async def test_one_event_that_is_edited_often_counts_once(house: House) -> None:
    calendar = await stocked(house, 30)

    for time in range(15):
        edit(house, 0, title=f"Time {time}")
        await run(house, calendar)

    assert await held() == 0


async def test_copies_that_the_platform_cancels_in_masses_are_held(house: House) -> None:
    await send(house, *map(lesson, range(20)))
    calendar = await synced(house)

    await send(house, *(lesson(n, 2, is_cancelled=True) for n in range(12)))
    await run(house, calendar)

    assert len(house.world.titles()) == 20
    assert await held() == 12
    causes = await SyncPlanStep.all().distinct().values_list("side", "operation", "reason", "held_because")
    assert causes == [("external", "delete", "deleted_here", "many_deletions")]


async def _arrived_late(house: House, number: int) -> None:
    """The copy of that lesson is seen by now, and nobody knew before that it had been made."""
    title = lesson(number).content.title
    event = next(e for e in house.world.events[HOME].values() if e.content.title == title)
    row = mapping_of(await CalendarSyncMapping.get(external_event_id=event.id))
    unborn = replace(row, local_base=None, external_base=None, etag=None, seen=Observed(event))
    await mappings.store([unborn.due()], house.now)


async def test_a_copy_that_arrived_late_is_counted_with_the_others(house: House) -> None:
    await send(house, *map(lesson, range(20)))
    calendar = await synced(house)
    await _arrived_late(house, 10)

    await send(house, *(lesson(n, 2, is_cancelled=True) for n in range(11)))
    await run(house, calendar)

    assert (len(house.world.titles()), await held()) == (20, 11)
    assert not await CalendarSyncMapping.exclude(due=None).exists()


async def test_events_renamed_in_masses_are_no_deletions(house: House) -> None:
    calendar = await stocked(house, 30)
    for number in range(30):
        event = house.world.events[HOME].pop(f"own-{number}")
        house.world.events[HOME][f"new-{number}"] = event.__class__(
            f"new-{number}", "1", event.content, uid=event.uid
        )

    await run(house, calendar)

    assert (await standing(), await held()) == (30, 0)
    assert await CalendarSyncMapping.filter(closed=None).count() == 30


async def test_a_held_item_stays_held_however_few_are_left_and_is_put_before_a_person_once(
    house: House,
) -> None:
    calendar = await stocked(house, 50)
    erase(house, *range(40))
    await run(house, calendar)
    plan = await held_run()

    await run(house, calendar, timedelta(days=2))

    assert (await standing(), await held()) == (50, 40)
    assert (await held_run()).id == plan.id


async def test_a_run_that_holds_more_takes_the_place_of_the_held_run_with_all_of_it(house: House) -> None:
    calendar = await stocked(house, 50)
    erase(house, *range(40))
    await run(house, calendar)
    former = await held_run()

    erase(house, 40, 41)
    await run(house, calendar)

    latter = await held_run()
    assert latter.id != former.id
    assert (await planned(latter.id), await planned(former.id)) == (42, 0)
    assert (await CalendarSyncHistory.get(id=former.id)).state == "finished"
