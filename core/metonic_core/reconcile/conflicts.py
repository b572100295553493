"""What a conflict is, and what becomes of the item meanwhile: it rests in this link until the sides agree."""

from dataclasses import replace
from datetime import datetime

from metonic_core.model.appointment import EXISTENCE, Appointment
from metonic_core.model.content import Group, all_groups
from metonic_core.model.mapping import Absent, Hold, HoldKind, Mapping, Origin, WriteKind
from metonic_core.reconcile.landing import overtaken
from metonic_core.reconcile.merge import Comparison
from metonic_core.reconcile.step import Conflict, ConflictType, Reason, Step, Write
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import projected


def frozen(pair: Comparison, kind: ConflictType) -> Step:
    """Leave the item as it is, decided anew whenever one of its sides moves.

    What the calendar may not show is taken out all the same: privacy does not wait for a person.
    """
    conflict = _conflict(pair, kind)
    mapping, write = pair.mapping, None
    if conflict.external is not None:
        mapping, write = _without_what_is_withheld(pair)
    held = replace(mapping, hold=Hold(HoldKind.CONFLICT, kind), wanted=None)
    lost = overtaken(pair.mapping, pair.terms) if write else ()
    return Step(held, write=write, conflict=conflict, operations=lost)


def _conflict(pair: Comparison, kind: ConflictType) -> Conflict:
    is_gone = isinstance(pair.mapping.seen, Absent)
    groups = pair.colliding if kind is not ConflictType.DELETED else pair.edited_here | pair.edited_there
    return Conflict(
        kind,
        groups,
        pair.external_base,
        None if pair.appointment.is_deleted else pair.told(groups),
        None if is_gone else pair.external,
        _edited_here_at(pair, groups),
        None if is_gone else pair.edited_there_at,
    )


def _edited_here_at(pair: Comparison, groups: frozenset[Group]) -> datetime | None:
    """When the last of these groups was edited here; None unless it is known of each that was."""
    edited = {EXISTENCE} if pair.appointment.is_deleted else groups & pair.edited_here
    return pair.appointment.last_edited_in(edited)


def _without_what_is_withheld(pair: Comparison) -> tuple[Mapping, Write | None]:
    """The row, and the write of those groups alone that only flow out; the base knows what that erases."""
    shown = projected(pair.appointment, pair.mapping.origin, pair.terms.selection)
    groups = frozenset(
        g
        for g in all_groups(pair.external, shown)
        if _flows_only_out(pair, g) and not pair.terms.same(g, pair.external, shown)
    )
    if not groups:
        return pair.mapping, None
    mapping = replace(pair.mapping, external_base=pair.external_base.take(groups, pair.external))
    etag = pair.event.etag if pair.event else mapping.etag
    write = Write(WriteKind.UPDATE, Reason.KEPT_FROM_FLOWING, shown, groups, etag)
    return mapping, about(write, mapping, pair.appointment, pair.terms)


def _flows_only_out(pair: Comparison, group: Group) -> bool:
    flow = pair.flow(group)
    return flow.is_outbound and not flow.is_inbound


def about(write: Write, mapping: Mapping, appointment: Appointment, terms: Terms) -> Write:
    """The write with what the appointment says, if the calendar is shown it otherwise, but for a mask."""
    if mapping.origin is Origin.COPY and terms.selection.masks(appointment):
        return replace(write, is_masked=True)
    return write if write.content == appointment.content else replace(write, local=appointment.content)
