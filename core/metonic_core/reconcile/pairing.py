"""What is done about look-alikes: they are paired, or said to be two.

Paired, the event stays the user's own: it is linked, and whatever of ours stood in its place goes. The event
itself is never erased.
"""

from dataclasses import replace

from metonic_core.model.appointment import Appointment, stamped
from metonic_core.model.content import Content
from metonic_core.model.mapping import Look, Mapping, Observed, Origin
from metonic_core.model.resolution import Resolution, ResolutionKind
from metonic_core.reconcile.alike import Twin, ask, conflict_of, linked
from metonic_core.reconcile.entries import brought_together, create
from metonic_core.reconcile.importing import ABSORBED, imported
from metonic_core.reconcile.merge import Comparison, merge
from metonic_core.reconcile.resolving import standing, taken_from_event, waiting
from metonic_core.reconcile.step import Act, Conflict, Operation, Reason, Side, Step
from metonic_core.reconcile.terms import Terms

_LINKED = Operation(Side.EXTERNAL, Act.LINK, Reason.RESOLVED)


def asked(row: Mapping, twin: Twin, terms: Terms) -> Step:
    """The row that asks about its twin, or what was answered carried out."""
    conflict = conflict_of(twin, terms)
    step = ask(twin, conflict)
    resolution = standing(row, conflict, terms)
    if resolution is None:
        mapping = replace(step.mapping, resolution=None)
        return replace(step, mapping=mapping, conflict=waiting(row, conflict, terms))
    made = _answered(twin, conflict, resolution, terms)
    mapping = replace(made.mapping, resolved_at=terms.now)
    return replace(made, mapping=mapping, conflict=conflict, resolved=resolution)


def _answered(twin: Twin, conflict: Conflict, resolution: Resolution, terms: Terms) -> Step:
    if resolution.way is ResolutionKind.KEEP_BOTH:
        return _parted(twin, terms)
    if twin.imported is None:
        return _paired(twin, conflict, resolution, terms)
    return _given_up(twin, twin.imported, conflict, resolution)


def _parted(twin: Twin, terms: Terms) -> Step:
    """They are two. The event's row remembers it, so that it is not asked again."""
    here, event = twin.here, twin.event
    if isinstance(event.seen, Observed) and twin.imported is None:
        step = imported(event, event.seen.event, terms)
        return replace(step, mapping=replace(step.mapping, alike_id=here.appointment.id))
    step = create(twin.row_here, here.appointment, terms)
    mapping = replace(step.mapping, resolution=None)
    return replace(step, mapping=mapping, others=(replace(event, alike_id=here.appointment.id),))


def paired_content(conflict: Conflict, resolution: Resolution) -> Content | None:
    """What the appointment says in the end: its own values, but for those that are taken from the event."""
    if conflict.local is None or conflict.external is None:
        return None
    return conflict.local.take(taken_from_event(conflict, resolution), conflict.external)


def _agreed(twin: Twin, conflict: Conflict, resolution: Resolution) -> Mapping:
    """The linked row, with bases from which just the side that does not stand in a group has moved."""
    there = taken_from_event(conflict, resolution)
    local = twin.here.appointment.content
    base = local.take(local.groups() | twin.there.groups(), twin.there).take(there, local)
    return replace(linked(twin), local_base=base, external_base=base)


def _paired(twin: Twin, conflict: Conflict, resolution: Resolution, terms: Terms) -> Step:
    there = taken_from_event(conflict, resolution)
    pair = Comparison(_agreed(twin, conflict, resolution), twin.here.appointment, terms)
    step = brought_together(pair, merge(pair, conflict.groups - there, there), conflict.groups)
    firsts = (_superfluous(twin.here.row),) if twin.here.row else ()
    return replace(step, firsts=firsts, operations=(_LINKED, *step.operations))


def _superfluous(row: Mapping) -> Mapping:
    """The row of the appointment that has another one now. A copy that it had is judged as an orphan.

    So is one that arrived late, after it was taken for lost.
    """
    if row.external_base is None and not isinstance(row.seen, Observed):
        return row.closing(ABSORBED)
    lone = replace(row, appointment_id=None, origin=Origin.OWN, local_base=None, external_base=None)
    return replace(lone, seen=Look(), wanted=None, hold=None, resolution=None, unconfirmed=())


def _given_up(twin: Twin, former: Appointment, conflict: Conflict, resolution: Resolution) -> Step:
    """What was imported before goes in favour of the platform's; the event is read anew and merged."""
    gone = Operation(Side.LOCAL, Act.DELETE, Reason.PAIRED, before=former.content, appointment_id=former.id)
    row = replace(_agreed(twin, conflict, resolution), seen=Look())
    return Step(
        row,
        stamped(former, replace(former, is_deleted=True), None),
        firsts=(_superfluous(twin.row_here),),
        operations=(gone, _LINKED),
    )
