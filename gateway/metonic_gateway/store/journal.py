"""The journal of what runs did."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from metonic_core.model.codec import decode, encode
from metonic_core.model.mapping import Mapping
from metonic_core.reconcile.guard import inferred
from metonic_core.reconcile.step import Act, Former, Operation, Reason, Said, Side
from metonic_core.selection import Choice
from metonic_gateway.store.models import SyncOperation

_NOTHING = "by_selection"
"""What stands in ``former`` where nothing had been chosen."""


def line(mapping: Mapping, operation: Operation, now: datetime) -> SyncOperation:
    """A line of the journal, not stored yet."""
    return SyncOperation.construct(
        id=uuid4(),
        mapping_id=mapping.id,
        appointment_id=operation.appointment_id or mapping.appointment_id,
        external_event_id=mapping.event_id,
        counted_in=mapping.link_id if inferred(operation, mapping) else None,
        at=now,
        **columns_of(operation),
    )


def columns_of(operation: Operation) -> dict[str, Any]:
    """What was done, by the columns of a line."""
    said, former = operation.said, operation.former
    return {
        "side": operation.side.value,
        "operation": operation.act.value,
        "reason": operation.reason.value,
        "field_groups": sorted(operation.groups),
        "before": encode(operation.before),
        "after": encode(operation.after),
        "said": encode((said.before, said.after)) if said else None,
        "former": None if former is None else (former.choice or _NOTHING),
    }


def operation_of(row: SyncOperation) -> Operation:
    """What a line of the journal says."""
    said = decode(row.said)
    return Operation(
        side=Side(row.side),
        act=Act(row.operation),
        reason=Reason(row.reason),
        groups=frozenset(row.field_groups),
        before=decode(row.before),
        after=decode(row.after),
        said=Said(*said) if said else None,
        former=_former(row.former),
    )


def _former(word: str | None) -> Former | None:
    if word is None:
        return None
    return Former(None if word == _NOTHING else Choice(word))
