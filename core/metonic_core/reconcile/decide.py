"""What happens to a pair: the table of its two sides, and what each entry means.

Rows of the table are what became of the appointment, columns what became of the event. Each entry is a
function from the comparison to a step.
"""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import TIME, slot_of
from metonic_core.model.mapping import (
    Absent,
    Hold,
    HoldKind,
    Illegible,
    Look,
    Mapping,
    Observed,
    Origin,
    WriteKind,
)
from metonic_core.reconcile.landing import adopted, confirm
from metonic_core.reconcile.merge import Comparison, Merge, merge
from metonic_core.reconcile.step import Act, Conflict, ConflictType, Operation, Reason, Side, Step, Write
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Exclusion


class Local(StrEnum):
    """What became of the appointment, for this calendar."""

    KEPT = "kept"
    EDITED = "edited"
    DELETED = "deleted"
    DESELECTED = "deselected"


class Remote(StrEnum):
    """What became of the event."""

    KEPT = "kept"
    EDITED = "edited"
    DELETED = "deleted"
    UNKNOWN = "unknown"


def decide(mapping: Mapping, appointment: Appointment, terms: Terms) -> Step:
    """The next step for a row with an appointment."""
    mapping, landed = confirm(mapping, terms)
    if is_unborn(mapping):
        step = _without_event(mapping, appointment, terms)
    elif mapping.hold and mapping.hold.kind is HoldKind.DETACHED:
        step = _detached(mapping, appointment, terms)
    else:
        step = _paired(mapping, appointment, terms)
    return replace(step, operations=landed + step.operations)


def is_unborn(mapping: Mapping) -> bool:
    """Whether the row stands for an appointment whose event was never agreed upon."""
    return mapping.appointment_id is not None and mapping.external_base is None


def _paired(mapping: Mapping, appointment: Appointment, terms: Terms) -> Step:
    pair = Comparison(mapping, appointment, terms)
    return PAIRS[local_state(pair), remote_state(pair)](pair)


def local_state(pair: Comparison) -> Local:
    exclusion = pair.terms.selection.excludes(pair.appointment)
    if exclusion is Exclusion.CANCELLED:
        return Local.DELETED
    if exclusion is not None:
        return Local.DESELECTED
    return Local.EDITED if pair.edited_here else Local.KEPT


def remote_state(pair: Comparison) -> Remote:
    match pair.mapping.seen:
        case Look() | Illegible():
            return Remote.UNKNOWN
        case Absent():
            return Remote.DELETED
        case _:
            return Remote.EDITED if pair.edited_there else Remote.KEPT


def _without_event(mapping: Mapping, appointment: Appointment, terms: Terms) -> Step:
    """New here, absent there; or a create of ours that turned up late."""
    match mapping.seen:
        case Observed(event=event):
            marker = terms.marker_on(event)
            if marker and marker == mapping.marker(marker.operation):
                linked = Operation(Side.EXTERNAL, Act.LINK, Reason.ADOPTED, before=event.content)
                step = _paired(adopted(mapping, event), appointment, terms)
                return replace(step, operations=(linked, *step.operations))
            mapping = replace(
                mapping, generation=mapping.generation + 1, event_id=None, seen=None, unconfirmed=()
            )
        case Look() | Illegible():
            return Step(mapping)
        case _:
            mapping = replace(mapping, seen=None)
    excluded = terms.selection.excludes_new(appointment)
    if excluded:
        return Step(mapping.closing(excluded))
    content = appointment.content
    write = Write(WriteKind.CREATE, Reason.NEW_HERE, content, content.groups())
    return Step(replace(mapping, hold=None), write=write)


def _detached(mapping: Mapping, appointment: Appointment, terms: Terms) -> Step:
    """A copy that was given up comes back with its event alive: to be synced again, or to be taken out."""
    if isinstance(mapping.seen, Observed):
        return _paired(mapping, appointment, terms)
    if terms.selection.excludes(appointment):
        return Step(mapping.closing(Reason.DELETED_THERE))
    return Step(replace(mapping, seen=None, wanted=None))


def _merge(pair: Comparison) -> Step:
    if pair.colliding:
        is_time = any(g == TIME or slot_of(g) is not None for g in pair.colliding)
        return _conflict(pair, ConflictType.TIME_CHANGE if is_time else ConflictType.DATA_MISMATCH)
    return _merged(pair, merge(pair))


def _merged(pair: Comparison, merged: Merge) -> Step:
    pulls = _pulled(pair, merged)
    if not merged.to_send:
        return Step(
            replace(merged.mapping, wanted=None), merged.appointment if pulls else None, operations=pulls
        )
    reason = Reason.EDITED_HERE
    if merged.reverted:
        may_edit = pair.appointment.may_edit(pair.terms.selection.user_id)
        reason = Reason.KEPT_FROM_FLOWING if may_edit else Reason.NOT_YOURS_TO_EDIT
    write = Write(WriteKind.UPDATE, reason, merged.appointment.content, merged.to_send, merged.mapping.etag)
    return Step(merged.mapping, merged.appointment if pulls else None, write=write, operations=pulls)


def _pulled(pair: Comparison, merged: Merge) -> tuple[Operation, ...]:
    if not merged.pulled:
        return ()
    return (Operation(Side.LOCAL, Act.UPDATE, Reason.EDITED_THERE, merged.pulled, pair.local),)


def _conflict(pair: Comparison, kind: ConflictType) -> Step:
    """Freeze the item in this link; it is decided anew whenever one of its sides moves."""
    is_gone = isinstance(pair.mapping.seen, Absent)
    conflict = Conflict(
        kind,
        pair.colliding if kind is not ConflictType.DELETED else pair.edited_here | pair.edited_there,
        pair.external_base,
        None if pair.appointment.is_deleted else pair.local,
        None if is_gone else pair.external,
    )
    held = replace(pair.mapping, hold=Hold(HoldKind.CONFLICT, kind), wanted=None)
    return Step(held, conflict=conflict)


def _lost_kept(pair: Comparison) -> Step:
    """Deleted there, untouched here."""
    imported = pair.mapping.origin is Origin.OWN and pair.appointment.imported_from == pair.terms.link_id
    if imported and not pair.appointment.is_shared:
        cancelled = replace(pair.appointment, is_deleted=True)
        done = Operation(Side.LOCAL, Act.DELETE, Reason.DELETED_THERE, before=pair.local)
        return Step(pair.mapping.closing(Reason.DELETED_THERE), cancelled, operations=(done,))
    return _lost_edited(pair)


def _lost_edited(pair: Comparison) -> Step:
    """Deleted there, by somebody entitled: ask. Else only this copy is given up."""
    if pair.appointment.may_edit(pair.terms.selection.user_id):
        return _conflict(pair, ConflictType.DELETED)
    hold = Hold(HoldKind.DETACHED, Reason.DELETED_THERE)
    done = Operation(Side.EXTERNAL, Act.UNLINK, Reason.DELETED_THERE, before=pair.external_base)
    # Without its etag: an event that comes back as it was is news.
    return Step(replace(pair.mapping, hold=hold, etag=None, seen=None, wanted=None), operations=(done,))


def _erase(pair: Comparison) -> Step:
    """The appointment was deleted: its copy goes, and so does the event it was imported from."""
    is_linked = pair.mapping.origin is Origin.OWN and pair.appointment.imported_from != pair.terms.link_id
    return _unlink(pair, Reason.DELETED_HERE) if is_linked else _erased(pair, Reason.DELETED_HERE)


def _erased(pair: Comparison, reason: Reason) -> Step:
    """What may not be written may not be erased either: its guests would hear of it."""
    if not pair.mapping.can_write:
        return _unlink(pair, Reason.NOT_WRITABLE)
    event = pair.event
    mapping = replace(
        pair.mapping,
        external_base=pair.external,
        etag=event.etag if event else pair.mapping.etag,
        seen=None,
        hold=None,
    )
    return Step(mapping, write=Write(WriteKind.DELETE, reason, etag=mapping.etag))


def _unlink(pair: Comparison, reason: Reason) -> Step:
    """The event stays where it is and keeps its bases; it is not met again as a new one."""
    done = Operation(Side.EXTERNAL, Act.UNLINK, reason)
    return Step(replace(pair.mapping, hold=Hold(HoldKind.UNLINKED, reason), wanted=None), operations=(done,))


def _deleted_against_edit(pair: Comparison) -> Step:
    return _conflict(pair, ConflictType.DELETED)


def _withdraw(pair: Comparison) -> Step:
    """No longer for this calendar: a copy goes, a user's own event stays."""
    is_copy = pair.mapping.origin is Origin.COPY
    return _erased(pair, Reason.DESELECTED) if is_copy else _unlink(pair, Reason.DESELECTED)


def _pull_then_withdraw(pair: Comparison) -> Step:
    merged = merge(pair)
    pulls = _pulled(pair, merged)
    step = _withdraw(Comparison(merged.mapping, merged.appointment, pair.terms))
    return replace(
        step, appointment=merged.appointment if pulls else None, operations=pulls + step.operations
    )


def _close(pair: Comparison) -> Step:
    return Step(pair.mapping.closing(Reason.DELETED_THERE))


def _wait(pair: Comparison) -> Step:
    """The event is being read, or cannot be: reading it makes the row due again; a hold stays."""
    return Step(replace(pair.mapping, wanted=None))


PAIRS: dict[tuple[Local, Remote], Callable[[Comparison], Step]] = {
    (Local.KEPT, Remote.KEPT): _merge,
    (Local.KEPT, Remote.EDITED): _merge,
    (Local.KEPT, Remote.DELETED): _lost_kept,
    (Local.KEPT, Remote.UNKNOWN): _wait,
    (Local.EDITED, Remote.KEPT): _merge,
    (Local.EDITED, Remote.EDITED): _merge,
    (Local.EDITED, Remote.DELETED): _lost_edited,
    (Local.EDITED, Remote.UNKNOWN): _wait,
    (Local.DELETED, Remote.KEPT): _erase,
    (Local.DELETED, Remote.EDITED): _deleted_against_edit,
    (Local.DELETED, Remote.DELETED): _close,
    (Local.DELETED, Remote.UNKNOWN): _wait,
    (Local.DESELECTED, Remote.KEPT): _withdraw,
    (Local.DESELECTED, Remote.EDITED): _pull_then_withdraw,
    (Local.DESELECTED, Remote.DELETED): _close,
    (Local.DESELECTED, Remote.UNKNOWN): _wait,
}
"""Every pair of states has exactly one entry."""
