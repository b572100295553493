"""What a person says to a held run: approved, rejected, moved meanwhile, asked twice."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.conflicting import SHOWN
from tests.gateway.graphql.operations import CREATE, UPDATE
from tests.gateway.graphql.operations import lesson as lesson_asked
from tests.gateway.graphql.settings import SET
from tests.gateway.guard.asking import APPROVE, REJECT, STATUS, copies, holding
from tests.gateway.guard.stock import (
    HOME,
    edit,
    erase,
    held,
    held_run,
    lesson,
    own_event,
    run,
    send,
    standing,
    stocked,
)
from tests.gateway.house import House, synced

from metonic_gateway.store.models import Appointment, CalendarSyncHistory, CalendarSyncMapping, SyncOperation


async def test_what_is_approved_is_done_by_a_fresh_run(house: House, api: Api) -> None:
    calendar, plan = await holding(house)

    answer = await api.call(APPROVE, id=plan)
    assert (answer["state"], answer["reason"], answer["kind"]) == ("QUEUED", "APPROVAL", "SYNC")
    assert house.nudged == [calendar]
    assert (await api.call(STATUS))["state"] == "QUEUED"
    await house.sync(calendar)

    assert (await standing(), await held()) == (10, 0)
    done = await CalendarSyncHistory.get(id=answer["id"])
    assert (done.state, done.reason, done.items_pulled) == ("finished", "approval", 40)
    assert (await CalendarSyncHistory.get(id=plan)).state == "finished"
    assert not await SyncOperation.filter(counted_in__isnull=False).exists()


async def test_what_was_approved_is_not_counted_against_the_next_deletions(house: House, api: Api) -> None:
    calendar, plan = await holding(house)
    await api.call(APPROVE, id=plan)
    await house.sync(calendar)

    erase(house, 40, 41)
    await run(house, calendar)

    assert (await standing(), await held()) == (8, 0)


async def test_what_moved_meanwhile_is_decided_anew(house: House, api: Api) -> None:
    calendar, plan = await holding(house)
    for number in range(15):
        house.world.put(HOME, own_event(number, "Back, and otherwise"))
    edited = await CalendarSyncMapping.get(external_event_id="own-20")
    await Appointment.filter(id=edited.appointment_id).update(
        content=(await Appointment.get(id=edited.appointment_id)).content | {"title": "Edited here"}
    )

    await api.call(APPROVE, id=plan)
    await house.sync(calendar)

    # 24 are still gone and unchanged; of the 15 that are back the edits are many, and one is a conflict.
    assert await standing() == 50 - 24
    assert await held() == 0
    assert (await CalendarSyncMapping.get(id=edited.id)).hold == "conflict"


async def test_what_is_rejected_stays_until_one_side_moves(house: House, api: Api) -> None:
    calendar, plan = await holding(house, of=30, erased=20)

    assert (await api.call(REJECT, id=plan))["state"] == "REJECTED"
    await run(house, calendar)
    await run(house, calendar, timedelta(days=1, hours=1))
    assert (await standing(), await held()) == (30, 0)
    assert ("IGNORED", "rejected") in await copies(api)
    assert (await api.call(STATUS))["attention"] is None

    house.world.put(HOME, own_event(0, "Back"))
    await run(house, calendar)
    erase(house, 0)
    await run(house, calendar)
    assert (await standing(), await held()) == (29, 0)


async def test_rejected_edits_are_not_taken_over_until_they_are_edited_again(house: House, api: Api) -> None:
    calendar = await stocked(house, 20)
    edit(house, *range(20))
    await run(house, calendar)
    await api.call(REJECT, id=str((await held_run()).id))

    await run(house, calendar, timedelta(days=2))
    assert await held() == 0
    assert not await SyncOperation.filter(reason="edited_there").exists()

    edit(house, 0, title="Once more")
    await run(house, calendar)
    assert await SyncOperation.filter(reason="edited_there").count() == 1


async def test_copies_whose_erasure_is_rejected_stay_in_the_calendar(house: House, api: Api) -> None:
    await send(house, *map(lesson, range(20)))
    calendar = await synced(house)
    await send(house, *(lesson(n, 2, is_cancelled=True) for n in range(20)))
    await run(house, calendar)

    await api.call(REJECT, id=str((await held_run()).id))
    await run(house, calendar, timedelta(days=2))

    assert len(house.world.titles()) == 20


async def test_answering_twice_is_no_error_and_the_other_answer_comes_too_late(
    house: House, api: Api
) -> None:
    calendar, plan = await holding(house)

    first, second = await api.call(APPROVE, id=plan), await api.call(APPROVE, id=plan)
    assert first == second
    await house.sync(calendar)
    assert (await api.call(APPROVE, id=plan))["state"] == "FINISHED"
    assert (await api.call(REJECT, id=plan))["code"] == "OUT_OF_DATE"


async def test_rejecting_twice_is_no_error_and_approving_comes_too_late(house: House, api: Api) -> None:
    _, plan = await holding(house)

    assert await api.call(REJECT, id=plan) == await api.call(REJECT, id=plan)
    assert (await api.call(APPROVE, id=plan))["code"] == "OUT_OF_DATE"


async def test_a_plan_that_a_later_run_took_over_is_not_approved(house: House, api: Api) -> None:
    calendar, former = await holding(house)
    erase(house, 40)
    await run(house, calendar)

    refused = await api.call(APPROVE, id=former)

    assert (refused["__typename"], refused["code"]) == ("OutOfDate", "OUT_OF_DATE")
    assert await held() == 41


@pytest.mark.parametrize("given", ["", "nonsense", "00000000-0000-0000-0000-000000000000"])
async def test_a_run_that_is_not_there_is_not_found(api: Api, given: str) -> None:
    assert (await api.call(APPROVE, id=given))["code"] == "NOT_FOUND"
    assert (await api.call(REJECT, id=given))["code"] == "NOT_FOUND"
    assert await held() == 0


async def test_what_is_held_is_drawn_anew_without_asking_twice(house: House) -> None:
    await send(house, *map(lesson, range(20)))
    calendar = await synced(house)
    cancelled = [lesson(n, 2, is_cancelled=True) for n in range(20)]
    await send(house, *cancelled)
    await run(house, calendar)
    former = (await held_run()).id

    await send(house, *(replace(one, platform_version=3) for one in cancelled))
    await run(house, calendar)

    assert (await held_run()).id == former
    assert (len(house.world.titles()), await held()) == (20, 20)


async def test_who_rejects_a_deletion_and_goes_on_editing_is_not_overruled_by_the_policy(
    house: House, api: Api
) -> None:
    made = [(await api.call(CREATE, appointment=lesson_asked(title=f"L {n}")))["id"] for n in range(15)]
    calendar = await synced(house)
    await api.call(SET, settings={"conflictsAutomatically": "KEEP_EXTERNAL"})
    await house.sync(calendar)
    house.world.events[HOME].clear()
    await run(house, calendar)
    await api.call(REJECT, id=str((await held_run()).id))

    await api.call(UPDATE, id=made[0], appointment={"title": "Needed"})
    await run(house, calendar)
    await api.call(SET, settings={"conflictsAutomatically": None})
    await run(house, calendar)

    assert (await standing(), await held()) == (15, 0)
    # Of all others nobody is asked again, whatever the policy says now.
    (asked,) = (await api.call(SHOWN))["nodes"]
    assert asked["localVersion"]["title"] == "Needed"
