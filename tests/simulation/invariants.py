"""What must hold of a world at rest: I2 to I6 and I9, in any direction, and where all is synced both ways."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.simulation import causes
from tests.simulation.values import tokens, tokens_of
from tests.simulation.world import MARKERS, Desk, World

from metonic_core.model.appointment import Appointment
from metonic_core.model.codec import decode
from metonic_core.model.content import Content, Group, all_groups
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import HoldKind, Mapping
from metonic_core.selection import Direction, Selection, flow, projected
from metonic_gateway.store import appointments, models
from metonic_gateway.store.rows import due_of, mapping_of
from metonic_gateway.store.selections import choices_of, contacts_of, selection_of


@dataclass(frozen=True, slots=True)
class Standing:
    """A calendar as it stands: ``rows`` with its tombstones, ``known`` as the platform shows them there."""

    world: World
    desk: Desk
    selection: Selection
    rows: Sequence[Mapping]
    known: Sequence[Appointment]

    @property
    def open(self) -> list[Mapping]:
        return [row for row in self.rows if row.closed is None]


async def standing(world: World) -> list[Standing]:
    """Everything that the invariants ask about, read once."""
    rows = [row["id"] for row in await models.Appointment.all().values("id")]
    known = list((await appointments.load(rows)).values())
    return [await _standing(world, desk, known) for desk in world.desks]


async def _standing(world: World, desk: Desk, known: Sequence[Appointment]) -> Standing:
    config = await models.CalendarSyncConfig.get(id=desk.id).select_related("sync_filter", "user")
    selection = selection_of(config, world.window(), await choices_of([desk.id]))
    contacts = await contacts_of(known, desk.user_id) if selection.include_contact else {}
    told = [replace(a, contacts=contacts.get(a.id, ())) for a in known]
    rows = [mapping_of(row) for row in await models.CalendarSyncMapping.filter(link_id=desk.link_id)]
    return Standing(world, desk, selection, rows, told)


async def at_odds(world: World) -> list[str]:
    """What holds in calendars of any direction, and what nobody may have done on the way."""
    found = world.astray + world.platform.astray + world.course.failures
    places = await standing(world)
    for place in places:
        found += [why for invariant in ALWAYS for why in invariant(place)]
        if place.selection.direction is not Direction.PULL:
            found += _left_standing(place)
    return found + _cancelled_without_cause(world, places)


async def out_of_step(world: World) -> list[str]:
    """What the feeds brought is on both sides before anything is read completely."""
    return [f"before the daily read: {why}" for place in await standing(world) for why in _diverged(place)]


async def broken(world: World) -> list[str]:
    """Every invariant that does not hold between calendars that are synced both ways, in words."""
    found = world.astray + world.platform.astray + world.course.failures
    places = await standing(world)
    for place in places:
        found += [why for invariant in IN_STEP for why in invariant(place)]
        found += await _shown_alike(place)
    found += _cancelled_without_cause(world, places)
    return found + await _lost(world, places)


def _missing(place: Standing) -> list[str]:
    """I2: what belongs into a calendar is there, and its pair is whole."""
    by_appointment = {row.appointment_id: row for row in place.open if row.appointment_id}
    found = []
    for appointment in place.known:
        row = by_appointment.get(appointment.id)
        is_lost = appointment.imported_from == place.desk.link_id and not appointment.is_deleted
        if row is None:
            if place.selection.draws(appointment) or is_lost:
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


def _put_back(place: Standing) -> list[str]:
    """I3: what people put back is not replaced again by what they replaced."""
    known = {appointment.id: appointment for appointment in place.known}
    found = []
    for row in place.open:
        replaced = place.world.put_back.get((place.desk.id, row.event_id or ""))
        event = place.desk.calendar.live.get(row.event_id or "")
        appointment = known.get(row.appointment_id) if row.appointment_id else None
        if not (replaced and event and appointment) or row.hold or place.desk.id in place.world.one_way:
            continue
        before, after = replaced
        found += [
            f"I3: {g} of {row.event_id} was put back, and what it replaced came again"
            for g in before.groups() & after.groups()
            if _told(event.content, g) == _told(before, g) != _told(after, g)
            and flow(row, appointment, place.selection, g).is_inbound
        ]
    return found


def _told(content: Content, group: Group) -> list[int]:
    return sorted(tokens_of(content, group))


def _doubled(place: Standing) -> list[str]:
    """I4: one event at most for an appointment in a calendar, but for those that people made of it."""
    marked = [MARKERS.read(event.marker or "") for event in _copies(place)]
    count = Counter(marker.appointment_id for marker in marked if marker)
    return [f"I4: {count[a]} copies of {a}" for a in count if count[a] > 1]


def _copies(place: Standing) -> list[StoredEvent]:
    """The events that we made."""
    return [e for e in place.desk.calendar.live.values() if e.marker and not e.id.startswith("own-")]


def _left_over(place: Standing) -> list[str]:
    """At rest nothing is due."""
    return [f"I1: {row.id} is still due" for row in place.open if due_of(row) is not None]


def _unknown(place: Standing) -> list[str]:
    """I2: every event of a calendar is known here."""
    known = {row.event_id for row in place.open}
    return [f"I2: {event_id} is not known" for event_id in place.desk.calendar.live if event_id not in known]


async def _shown_alike(place: Standing) -> list[str]:
    """I9: the open conflicts are those that hold an item."""
    conflicts = models.CalendarSyncConflict.filter(sync_config_id=place.desk.id, state="open")
    shown = {row["mapping_id"] for row in await conflicts.values("mapping_id")}
    held = {row.id for row in place.open if row.hold and row.hold.kind is HoldKind.CONFLICT}
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
    """No copy stands of what is private, left out or deleted, unless nobody can tell what it has become."""
    excluded = {a.id: why for a in place.known if (why := place.selection.excludes(a)) and not a.is_deleted}
    marked = [MARKERS.read(e.marker or "") for e in _copies(place) if e.id not in place.desk.calendar.garbled]
    standing = {m.appointment_id for m in marked if m and m.link_id == place.desk.link_id} & set(excluded)
    return [f"I2: a copy of {a} stands, which is {excluded[a]}" for a in standing]


def _erased_without_cause(place: Standing) -> list[str]:
    """I5, there: a user's own event is gone only if they deleted it, or the appointment imported from it."""
    world, desk = place.world, place.desk
    erased_here = world.erased_here | world.platform.erased
    found = []
    for event_id in desk.calendar.deleted():
        imported = {row.appointment_id for row in place.rows if row.event_id == event_id}
        is_theirs = (desk.id, event_id) in world.erased_there or bool(imported & erased_here)
        if event_id.startswith("own-") and not is_theirs:
            found.append(f"I5: {event_id} was erased")
    return found


def _cancelled_without_cause(world: World, places: Sequence[Standing]) -> list[str]:
    """I5, here: the engine cancels an appointment only where its owner deleted the event it came from."""
    erased_here = world.erased_here | world.platform.erased
    found = []
    for appointment in places[0].known:
        if appointment.is_deleted and appointment.id not in erased_here:
            events = {
                (place.desk.id, row.event_id)
                for place in places
                for row in place.rows
                if row.appointment_id == appointment.id
            }
            if appointment.imported_from is None or not events & world.erased_there:
                found.append(f"I5: {appointment.id} was cancelled")
    return found


def _mailed(place: Standing) -> list[str]:
    """I6: nobody gets a mail because calendars are synced."""
    return [f"I6: a mail was sent by {why}" for why in place.desk.calendar.outbox]


def _private_and_gone(desk: Desk) -> list[StoredEvent]:
    """Private events whose appointment a person deleted: nobody here ever knew what stood in them."""
    gone = [desk.calendar.versions(event_id)[-1] for event_id in desk.calendar.deleted()]
    return [last for last in gone if last.content.is_private]


async def _lost(world: World, places: Sequence[Standing]) -> list[str]:
    """I3: every edit stands somewhere, in the journal or in a conflict, or was thrown away by a person."""
    reached = set(world.values.retired)
    for appointment in places[0].known:
        reached |= tokens(appointment.content)
    for desk in world.desks:
        reached |= {t for e in desk.calendar.live.values() for t in tokens(e.content)}
        reached |= {t for e in _private_and_gone(desk) for t in tokens(e.content)}
    lines = models.SyncOperation.exclude(before=None)
    documents = list(await lines.values_list("before", flat=True))
    sides = await models.CalendarSyncConflict.all().values_list("local_data", "external_data")
    documents += [side for conflict in sides for side in conflict if side]
    changes = models.AppointmentChange.exclude(overwritten=None)
    documents += await changes.values_list("overwritten", flat=True)
    for document in documents:
        reached |= tokens(decode(document))
    kept = world.values.with_ancestors(reached)
    return [f"I3: v{v} is lost" for v in sorted(set(world.values.parents) - kept)]


ALWAYS: tuple[Callable[[Standing], list[str]], ...] = (_mailed, _doubled, _left_over, _erased_without_cause)
"""What holds of a calendar in any direction."""

IN_STEP: tuple[Callable[[Standing], list[str]], ...] = (
    *ALWAYS,
    _missing,
    _diverged,
    _put_back,
    _unknown,
    _left_standing,
    _held,
)
"""What holds of one that is synced both ways."""
