"""I9, no excuse: what every conflict and every item that is held must have been caused by."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tests.simulation.values import tokens_of

from metonic_core.model.content import Content, Group
from metonic_core.model.mapping import HoldKind, Mapping
from metonic_core.reconcile.guard import CAUSES
from metonic_core.reconcile.step import Conflict, ConflictType, Reason
from metonic_core.selection import Selection

if TYPE_CHECKING:
    from tests.simulation.world import Desk, World

    from metonic_core.model.appointment import Appointment


def groundless(world: "World", desk: "Desk", mapping: Mapping, conflict: Conflict) -> list[str]:
    """The conflict, if people did nothing that would lead to it."""
    if conflict.type is ConflictType.CREATED_EXTERNALLY:
        is_caused = bool(world.twins)
    elif conflict.external is None:
        is_caused = (desk.id, mapping.event_id) in world.erased_there
    elif conflict.local is None:
        is_caused = _is_deleted_by_people(world, mapping) and any(
            _is_news(world, conflict.external, conflict.base, group) for group in conflict.groups
        )
    elif conflict.type is ConflictType.DELETED:
        is_caused = False
    else:
        is_caused = any(_clashes(world, conflict.local, conflict.external, g) for g in conflict.groups)
        # Whether a write had reached an occurrence before somebody edited it, nobody can tell afterwards.
        is_caused = is_caused or mapping.event_id in world.weather.parted
    if is_caused:
        return []
    return [f"I9: {mapping.appointment_id} is in conflict for no reason: {conflict.type}, {_told(conflict)}"]


def _told(conflict: Conflict) -> str:
    sides = (conflict.base, conflict.local, conflict.external)
    return "; ".join(
        f"{group}: {[side and side.get(group) for side in sides]}" for group in sorted(conflict.groups)
    )


def _is_deleted_by_people(world: "World", mapping: Mapping) -> bool:
    """By the platform, a user, or by deleting the event that the appointment was imported from."""
    return mapping.appointment_id in world.erased_here | world.platform.erased or bool(world.erased_there)


def _clashes(world: "World", here: Content, there: Content, group: Group) -> bool:
    """Two edits by people, neither of which replaced the other."""
    ours, theirs = set(tokens_of(here, group)), set(tokens_of(there, group))
    return _is_new(world, ours, theirs) and _is_new(world, theirs, ours)


def _is_news(world: "World", there: Content, base: Content | None, group: Group) -> bool:
    theirs, before = set(tokens_of(there, group)), set(tokens_of(base, group)) if base else set()
    return _is_new(world, theirs, before)


def _is_new(world: "World", values: set[int], others: Iterable[int]) -> bool:
    """Whether these are not just what the others replaced. What people brought back is news each time."""
    if values & world.values.restored:
        return True
    known = world.values.with_ancestors(others)
    return not values <= known if values else bool(known & world.values.emptied)


def unlisted(
    world: "World", desk: "Desk", row: Mapping, appointment: "Appointment | None", selection: Selection
) -> list[str]:
    """An item that rests on hold for none of the causes that there are."""
    hold = row.hold
    if hold is None:
        return []
    event = desk.calendar.live.get(row.event_id or "")
    is_listed = {
        HoldKind.CONFLICT: True,
        HoldKind.DETACHED: (desk.id, row.event_id) in world.erased_there or world.is_tangled,
        HoldKind.UNLINKED: appointment is None or bool(selection.excludes(appointment)) or not row.can_write,
        HoldKind.IGNORED: hold.reason in {Reason.COPY_OF_ANOTHER_LINK, Reason.REJECTED},
        HoldKind.OUTSIDE: event is not None and not event.content.occurs_in(selection.window),
        HoldKind.QUARANTINE: row.event_id in desk.calendar.garbled or world.is_tangled,
        HoldKind.GUARDED: hold.reason in CAUSES,
    }
    return [] if is_listed[hold.kind] else [f"I9: {row.id} is {hold.kind} for no reason ({hold.reason})"]
