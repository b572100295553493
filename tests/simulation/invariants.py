"""What must hold of a world at rest: I2 to I6 and I9, in any direction, and where all is synced both ways."""

from collections import Counter
from collections.abc import Callable, Sequence

from tests.simulation import causes
from tests.simulation.alike import given_up, unasked
from tests.simulation.approving import held_for_nothing, is_guarded, waits_for_a_person
from tests.simulation.losing import lost, put_back
from tests.simulation.parts import unfinished
from tests.simulation.privacy import disclosed
from tests.simulation.resolving import cancelled_by_resolution, left_undone
from tests.simulation.standing import Standing, standing
from tests.simulation.world import MARKERS, World

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import all_groups
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import HoldKind, Mapping, Origin
from metonic_core.model.when import Window
from metonic_core.reconcile.alike import is_waiting
from metonic_core.selection import Direction, flow, projected
from metonic_gateway.store import models
from metonic_gateway.store.rows import due_of


async def at_odds(world: World) -> list[str]:
    """What holds in calendars of any direction, and what nobody may have done on the way."""
    found = world.astray + world.platform.astray + world.course.failures
    found += world.weather.announcements.missing
    found += await disclosed(world.weather.watch)
    places = await standing(world)
    for place in places:
        found += [why for invariant in ALWAYS for why in invariant(place)]
        found += await _undone(place) + await held_for_nothing(place.desk, place.open)
        found += await _erased_without_cause(place)
        if place.selection.direction is not Direction.PULL:
            found += _left_standing(place)
    return found + await _cancelled_without_cause(world, places)


async def out_of_step(world: World) -> list[str]:
    """What the feeds brought is on both sides before anything is read completely."""
    for desk in world.desks:
        # What came while a calendar was being listed is in its feed after that.
        await world.run(desk)
    places = await standing(world)
    found = [why for place in places for why in _diverged(place)]
    found += [why for place in places for why in _unknown_in(place, place.window)]
    return [f"before the daily read: {why}" for why in found]


async def broken(world: World) -> list[str]:
    """Every invariant that does not hold between calendars that are synced both ways, in words."""
    found = world.astray + world.platform.astray + world.course.failures
    found += world.weather.announcements.missing
    found += await disclosed(world.weather.watch)
    places = await standing(world)
    for place in places:
        found += [why for invariant in IN_STEP for why in invariant(place)]
        found += await _undone(place) + await held_for_nothing(place.desk, place.open)
        found += await _erased_without_cause(place)
        found += await _shown_alike(place)
        found += await unasked(world, place.desk, place.selection)
    found += await _cancelled_without_cause(world, places)
    return found + await lost(world, places)


def _missing(place: Standing) -> list[str]:
    """I2: what belongs into a calendar is there, and its pair is whole."""
    by_appointment = {row.appointment_id: row for row in place.open if row.appointment_id}
    found = []
    for appointment in place.known:
        row = by_appointment.get(appointment.id)
        if row is None:
            if place.selection.draws(appointment):
                found.append(f"I2: {appointment.id} is not at {place.desk.provider}")
        elif row.hold is None and row.event_id not in place.desk.calendar.live:
            found.append(f"I2: {appointment.id}: its event is not there")
        elif row.hold is None and place.selection.excludes(appointment):
            found.append(f"I2: {appointment.id} should not be at {place.desk.provider}")
    return found


def _diverged(place: Standing) -> list[str]:
    """I2: both sides of a pair say the same, but for what is held, and what may only flow in."""
    known = {appointment.id: appointment for appointment in place.known}
    found = []
    for row in place.open:
        appointment = known.get(row.appointment_id) if row.appointment_id else None
        event = place.desk.calendar.live.get(row.event_id or "")
        if appointment is None or event is None or row.hold or place.selection.excludes(appointment):
            continue
        found += [
            f"I2: {appointment.id} at {place.desk.provider}: {why}"
            for why in _differing(place, row, appointment, event)
        ]
    return found


def _differing(place: Standing, row: Mapping, appointment: Appointment, event: StoredEvent) -> list[str]:
    if row.intent:
        return ["an intent is left open"]
    there, here = event.content, projected(appointment, row.origin, place.selection)
    return [
        f"{g}: {here.get(g)!r} here, {there.get(g)!r} there"
        for g in all_groups(there, here)
        if flow(row, appointment, place.selection, g).is_outbound
        and str(there.get(g)).rstrip() != str(here.get(g)).rstrip()
    ]


def _doubled(place: Standing) -> list[str]:
    """I4: one event at most for an appointment in a calendar, but for those that people made of it.

    Nothing is taken out of a calendar that is only read.
    """
    if place.selection.direction is Direction.PULL:
        return []
    marked = [MARKERS.read(event.marker or "") for event in _copies(place)]
    count = Counter(marker.appointment_id for marker in marked if marker)
    return [f"I4: {count[a]} copies of {a}" for a in count if count[a] > 1]


def _copies(place: Standing) -> list[StoredEvent]:
    """The events that we made, but for those of which nobody can tell what they have become."""
    calendar = place.desk.calendar
    readable = [event for event in calendar.live.values() if event.id not in calendar.garbled]
    return [event for event in readable if event.marker and not event.id.startswith("own-")]


def _left_over(place: Standing) -> list[str]:
    """At rest nothing is due."""
    return [f"I1: {row.id} is still due" for row in place.open if due_of(row) is not None]


def _unknown(place: Standing) -> list[str]:
    """I2: every event that a calendar shows is known here."""
    return _unknown_in(place, place.selection.window)


def _unknown_in(place: Standing, window: Window) -> list[str]:
    known = {row.event_id for row in place.open}
    shown = place.desk.calendar.shown_in(window)
    return [f"I2: {event_id} is not known" for event_id in shown if event_id not in known]


async def _undone(place: Standing) -> list[str]:
    """I1: what was decided is done, unless it is about an event that nobody can read."""
    found = [] if place.desk.calendar.garbled else await left_undone(place.desk.id, place.world.now)
    return [f"I1: {why}" for why in found]


async def _shown_alike(place: Standing) -> list[str]:
    """I9: the conflicts that are not done with are those that hold an item.

    But for what a policy resolved and the guard holds: that is being resolved.
    """
    conflicts = models.CalendarSyncConflict.filter(
        sync_config_id=place.desk.id, state__in=["open", "resolving"]
    )
    guarded = {r.id for r in place.open if is_guarded(r)}
    found = await conflicts.values("mapping_id", "state")
    shown = {r["mapping_id"] for r in found if r["state"] == "open" or r["mapping_id"] not in guarded}
    held = {r.id for r in place.open if r.hold and r.hold.kind is HoldKind.CONFLICT and not is_waiting(r)}
    return [f"I9: {mapping} is not held and shown alike" for mapping in shown ^ held]


def _held(place: Standing) -> list[str]:
    """I9: whatever is held has a listed cause."""
    known = {appointment.id: appointment for appointment in place.known}
    found = []
    for row in place.open:
        if row.hold:
            place.world.counts[f"holds: {row.hold.kind}"] += 1
            appointment = known.get(row.appointment_id) if row.appointment_id else None
            found += causes.unlisted(place.world, place.desk, row, appointment, place.selection)
    return found


def _left_standing(place: Standing) -> list[str]:
    """No copy stands of what is private, left out or deleted, unless nobody can tell what it has become.

    Nor where the calendar does not show it: what arrived late, and was past before it was ever told of.
    """
    excluded = {a.id: why for a in place.known if (why := place.selection.excludes(a)) and not a.is_deleted}
    shown = set(place.desk.calendar.shown_in(place.selection.window))
    marked = [MARKERS.read(event.marker or "") for event in _copies(place) if event.id in shown]
    standing = {m.appointment_id for m in marked if m and m.link_id == place.desk.link_id} & set(excluded)
    standing -= {row.appointment_id for row in place.open if row.appointment_id and waits_for_a_person(row)}
    return [f"I2: a copy of {a} stands, which is {excluded[a]}" for a in standing]


async def _erased_without_cause(place: Standing) -> list[str]:
    """I5, there: a user's own event is gone only if they deleted it, or the appointment imported from it."""
    world, desk = place.world, place.desk
    erased_here = world.erased_here | world.platform.erased | await cancelled_by_resolution()
    found = []
    for event_id in desk.calendar.deleted():
        imported = {row.appointment_id for row in place.rows if row.event_id == event_id}
        is_theirs = (desk.id, event_id) in world.erased_there or bool(imported & erased_here)
        if event_id.startswith("own-") and not is_theirs:
            found.append(f"I5: {event_id} was erased")
    return found


async def _cancelled_without_cause(world: World, places: Sequence[Standing]) -> list[str]:
    """I5, here: the engine cancels an appointment only where its owner deleted the event it came from."""
    erased_here = world.erased_here | world.platform.erased
    resolved = await cancelled_by_resolution()
    found = []
    for appointment in places[0].every:
        if appointment.is_deleted and appointment.id not in erased_here:
            events = {
                (place.desk.id, row.event_id)
                for place in places
                for row in place.rows
                if row.appointment_id == appointment.id
            }
            is_caused = appointment.imported_from is not None or appointment.id in resolved
            is_theirs = is_caused and events & world.erased_there
            if not is_theirs and not await given_up(appointment.id):
                found.append(f"I5: {appointment.id} was cancelled")
    return found


def _mailed(place: Standing) -> list[str]:
    """I6: nobody gets a mail because calendars are synced."""
    return [f"I6: a mail was sent by {why}" for why in place.desk.calendar.outbox]


def _in_part(place: Standing) -> list[str]:
    """I2: a copied series is written to its last occurrence."""
    partly = set(unfinished(place.desk.calendar))
    return [
        f"I2: {row.event_id} is written in part"
        for row in place.open
        if row.event_id in partly and row.origin is Origin.COPY and row.hold is None and row.can_write
    ]


ALWAYS: tuple[Callable[[Standing], list[str]], ...] = (_mailed, _doubled, _left_over)
"""What holds of a calendar in any direction."""

IN_STEP: tuple[Callable[[Standing], list[str]], ...] = (
    *ALWAYS,
    _missing,
    _diverged,
    _in_part,
    put_back,
    _unknown,
    _left_standing,
    _held,
)
"""What holds of one that is synced both ways."""
