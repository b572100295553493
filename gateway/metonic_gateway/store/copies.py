"""What became of appointments in the calendars of one user: a fixed number of statements for any number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.codec import decode
from metonic_core.model.mapping import HoldKind, Origin
from metonic_core.model.when import Window
from metonic_core.reconcile.step import Reason
from metonic_core.selection import Choice, Direction, Selection, masked
from metonic_gateway.store import models
from metonic_gateway.store.selections import choices_of, selection_of
from metonic_gateway.store.states import DISCONNECTED, DISCONNECTING, NEEDS_CALENDAR, PAUSED


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
    GUARDED = "guarded"


IN_SYNC = "in_sync"
MASKED = "masked"
KEPT_APART = "kept_apart"
PENDING = "pending"

HELD = {
    HoldKind.CONFLICT: CopyState.CONFLICT,
    HoldKind.QUARANTINE: CopyState.QUARANTINED,
    HoldKind.IGNORED: CopyState.IGNORED,
    HoldKind.DETACHED: CopyState.DETACHED,
    HoldKind.UNLINKED: CopyState.UNLINKED,
    HoldKind.OUTSIDE: CopyState.EXCLUDED,
    HoldKind.GUARDED: CopyState.GUARDED,
}


@dataclass(frozen=True, slots=True)
class Copy:
    """``reason`` is a code of the engine or of ``selection``, or an adapter's sentence.

    ``choice`` is what the user chose for this appointment alone, None if nothing.
    """

    provider: str
    state: CopyState
    reason: str
    choice: Choice | None = None
    event_id: str | None = None
    last_synced_at: datetime | None = None


async def of_appointments(
    user_id: UUID, appointments: Sequence[Appointment], window: Window
) -> list[list[Copy]]:
    """For each appointment one copy per connected calendar of the user, by provider."""
    calendars = await connected(user_id)
    ids = [appointment.id for appointment in appointments]
    rows = await _open_rows([row.link_id for row in calendars if row.link_id], ids)
    choices = await choices_of([row.id for row in calendars], ids)
    selections = {row.id: selection_of(row, window, choices) for row in calendars if row.link_id}
    return [
        [
            replace(_copy(row, a, rows, selections.get(row.id)), choice=choices.get(row.id, {}).get(a.id))
            for row in calendars
        ]
        for a in appointments
    ]


async def connected(user_id: UUID) -> Sequence[models.CalendarSyncConfig]:
    """The user's connected calendars with their settings, by provider."""
    rows = models.CalendarSyncConfig.filter(user_id=user_id, is_active=True).order_by("provider")
    found = await rows.select_related("sync_filter", "user")
    return [row for row in found if row.stopped not in {DISCONNECTING, DISCONNECTED}]


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
    selection: Selection | None,
) -> Copy:
    if selection is None:
        return Copy(calendar.provider, CopyState.EXCLUDED, NEEDS_CALENDAR)
    row = rows.get((selection.link_id, appointment.id))
    state, reason = _standing(row, selection, appointment)
    if state is CopyState.PENDING and calendar.stopped:
        reason = calendar.stopped
    elif state is CopyState.PENDING and calendar.is_paused:
        reason = PAUSED
    if row is None:
        return Copy(calendar.provider, state, reason)
    return Copy(
        calendar.provider,
        state,
        reason,
        event_id=row.external_event_id,
        last_synced_at=row.last_synced_at,
    )


def _standing(
    row: models.CalendarSyncMapping | None, selection: Selection, appointment: Appointment
) -> tuple[CopyState, str]:
    if row is None:
        return _without_row(selection, appointment)
    if row.hold:
        return HELD[HoldKind(row.hold)], row.hold_reason or row.hold
    if not row.due and (kept := _kept_by_direction(row, selection, appointment)):
        return CopyState.IGNORED, kept.value
    is_copy = row.origin == Origin.COPY.value
    is_apart = not is_copy and selection.hides(appointment) is not None
    if row.due or (row.seen is not None and not is_apart):
        return CopyState.PENDING, PENDING
    if is_apart:
        return CopyState.IN_SYNC, KEPT_APART
    return CopyState.IN_SYNC, MASKED if is_copy and selection.masks(appointment) else IN_SYNC


def _without_row(selection: Selection, appointment: Appointment) -> tuple[CopyState, str]:
    excluded = selection.excludes_new(appointment)
    if excluded:
        return CopyState.EXCLUDED, excluded.value
    return CopyState.PENDING, PENDING


def _kept_by_direction(
    row: models.CalendarSyncMapping, selection: Selection, appointment: Appointment
) -> Reason | None:
    """Why a pair that nothing is due for is not in step: its calendar is synced the other way only."""
    is_out = selection.direction is Direction.PUSH and row.origin == Origin.OWN.value
    is_in = selection.direction is Direction.PULL
    if not is_out and not is_in:
        return None
    agreed = masked(appointment.content) if row.is_masked else appointment.content
    is_apart = bool(selection.excludes(appointment)) or decode(row.local_base) != agreed
    if is_apart or (is_out and row.seen is not None):
        return Reason.PUSH_ONLY if is_out else Reason.PULL_ONLY
    return None
