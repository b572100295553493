"""I3: what people wrote stands somewhere, and what they put back stays."""

from collections.abc import Sequence

from tests.simulation.standing import Standing
from tests.simulation.values import tokens, told
from tests.simulation.world import Desk, World

from metonic_core.model.codec import decode
from metonic_core.model.content import Group
from metonic_core.model.event import StoredEvent
from metonic_core.selection import flow
from metonic_gateway.store import models


def put_back(place: Standing) -> list[str]:
    """I3: what people put back is not replaced again by what they replaced, if a run ever knew of that."""
    known = {appointment.id: appointment for appointment in place.known}
    found = []
    for row in place.open:
        replaced = place.world.put_back.get((place.desk.id, row.event_id or ""))
        event = place.desk.calendar.live.get(row.event_id or "")
        appointment = known.get(row.appointment_id) if row.appointment_id else None
        is_free = not row.hold and place.desk.id not in place.world.one_way and not place.world.is_tangled
        if not (replaced and event and appointment and is_free):
            continue
        before, after = replaced.before.content, replaced.after
        is_known = (place.desk.id, replaced.before.etag) in place.world.witness.agreed
        unseen = frozenset[Group]() if is_known else replaced.unseen
        found += [
            f"I3: {g} of {row.event_id} was put back, and what it replaced came again"
            for g in before.groups() & after.groups() - unseen
            if told(event.content, g) == told(before, g) != told(after, g)
            and flow(row, appointment, place.selection, g).is_inbound
        ]
    return found


def _private_and_gone(desk: Desk) -> list[StoredEvent]:
    """Private events whose appointment a person deleted: nobody here ever knew what stood in them."""
    gone = [desk.calendar.versions(event_id)[-1] for event_id in desk.calendar.deleted()]
    return [last for last in gone if last.content.is_private]


def _waiting_for_a_reading(place: Standing) -> set[int]:
    """What a write may have replaced in events that nobody can read: their rows keep it meanwhile."""
    unread = [row for row in place.open if row.event_id in place.desk.calendar.garbled]
    return {t for row in unread if row.external_base for t in tokens(row.external_base)}


async def lost(world: World, places: Sequence[Standing]) -> list[str]:
    """I3: every edit stands somewhere, in the journal or in a conflict, or was thrown away by a person."""
    reached = set(world.values.retired)
    for appointment in places[0].every:
        reached |= tokens(appointment.content)
    for desk in world.desks:
        reached |= {t for e in desk.calendar.live.values() for t in tokens(e.content)}
        reached |= {t for e in _private_and_gone(desk) for t in tokens(e.content)}
    reached |= {t for place in places for t in _waiting_for_a_reading(place)}
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
