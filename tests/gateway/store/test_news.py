"""What calendars and users do to appointments is in the feed, in the transaction that does it."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.gateway.house import House, synced
from tests.gateway.store.states import LESSON, feed, moved

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import TITLE
from metonic_core.model.event import StoredEvent
from metonic_gateway.services import CHANGES
from metonic_gateway.store import appointments, changes
from metonic_gateway.store.changes import Cause, ChangeKind
from metonic_gateway.store.models import CalendarSyncHistory, CalendarSyncMapping

NEW = UUID(int=7)
EVENT = StoredEvent("own-1", "", LESSON, uid="own-1")


async def told() -> list[str]:
    return [change.kind.value for change in await feed()]


async def test_what_a_user_makes_edits_cancels_and_brings_back_is_told(house: House) -> None:
    window, cause = house.services.window(), Cause(user_id=house.user)
    made = await house.add("Unheard of")
    known = (await appointments.load([made]))[made]
    new = replace(known, id=NEW, content=LESSON)
    await appointments.insert(new, window, house.now, cause=cause)

    async def renamed(one: Appointment) -> Appointment:
        return replace(one, content=replace(LESSON, title="Yoga"))

    async def cancelled(one: Appointment) -> Appointment:
        return replace(one, is_deleted=True)

    async def back(one: Appointment) -> Appointment:
        return replace(one, is_deleted=False)

    for edit in (renamed, renamed, cancelled, back):
        await appointments.edit(NEW, edit, window, house.now, cause=cause)

    assert await told() == ["create", "update", "delete", "update"]
    assert {change.cause for change in await feed()} == {cause}


async def test_an_edit_that_is_refused_is_not_told(house: House) -> None:
    made = await house.add("First")

    async def refused(_: Appointment) -> Appointment:
        raise ValueError("not entitled")

    with pytest.raises(ValueError, match="entitled"):
        await appointments.edit(made, refused, house.services.window(), house.now, cause=Cause())

    assert await feed() == []


async def test_what_comes_from_a_calendar_is_told_with_its_run(house: House) -> None:
    house.world.put("home", EVENT)
    calendar = await synced(house)
    house.world.put("home", replace(EVENT, content=moved(LESSON, 2)))
    house.later(timedelta(days=1))
    await house.sync(calendar)
    # Something else stands there, so that the calendar is not suddenly empty.
    house.world.put("home", replace(EVENT, id="old", uid="old", content=moved(LESSON, -24 * 200)))
    del house.world.events["home"]["own-1"]
    house.later(timedelta(days=2))
    await house.sync(calendar)

    found = await feed()

    assert [change.kind.value for change in found] == ["create", "update", "delete"]
    assert {(change.cause.provider, change.cause.user_id) for change in found} == {("memory", house.user)}
    runs = [run.id for run in await CalendarSyncHistory.all().order_by("requested_at")]
    assert [change.cause.run_id for change in found] == runs
    assert found[0].kept.appointment.imported_from == (await house.row(calendar)).link_id


async def test_a_run_that_told_something_nudges_the_feed_and_another_one_does_not(house: House) -> None:
    calendar = await synced(house)
    with house.services.feed.subscribe([CHANGES]) as nudges:
        house.later(timedelta(days=1))
        await house.sync(calendar)
        quiet = asyncio.ensure_future(anext(nudges))
        await asyncio.sleep(0)
        assert not quiet.done()

        house.world.put("home", EVENT)
        house.later(timedelta(days=1))
        await house.sync(calendar)

        assert await asyncio.wait_for(quiet, 5) == CHANGES


async def test_what_goes_out_to_a_calendar_is_no_news(house: House) -> None:
    await house.add("Ours")

    await synced(house)

    assert house.world.titles() == ["Ours"]
    assert await feed() == []


async def test_the_feed_remembers_which_groups_a_calendar_changed(house: House) -> None:
    house.world.put("home", EVENT)
    calendar = await synced(house)
    house.world.put("home", replace(EVENT, content=replace(LESSON, title="Yoga")))
    house.later(timedelta(days=1))
    await house.sync(calendar)

    (change,) = [change for change in await feed() if change.kind is ChangeKind.UPDATE]
    known = change.kept.appointment
    (_, last) = (await changes.told([known.id]))[known.id]

    assert (last.changed, last.version) == (frozenset({TITLE}), known.version)


async def test_work_is_not_drawn_on_a_row_that_was_closed_meanwhile(house: House) -> None:
    await synced(house)
    made = await house.add("First")
    (row,) = await CalendarSyncMapping.filter(appointment_id=made)
    await CalendarSyncMapping.filter(id=row.id).update(closed="other_dates", due=None, wanted=None)

    still_open = await appointments.draw_rows([row.id])

    (row,) = await CalendarSyncMapping.filter(appointment_id=made)
    assert (still_open, row.due, row.wanted) == (set(), None, None)
