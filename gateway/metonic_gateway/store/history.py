"""The runs of a user's connected calendars, in keyset pages from the newest back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet

from metonic_gateway.store import models
from metonic_gateway.store.pages import Key, Page, paged
from metonic_gateway.store.runs import RunError
from metonic_gateway.store.states import DISCONNECTED, DISCONNECTING, PREVIEW


@dataclass(frozen=True, slots=True)
class Run:
    """A row of history; the words are those of ``states``. ``undo_of`` is the run that it takes back.

    ``resting`` is what keeps its calendar from being synced, a word of ``states``; None if nothing does.
    While it runs: ``done`` of ``total`` items of its ``phase``, a word of ``sync.Phase``.
    """

    id: UUID
    calendar_id: UUID
    provider: str
    kind: str
    undo_of: UUID | None
    resting: str | None
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
    phase: str | None
    phase_at: datetime | None
    done: int
    total: int | None

    @property
    def key(self) -> Key:
        return self.requested_at, self.id

    @property
    def is_connected(self) -> bool:
        """Whether the calendar has a sign-in to work with."""
        return self.resting not in {DISCONNECTING, DISCONNECTED}


@dataclass(frozen=True, slots=True)
class Runs:
    """Which runs: of this provider's calendar, with one of these results, asked for in the span."""

    provider: str | None = None
    statuses: Collection[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


async def run(user_id: UUID, run_id: UUID) -> Run | None:
    """The run if it is one of a calendar of the user."""
    rows = _runs(user_id, Runs()).filter(id=run_id)
    row = await rows.prefetch_related("sync_config").first()
    return run_of(row) if row else None


async def runs(user_id: UUID, wanted: Runs, page: Page) -> Sequence[Run]:
    """From the last one asked for back; without previews, which did nothing."""
    found = paged(_past(user_id, wanted), "requested_at", page, is_descending=True)
    return [run_of(row) for row in await found.prefetch_related("sync_config")]


async def count_runs(user_id: UUID, wanted: Runs) -> int:
    return await _past(user_id, wanted).count()


def _runs(user_id: UUID, wanted: Runs) -> QuerySet[models.CalendarSyncHistory]:
    asked: dict[str, Any] = {
        "sync_config__provider": wanted.provider,
        "status__in": None if wanted.statuses is None else list(wanted.statuses),
        "requested_at__gte": wanted.since,
        "requested_at__lt": wanted.until,
    }
    return models.CalendarSyncHistory.filter(sync_config__user_id=user_id, **_given(asked))


def _past(user_id: UUID, wanted: Runs) -> QuerySet[models.CalendarSyncHistory]:
    return _runs(user_id, wanted).exclude(kind=PREVIEW)


def _given(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value is not None}


def run_of(row: models.CalendarSyncHistory) -> Run:
    """The row must have its calendar fetched."""
    return Run(
        id=row.id,
        calendar_id=row.sync_config_id,
        provider=row.sync_config.provider,
        kind=row.kind,
        undo_of=row.undo_of,
        resting=row.sync_config.resting,
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
        phase=row.phase,
        phase_at=row.phase_at,
        done=row.done,
        total=row.total,
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
