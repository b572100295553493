"""What became of appointments in the calendars of one user: a fixed number of statements for any number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.mapping import HoldKind
from metonic_core.model.when import Window
from metonic_core.selection import Selection
from metonic_gateway.store import models
from metonic_gateway.store.appointments import selection_of
from metonic_gateway.store.states import DISCONNECTED, DISCONNECTING, NEEDS_CALENDAR


class CopyState(StrEnum):
    """How an appointment stands in one calendar; the holds of a mapping under their own names."""

    IN_SYNC = "in_sync"
    PENDING = "pending"
    EXCLUDED = "excluded"
    CONFLICT = "conflict"
    QUARANTINED = "quarantined"
    DETACHED = "detached"
    UNLINKED = "unlinked"
    IGNORED = "ignored"


IN_SYNC = "in_sync"
PENDING = "pending"

_HELD = {
    HoldKind.CONFLICT: CopyState.CONFLICT,
    HoldKind.QUARANTINE: CopyState.QUARANTINED,
    HoldKind.IGNORED: CopyState.IGNORED,
    HoldKind.DETACHED: CopyState.DETACHED,
    HoldKind.UNLINKED: CopyState.UNLINKED,
    HoldKind.OUTSIDE: CopyState.EXCLUDED,
}


@dataclass(frozen=True, slots=True)
class Copy:
    """``reason`` is a code of the engine or of ``selection``, or an adapter's sentence."""

    provider: str
    state: CopyState
    reason: str
    event_id: str | None = None
    last_synced_at: datetime | None = None


async def of_appointments(
    user_id: UUID, appointments: Sequence[Appointment], window: Window
) -> list[list[Copy]]:
    """For each appointment one copy per connected calendar of the user, by provider."""
    connected = models.CalendarSyncConfig.filter(user_id=user_id, is_active=True).order_by("provider")
    calendars = [row for row in await connected.prefetch_related("sync_filter") if _is_connected(row)]
    rows = await _open_rows([row.link_id for row in calendars if row.link_id], [a.id for a in appointments])
    return [[_copy(row, appointment, rows, window) for row in calendars] for appointment in appointments]


def _is_connected(row: models.CalendarSyncConfig) -> bool:
    return row.stopped not in {DISCONNECTING, DISCONNECTED}


async def _open_rows(
    links: Iterable[UUID], appointments: Iterable[UUID]
) -> dict[tuple[UUID, UUID | None], models.CalendarSyncMapping]:
    rows = models.CalendarSyncMapping.filter(
        link_id__in=list(links), appointment_id__in=list(appointments), closed=None
    )
    return {(row.link_id, row.appointment_id): row for row in await rows}


def _copy(
    calendar: models.CalendarSyncConfig,
    appointment: Appointment,
    rows: dict[tuple[UUID, UUID | None], models.CalendarSyncMapping],
    window: Window,
) -> Copy:
    if calendar.link_id is None:
        return Copy(calendar.provider, CopyState.EXCLUDED, NEEDS_CALENDAR)
    row = rows.get((calendar.link_id, appointment.id))
    state, reason = _standing(row, selection_of(calendar, window), appointment)
    if state is CopyState.PENDING and calendar.stopped:
        reason = calendar.stopped
    if row is None:
        return Copy(calendar.provider, state, reason)
    return Copy(calendar.provider, state, reason, row.external_event_id, row.last_synced_at)


def _standing(
    row: models.CalendarSyncMapping | None, selection: Selection, appointment: Appointment
) -> tuple[CopyState, str]:
    if row is None:
        excluded = selection.excludes_new(appointment)
        return (CopyState.EXCLUDED, excluded.value) if excluded else (CopyState.PENDING, PENDING)
    if row.hold:
        return _HELD[HoldKind(row.hold)], row.hold_reason or row.hold
    if row.due or row.seen is not None:
        return CopyState.PENDING, PENDING
    return CopyState.IN_SYNC, IN_SYNC
