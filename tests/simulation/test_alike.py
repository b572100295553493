"""The same thing entered on both sides: a person is asked, and nothing is doubled meanwhile."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.simulation.values import BASE, ZONE
from tests.simulation.world import MARKERS, Desk, World

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import NOTES, TITLE, Content, Group
from metonic_core.model.event import StoredEvent
from metonic_core.model.resolution import Resolution, ResolutionKind
from metonic_core.model.when import Timed
from metonic_core.reconcile.resolving import resolution_of
from metonic_core.reconcile.step import Conflict, Side
from metonic_core.selection import Direction
from metonic_gateway.store import appointments, models, preferences, resolving
from metonic_gateway.store.changes import Cause
from metonic_gateway.store.preferences import Preferences

TRAINING = Content("Strength training", Timed(BASE, BASE + timedelta(hours=1), ZONE), location="Gym")
HERE = replace(TRAINING, notes="from the platform")
THERE = replace(TRAINING, title="  strength  TRAINING ", notes="from the phone\n")
every_calendar = pytest.mark.parametrize("place", [0, 1], ids=["hints", "states"])


async def run(world: World, desk: Desk, times: int = 1) -> None:
    for _ in range(times):
        world.now += timedelta(minutes=15)
        assert await world.run(desk)


async def make(world: World, desk: Desk, said: Content = HERE, *others: Participant) -> UUID:
    made = Appointment(uuid4(), 1, desk.user_id, "one_on_one", said, others)
    await appointments.insert(made, world.window(), world.now, cause=Cause(user_id=desk.user_id))
    return made.id


async def edit(world: World, appointment_id: UUID, **changes: object) -> None:
    async def edited(known: Appointment) -> Appointment:
        gone = changes.get("is_deleted", known.is_deleted)
        said = {name: value for name, value in changes.items() if name != "is_deleted"}
        return replace(known, is_deleted=bool(gone), content=replace(known.content, **said))  # type: ignore[arg-type]

    row = await models.Appointment.get(id=appointment_id)
    cause = Cause(user_id=row.owner_id)
    await appointments.edit(appointment_id, edited, world.window(), world.now, cause=cause)


def enter(desk: Desk, name: str = "own", said: Content = THERE) -> None:
    """The user enters it in the calendar."""
    desk.calendar.put(StoredEvent(name, "", said, uid=name))


def copies(desk: Desk, appointment_id: UUID) -> list[str]:
    marked = {i: MARKERS.read(event.marker) for i, event in desk.calendar.live.items() if event.marker}
    return [i for i, marker in marked.items() if marker and marker.appointment_id == appointment_id]


async def asked(desk: Desk) -> list[tuple[UUID, str | None]]:
    """Which appointment is asked about with which event."""
    rows = models.CalendarSyncConflict.filter(
        sync_config_id=desk.id, state="open", conflict_type="created_externally"
    )
    return [(row.appointment_id, row.external_event_id) for row in await rows]


async def of_event(desk: Desk, name: str = "own") -> models.CalendarSyncMapping:
    return await models.CalendarSyncMapping.get(link_id=desk.link_id, external_event_id=name, closed=None)


async def of_appointment(desk: Desk, appointment_id: UUID) -> models.CalendarSyncMapping:
    return await models.CalendarSyncMapping.get(
        link_id=desk.link_id, appointment_id=appointment_id, closed=None
    )


async def imported_titles(desk: Desk) -> list[str]:
    rows = await models.Appointment.filter(imported_from=desk.link_id, is_deleted=False)
    return sorted(row.content["title"].split()[0].lower() for row in rows)


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
@pytest.mark.parametrize("before", ["unborn", "copied", "imported"])
async def test_one_that_moves_away_is_let_go_and_both_go_their_ways(
    world: World, place: int, before: str
) -> None:
    desk = world.desks[place]
    if before == "imported":
        enter(desk)
        await run(world, desk)
    appointment = await make(world, desk)
    if before == "copied":
        await run(world, desk)
    if before != "imported":
        enter(desk)
    await run(world, desk)
    assert await asked(desk) == [(appointment, "own")]

    await edit(world, appointment, title="Something else")
    await run(world, desk)

    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == 1
    assert await imported_titles(desk) == ["strength"]


@every_calendar
@pytest.mark.parametrize("before", ["unborn", "copied", "imported"])
async def test_an_event_that_moves_away_lets_go_too(world: World, place: int, before: str) -> None:
    desk = world.desks[place]
    if before == "imported":
        enter(desk)
        await run(world, desk)
    appointment = await make(world, desk)
    if before == "copied":
        await run(world, desk)
    if before != "imported":
        enter(desk)
    await run(world, desk)

    enter(desk, said=replace(THERE, title="Something else"))
    await run(world, desk)

    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == 1
    assert await imported_titles(desk) == ["something"]


@every_calendar
@pytest.mark.parametrize("before", ["unborn", "copied", "imported"])
@pytest.mark.parametrize("who", ["event", "appointment"])
async def test_one_that_is_deleted_lets_the_other_go(world: World, place: int, before: str, who: str) -> None:
    desk = world.desks[place]
    if before == "imported":
        enter(desk)
        await run(world, desk)
    appointment = await make(world, desk)
    if before == "copied":
        await run(world, desk)
    if before != "imported":
        enter(desk)
    await run(world, desk)

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
@pytest.mark.parametrize("before", ["unborn", "copied", "imported"])
async def test_where_a_third_appears_nothing_is_guessed(
    world: World, place: int, before: str, third: str
) -> None:
    desk = world.desks[place]
    if before == "imported":
        enter(desk)
        await run(world, desk)
    appointment = await make(world, desk)
    if before == "copied":
        await run(world, desk)
    if before != "imported":
        enter(desk)
    await run(world, desk)
    assert await asked(desk)

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


async def _direct(world: World, desk: Desk, direction: Direction) -> None:
    def edited(before: Preferences) -> Preferences:
        return replace(before, direction=direction)

    await preferences.change(desk.user_id, desk.provider, edited, world.window(), world.now)


async def test_a_calendar_that_is_only_read_asks_as_well(world: World) -> None:
    desk = world.desks[0]
    await _direct(world, desk, Direction.PULL)
    appointment = await make(world, desk)
    enter(desk)
    await run(world, desk, 2)
    assert await asked(desk) == [(appointment, "own")]

    await edit(world, appointment, title="Something else")
    await run(world, desk)

    assert await asked(desk) == []
    assert await imported_titles(desk) == ["strength"]


async def test_a_calendar_that_is_only_written_to_from_now_on_stops_asking(world: World) -> None:
    desk, appointment = await both_new(world)

    await _direct(world, desk, Direction.PUSH)
    await run(world, desk, 2)

    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == 1
    assert (await of_event(desk)).hold == "ignored"


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


async def answer(
    world: World, desk: Desk, asked_for: ResolutionKind, picks: Mapping[Group, Side] | None = None
) -> None:
    (row,) = await models.CalendarSyncConflict.filter(sync_config_id=desk.id, state="open")

    def choose(conflict: Conflict) -> Resolution:
        return resolution_of(conflict, asked_for, picks)

    decided = await resolving.decide(desk.user_id, {row.id: row.version}, choose, world.now)
    assert decided.resolved
    await run(world, desk, 2)
    row = await models.CalendarSyncConflict.get(id=row.id)
    assert (row.state, row.resolution) == ("resolved", asked_for)


async def met(world: World, place: int, before: str) -> tuple[Desk, UUID]:
    """The same thing on both sides: both new, the event after the copy, or imported before."""
    desk = world.desks[place]
    if before == "imported":
        enter(desk)
        await run(world, desk)
    appointment = await make(world, desk)
    if before == "copied":
        await run(world, desk)
    if before != "imported":
        enter(desk)
    await run(world, desk)
    assert await asked(desk) == [(appointment, "own")]
    return desk, appointment


async def both_say(desk: Desk, appointment: UUID, title: str, notes: str) -> bool:
    here = (await appointments.load([appointment]))[appointment].content
    there = desk.calendar.live["own"].content
    return {(c.title, c.notes.rstrip()) for c in (here, there)} == {(title, notes)}


every_before = pytest.mark.parametrize("before", ["unborn", "copied", "imported"])
PICKS = {TITLE: Side.LOCAL, NOTES: Side.EXTERNAL}
ONE_SIDE = {
    ResolutionKind.KEEP_LOCAL: (HERE.title, HERE.notes),
    ResolutionKind.KEEP_EXTERNAL: (THERE.title, "from the phone"),
    ResolutionKind.MERGE: (HERE.title, "from the phone"),
}


@every_calendar
@every_before
@pytest.mark.parametrize("kind", ONE_SIDE)
async def test_one_thing_is_paired_and_says_what_was_chosen(
    world: World, place: int, before: str, kind: ResolutionKind
) -> None:
    desk, appointment = await met(world, place, before)

    await answer(world, desk, kind, PICKS if kind is ResolutionKind.MERGE else None)

    row = await of_event(desk)
    assert (row.appointment_id, row.origin, row.hold, row.alike_id) == (appointment, "own", None, None)
    assert copies(desk, appointment) == []
    assert await imported_titles(desk) == []
    assert await both_say(desk, appointment, *ONE_SIDE[kind])
    assert not await models.CalendarSyncMapping.filter(link_id=desk.link_id, due__isnull=False).exists()


@every_calendar
@every_before
async def test_a_linked_pair_is_kept_in_step_and_the_event_outlives_the_appointment(
    world: World, place: int, before: str
) -> None:
    desk, appointment = await met(world, place, before)
    await answer(world, desk, ResolutionKind.KEEP_LOCAL)

    await edit(world, appointment, title="Moved on here")
    await run(world, desk)
    event = desk.calendar.live["own"]
    desk.calendar.put(replace(event, content=replace(event.content, notes="moved on there")))
    await run(world, desk)
    assert await both_say(desk, appointment, "Moved on here", "moved on there")
    await edit(world, appointment, is_deleted=True)
    await run(world, desk)

    assert "own" in desk.calendar.live
    assert (await of_event(desk)).hold == "unlinked"
    assert await imported_titles(desk) == []


@every_calendar
@every_before
async def test_what_is_two_goes_its_ways_and_is_not_asked_about_again(
    world: World, place: int, before: str
) -> None:
    desk, appointment = await met(world, place, before)

    await answer(world, desk, ResolutionKind.KEEP_BOTH)

    assert len(copies(desk, appointment)) == 1
    assert await imported_titles(desk) == ["strength"]
    for _ in range(2):
        world.now += timedelta(days=1, minutes=1)
        await edit(world, appointment, notes=f"at {world.now}")
        await run(world, desk)
    assert await asked(desk) == []
    assert len(copies(desk, appointment)) == 1


@every_calendar
@every_before
async def test_an_answer_about_what_moved_meanwhile_is_not_carried_out(
    world: World, place: int, before: str
) -> None:
    desk, appointment = await met(world, place, before)
    (row,) = await models.CalendarSyncConflict.filter(sync_config_id=desk.id, state="open")

    def choose(conflict: Conflict) -> Resolution:
        return resolution_of(conflict, ResolutionKind.KEEP_LOCAL)

    await resolving.decide(desk.user_id, {row.id: row.version}, choose, world.now)
    event = desk.calendar.live["own"]
    desk.calendar.put(replace(event, content=replace(event.content, notes="written meanwhile")))
    await run(world, desk, 2)

    row = await models.CalendarSyncConflict.get(id=row.id)
    assert (row.state, row.resolution) == ("open", None)
    assert await asked(desk) == [(appointment, "own")]
    assert desk.calendar.live["own"].content.notes.rstrip() == "written meanwhile"


@every_calendar
@every_before
async def test_a_policy_pairs_by_itself(world: World, place: int, before: str) -> None:
    desk = world.desks[place]

    def edited(known: Preferences) -> Preferences:
        return replace(known, conflict_policy=ResolutionKind.KEEP_LOCAL)

    await preferences.change(desk.user_id, desk.provider, edited, world.window(), world.now)
    if before == "imported":
        enter(desk)
        await run(world, desk)
    appointment = await make(world, desk)
    if before == "copied":
        await run(world, desk)
    if before != "imported":
        enter(desk)
    await run(world, desk, 2)

    (row,) = await models.CalendarSyncConflict.filter(conflict_type="created_externally")
    assert (row.state, row.is_automatic, row.appointment_id) == ("resolved", True, appointment)
    assert copies(desk, appointment) == []
    assert await imported_titles(desk) == []
    assert await both_say(desk, appointment, HERE.title, HERE.notes)


async def test_what_was_imported_and_given_up_is_told_to_the_platform_and_kept_in_the_journal(
    world: World,
) -> None:
    desk, appointment = await met(world, 0, "imported")
    former = (await of_event(desk)).appointment_id

    await answer(world, desk, ResolutionKind.KEEP_LOCAL)

    told = await models.AppointmentChange.filter(appointment_id=former).order_by("-id").first()
    assert told
    assert (told.kind, told.provider) == ("delete", desk.provider)
    (line,) = await models.SyncOperation.filter(appointment_id=former, side="local", operation="delete")
    assert (line.reason, line.before["notes"].rstrip()) == ("resolved", "from the phone")
    assert appointment != former


async def test_the_overwritten_values_of_a_linked_event_are_in_the_journal(world: World) -> None:
    desk, _ = await met(world, 0, "unborn")

    await answer(world, desk, ResolutionKind.KEEP_LOCAL)

    lines = await models.SyncOperation.filter(external_event_id="own").order_by("operation")
    assert [(line.operation, line.reason) for line in lines] == [("link", "resolved"), ("update", "resolved")]
    assert lines[1].before["notes"].rstrip() == "from the phone"


async def test_a_crash_between_answer_and_run_loses_nothing(world: World) -> None:
    desk, appointment = await met(world, 0, "copied")
    (row,) = await models.CalendarSyncConflict.filter(sync_config_id=desk.id, state="open")

    def choose(conflict: Conflict) -> Resolution:
        return resolution_of(conflict, ResolutionKind.KEEP_EXTERNAL)

    await resolving.decide(desk.user_id, {row.id: row.version}, choose, world.now)
    world.weather.is_calm = False
    world.weather.dice.seed(5)
    ended = [await world.run(desk) for _ in range(6)]
    world.weather.is_calm = True
    await run(world, desk, 4)

    assert ended
    assert (await of_event(desk)).appointment_id == appointment
    assert copies(desk, appointment) == []
