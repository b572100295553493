"""Events that go and come back, in every order: what is theirs is taken in again, what is ours is judged."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from tests.simulation.world import MARKERS, Desk, World

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.event import StoredEvent
from metonic_core.selection import Choice, Direction
from metonic_gateway.store import appointments, choosing, models, preferences
from metonic_gateway.store.changes import Cause
from metonic_gateway.store.preferences import Preferences
from metonic_gateway.store.sweeping import TOMBSTONES, sweep

LATER = timedelta(days=1, minutes=1)


def erase_firmly(desk: Desk, event_id: str) -> None:
    desk.calendar.erase(event_id)


def hide(desk: Desk, event_id: str) -> None:
    """It only stops being shown: no deletion is ever reported."""
    del desk.calendar.live[event_id]


def as_it_was(event: StoredEvent) -> StoredEvent:
    return event


def changed(event: StoredEvent) -> StoredEvent:
    return replace(event, content=replace(event.content, title="changed in the trash"))


Going = Callable[[Desk, str], None]
Coming = Callable[[StoredEvent], StoredEvent]
every_calendar = pytest.mark.parametrize("place", [0, 1], ids=["hints", "states"])
every_way_to_go = pytest.mark.parametrize("go", [erase_firmly, hide], ids=["firm", "soft"])
every_way_back = pytest.mark.parametrize("back", [as_it_was, changed], ids=["same", "changed"])


async def _run(world: World, desk: Desk) -> None:
    """A complete read, and another one for what the first brought about."""
    for _ in range(2):
        world.now += LATER
        assert await world.run(desk)


async def _made(world: World, desk: Desk, *others: Participant, owner: UUID | None = None) -> UUID:
    """An appointment with its copy."""
    content = world.values.content(is_series=False)
    made = Appointment(uuid4(), 1, owner or desk.user_id, "one_on_one", content, others)
    await appointments.insert(made, world.window(), world.now)
    await _run(world, desk)
    return made.id


async def _imported(world: World, desk: Desk) -> UUID:
    """The appointment of an event called own; another one stays, as an empty calendar is not believed."""
    for name in ("own", "staying"):
        desk.calendar.put(StoredEvent(name, "", world.values.content(is_series=False), uid=name))
    await _run(world, desk)
    row = await models.CalendarSyncMapping.get(link_id=desk.link_id, external_event_id="own", closed=None)
    assert row.appointment_id
    return row.appointment_id


def _copies(desk: Desk, appointment_id: UUID) -> list[str]:
    marked = {i: MARKERS.read(event.marker) for i, event in desk.calendar.live.items() if event.marker}
    return [i for i, marker in marked.items() if marker and marker.appointment_id == appointment_id]


def _gone_and_back(desk: Desk, event_id: str, back: Coming) -> None:
    desk.calendar.put(back(desk.calendar.versions(event_id)[-1]))


async def _cancel(world: World, appointment_id: UUID, *, is_deleted: bool = True) -> None:
    async def edit(known: Appointment) -> Appointment:
        return replace(known, is_deleted=is_deleted)

    row = await models.Appointment.get(id=appointment_id)
    cause = Cause(user_id=row.owner_id)
    await appointments.edit(appointment_id, edit, world.window(), world.now, cause=cause)


async def _choose(world: World, desk: Desk, appointment_id: UUID, choice: Choice | None) -> None:
    place = (desk.user_id, desk.provider)
    await choosing.choose(place, [appointment_id], choice, world.window(), world.now)


async def _push_only(world: World, desk: Desk) -> None:
    def edit(before: Preferences) -> Preferences:
        return replace(before, direction=Direction.PUSH)

    await preferences.change(desk.user_id, desk.provider, edit, world.window(), world.now)


async def _sweep(world: World) -> None:
    """Ninety days go by for what is closed, and for nothing else."""
    await sweep(world.now + TOMBSTONES + LATER)
    assert not await models.CalendarSyncMapping.filter(closed__isnull=False).exists()


async def _standing(desk: Desk, event_id: str) -> models.Appointment:
    row = await models.CalendarSyncMapping.get(
        link_id=desk.link_id, external_event_id=event_id, closed=None
    ).prefetch_related("appointment")
    assert row.appointment
    return row.appointment


@every_calendar
@every_way_to_go
@every_way_back
@pytest.mark.parametrize("is_swept", [False, True], ids=["known", "swept"])
async def test_an_own_event_that_comes_back_is_an_appointment_of_its_own(
    world: World, place: int, go: Going, back: Coming, *, is_swept: bool
) -> None:
    desk = world.desks[place]
    former = await _imported(world, desk)
    go(desk, "own")
    await _run(world, desk)
    assert (await models.Appointment.get(id=former)).is_deleted
    if is_swept:
        await _sweep(world)

    _gone_and_back(desk, "own", back)
    await _run(world, desk)

    appointment = await _standing(desk, "own")
    assert (appointment.id != former, appointment.is_deleted) == (True, False)
    assert appointment.content["title"] == desk.calendar.live["own"].content.title


@every_calendar
@every_way_to_go
@every_way_back
async def test_a_copy_given_up_by_a_guest_is_taken_up_again_when_it_comes_back(
    world: World, place: int, go: Going, back: Coming
) -> None:
    desk = world.desks[place]
    guest = Participant(desk.user_id)
    owner = next(user for user in world.users if user != desk.user_id)
    appointment = await _made(world, desk, guest, owner=owner)
    (copy,) = _copies(desk, appointment)
    go(desk, copy)
    await _run(world, desk)
    assert (await _standing(desk, copy)).is_deleted is False
    row = await models.CalendarSyncMapping.get(link_id=desk.link_id, external_event_id=copy, closed=None)
    assert row.hold == "detached"

    _gone_and_back(desk, copy, back)
    await _run(world, desk)

    row = await models.CalendarSyncMapping.get(id=row.id)
    title = (await models.Appointment.get(id=appointment)).content["title"]
    assert (row.hold, row.closed, desk.calendar.live[copy].content.title) == (None, None, title)


@every_calendar
@every_way_back
@pytest.mark.parametrize("is_swept", [False, True], ids=["known", "swept"])
async def test_a_copy_that_comes_back_after_its_appointment_was_cancelled_goes_again(
    world: World, place: int, back: Coming, *, is_swept: bool
) -> None:
    desk = world.desks[place]
    appointment = await _made(world, desk)
    (copy,) = _copies(desk, appointment)
    await _cancel(world, appointment)
    await _run(world, desk)
    assert _copies(desk, appointment) == []
    if is_swept:
        await _sweep(world)

    _gone_and_back(desk, copy, back)
    await _run(world, desk)

    assert _copies(desk, appointment) == []
    lines = models.SyncOperation.filter(external_event_id=copy, operation="delete", reason="orphan")
    assert await lines.count() == 1


@every_calendar
@every_way_back
@pytest.mark.parametrize("is_swept", [False, True], ids=["known", "swept"])
async def test_a_copy_that_comes_back_after_another_took_its_place_goes_again(
    world: World, place: int, back: Coming, *, is_swept: bool
) -> None:
    desk = world.desks[place]
    appointment = await _made(world, desk)
    (first,) = _copies(desk, appointment)
    await _choose(world, desk, appointment, Choice.NEVER)
    await _run(world, desk)
    await _choose(world, desk, appointment, None)
    await _run(world, desk)
    (second,) = _copies(desk, appointment)
    assert second != first
    if is_swept:
        await _sweep(world)

    _gone_and_back(desk, first, back)
    await _run(world, desk)

    assert _copies(desk, appointment) == [second]


@every_calendar
@every_way_to_go
@every_way_back
async def test_a_copy_that_was_made_anew_stands_once_when_the_first_comes_back(
    world: World, place: int, go: Going, back: Coming
) -> None:
    desk = world.desks[place]
    appointment = await _made(world, desk)
    await _push_only(world, desk)
    (first,) = _copies(desk, appointment)
    go(desk, first)
    await _run(world, desk)
    (second,) = _copies(desk, appointment)
    assert second != first

    _gone_and_back(desk, first, back)
    await _run(world, desk)

    assert _copies(desk, appointment) == [second]


@every_calendar
@every_way_back
@pytest.mark.parametrize("is_swept", [False, True], ids=["known", "swept"])
async def test_a_copy_comes_back_to_its_appointment_if_no_other_stands_for_it(
    world: World, place: int, back: Coming, *, is_swept: bool
) -> None:
    """Both come back between two runs: the appointment, and the copy that was erased with it."""
    desk = world.desks[place]
    appointment = await _made(world, desk)
    (copy,) = _copies(desk, appointment)
    await _cancel(world, appointment)
    await _run(world, desk)
    if is_swept:
        await _sweep(world)

    _gone_and_back(desk, copy, back)
    await _cancel(world, appointment, is_deleted=False)
    await _run(world, desk)

    (standing,) = _copies(desk, appointment)
    row = await _standing(desk, standing)
    assert (row.id, row.content["title"]) == (appointment, desk.calendar.live[standing].content.title)


@every_calendar
async def test_the_next_copy_of_a_swept_one_is_made_all_the_same(world: World, place: int) -> None:
    """Generations begin anew then, and a provider may never give the same id twice."""
    desk = world.desks[place]
    appointment = await _made(world, desk)
    await _choose(world, desk, appointment, Choice.NEVER)
    await _run(world, desk)
    await _sweep(world)

    await _choose(world, desk, appointment, None)
    await _run(world, desk)

    assert len(_copies(desk, appointment)) == 1


async def test_closed_rows_are_swept_after_ninety_days_and_open_ones_never(world: World) -> None:
    desk = world.desks[0]
    kept = await _made(world, desk)
    gone = await _made(world, desk)
    await _cancel(world, gone)
    await _run(world, desk)
    closed = models.CalendarSyncMapping.filter(appointment_id=gone, link_id=desk.link_id)

    await sweep(world.now + TOMBSTONES - timedelta(days=2))
    assert await closed.count() == 1

    await sweep(world.now + TOMBSTONES + timedelta(days=2))
    assert await closed.count() == 0
    assert await models.CalendarSyncMapping.filter(appointment_id=kept, closed=None).exists()


@every_calendar
async def test_what_comes_back_and_cannot_be_read_is_set_aside_and_shown(world: World, place: int) -> None:
    desk = world.desks[place]
    await _imported(world, desk)
    event = desk.calendar.live["own"]
    desk.calendar.erase("own")
    await _run(world, desk)

    desk.calendar.put(event)
    desk.calendar.garbled.add("own")
    await _run(world, desk)

    row = await models.CalendarSyncMapping.get(link_id=desk.link_id, external_event_id="own", closed=None)
    assert (row.hold, row.due) == ("quarantine", None)
