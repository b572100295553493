"""What happens to a pair: the table of its two sides, and what each entry means.

Rows of the table are what became of the appointment, columns what became of the event. Each entry is a
function from the comparison to a step. A calendar that is synced one way has its own in a few places.
"""

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

from metonic_core.model.appointment import Appointment
from metonic_core.model.mapping import Absent, HoldKind, Illegible, Look, Mapping, Observed, Origin
from metonic_core.reconcile.entries import (
    ask_about_deletion,
    bring_together,
    close,
    create,
    erase,
    let_go,
    lose_edited,
    lose_kept,
    pull_and_wait,
    pull_then_withdraw,
    recreate_once,
    wait,
    wait_as_linked,
    withdraw,
)
from metonic_core.reconcile.landing import adopted, confirm
from metonic_core.reconcile.meeting import NOBODY, Meeting, met, parted
from metonic_core.reconcile.merge import Comparison
from metonic_core.reconcile.resolving import answered
from metonic_core.reconcile.step import Act, Operation, Reason, Side, Step
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Direction, Exclusion


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


def decide(mapping: Mapping, appointment: Appointment, terms: Terms, meeting: Meeting = NOBODY) -> Step:
    """The next step for a row with an appointment; ``meeting`` is what one without event meets."""
    mapping, landed = confirm(mapping, terms)
    if is_unborn(mapping):
        step = parted(mapping, _without_event(mapping, appointment, terms, meeting), meeting)
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
    direction = terms.selection.direction
    if direction is Direction.PUSH and mapping.origin is Origin.OWN:
        return answered(pair, wait(pair))
    table = PAIRS | ONE_WAY.get(direction, {})
    there = remote_state(pair)
    step = table[local_state(pair), there](pair)
    # What was decided about a conflict is kept while the event has to be read first.
    return step if there is Remote.UNKNOWN else answered(pair, step)


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


def _without_event(mapping: Mapping, appointment: Appointment, terms: Terms, meeting: Meeting) -> Step:
    """New here, absent there; or a create of ours that turned up late."""
    match mapping.seen:
        case Observed(event=event):
            marker = terms.marker_on(event)
            if marker and marker == mapping.marker(marker.operation):
                linked = Operation(Side.EXTERNAL, Act.LINK, Reason.ADOPTED, before=event.content)
                step = _paired(adopted(mapping, event, marker), appointment, terms)
                return replace(step, operations=(linked, *step.operations))
            mapping = replace(
                mapping, generation=mapping.generation + 1, event_id=None, seen=None, unconfirmed=()
            )
        case Look() | Illegible():
            # As with a pair: reading it makes the row due again, and until then there is nothing to decide.
            return Step(replace(mapping, wanted=None))
        case _:
            mapping = replace(mapping, seen=None)
    excluded = terms.selection.excludes_new(appointment)
    if excluded:
        return Step(mapping.closing(excluded))
    return met(mapping, meeting, terms) or create(mapping, appointment, terms)


_ENDS_GIVING_UP = frozenset({Exclusion.CANCELLED, Exclusion.NOT_CONCERNED, Exclusion.NEVER})
"""What is more than a setting: an appointment that comes back after it is as good as new to its user."""


def _detached(mapping: Mapping, appointment: Appointment, terms: Terms) -> Step:
    """A copy that was given up comes back with its event alive: to be synced again, or to be taken out.

    Filters that leave the appointment out for a while and then let it in again do not bring it back.
    """
    if isinstance(mapping.seen, Observed):
        return _paired(mapping, appointment, terms)
    if terms.selection.excludes(appointment) in _ENDS_GIVING_UP:
        return Step(mapping.closing(Reason.DELETED_THERE))
    return Step(replace(mapping, seen=None, wanted=None))


PAIRS: dict[tuple[Local, Remote], Callable[[Comparison], Step]] = {
    (Local.KEPT, Remote.KEPT): bring_together,
    (Local.KEPT, Remote.EDITED): bring_together,
    (Local.KEPT, Remote.DELETED): lose_kept,
    (Local.KEPT, Remote.UNKNOWN): wait_as_linked,
    (Local.EDITED, Remote.KEPT): bring_together,
    (Local.EDITED, Remote.EDITED): bring_together,
    (Local.EDITED, Remote.DELETED): lose_edited,
    (Local.EDITED, Remote.UNKNOWN): wait_as_linked,
    (Local.DELETED, Remote.KEPT): erase,
    (Local.DELETED, Remote.EDITED): ask_about_deletion,
    (Local.DELETED, Remote.DELETED): close,
    (Local.DELETED, Remote.UNKNOWN): wait,
    (Local.DESELECTED, Remote.KEPT): withdraw,
    (Local.DESELECTED, Remote.EDITED): pull_then_withdraw,
    (Local.DESELECTED, Remote.DELETED): let_go,
    (Local.DESELECTED, Remote.UNKNOWN): wait,
}
"""Every pair of states has exactly one entry."""

ONE_WAY: dict[Direction, dict[tuple[Local, Remote], Callable[[Comparison], Step]]] = {
    Direction.PUSH: {
        (Local.KEPT, Remote.DELETED): recreate_once,
        (Local.EDITED, Remote.DELETED): recreate_once,
    },
    Direction.PULL: {
        (Local.DELETED, Remote.KEPT): wait,
        (Local.DELETED, Remote.EDITED): wait,
        (Local.DESELECTED, Remote.KEPT): wait,
        (Local.DESELECTED, Remote.EDITED): pull_and_wait,
    },
}
"""Where a direction differs: out, a deleted copy is made anew; in, nothing is erased."""
