"""How a conflict is resolved: by what a person decided about it, or by the policy of the calendar.

A decision counts for the conflict that it was made about and for nothing else; otherwise the item stays as it
is. What each way means is a table of what the conflict is about.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial

from metonic_core.model.appointment import stamped
from metonic_core.model.content import TIME, Content, Group, all_groups, slot_of
from metonic_core.model.errors import InvalidValue
from metonic_core.model.mapping import Mapping as Row
from metonic_core.model.resolution import Resolution, ResolutionKind
from metonic_core.model.series import has_slot
from metonic_core.model.when import slot_text
from metonic_core.reconcile.entries import brought_together, cancel, detach, erase, make_anew
from metonic_core.reconcile.merge import CLOCKS_APART, Comparison, merge
from metonic_core.reconcile.step import Conflict, ConflictType, Reason, Side, Step
from metonic_core.reconcile.telling import created
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Direction

COOL_DOWN = timedelta(hours=1)
"""How long an item that was resolved is not resolved by a policy again: two could go on for ever."""


class Quarrel(StrEnum):
    """What the two sides of a conflict do not agree about."""

    EDITS = "edits"
    DELETED_HERE = "deleted_here"
    DELETED_THERE = "deleted_there"
    ALIKE = "alike"


def quarrel(conflict: Conflict) -> Quarrel:
    if conflict.type is ConflictType.CREATED_EXTERNALLY:
        return Quarrel.ALIKE
    if conflict.type is not ConflictType.DELETED:
        return Quarrel.EDITS
    return Quarrel.DELETED_HERE if conflict.local is None else Quarrel.DELETED_THERE


def answered(pair: Comparison, step: Step) -> Step:
    """The step of a conflict that was resolved; the same step where it was not, or where there is none."""
    if step.conflict is None:
        return replace(step, mapping=_at_rest(step))
    conflict = step.conflict
    resolution = standing(pair.mapping, conflict, pair.terms)
    if resolution is None:
        asked = waiting(pair.mapping, conflict, pair.terms)
        return replace(step, mapping=replace(step.mapping, resolution=None), conflict=asked)
    made = RESOLVED[quarrel(conflict), resolution.way](pair, conflict, resolution)
    mapping = replace(made.mapping, resolution=None, resolved_at=pair.terms.now)
    if not resolution.is_automatic or quarrel(conflict) is not Quarrel.DELETED_HERE:
        # Whatever a person asked for here, it was not what the policy makes of what happened there.
        mapping = replace(mapping, is_commanded=not resolution.is_automatic)
    return replace(made, mapping=mapping, conflict=conflict, resolved=resolution)


def _at_rest(step: Step) -> Row:
    """Without what is only about a conflict: there is none any more."""
    hold = None if step.mapping.is_in_conflict else step.mapping.hold
    return replace(step.mapping, hold=hold, resolution=None)


def standing(row: Row, conflict: Conflict, terms: Terms) -> Resolution | None:
    """What a person decided about just this conflict, else what the policy makes of it now."""
    asked = row.resolution
    if asked is not None and asked.about == conflict.fingerprint:
        return asked
    policy = terms.selection.conflict_policy
    if policy is None or _cools_down_until(row, terms) is not None:
        return None
    return replace(made, is_automatic=True) if (made := _chosen(conflict, policy)) else None


def waiting(row: Row, conflict: Conflict, terms: Terms) -> Conflict:
    """The conflict that nobody resolved, with the time at which the policy may."""
    policy = terms.selection.conflict_policy
    is_allowed = policy is not None and policy in allowed(conflict)
    return replace(conflict, automatic_at=_cools_down_until(row, terms) if is_allowed else None)


def _cools_down_until(row: Row, terms: Terms) -> datetime | None:
    """When the policy may resolve this item again; None if it may now."""
    last = row.resolved_at
    if last is None or abs(terms.now - last) >= COOL_DOWN:
        return None
    return last + COOL_DOWN


def newer(conflict: Conflict) -> Side | None:
    """The side that was edited last; None where that is not known for certain."""
    here, there = conflict.local_edited_at, conflict.external_edited_at
    if here is None or there is None or abs(here - there) <= CLOCKS_APART:
        return None
    return Side.LOCAL if here > there else Side.EXTERNAL


def allowed(conflict: Conflict) -> frozenset[ResolutionKind]:
    """The ways in which this conflict can be resolved."""
    kind = quarrel(conflict)
    ways = ALIKE if kind is Quarrel.ALIKE else frozenset(way for about, way in RESOLVED if about is kind)
    return ways | {ResolutionKind.MOST_RECENT} if newer(conflict) else ways


def resolution_of(
    conflict: Conflict, asked: ResolutionKind, picks: Mapping[Group, Side] | None = None
) -> Resolution:
    """What is asked for as a decision about this conflict; raises InvalidValue where it cannot be done.

    ``picks`` are for MERGE: a side for each group that collides. The path of what is wrong with one of them
    ends with its group.
    """
    made = _chosen(conflict, asked)
    if made is None:
        raise InvalidValue(_REFUSED[asked], ("resolution",), "Use one that `allowed` lists.")
    if asked is ResolutionKind.MERGE:
        return replace(made, external=_picked(conflict, picks or {}))
    if picks:
        raise InvalidValue("Only MERGE picks sides.", ("picks",), "Leave them out, or use MERGE.")
    return made


_REFUSED = {
    ResolutionKind.MERGE: "One side was deleted, so there is nothing to merge.",
    ResolutionKind.MOST_RECENT: "It is not certain which side was edited last.",
    ResolutionKind.KEEP_BOTH: "It is one thing on both sides.",
}


def _chosen(conflict: Conflict, asked: ResolutionKind) -> Resolution | None:
    if asked not in allowed(conflict):
        return None
    way = asked
    if asked is ResolutionKind.MOST_RECENT:
        is_here = newer(conflict) is Side.LOCAL
        way = ResolutionKind.KEEP_LOCAL if is_here else ResolutionKind.KEEP_EXTERNAL
    return Resolution(asked, way, conflict.fingerprint)


def _picked(conflict: Conflict, picks: Mapping[Group, Side]) -> frozenset[Group]:
    """The groups in which the event's side is picked."""
    for group in sorted(conflict.groups - picks.keys()):
        message = f"No side is picked for {_named(group)}."
        raise InvalidValue(message, ("picks",), "Pick one wherever `fields` say that both sides collide.")
    for group in picks:
        if group not in conflict.groups:
            message = f"The sides do not collide in {_named(group)}."
            raise InvalidValue(message, ("picks", group), "Leave it out: it is merged as ever.")
    for group in _homeless(conflict, picks):
        raise InvalidValue(
            f"The schedule that is picked does not have {_named(group)}.",
            ("picks", group),
            "Pick the same side for both, or the side that says nothing about it.",
        )
    return frozenset(group for group, side in picks.items() if side is Side.EXTERNAL)


def _homeless(conflict: Conflict, picks: Mapping[Group, Side]) -> list[Group]:
    """Occurrences picked from one side that the schedule picked from the other does not have."""
    sides = {Side.LOCAL: conflict.local, Side.EXTERNAL: conflict.external}
    schedule = sides[picks[TIME]] if TIME in picks else None
    if schedule is None:
        return []
    others = {g: sides[side] for g, side in picks.items() if side is not picks[TIME]}
    slots = {g: slot for g in others if (slot := slot_of(g)) is not None}
    return [
        g
        for g, slot in slots.items()
        if (made := others[g]) and made.override(slot)
        if not has_slot(schedule.when, schedule.recurrence, slot)
    ]


def _named(group: Group) -> str:
    slot = slot_of(group)
    return f"the {group}" if slot is None else f"the occurrence of {slot_text(slot)}"


@dataclass(frozen=True, slots=True)
class _Sides:
    """The groups in which each side stands."""

    here: frozenset[Group]
    there: frozenset[Group]


def taken_from_event(conflict: Conflict, resolution: Resolution) -> frozenset[Group]:
    """The groups that collide in which the event's side stands."""
    match resolution.way:
        case ResolutionKind.KEEP_EXTERNAL:
            return conflict.groups
        case ResolutionKind.MERGE:
            return resolution.external
        case _:
            return frozenset()


def _sides(pair: Comparison, conflict: Conflict, resolution: Resolution) -> _Sides:
    there = taken_from_event(conflict, resolution)
    here = conflict.groups - there
    lost = _beyond(pair, pair.known if TIME in there else pair.local) if TIME in conflict.groups else there
    lost -= conflict.groups
    return _Sides(here, there | lost) if TIME in there else _Sides(here | lost, there)


def _beyond(pair: Comparison, schedule: Content) -> frozenset[Group]:
    """Occurrences that are no part of the schedule that stands: it comes with its own, or without."""
    slots = {g: slot for g in all_groups(pair.local, pair.known) if (slot := slot_of(g)) is not None}
    return frozenset(g for g, slot in slots.items() if not has_slot(schedule.when, schedule.recurrence, slot))


def _merge(pair: Comparison, conflict: Conflict, resolution: Resolution) -> Step:
    """What collides as it was decided, the rest as ever."""
    sides = _sides(pair, conflict, resolution)
    return brought_together(pair, merge(pair, sides.here, sides.there), sides.here | sides.there)


def _make_anew(pair: Comparison, _conflict: Conflict, _resolution: Resolution) -> Step:
    """As a copy in the next generation, what was imported too. Nothing goes into a calendar only read."""
    if pair.terms.selection.direction is Direction.PULL:
        return detach(pair)
    return make_anew(pair, Reason.RESOLVED)


def _cancel(pair: Comparison, _conflict: Conflict, _resolution: Resolution) -> Step:
    return cancel(pair, Reason.RESOLVED)


def _erase(pair: Comparison, _conflict: Conflict, _resolution: Resolution) -> Step:
    return erase(pair, Reason.RESOLVED)


def _revive(pair: Comparison, _conflict: Conflict, _resolution: Resolution) -> Step:
    """The appointment stands again, with what the event says wherever that was edited."""
    alive = replace(pair.appointment, is_deleted=False)
    living = Comparison(pair.mapping, stamped(pair.appointment, alive, pair.edited_there_at), pair.terms)
    back = created(Reason.RESOLVED, alive.content, partial(living.told, frozenset()))
    said = living.edited_there
    said |= _beyond(living, living.known) if TIME in said else frozenset()
    step = brought_together(living, merge(living, there=said), said)
    appointment = step.appointment or living.appointment
    return replace(step, appointment=appointment, operations=(back, *step.operations))


RESOLVED: dict[tuple[Quarrel, ResolutionKind], Callable[[Comparison, Conflict, Resolution], Step]] = {
    (Quarrel.EDITS, ResolutionKind.KEEP_LOCAL): _merge,
    (Quarrel.EDITS, ResolutionKind.KEEP_EXTERNAL): _merge,
    (Quarrel.EDITS, ResolutionKind.MERGE): _merge,
    (Quarrel.DELETED_THERE, ResolutionKind.KEEP_LOCAL): _make_anew,
    (Quarrel.DELETED_THERE, ResolutionKind.KEEP_EXTERNAL): _cancel,
    (Quarrel.DELETED_HERE, ResolutionKind.KEEP_LOCAL): _erase,
    (Quarrel.DELETED_HERE, ResolutionKind.KEEP_EXTERNAL): _revive,
}
"""What each way means, by what the conflict is about. Which way is the most recent one is decided before."""

ALIKE = frozenset(
    {
        ResolutionKind.KEEP_LOCAL,
        ResolutionKind.KEEP_EXTERNAL,
        ResolutionKind.MERGE,
        ResolutionKind.KEEP_BOTH,
    }
)
"""The ways of look-alikes; see ``pairing``."""
