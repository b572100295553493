"""The invariants I1 to I5 of a synced world, checked once everybody has stopped editing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from tests.simulation.alike import given_up, unasked
from tests.simulation.approving import held_for_nothing, waits_for_a_person
from tests.simulation.privacy import disclosed
from tests.simulation.resolving import cancelled_by_resolution, left_undone, taken_out_again
from tests.simulation.tastes import both_ways
from tests.simulation.values import tokens
from tests.simulation.world import MARKERS, Desk, World

from metonic_core.model.appointment import Appointment
from metonic_core.model.codec import decode
from metonic_core.model.content import all_groups
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import HoldKind, Mapping
from metonic_core.reconcile.alike import is_waiting
from metonic_core.selection import Direction, Flow, Selection, flow, projected
from metonic_gateway.store import appointments, models
from metonic_gateway.store.rows import due_of, mapping_of
from metonic_gateway.store.selections import choices_of, contacts_of, selection_of

ROUNDS = 12


async def come_to_rest(world: World, quiet_rounds: int = 2) -> list[str]:
    """I1: after the last edit, a bounded number of runs later a run writes nothing anywhere."""
    for arrive in world.weather.late:
        await arrive()
    world.weather.late.clear()
    world.weather.is_calm = True
    for desk in world.desks:
        desk.calendar.dice = None
    quiet = 0
    for _ in range(ROUNDS):
        before = await _fingerprint(world)
        for desk in world.desks:
            world.now += timedelta(days=1, minutes=1)
            await world.run(desk)
        quiet = quiet + 1 if await _fingerprint(world) == before else 0
        if quiet == quiet_rounds:
            return []
    return ["I1: it does not come to rest"]


async def _fingerprint(world: World) -> tuple[object, ...]:
    versions = await models.Appointment.all().order_by("id").values_list("id", "version")
    return (*(len(desk.calendar.log) for desk in world.desks), *versions)


async def all_both_ways(world: World) -> None:
    """Every calendar is synced both ways from here on, and all else stays as people set it."""
    for desk in world.desks:
        await both_ways(desk, world.window(), world.now)


async def at_odds(world: World) -> list[str]:
    """What holds in calendars of any direction, and that each run went that way."""
    known = await _known()
    found = world.astray + world.platform.astray + await disclosed(world.weather.watch)
    for desk in world.desks:
        selection = await _selection(world, desk)
        rows = await _rows(desk)
        found += _doubled(desk)
        found += await _left_over(desk, rows)
        if selection.direction is not Direction.PULL:
            found += _standing(desk, selection, known, rows)
        found += await _erased_without_cause(world, desk)
    return found + await _cancelled_without_cause(world, known)


async def _known() -> list[Appointment]:
    ids = [row["id"] for row in await models.Appointment.all().values("id")]
    return list((await appointments.load(ids)).values())


async def _rows(desk: Desk) -> list[Mapping]:
    stored = models.CalendarSyncMapping.filter(link_id=desk.link_id, closed=None)
    return [mapping_of(row) for row in await stored]


async def _selection(world: World, desk: Desk) -> Selection:
    row = await models.CalendarSyncConfig.get(id=desk.id).select_related("sync_filter", "user")
    return selection_of(row, world.window(), await choices_of([desk.id]))


async def broken(world: World) -> list[str]:
    """Every invariant that does not hold between calendars that are synced both ways, in words."""
    known = await _known()
    found: list[str] = []
    for desk in world.desks:
        rows, selection = await _rows(desk), await _selection(world, desk)
        contacts = await contacts_of(known, desk.user_id)
        away = await taken_out_again(desk.link_id)
        expected = [a for a in known if a.id not in away or selection.draws(a)]
        told = [replace(a, contacts=contacts[a.id]) for a in expected]
        found += _not_converged(desk, selection, rows, told)
        found += _doubled(desk)
        found += await _left_over(desk, rows)
        found += _standing(desk, selection, known, rows)
        found += await unasked(world, desk, selection)
        found += await _erased_without_cause(world, desk)
    found += await disclosed(world.weather.watch)
    found += await _cancelled_without_cause(world, known)
    return found + await _lost(world, known)


def _not_converged(
    desk: Desk, selection: Selection, rows: Sequence[Mapping], known: Sequence[Appointment]
) -> list[str]:
    """I2, for everything that is not held with a listed cause."""
    by_appointment = {row.appointment_id: row for row in rows if row.appointment_id}
    found = []
    for appointment in known:
        row = by_appointment.get(appointment.id)
        if row is None:
            if selection.draws(appointment):
                found.append(f"I2: {appointment.id} is not at {desk.link_id}")
        elif row.hold is None:
            found += [f"I2: {appointment.id}: {why}" for why in _differing(desk, selection, row, appointment)]
    return found


def _differing(desk: Desk, selection: Selection, row: Mapping, appointment: Appointment) -> list[str]:
    event = desk.calendar.live.get(row.event_id or "")
    if row.intent:
        return ["an intent is left open"]
    if event is None:
        return ["its event is not there"]
    if selection.excludes(appointment):
        return ["it should not be there"]
    there, here = event.content, projected(appointment, row.origin, selection)
    return [
        f"{g}: {here.get(g)!r} here, {there.get(g)!r} there"
        for g in all_groups(there, here)
        if flow(row, appointment, selection, g) is not Flow.NONE
        and str(there.get(g)).rstrip() != str(here.get(g)).rstrip()
    ]


def _doubled(desk: Desk) -> list[str]:
    """I4: one event at most for an appointment in a calendar."""
    marked = [MARKERS.read(e.marker) for e in desk.calendar.live.values() if e.marker]
    count = Counter(marker.appointment_id for marker in marked if marker)
    return [f"I4: {count[a]} copies of {a}" for a in count if count[a] > 1]


async def _left_over(desk: Desk, rows: Sequence[Mapping]) -> list[str]:
    """At rest nothing is due, every event is known, and the open conflicts are those that hold an item."""
    known = {row.event_id for row in rows}
    conflicts = models.CalendarSyncConflict.filter(sync_config_id=desk.id, state="open")
    shown = {row["mapping_id"] for row in await conflicts.values("mapping_id")}
    held = {r.id for r in rows if r.hold and r.hold.kind is HoldKind.CONFLICT and not is_waiting(r)}
    found = [f"I1: {row.id} is still due" for row in rows if due_of(row) is not None]
    found += [f"I2: {event_id} is not known" for event_id in desk.calendar.live if event_id not in known]
    found += [f"I1: {why}" for why in await left_undone(desk.id)]
    found += await held_for_nothing(desk, rows)
    return found + [f"I9: {mapping} is not held and shown alike" for mapping in shown ^ held]


def _standing(
    desk: Desk, selection: Selection, known: Sequence[Appointment], rows: Sequence[Mapping]
) -> list[str]:
    """No copy stands of what is private, left out or deleted, except where a person is to decide."""
    excluded = {a.id: why for a in known if (why := selection.excludes(a)) and not a.is_deleted}
    marked = [MARKERS.read(e.marker) for e in desk.calendar.live.values() if e.marker]
    standing = {m.appointment_id for m in marked if m and m.link_id == desk.link_id} & set(excluded)
    standing -= {row.appointment_id for row in rows if row.appointment_id and waits_for_a_person(row)}
    return [f"I2: a copy of {a} stands, which is {excluded[a]}" for a in standing]


async def _erased_without_cause(world: World, desk: Desk) -> list[str]:
    """I5, there: a user's own event is gone only if they deleted it, or the appointment imported from it."""
    erased_here = world.erased_here | world.platform.erased | await cancelled_by_resolution()
    own = {i for i, _ in desk.calendar.log if i.startswith("own-")}
    found = []
    for event_id in own - set(desk.calendar.live):
        rows = models.CalendarSyncMapping.filter(link_id=desk.link_id, external_event_id=event_id)
        imported = {row.appointment_id for row in await rows}
        if (desk.id, event_id) not in world.erased_there and not imported & erased_here:
            found.append(f"I5: {event_id} was erased")
    return found


async def _cancelled_without_cause(world: World, known: Sequence[Appointment]) -> list[str]:
    """I5, here: the engine cancels an appointment only where its owner deleted the event it came from."""
    erased_here = world.erased_here | world.platform.erased
    found = []
    resolved = await cancelled_by_resolution()
    for appointment in known:
        if appointment.is_deleted and appointment.id not in erased_here:
            rows = models.CalendarSyncMapping.filter(appointment_id=appointment.id).prefetch_related("link")
            events = {(r.link.sync_config_id, r.external_event_id or "") for r in await rows}
            is_caused = appointment.imported_from is not None or appointment.id in resolved
            is_theirs = is_caused and events & world.erased_there
            if not is_theirs and not await given_up(appointment.id):
                found.append(f"I5: {appointment.id} was cancelled")
    return found


def _private_and_gone(desk: Desk) -> list[StoredEvent]:
    """Private events whose appointment a person deleted: nobody here ever knew what stood in them."""
    gone = {i for i, _ in desk.calendar.log} - set(desk.calendar.live)
    return [last for i in gone if (last := desk.calendar.versions(i)[-1]).content.is_private]


async def _lost(world: World, known: Sequence[Appointment]) -> list[str]:
    """I3: every edit stands somewhere, in the journal or in a conflict, or was thrown away by a person."""
    reached = set(world.values.retired)
    for appointment in known:
        reached |= tokens(appointment.content)
    for desk in world.desks:
        reached |= {t for e in desk.calendar.live.values() for t in tokens(e.content)}
        reached |= {t for e in _private_and_gone(desk) for t in tokens(e.content)}
    for line in await models.SyncOperation.all():
        if line.before:
            reached |= tokens(decode(line.before))
    for conflict in await models.CalendarSyncConflict.all():
        for side in (conflict.local_data, conflict.external_data):
            reached |= tokens(decode(side)) if side else set()
    for change in await models.AppointmentChange.exclude(overwritten=None):
        reached |= tokens(decode(change.overwritten))
    standing = world.values.with_ancestors(reached)
    return [f"I3: v{v} is lost" for v in sorted(set(world.values.parents) - standing)]
