"""An item that waits for a person stays as it is, but for what the calendar may not show: that is taken out.

Privacy waits for nobody.
"""

from dataclasses import replace

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import NOTES, Content, Group, all_groups, slot_of
from metonic_core.model.mapping import Absent, Hold, Mapping, Origin, WriteKind
from metonic_core.reconcile.merge import Comparison
from metonic_core.reconcile.overtaking import overtaken
from metonic_core.reconcile.step import Reason, Step, Write
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import masked, projected


def resting(pair: Comparison, hold: Hold) -> Step:
    """Leave the item as it is, decided anew whenever one of its sides moves."""
    mapping, write = pair.mapping, None
    if mapping.external_base is not None and not isinstance(mapping.seen, Absent):
        mapping, write = _without_what_is_withheld(pair)
    lost = overtaken(pair.mapping, pair.terms) if write else ()
    return Step(replace(mapping, hold=hold, wanted=None), write=write, operations=lost)


def _without_what_is_withheld(pair: Comparison) -> tuple[Mapping, Write | None]:
    """The row, and the write of what is withheld alone; the base knows what that erases."""
    shown = projected(pair.appointment, pair.mapping.origin, pair.terms.selection)
    groups = frozenset(
        g
        for g in all_groups(pair.external, shown)
        if not pair.terms.same(g, pair.external, shown)
        and (_flows_only_out(pair, g) or _is_shown_otherwise(pair, g))
    )
    if not groups and not pair.is_to_be_finished:
        return pair.mapping, None
    mapping = replace(pair.mapping, external_base=pair.external_base.take(groups, pair.external))
    etag = pair.event.etag if pair.event else mapping.etag
    write = Write(WriteKind.UPDATE, Reason.KEPT_FROM_FLOWING, shown, groups, etag)
    return mapping, about(write, mapping, pair.appointment, pair.terms)


def _flows_only_out(pair: Comparison, group: Group) -> bool:
    flow = pair.flow(group)
    return flow.is_outbound and not flow.is_inbound


def _is_shown_otherwise(pair: Comparison, group: Group) -> bool:
    """Whether it may be edited there, but says what it may not: contact details, or words behind a mask.

    An occurrence that was moved there goes back with its words; what collides stays for whoever resolves it.
    """
    if pair.mapping.origin is not Origin.COPY or not pair.flow(group).is_outbound:
        return False
    if group == NOTES:
        return group not in pair.moved_there | pair.edited_here
    is_worded = slot_of(group) is not None and not pair.terms.same(
        group, pair.external, masked(pair.external)
    )
    return is_worded and pair.is_veiled and group not in pair.colliding


def but_for_withheld(pair: Comparison, content: Content) -> Content:
    """What decides of that side about an item that waits: the same before and after such a write."""
    known = pair.as_known(content)
    return known.take((g for g in all_groups(known, pair.local) if _flows_only_out(pair, g)), pair.local)


def about(write: Write, mapping: Mapping, appointment: Appointment, terms: Terms) -> Write:
    """The write with what the appointment says, if the calendar is shown it otherwise, but for a mask."""
    if mapping.origin is Origin.COPY and terms.selection.masks(appointment):
        return replace(write, is_masked=True)
    return write if write.content == appointment.content else replace(write, local=appointment.content)
