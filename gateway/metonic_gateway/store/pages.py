"""Keyset pages of what a user may see: appointments by start, runs and conflicts from the newest back.

A page costs what it shows, wherever it lies: the key of the last row is the place where the next page begins.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from metonic_core.model.appointment import Appointment
from metonic_core.model.codec import decode
from metonic_core.model.content import Content
from metonic_gateway.store import models
from metonic_gateway.store.rows import appointment_of
from metonic_gateway.store.runs import RunError

Key = tuple[datetime, UUID]
"""What a list is ordered by: an instant, and the row's id where instants are equal."""

RowT = TypeVar("RowT", bound=Model)


class Keyed(Protocol):
    @property
    def key(self) -> Key: ...


@dataclass(frozen=True, slots=True)
class Page:
    """The ``first`` rows after a key; one more is read, which tells whether there are more."""

    first: int
    after: Key | None = None


@dataclass(frozen=True, slots=True)
class KeptAppointment:
    """An appointment and when it was made and changed."""

    appointment: Appointment
    created_at: datetime
    updated_at: datetime

    @property
    def key(self) -> Key:
        return self.appointment.content.when.starts_at, self.appointment.id


@dataclass(frozen=True, slots=True)
class Run:
    """A row of history; the words are those of ``states``."""

    id: UUID
    calendar_id: UUID
    provider: str
    sync_type: str
    reason: str
    state: str
    requested_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    status: str | None
    items_pushed: int
    items_pulled: int
    conflicts_detected: int
    errors: tuple[RunError, ...]

    @property
    def key(self) -> Key:
        return self.requested_at, self.id


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both versions as they were when it was last seen; None where that side was deleted."""

    id: UUID
    provider: str
    type: str
    appointment_id: UUID
    external_event_id: str | None
    groups: tuple[str, ...]
    base: Content | None
    local: Content | None
    external: Content | None
    detected_at: datetime
    closed_at: datetime | None

    @property
    def key(self) -> Key:
        return self.detected_at, self.id


@dataclass(frozen=True, slots=True)
class Appointments:
    """Which appointments: those that touch the span, of these types, imported from this provider."""

    since: datetime | None = None
    until: datetime | None = None
    types: Collection[str] | None = None
    imported_from: str | None = None


@dataclass(frozen=True, slots=True)
class Runs:
    """Which runs: of this provider's calendar, with one of these results, asked for in the span."""

    provider: str | None = None
    statuses: Collection[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Which conflicts: open ones, closed ones, or both."""

    provider: str | None = None
    types: Collection[str] | None = None
    is_open: Collection[bool] = (True,)


async def appointment(user_id: UUID, appointment_id: UUID) -> KeptAppointment | None:
    """The appointment if it concerns the user, cancelled ones included."""
    row = await models.Appointment.filter(_concerns(user_id), id=appointment_id).first()
    if row is None:
        return None
    await row.fetch_related("participants")
    return _appointment_of(row)


async def appointments(user_id: UUID, wanted: Appointments, page: Page) -> Sequence[KeptAppointment]:
    """By start; cancelled ones are left out."""
    rows = models.Appointment.filter(_concerns(user_id), is_deleted=False)
    if wanted.since:
        rows = rows.filter(Q(ends_at=None) | Q(ends_at__gt=wanted.since))
    if wanted.until:
        rows = rows.filter(starts_at__lt=wanted.until)
    if wanted.types is not None:
        rows = rows.filter(type__in=list(wanted.types))
    if wanted.imported_from is not None:
        links = models.CalendarLink.filter(
            sync_config__user_id=user_id, sync_config__provider=wanted.imported_from
        )
        rows = rows.filter(imported_from__in=[link["id"] for link in await links.values("id")])
    found = _page(rows, "starts_at", page, is_descending=False).prefetch_related("participants")
    return [_appointment_of(row) for row in await found]


async def run(user_id: UUID, run_id: UUID) -> Run | None:
    """The run if it is one of a calendar of the user."""
    rows = _runs(user_id, Runs()).filter(id=run_id)
    row = await rows.prefetch_related("sync_config").first()
    return run_of(row) if row else None


async def runs(user_id: UUID, wanted: Runs, page: Page) -> Sequence[Run]:
    """From the last one asked for back."""
    found = _page(_runs(user_id, wanted), "requested_at", page, is_descending=True)
    return [run_of(row) for row in await found.prefetch_related("sync_config")]


async def count_runs(user_id: UUID, wanted: Runs) -> int:
    return await _runs(user_id, wanted).count()


async def conflicts(user_id: UUID, wanted: Conflicts, page: Page) -> Sequence[Conflict]:
    """From the last one detected back."""
    found = _page(_conflicts(user_id, wanted), "detected_at", page, is_descending=True)
    return [_conflict_of(row) for row in await found.prefetch_related("sync_config")]


async def count_conflicts(user_id: UUID, wanted: Conflicts) -> int:
    return await _conflicts(user_id, wanted).count()


def _concerns(user_id: UUID) -> Q:
    shared = models.AppointmentParticipant.filter(user_id=user_id).values_list("appointment_id", flat=True)
    return Q(owner_id=user_id) | Q(id__in=Subquery(shared))


def _page(rows: QuerySet[RowT], by: str, page: Page, *, is_descending: bool) -> QuerySet[RowT]:
    sign, beyond = ("-", "lt") if is_descending else ("", "gt")
    if page.after:
        at, identity = page.after
        later: dict[str, Any] = {f"{by}__{beyond}": at}
        same: dict[str, Any] = {by: at, f"id__{beyond}": identity}
        rows = rows.filter(Q(**later) | Q(**same))
    return rows.order_by(f"{sign}{by}", f"{sign}id").limit(page.first + 1)


def _runs(user_id: UUID, wanted: Runs) -> QuerySet[models.CalendarSyncHistory]:
    asked: dict[str, Any] = {
        "sync_config__provider": wanted.provider,
        "status__in": None if wanted.statuses is None else list(wanted.statuses),
        "requested_at__gte": wanted.since,
        "requested_at__lt": wanted.until,
    }
    return models.CalendarSyncHistory.filter(sync_config__user_id=user_id, **_given(asked))


def _conflicts(user_id: UUID, wanted: Conflicts) -> QuerySet[models.CalendarSyncConflict]:
    asked: dict[str, Any] = {
        "sync_config__provider": wanted.provider,
        "conflict_type__in": None if wanted.types is None else list(wanted.types),
    }
    states = Q(*(Q(closed_at__isnull=is_open) for is_open in wanted.is_open), join_type=Q.OR)
    return models.CalendarSyncConflict.filter(states, sync_config__user_id=user_id, **_given(asked))


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value is not None}


def _appointment_of(row: models.Appointment) -> KeptAppointment:
    return KeptAppointment(appointment_of(row), row.created_at, row.updated_at)


def run_of(row: models.CalendarSyncHistory) -> Run:
    """The row must have its calendar fetched."""
    return Run(
        id=row.id,
        calendar_id=row.sync_config_id,
        provider=row.sync_config.provider,
        sync_type=row.sync_type,
        reason=row.reason,
        state=row.state,
        requested_at=row.requested_at,
        started_at=row.started_at,
        completed_at=row.completed_at,
        status=row.status,
        items_pushed=row.items_pushed,
        items_pulled=row.items_pulled,
        conflicts_detected=row.conflicts_detected,
        errors=tuple(_error_of(document) for document in row.errors),
    )


def _error_of(document: dict[str, str | None]) -> RunError:
    about = document["appointment_id"]
    return RunError(
        code=document["code"] or "",
        error=document["error"] or "",
        next_step=document["next_step"] or "",
        timestamp=datetime.fromisoformat(document["timestamp"] or ""),
        appointment_id=UUID(about) if about else None,
        external_event_id=document["external_event_id"],
    )


def _conflict_of(row: models.CalendarSyncConflict) -> Conflict:
    return Conflict(
        id=row.id,
        provider=row.sync_config.provider,
        type=row.conflict_type,
        appointment_id=row.appointment_id,
        external_event_id=row.external_event_id,
        groups=tuple(row.field_groups),
        base=decode(row.base_data),
        local=decode(row.local_data),
        external=decode(row.external_data),
        detected_at=row.detected_at,
        closed_at=row.closed_at,
    )
