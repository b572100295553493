"""The same thing entered on both sides: a person is asked, and nothing is doubled meanwhile."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.simulation.entering import (
    HERE,
    THERE,
    asked,
    copies,
    edit,
    enter,
    every_before,
    every_calendar,
    imported_titles,
    make,
    met,
    of_appointment,
    of_event,
    run,
)
from tests.simulation.values import BASE, ZONE
from tests.simulation.world import Desk, World

from metonic_core.model.appointment import Participant
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.when import Timed
from metonic_gateway.store import models


async def both_new(world: World, place: int = 0) -> tuple[Desk, UUID]:
    desk = world.desks[place]
    await run(world, desk)
    enter(desk)
    appointment = await make(world, desk)
    await run(world, desk)
    return desk, appointment


@every_calendar
async def test_what_is_new_on_both_sides_is_asked_about_and_neither_copied_nor_imported(
    world: World, place: int
) -> None:
    desk, appointment = await both_new(world, place)

    assert await asked(desk) == [(appointment, "own")]
    assert copies(desk, appointment) == []
    assert (await of_event(desk)).appointment_id is None
    assert (await of_appointment(desk, appointment)).hold == "conflict"


@every_calendar
@pytest.mark.parametrize("low", ["event", "appointment"])
async def test_the_order_of_ids_decides_nothing(
    world: World, place: int, low: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = world.desks[place]
    await run(world, desk)
    row_of_event, row_of_appointment = UUID(int=1), UUID(int=2**128 - 1)
    if low == "appointment":
        row_of_event, row_of_appointment = row_of_appointment, row_of_event
    monkeypatch.setattr("metonic_gateway.store.appointments.uuid4", lambda: row_of_appointment)
    appointment = await make(world, desk)
    monkeypatch.undo()
    enter(desk)
    monkeypatch.setattr("metonic_gateway.store.ledger.SqlLedger.new_id", lambda _self: row_of_event)
    await run(world, desk)

    assert await asked(desk) == [(appointment, "own")]
    assert copies(desk, appointment) == []


@every_calendar
async def test_an_event_like_a_copy_of_ours_is_asked_about_and_the_copy_stays_in_step(
    world: World, place: int
) -> None:
    desk = world.desks[place]
    appointment = await make(world, desk)
    await run(world, desk)
    enter(desk)
    await run(world, desk)
    await edit(world, appointment, notes="moved on")
    await run(world, desk)

    (copy,) = copies(desk, appointment)
    assert await asked(desk) == [(appointment, "own")]
    assert desk.calendar.live[copy].content.notes.rstrip() == "moved on"
    assert await imported_titles(desk) == []


@every_calendar
async def test_an_appointment_like_an_event_imported_before_is_asked_about(world: World, place: int) -> None:
    desk = world.desks[place]
    enter(desk)
    await run(world, desk)
    appointment = await make(world, desk)
    await run(world, desk)

    assert await imported_titles(desk) == ["strength"]
    assert await asked(desk) == [(appointment, "own")]
    assert copies(desk, appointment) == []


@every_calendar
async def test_an_imported_event_that_somebody_made_something_of_is_a_thing_of_its_own(
    world: World, place: int
) -> None:
    desk = world.desks[place]
    enter(desk)
    await run(world, desk)
    former = (await of_event(desk)).appointment_id
    assert former
    await edit(world, former, notes="edited on the platform")
    await run(world, desk)
    appointment = await make(world, desk)
    await run(world, desk)

    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == 1


@every_calendar
@every_before
async def test_one_that_moves_away_is_let_go_and_both_go_their_ways(
    world: World, place: int, before: str
) -> None:
    desk, appointment = await met(world, place, before)

    await edit(world, appointment, title="Something else")
    await run(world, desk)

    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == 1
    assert await imported_titles(desk) == ["strength"]


@every_calendar
@every_before
async def test_an_event_that_moves_away_lets_go_too(world: World, place: int, before: str) -> None:
    desk, appointment = await met(world, place, before)

    enter(desk, said=replace(THERE, title="Something else"))
    await run(world, desk)

    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == 1
    assert await imported_titles(desk) == ["something"]


@every_calendar
@every_before
@pytest.mark.parametrize("who", ["event", "appointment"])
async def test_one_that_is_deleted_lets_the_other_go(world: World, place: int, before: str, who: str) -> None:
    desk, appointment = await met(world, place, before)

    if who == "event":
        desk.calendar.erase("own")
    else:
        await edit(world, appointment, is_deleted=True)
    await run(world, desk, 2)

    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == (who == "event")
    assert await imported_titles(desk) == ([] if who == "event" else ["strength"])
    assert ("own" in desk.calendar.live) == (who == "appointment")


@every_calendar
@pytest.mark.parametrize("third", ["event", "appointment"])
@every_before
async def test_where_a_third_appears_nothing_is_guessed(
    world: World, place: int, before: str, third: str
) -> None:
    desk, appointment = await met(world, place, before)

    other = None
    if third == "event":
        enter(desk, "another")
    else:
        other = await make(world, desk)
    await run(world, desk, 2)

    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == 1
    assert other is None or len(copies(desk, other)) == 1
    assert await imported_titles(desk) == ["strength"] * (2 if third == "event" else 1)


@every_calendar
async def test_three_that_come_at_once_are_not_asked_about(world: World, place: int) -> None:
    desk = world.desks[place]
    await run(world, desk)
    appointment = await make(world, desk)
    enter(desk)
    enter(desk, "another")
    await run(world, desk, 2)

    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == 1
    assert await imported_titles(desk) == ["strength", "strength"]


@pytest.mark.parametrize(
    "said",
    [
        replace(THERE, is_private=True),
        replace(THERE, title="1:1"),
        replace(THERE, when=Timed(BASE, BASE + timedelta(hours=2), ZONE)),
        replace(THERE, title="Strength"),
    ],
    ids=["private", "short", "longer", "other title"],
)
async def test_what_is_private_says_little_or_differs_looks_like_nothing(world: World, said: Content) -> None:
    desk = world.desks[0]
    appointment = await make(world, desk, replace(HERE, title=said.title) if said.title == "1:1" else HERE)
    enter(desk, said=said)
    await run(world, desk, 2)

    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == 1


async def test_somebody_elses_appointment_looks_like_nothing(world: World) -> None:
    desk, other = world.desks[0], world.desks[1]
    appointment = await make(world, other, HERE, Participant(desk.user_id))
    enter(desk)
    await run(world, desk, 2)

    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == 1
    assert await imported_titles(desk) == ["strength"]


async def test_an_event_that_takes_its_pairs_place_is_asked_about_as_that_pair(world: World) -> None:
    """Two events with one UID: the second was asked about when the first went away."""
    desk = world.desks[0]
    enter(desk, said=replace(THERE, title="Dentist"))
    await run(world, desk)
    imported = (await of_event(desk)).appointment_id
    appointment = await make(world, desk)
    desk.calendar.put(StoredEvent("elsewhere", "", THERE, uid="own"))
    await run(world, desk)
    assert await asked(desk) == [(appointment, "elsewhere")]
    asker = (await of_event(desk, "elsewhere")).id

    desk.calendar.erase("own")
    await run(world, desk, 2)

    assert await asked(desk) == [(appointment, "elsewhere")]
    assert (await of_event(desk, "elsewhere")).appointment_id == imported
    assert not await models.CalendarSyncConflict.filter(mapping_id=asker, state="open").exists()

    await edit(world, appointment, title="Something else")
    await run(world, desk)
    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == 1


@every_calendar
async def test_what_is_asked_about_stays_asked_about_through_complete_reads(world: World, place: int) -> None:
    desk, appointment = await both_new(world, place)
    before = await models.CalendarSyncConflict.all().values("id")

    for _ in range(3):
        world.now += timedelta(days=1, minutes=1)
        await world.run(desk)

    assert await asked(desk) == [(appointment, "own")]
    assert await models.CalendarSyncConflict.all().values("id") == before
    assert not await models.CalendarSyncMapping.filter(link_id=desk.link_id, due__isnull=False).exists()


@every_calendar
async def test_what_the_user_made_of_a_copy_is_a_thing_of_its_own(world: World, place: int) -> None:
    desk = world.desks[place]
    appointment = await make(world, desk)
    await run(world, desk)
    (ours,) = copies(desk, appointment)

    enter(desk)
    desk.calendar.put(replace(desk.calendar.live[ours], id="another", uid="another", identity=None))
    await run(world, desk, 2)

    assert await asked(desk) == [(appointment, "own")]
    assert (await of_appointment(desk, appointment)).external_event_id == ours
    assert await imported_titles(desk) == ["strength"]
