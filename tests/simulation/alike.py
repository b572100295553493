"""People who enter the same thing on both sides, and tools that put back whatever we write."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from tests.simulation.values import tokens_of

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import TITLE, Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.resolution import Resolution, ResolutionKind
from metonic_core.reconcile.alike import is_asking, is_waiting, likeness
from metonic_core.reconcile.resolving import resolution_of
from metonic_core.reconcile.step import Conflict, Side
from metonic_core.selection import Selection
from metonic_gateway.store import appointments, models, resolving
from metonic_gateway.store.changes import Cause
from metonic_gateway.store.rows import mapping_of

if TYPE_CHECKING:
    from tests.simulation.world import Desk, World


@dataclass(slots=True)
class Twin:
    """The same thing on both sides of a calendar, entered by the same person; None where it is not yet."""

    calendar_id: UUID
    said: Content
    events: list[str]
    appointments: list[UUID]


async def enter_twice(world: "World") -> None:
    """At once or with a while in between."""
    desk = world.dice.choice(world.desks)
    said = world.values.content(is_series=world.dice.random() < 0.2)
    twin = Twin(desk.id, replace(said, title=f"Training {said.title}"), [], [])
    world.values.retire(replace(said, title="", location=""))
    world.twins.append(twin)
    sides = world.dice.sample([_enter_there, _enter_here], world.dice.choice([1, 2, 2]))
    for enter in sides:
        await enter(world, desk, twin)


async def enter_again(world: "World") -> None:
    """What was entered on one side is entered on the other too, or once more."""
    if world.twins:
        twin = world.dice.choice(world.twins)
        desk = next(desk for desk in world.desks if desk.id == twin.calendar_id)
        lacking = [_enter_here] if not twin.appointments else [_enter_there] if not twin.events else []
        enter = world.dice.choice([*lacking, *lacking, *lacking, _enter_here, _enter_there])
        await enter(world, desk, twin)


async def _enter_there(world: "World", desk: "Desk", twin: Twin) -> None:
    name = f"own-{len(world.trace)}"
    twin.events.append(name)
    world.note("there: twin", world.desks.index(desk), name, twin.said.title)
    desk.calendar.put(StoredEvent(name, "", _noted(world, twin.said), uid=name))


async def _enter_here(world: "World", desk: "Desk", twin: Twin) -> None:
    made = Appointment(uuid4(), 1, desk.user_id, "one_on_one", _noted(world, twin.said))
    twin.appointments.append(made.id)
    world.note("here: twin", made.id, twin.said.title)
    await appointments.insert(made, world.window(), world.now, cause=Cause(user_id=desk.user_id))


def _noted(world: "World", said: Content) -> Content:
    """With notes of its own, so that the two have something to differ in."""
    return replace(said, notes=f"v{world.values.fresh()}")


async def answer(world: "World") -> None:
    """Somebody says whether two that look alike are one thing, and what it says; sometimes too late."""
    rows = models.CalendarSyncConflict.filter(conflict_type="created_externally", state="open")
    waiting = await rows.order_by("detected_at", "id").prefetch_related("sync_config")
    if not waiting:
        return
    world.is_tangled = True
    row = world.dice.choice(waiting)
    kind = world.dice.choice([k for k in ResolutionKind if k is not ResolutionKind.MOST_RECENT])

    def choose(conflict: Conflict) -> Resolution:
        picks = {group: world.dice.choice(list(Side)) for group in sorted(conflict.groups)}
        return resolution_of(conflict, kind, picks if kind is ResolutionKind.MERGE else None)

    world.note("answer", row.appointment_id, row.external_event_id, kind)
    await resolving.decide(row.sync_config.user_id, {row.id: row.version}, choose, world.now)


async def tug(world: "World") -> None:
    """A tool puts its own title back into the events that it minds."""
    world.is_tangled = True
    if not world.tugs or world.dice.random() < 0.3:
        desk = world.dice.choice(world.desks)
        if desk.calendar.live:
            event_id = world.dice.choice(sorted(desk.calendar.live))
            minded = desk.calendar.live[event_id].content
            world.tugs[desk.id, event_id] = replace(minded, title=f"v{world.values.fresh()}")
            world.values.retired |= set(tokens_of(world.tugs[desk.id, event_id], TITLE))
    for desk in world.desks:
        for event_id in sorted(i for d, i in world.tugs if d == desk.id and i in desk.calendar.live):
            event, minded = desk.calendar.live[event_id], world.tugs[desk.id, event_id]
            if event.content.title != minded.title:
                world.values.retire(event.content)
                world.note("there: tug", world.desks.index(desk), event_id, minded.title)
                desk.calendar.put(replace(event, content=event.content.take([TITLE], minded)))


async def given_up(appointment_id: UUID) -> bool:
    """Whether it was imported, and cancelled in favour of the platform's as a person said they are one."""
    lines = models.SyncOperation.filter(appointment_id=appointment_id, reason="paired")
    return await lines.filter(side="local", operation="delete").exists()


async def unasked(world: "World", desk: "Desk", selection: Selection) -> list[str]:
    """I4: nobody was asked about a twin of either side; I9: somebody asks for whoever waits.

    Where three look alike nobody can be asked which two are one.
    """
    stored = await models.CalendarSyncMapping.filter(link_id=desk.link_id, closed=None)
    rows = [mapping_of(row) for row in stored]
    awaited = {row.alike_id for row in rows if is_asking(row)}
    found = [f"I9: {r.appointment_id} waits for nobody" for r in rows if is_waiting(r)]
    found = [each for each in found if not any(str(i) in each for i in awaited)]
    for twin in world.twins:
        if twin.calendar_id == desk.id and len(twin.events) == 1 == len(twin.appointments):
            found += await _stand_unasked(desk, twin, selection)
    return found


async def _stand_unasked(desk: "Desk", twin: Twin, selection: Selection) -> Sequence[str]:
    (event_id,), (appointment_id,) = twin.events, twin.appointments
    conflicts = models.CalendarSyncConflict.filter(appointment_id=appointment_id, sync_config_id=desk.id)
    was_asked = await conflicts.filter(conflict_type="created_externally").exists()
    here = (await appointments.load([appointment_id]))[appointment_id]
    there = desk.calendar.live.get(event_id)
    is_wanted = here.content.occurs_in(selection.window) and selection.excludes(here) is None
    if was_asked or there is None or not is_wanted or likeness(here.content) is None:
        return []
    if any(map(selection.hides, (here, replace(here, content=there.content, imported_from=desk.link_id)))):
        return []
    if likeness(here.content) != likeness(there.content) or _has_a_double(desk, event_id, there):
        return []
    return [] if await _has_an_excuse(desk, event_id, here) else [f"I4: {appointment_id} and {event_id}"]


def _has_a_double(desk: "Desk", event_id: str, there: StoredEvent) -> bool:
    """Whether the calendar ever held another event that the user made and that says the same."""
    others = {i for i in [*desk.calendar.live, *desk.calendar.deleted()] if i.startswith("own-")} - {event_id}
    said = [event.content for other in others for event in desk.calendar.versions(other)]
    return likeness(there.content) in map(likeness, said)


async def _has_an_excuse(desk: "Desk", event_id: str, here: Appointment) -> bool:
    """One of them was edited, left out or deleted before they were met, so that each went its way."""
    if here.version > 1 or len(desk.calendar.versions(event_id)) > 1:
        return True
    chosen = await models.CalendarSyncChoice.filter(sync_config_id=desk.id).values("appointment_id")
    of_event = await models.CalendarSyncMapping.filter(link_id=desk.link_id, external_event_id=event_id)
    of_appointment = await models.CalendarSyncMapping.filter(link_id=desk.link_id, appointment_id=here.id)
    ids = [row.appointment_id for row in of_event if row.appointment_id]
    imported = await models.Appointment.filter(id__in=ids)
    was_touched = any(a.version > 1 or a.type != "external" for a in imported)
    was_chosen = {here.id, *(a.id for a in imported)} & {row["appointment_id"] for row in chosen}
    return bool(was_touched or was_chosen or len(of_appointment) > 1 or len(of_event) > 1)
