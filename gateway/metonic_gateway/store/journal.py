"""The journal of what runs did."""

from datetime import datetime
from uuid import uuid4

from metonic_core.model.codec import encode
from metonic_core.model.mapping import Mapping
from metonic_core.reconcile.guard import inferred
from metonic_core.reconcile.step import Operation
from metonic_gateway.store.models import SyncOperation


def line(mapping: Mapping, operation: Operation, now: datetime) -> SyncOperation:
    """A line of the journal, not stored yet."""
    return SyncOperation(
        id=uuid4(),
        mapping_id=mapping.id,
        appointment_id=operation.appointment_id or mapping.appointment_id,
        external_event_id=mapping.event_id,
        side=operation.side.value,
        operation=operation.act.value,
        reason=operation.reason.value,
        field_groups=sorted(operation.groups),
        before=encode(operation.before),
        is_inferred=inferred(operation, mapping) is not None,
        at=now,
    )
