"""Copies that show contact details of clients follow what the platform tells of them."""

from dataclasses import replace

from tests.gateway.house import House, synced
from tests.gateway.store.states import CHRIS, LESSON, sent, state, taken

from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncMapping, User
from metonic_gateway.store.upserts import Seat

RENAMED = replace(CHRIS, phone="4567")


async def showing(house: House) -> None:
    """The trainer's calendar shows contact details; the copies of two lessons are in step."""
    await synced(house)
    await CalendarSyncConfig.all().update(include_client_contact=True)
    await sent(house, state(), state(platform_id="a-2", participants=()))
    await CalendarSyncMapping.all().update(due=None, wanted=None)


async def due_titles() -> set[str | None]:
    rows = await CalendarSyncMapping.filter(due="decide").prefetch_related("appointment")
    return {row.appointment.platform_id for row in rows if row.appointment}


async def test_a_new_number_makes_the_copies_due_that_show_it(house: House) -> None:
    await showing(house)
    elsewhere = state(platform_id="b-1", content=replace(LESSON, title="Elsewhere"), owner=RENAMED)

    report = await sent(house, replace(elsewhere, participants=()))

    assert await due_titles() == {"a-1"}
    (calendar,) = await CalendarSyncConfig.all()
    assert report.due == {calendar.id}
    assert house.user in report.people


async def test_what_was_known_already_makes_nothing_due(house: House) -> None:
    await showing(house)

    report = await sent(house, state(2))

    assert (report.due, await due_titles()) == (frozenset(), set())


async def test_calendars_that_show_no_contacts_are_left_alone(house: House) -> None:
    await showing(house)
    await CalendarSyncConfig.all().update(include_client_contact=False)

    await sent(house, state(2, participants=(Seat(RENAMED),)))

    assert await due_titles() == set()
    assert (await User.get(platform_id="client-1")).phone == "4567"


async def test_contacts_of_an_owner_who_is_a_client_count_as_well(house: House) -> None:
    await showing(house)
    trainer = state().owner
    theirs = state(platform_id="c-1", owner=CHRIS, participants=(Seat(trainer),))
    await taken(house, theirs)
    await CalendarSyncMapping.all().update(due=None, wanted=None)

    await taken(house, replace(theirs, platform_version=2, owner=RENAMED))

    assert await due_titles() == {"a-1", "c-1"}
