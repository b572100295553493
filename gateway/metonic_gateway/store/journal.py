"""The journal of what runs did, and the conflicts they met."""

from datetime import datetime
from uuid import UUID, uuid4

from metonic_core.model.codec import encode
from metonic_core.model.mapping import Mapping
from metonic_core.reconcile.step import Conflict, Operation
from metonic_gateway.store.models import CalendarSyncConflict, SyncOperation

OPEN = "open"
CLOSED = "superseded"
"""What a conflict is: the sides still differ, or they agree by themselves."""


def line(mapping: Mapping, operation: Operation, now: datetime) -> SyncOperation:
    """A line of the journal, not stored yet."""
    return SyncOperation(
        id=uuid4(),
        mapping_id=mapping.id,
        appointment_id=mapping.appointment_id,
        external_event_id=mapping.event_id,
        side=operation.side.value,
        operation=operation.act.value,
        reason=operation.reason.value,
        field_groups=sorted(operation.groups),
        before=encode(operation.before),
        at=now,
    )


async def note_conflict(calendar_id: UUID, mapping: Mapping, conflict: Conflict, now: datetime) -> None:
    """Record a conflict, or show the open one of this item as it is now."""
    shown = {
        "external_event_id": mapping.event_id,
        "conflict_type": conflict.type.value,
        "field_groups": sorted(conflict.groups),
        "base_data": encode(conflict.base),
        "local_data": encode(conflict.local),
        "external_data": encode(conflict.external),
    }
    if await CalendarSyncConflict.filter(mapping_id=mapping.id, state=OPEN).update(**shown):
        return
    await CalendarSyncConflict.create(
        id=uuid4(),
        sync_config_id=calendar_id,
        mapping_id=mapping.id,
        appointment_id=mapping.appointment_id,
        state=OPEN,
        detected_at=now,
        **shown,
    )


async def close_conflict(mapping_id: UUID, now: datetime) -> None:
    """The sides agree, or the item is no longer one of this calendar."""
    await CalendarSyncConflict.filter(mapping_id=mapping_id, state=OPEN).update(state=CLOSED, closed_at=now)
