"""The feed of changes: in order, from any position, without skipping what is committed late."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.gateway.graphql.statements import counted
from tests.gateway.house import House
from tests.gateway.store.states import edited, feed

from metonic_core.model.content import Content
from metonic_core.model.when import AllDay
from metonic_gateway.store import changes
from metonic_gateway.store.appointments import load
from metonic_gateway.store.changes import Cause, ChangeKind, Entry, PositionUnknown
from metonic_gateway.store.models import AppointmentChange, ChangeCounter
from metonic_gateway.store.sweeping import sweep

UPDATE = ChangeKind.UPDATE


async def noted(house: House, *appointments: UUID) -> None:
    known = await load(appointments)
    await changes.record(
        [Entry(known[i], known[i], UPDATE) for i in appointments], Cause(user_id=house.user), house.now
    )


async def late(house: House, row_id: int, appointment_id: UUID) -> None:
    """A change whose key was drawn earlier than it is committed."""
    about: dict[str, Any] = {"id": row_id, "appointment_id": appointment_id, "state": {}}
    await AppointmentChange.create(**about, kind="update", at=house.now)


def named(found: Sequence[changes.Change]) -> list[UUID]:
    return [change.kept.appointment.id for change in found]


async def test_changes_come_in_the_order_of_writing(house: House) -> None:
    first, second = await house.add("First"), await house.add("Second")
    await noted(house, second, first)
    await noted(house, second)

    found = await feed()

    assert named(found) == [second, first, second]
    assert [change.position for change in found] == sorted({change.position for change in found})
    assert {change.cause for change in found} == {Cause(user_id=house.user)}
    assert {(change.at, change.kind, change.overwritten) for change in found} == {(house.now, UPDATE, None)}


async def test_a_change_that_is_committed_late_comes_after_what_was_read(house: House) -> None:
    first, second = await house.add("First"), await house.add("Second")
    await late(house, 10, first)
    await late(house, 12, first)
    position = (await feed())[-1].position

    await late(house, 11, second)

    assert named(await feed(position)) == [second]
    assert named(await feed()) == [first, first, second]


async def test_a_page_ends_where_the_next_one_begins(house: House) -> None:
    made = [await house.add(f"No. {n}") for n in range(5)]
    await noted(house, *made)

    first = await changes.page(0, 2)
    second = await changes.page(first.position, 2)
    third = await changes.page(second.position, 2)

    assert named([*first.changes, *second.changes, *third.changes]) == made
    assert [page.has_more for page in (first, second, third)] == [True, True, False]
    empty = await changes.page(third.position, 2)
    assert (empty.changes, empty.position, empty.has_more) == ([], third.position, False)


async def test_the_newest_position_is_where_the_next_change_comes_after(house: House) -> None:
    made = await house.add("First")
    assert await changes.newest() == 0
    await noted(house, made, made)

    position = await changes.newest()

    assert await feed(position) == []
    await noted(house, made)
    assert len(await feed(position)) == 1


async def test_a_position_from_the_future_is_unknown(house: House) -> None:
    await noted(house, await house.add("First"))
    last = await changes.newest()

    with pytest.raises(PositionUnknown):
        await changes.page(last + 1, 10)


async def test_every_change_shows_the_appointment_as_it_is_now(house: House) -> None:
    made = await house.add("First")
    await noted(house, made)
    when = AllDay(house.now.date(), house.now.date() + timedelta(days=1))
    theirs = Content("Overwritten", when)
    known = (await load([made]))[made]
    await changes.record([Entry(known, known, UPDATE, theirs)], Cause("memory"), house.now)

    await edited(house, made, Content("Now", when))

    found = await feed()
    assert [change.kept.appointment.content.title for change in found] == ["Now", "Now"]
    assert [change.overwritten for change in found] == [None, theirs]


async def test_who_reads_without_news_writes_nothing_and_costs_the_same_for_many(house: House) -> None:
    made = [await house.add(f"No. {n}") for n in range(30)]
    await noted(house, *made)
    await feed()
    with counted() as for_one:
        await changes.page(0, 1)

    with counted() as for_many:
        await changes.page(0, 100)

    assert len(for_many) == len(for_one) <= 4
    assert all(statement.startswith("SELECT") for statement in for_many)


async def test_positions_are_given_by_one_statement_for_any_number(house: House) -> None:
    made = [await house.add(f"No. {n}") for n in range(30)]
    await noted(house, *made)

    with counted() as statements:
        await changes.newest()

    assert len([s for s in statements if s.startswith("UPDATE")]) == 2
    assert (await ChangeCounter.get(id=1)).last_position == len(made)


@pytest.mark.parametrize("at_once", [500, 3])
async def test_a_feed_that_was_swept_leads_from_any_position_to_the_same_state(
    house: House, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metonic_gateway.store.sweeping._AT_ONCE", at_once)
    made = [await house.add(f"No. {n}") for n in range(6)]
    for n in range(40):
        await noted(house, made[n * n % 11 % len(made)])
        house.later(timedelta(days=5))
        if n % 3 == 0:
            await feed()
    before = await feed()

    erased = await sweep(house.now)

    after = await feed()
    assert erased == len(before) - len(after) > 10
    assert {change.at for change in before} - {change.at for change in after} <= {
        change.at for change in before if change.at < house.now - timedelta(days=90)
    }
    for position in [0, *(change.position for change in before)]:
        full = {change.kept.appointment.id for change in before if change.position > position}
        assert set(named(await feed(position))) == full
