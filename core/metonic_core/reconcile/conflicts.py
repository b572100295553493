"""What a conflict is, and what becomes of the item meanwhile: it rests in this link until the sides agree."""

from dataclasses import replace
from datetime import datetime

from metonic_core.model.appointment import EXISTENCE
from metonic_core.model.content import Group
from metonic_core.model.mapping import Absent, Hold, HoldKind
from metonic_core.reconcile.merge import Comparison
from metonic_core.reconcile.resting import resting
from metonic_core.reconcile.step import Conflict, ConflictType, Step


def frozen(pair: Comparison, kind: ConflictType) -> Step:
    """Leave the item as it is until the sides agree, or somebody says which one stands."""
    return replace(resting(pair, Hold(HoldKind.CONFLICT, kind)), conflict=_conflict(pair, kind))


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
