"""The platform sends whole states of its appointments: only what it changed in them is taken."""

from dataclasses import replace
from datetime import timedelta

from tests.gateway.graphql.statements import counted
from tests.gateway.house import House, synced
from tests.gateway.store.states import (
    CHRIS,
    LESSON,
    TONI,
    edited,
    feed,
    moved,
    row,
    sent,
    state,
    stored,
    taken,
)

from metonic_core.model.appointment import Participant
from metonic_core.model.content import TIME, TITLE, Status, occurrence_group
from metonic_core.model.series import Override, Recurrence
from metonic_gateway.store import changes
from metonic_gateway.store.appointments import load
from metonic_gateway.store.changes import Cause, ChangeKind, Entry
from metonic_gateway.store.models import Appointment, CalendarSyncMapping, User
from metonic_gateway.store.upserts import Person, Seat, UpsertStatus

CREATED, UPDATED, UNCHANGED = UpsertStatus.CREATED, UpsertStatus.UPDATED, UpsertStatus.UNCHANGED


async def test_a_new_appointment_is_put_to_work_and_its_people_come_into_being(house: House) -> None:
    calendar = await synced(house)

    report = await sent(house, state())

    (outcome,) = report.outcomes
    made, chris = await stored(), await User.get(platform_id="client-1")
    assert (outcome.status, outcome.appointment_id, outcome.version) == (CREATED, made.id, 1)
    assert (made.content, made.owner_id) == (LESSON, house.user)
    assert made.participants == (Participant(chris.id, role="client"),)
    assert (chris.role, chris.name, chris.email, chris.phone) == (
        "client",
        "Chris",
        "chris@example.org",
        "0123",
    )
    assert report.due == {calendar}
    assert report.people == {house.user, chris.id}
    assert await house.open_titles((await house.row(calendar)).link_id) == ["Lesson"]
    assert await feed() == []
    assert report.has_changed is False


async def test_what_a_calendar_moved_stays_where_the_platform_did_not_change_it(house: House) -> None:
    outcome = await taken(house, state())
    assert outcome.appointment_id
    await edited(house, outcome.appointment_id, moved(LESSON, 3))

    again = await taken(house, state(2, replace(LESSON, title="Yoga")))

    assert (await stored()).content == replace(moved(LESSON, 3), title="Yoga")
    assert (again.status, again.version, again.overwrote) == (UPDATED, 3, frozenset())
    assert await feed() == []


async def test_a_move_that_the_platform_only_heard_of_does_not_undo_the_next_one(house: House) -> None:
    outcome = await taken(house, state())
    assert outcome.appointment_id
    for hours in (3, 5):
        known = (await load([outcome.appointment_id]))[outcome.appointment_id]
        there = replace(known, content=moved(LESSON, hours), version=known.version + 1)
        await edited(house, outcome.appointment_id, there.content)
        assert bool(await changes.newest()) is (hours > 3), "the first was read, the second was not"
        await changes.record([Entry(known, there, ChangeKind.UPDATE)], Cause("memory"), house.now)

    echo = await taken(house, state(2, replace(moved(LESSON, 3), title="Yoga")))

    assert (await stored()).content == replace(moved(LESSON, 5), title="Yoga")
    assert (echo.overwrote, echo.kept) == (frozenset(), frozenset({TIME}))
    assert (await feed())[-1].kept.appointment == await stored()


async def test_what_the_platform_had_not_seen_goes_to_the_feed_when_it_is_overwritten(house: House) -> None:
    outcome = await taken(house, state())
    assert outcome.appointment_id
    theirs = replace(moved(LESSON, 3), notes="Water")
    await edited(house, outcome.appointment_id, theirs)

    report = await sent(house, state(2, moved(LESSON, 5)))

    assert (await stored()).content == replace(moved(LESSON, 5), notes="Water")
    assert report.outcomes[0].overwrote == {TIME}
    assert report.has_changed is True
    (change,) = await feed()
    assert change.overwritten == theirs
    assert (change.kind, change.cause.user_id, change.kept.platform_version) == ("update", None, 2)


async def test_a_platform_that_has_seen_a_move_can_put_it_back(house: House) -> None:
    outcome = await taken(house, state())
    assert outcome.appointment_id
    await edited(house, outcome.appointment_id, moved(LESSON, 3))

    kept = await taken(house, state(2))
    back = await taken(house, state(3, seen_version=2))

    assert (kept.status, back.status, back.overwrote) == (UNCHANGED, UPDATED, frozenset())
    assert (await stored()).content == LESSON


async def test_a_version_that_says_nothing_new_is_kept_and_draws_no_work(house: House) -> None:
    await synced(house)
    await taken(house, state())
    await CalendarSyncMapping.all().update(due=None, wanted=None)
    house.later(timedelta(hours=1))
    before = await row()

    report = await sent(house, state(7))

    after = await row()
    assert (report.outcomes[0].status, report.due, report.people) == (UNCHANGED, frozenset(), frozenset())
    assert (after.version, after.updated_at, after.platform_version) == (1, before.updated_at, 7)
    assert await CalendarSyncMapping.filter(due=None).count() == 1


async def test_the_base_is_what_the_platform_sent_last_whatever_became_of_it(house: House) -> None:
    outcome = await taken(house, state())
    assert outcome.appointment_id
    await edited(house, outcome.appointment_id, replace(LESSON, title="Theirs"))
    await taken(house, state(2, replace(LESSON, notes="Water")))

    await taken(house, state(3, replace(LESSON, notes="Water")))

    assert (await stored()).content == replace(LESSON, title="Theirs", notes="Water")


async def test_what_the_platform_does_not_speak_of_stays(house: House) -> None:
    outcome = await taken(house, state())
    assert outcome.appointment_id
    await edited(house, outcome.appointment_id, replace(LESSON, status=Status.TENTATIVE, is_busy=False))

    await taken(house, state(2, replace(LESSON, is_private=True)))

    content = (await stored()).content
    assert (content.status, content.is_busy, content.is_private) == (Status.TENTATIVE, False, True)
    await taken(house, state(3, replace(LESSON, is_private=True), is_busy=False))
    await taken(house, state(4, replace(LESSON, is_private=True), is_busy=True))
    assert (await stored()).content.is_busy is True


async def test_a_cancelled_appointment_can_be_brought_back(house: House) -> None:
    calendar = await synced(house)
    await taken(house, state())
    link = (await house.row(calendar)).link_id
    await house.sync(calendar)

    await taken(house, state(2, is_cancelled=True))

    assert (await stored()).is_deleted is True
    await house.sync(calendar)
    assert await house.open_titles(link) == []
    await taken(house, state(3))
    assert (await stored()).is_deleted is False
    assert await house.open_titles(link) == ["Lesson"]


async def test_participants_come_with_rights_and_roles(house: House) -> None:
    await taken(house, state())
    kim = Person("client-2", "trainer")
    await taken(house, state(2, participants=(Seat(kim),)))
    await User.filter(platform_id="client-2").update(role="client")

    await taken(house, state(3, participants=(Seat(CHRIS, may_edit=True), Seat(kim, may_edit=True))))

    known = {user.id: user.platform_id for user in await User.all()}
    seats = {known[p.user_id]: (p.may_edit, p.role) for p in (await stored()).participants}
    assert seats == {"client-1": (True, "client"), "client-2": (True, "trainer")}


async def test_a_new_owner_brings_the_appointment_into_their_calendars(house: House) -> None:
    calendar = await synced(house)
    kim = Person("trainer-2", "trainer")
    await taken(house, state(owner=kim))

    report = await sent(house, state(2, owner=TONI, participants=()))

    assert report.due == {calendar}
    assert (await stored()).owner_id == house.user
    assert len(report.people) == 3


async def test_what_is_told_of_users_replaces_what_was_known_but_not_their_role(house: House) -> None:
    await taken(house, state())
    renamed = Person("client-1", "trainer", name="Christine")

    await taken(house, state(2, participants=(Seat(renamed),)))

    chris = await User.get(platform_id="client-1")
    assert (chris.role, chris.name, chris.email) == ("client", "Christine", "chris@example.org")
    assert (await stored()).participants == (Participant(chris.id, role="trainer"),)


async def test_a_shorter_series_drops_an_occurrence_that_a_calendar_moved(house: House) -> None:
    weekly = replace(LESSON, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=6",)))
    outcome = await taken(house, state(1, weekly))
    assert outcome.appointment_id
    slot = moved(weekly, 7 * 24 * 4).when.slot
    await edited(house, outcome.appointment_id, replace(weekly, overrides=(Override(slot, location="Park"),)))

    shorter = replace(weekly, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=2",)))
    again = await taken(house, state(2, shorter))

    assert (await stored()).content == shorter
    assert again.overwrote == {occurrence_group(slot)}


async def test_the_same_id_twice_is_done_in_order(house: House) -> None:
    report = await sent(
        house,
        state(1),
        state(1, platform_id="a-2"),
        state(3, replace(LESSON, title="Last")),
        state(2, replace(LESSON, title="Overtaken")),
        state(3, replace(LESSON, title="No news")),
    )

    statuses = [outcome.status for outcome in report.outcomes]
    assert statuses == [CREATED, CREATED, UPDATED, UpsertStatus.REFUSED, UNCHANGED]
    assert (await stored()).content.title == "Last"


async def test_an_appointment_from_a_calendar_gets_the_platforms_id(house: House) -> None:
    made = await house.add("From the calendar", LESSON.when)
    content = (await Appointment.get(id=made)).content
    seen = replace(LESSON, title="From the calendar", notes="")

    outcome = await taken(house, state(1, seen, appointment_id=made, seen_version=1, participants=()))

    known = await row()
    assert (outcome.status, known.id, known.version, known.content) == (UNCHANGED, made, 1, content)
    renamed = replace(seen, title="Ours")
    again = await taken(house, state(2, renamed, appointment_id=made, participants=()))
    assert (again.status, again.appointment_id) == (UPDATED, made)


async def test_two_platform_ids_for_one_appointment_are_done_one_after_the_other(house: House) -> None:
    made = await house.add("From the calendar", LESSON.when)

    first, second = (
        await sent(
            house,
            state(1, appointment_id=made, seen_version=1),
            state(1, platform_id="a-2", appointment_id=made, seen_version=1),
        )
    ).outcomes

    assert (first.status, second.status) == (UPDATED, UpsertStatus.REFUSED)


async def test_many_cost_as_many_statements_as_few(house: House) -> None:
    await synced(house)
    await taken(house, state())
    with counted() as for_two:
        await sent(house, *(state(platform_id=f"b-{n}") for n in range(2)))

    with counted() as for_many:
        report = await sent(house, *(state(platform_id=f"c-{n}") for n in range(300)))

    assert {outcome.status for outcome in report.outcomes} == {CREATED}
    assert await CalendarSyncMapping.filter(closed=None).count() == 303
    assert len(for_many) == len(for_two), "\n".join(s[:150] for s in for_many)
    with counted() as for_updates:
        await sent(
            house, *(state(2, moved(LESSON, 1), platform_id=f"c-{n}", participants=()) for n in range(300))
        )
    assert len(for_updates) <= len(for_two) + 3, "\n".join(s[:150] for s in for_updates)


async def test_only_the_group_that_differs_on_all_sides_is_named_as_overwritten(house: House) -> None:
    outcome = await taken(house, state())
    assert outcome.appointment_id
    await edited(house, outcome.appointment_id, replace(LESSON, title="Theirs", notes="Water"))

    again = await taken(house, state(2, replace(LESSON, title="Ours", notes="Water", location="Gym")))

    assert again.overwrote == {TITLE}
