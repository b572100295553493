"""Copies that show contact details of clients follow what the platform tells of them."""

from dataclasses import replace

from tests.gateway.house import House, synced
from tests.gateway.store.states import CHRIS, LESSON, sent, state, stored, taken

from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncMapping, User
from metonic_gateway.store.selections import contacts_of
from metonic_gateway.store.upserts import Person, Seat

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


async def test_an_empty_text_clears_what_is_known_and_the_copies_follow(house: House) -> None:
    await showing(house)

    report = await sent(house, state(2, participants=(Seat(Person("client-1", "client", email="")),)))

    chris = await User.get(platform_id="client-1")
    assert (chris.name, chris.email, chris.phone) == ("Chris", None, "0123")
    assert await due_titles() == {"a-1"}
    assert report.due


async def test_a_new_user_of_whom_nothing_is_told_has_nothing_and_lives_in_utc(house: House) -> None:
    await taken(house, state(participants=(Seat(Person("client-9", "client", "", "", "")),)))

    new = await User.get(platform_id="client-9")
    assert (new.name, new.email, new.phone, new.zone) == (None, None, None, "UTC")


async def test_the_zone_of_a_user_is_as_the_platform_tells_it_and_decides_no_copy(house: House) -> None:
    await showing(house)
    in_rome = Person("client-1", "client", zone="Europe/Rome")
    new = Person("client-9", "client", zone="Asia/Tokyo")

    report = await sent(house, state(2, participants=(Seat(in_rome),)), state(platform_id="b-1", owner=new))
    await sent(house, state(3, participants=(Seat(CHRIS),)))

    zones = {user.platform_id: user.zone for user in await User.all()}
    assert (zones["client-1"], zones["client-9"]) == ("Europe/Rome", "Asia/Tokyo")
    assert report.due == frozenset()


async def test_who_takes_part_as_a_client_does_not_learn_who_else_does(house: House) -> None:
    await showing(house)
    boss, trainer = Person("boss", "trainer"), replace(state().owner, role="client")
    course = state(platform_id="d-1", owner=boss, participants=(Seat(trainer), Seat(CHRIS)))
    await sent(house, course)

    told = await contacts_of([await stored("d-1"), await stored("a-1")], house.user)

    assert [bool(lines) for lines in told.values()] == [False, True]
