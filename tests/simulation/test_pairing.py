"""What a person or a policy says about the same thing entered on both sides, carried out."""

from collections.abc import Mapping
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
from tests.simulation.world import MARKERS, Desk, World

from metonic_core.model.content import NOTES, TITLE, Group
from metonic_core.model.event import StoredEvent
from metonic_core.model.resolution import Resolution, ResolutionKind
from metonic_core.reconcile.resolving import resolution_of
from metonic_core.reconcile.step import Conflict, Side
from metonic_gateway.store import appointments, ledger, models, preferences, resolving
from metonic_gateway.store.preferences import Preferences
from metonic_gateway.store.rows import mapping_of


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


async def both_say(desk: Desk, appointment: UUID, title: str, notes: str) -> bool:
    here = (await appointments.load([appointment]))[appointment].content
    there = desk.calendar.live["own"].content
    return {(c.title, c.notes.rstrip()) for c in (here, there)} == {(title, notes)}


PICKS = {TITLE: Side.LOCAL, NOTES: Side.EXTERNAL}
ONE_SIDE = {
    ResolutionKind.KEEP_LOCAL: (HERE.title, HERE.notes),
    ResolutionKind.KEEP_EXTERNAL: (THERE.title, "from the phone"),
    ResolutionKind.MERGE: (HERE.title, "from the phone"),
}


@every_calendar
async def test_an_appointment_that_was_not_for_this_calendar_yet_is_paired_with_its_twin(
    world: World, place: int
) -> None:
    desk, appointment = await met(world, place, "unborn")
    await models.CalendarSyncMapping.filter(link_id=desk.link_id, appointment_id=appointment).delete()

    await answer(world, desk, ResolutionKind.KEEP_EXTERNAL)

    row = await of_event(desk)
    assert (row.appointment_id, row.origin, row.hold) == (appointment, "own", None)
    assert copies(desk, appointment) == []


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
    assert (line.reason, line.before["notes"].rstrip()) == ("paired", "from the phone")
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
    for steps in range(8):
        await world.course.start("run", world.run(desk))
        await world.course.go_on(3 * steps)
        for runner in world.course.runners:
            await world.course.crash(runner)
    world.weather.is_calm = True
    await run(world, desk, 4)

    assert (await of_event(desk)).appointment_id == appointment
    assert copies(desk, appointment) == []


async def test_a_copy_that_arrives_late_goes_when_its_appointment_is_paired(world: World) -> None:
    desk, appointment = await met(world, 0, "unborn")
    row = mapping_of(await of_appointment(desk, appointment))
    marker = row.marker("0123456789abcdef")
    late = StoredEvent(marker.identity.hex, "", HERE, uid=str(marker.identity), marker=MARKERS.sign(marker))
    await models.CalendarSyncMapping.filter(id=row.id).update(external_event_id=late.id)
    (asked_about,) = await models.CalendarSyncConflict.filter(sync_config_id=desk.id, state="open")

    def choose(conflict: Conflict) -> Resolution:
        return resolution_of(conflict, ResolutionKind.KEEP_EXTERNAL)

    await resolving.decide(desk.user_id, {asked_about.id: asked_about.version}, choose, world.now)
    desk.calendar.put(late)
    await run(world, desk, 2)

    assert copies(desk, appointment) == []
    assert (await of_event(desk)).appointment_id == appointment


async def test_a_copy_that_arrives_late_is_known_though_its_twin_is_decided_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, appointment = await met(world, 0, "unborn")
    marker = mapping_of(await of_appointment(desk, appointment)).marker("0123456789abcdef")
    late = StoredEvent(marker.identity.hex, "", HERE, uid=str(marker.identity), marker=MARKERS.sign(marker))
    desk.calendar.put(late)
    enter(desk, said=replace(THERE, notes="edited meanwhile"))
    # Rows are decided in the order of their ids: the late one first.
    monkeypatch.setattr(ledger, "uuid4", lambda: UUID(int=0))
    await run(world, desk)

    assert await models.CalendarSyncMapping.filter(external_event_id=late.id, closed=None).exists()
