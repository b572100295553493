"""A user's connected calendars as they are shown: settings, status, and what waits for attention."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count, Max, Min
from tortoise.queryset import QuerySet

from metonic_core.spi.provider import CalendarInfo
from metonic_gateway.store import former, models, quarantined
from metonic_gateway.store.history import Run, run_of
from metonic_gateway.store.preferences import Preferences, preferences_of
from metonic_gateway.store.quarantined import Counted
from metonic_gateway.store.states import (
    DISCONNECTED,
    ENDED,
    HELD,
    OPEN,
    QUEUED,
    RUNNING,
    SYNC,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a calendar from being synced: a code for programs, sentences for people."""

    code: str
    message: str
    next_step: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Overview:
    """A row of ``calendar_sync_configs`` without what is secret.

    ``stopped`` and ``last_sync_status`` are words of ``states``. ``is_running``: a run holds it; ``is_due``:
    it waits for one. One that is paused has no ``next_sync_at``; ``updated_at`` is when its account, its
    calendar or its settings last changed.
    """

    id: UUID
    link_id: UUID | None
    provider: str
    account_name: str
    choices: tuple[CalendarInfo, ...]
    calendar_id: str | None
    calendar_name: str | None
    preferences: Preferences
    is_active: bool
    stopped: str | None
    problem: Problem | None
    is_running: bool
    is_due: bool
    failures: int
    idle_runs: int
    items_synced: int
    last_sync_at: datetime | None
    last_sync_status: str | None
    next_sync_at: datetime | None
    connected_at: datetime
    updated_at: datetime

    @property
    def is_disconnected(self) -> bool:
        return not self.is_active or self.stopped == DISCONNECTED


Waiting = tuple[Run, int]
"""A run that waits for approval, and of how many items."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted and looked up beside the row of a calendar.

    ``left_behind`` is what keeps copies from being taken out of a calendar that was left for another.
    ``conflict_since`` is when the oldest conflict was detected, ``quarantined_since`` since when an item is
    left alone, of several the first.
    """

    open_conflicts: int = 0
    conflict_since: datetime | None = None
    quarantined: int = 0
    quarantined_since: datetime | None = None
    current_run: Run | None = None
    last_run: Run | None = None
    left_behind: Problem | None = None
    held: Waiting | None = None


async def of_user(user_id: UUID, now: datetime, provider: str | None = None) -> Sequence[Overview]:
    """By provider, disconnected ones included."""
    rows = models.CalendarSyncConfig.filter(user_id=user_id).order_by("provider")
    if provider is not None:
        rows = rows.filter(provider=provider)
    return [_overview_of(row, now) for row in await rows.prefetch_related("sync_filter")]


def _overview_of(row: models.CalendarSyncConfig, now: datetime) -> Overview:
    return Overview(
        id=row.id,
        link_id=row.link_id,
        provider=row.provider,
        account_name=row.account_name,
        choices=tuple(CalendarInfo(**choice) for choice in row.calendars),
        calendar_id=row.calendar_id,
        calendar_name=row.calendar_name,
        preferences=preferences_of(row),
        is_active=row.is_active,
        stopped=row.stopped,
        problem=_problem_of(row.problem),
        is_running=row.lease_until is not None and row.lease_until > now,
        is_due=row.next_sync_at is not None and row.next_sync_at <= now and not row.is_paused,
        failures=row.failures,
        idle_runs=row.idle_runs,
        items_synced=row.items_synced,
        last_sync_at=row.last_sync_at,
        last_sync_status=row.last_sync_status,
        next_sync_at=None if row.is_paused else row.next_sync_at,
        connected_at=row.created_at,
        updated_at=row.updated_at,
    )


def _problem_of(stored: Mapping[str, str] | None) -> Problem | None:
    if stored is None:
        return None
    return Problem(
        stored["code"], stored["message"], stored["next_step"], datetime.fromisoformat(stored["at"])
    )


async def tallies(calendars: Collection[UUID]) -> Mapping[UUID, Tally]:
    """For each connected calendar; a fixed number of statements for any number of them."""
    ids = list(calendars)
    conflicts = await _open_conflicts(ids)
    left = await quarantined.counts(ids)
    waiting = await _waiting(ids)
    current = {run.calendar_id: run for run in waiting if run.state != HELD}
    last = {run.calendar_id: run for run in await _last_finished(ids)}
    behind = await former.troubles(ids)
    held = await _sized([run for run in waiting if run.state == HELD])
    nothing: Counted = (0, None)
    return {
        i: Tally(
            *conflicts.get(i, nothing),
            *left.get(i, nothing),
            current.get(i),
            last.get(i),
            _problem_of(behind.get(i)),
            held.get(i),
        )
        for i in ids
    }


async def is_any_due(calendars: Collection[UUID]) -> bool:
    """Whether anything in them waits for a run."""
    links = models.CalendarLink.filter(sync_config_id__in=list(calendars), archived_at=None)
    rows = models.CalendarSyncMapping.filter(link_id__in=Subquery(links.values_list("id", flat=True)))
    return await rows.filter(due__isnull=False, closed=None).exists()


async def _open_conflicts(ids: list[UUID]) -> Mapping[UUID, Counted]:
    rows = models.CalendarSyncConflict.filter(sync_config_id__in=ids, state=OPEN)
    counted = rows.annotate(number=Count("id"), since=Min("detected_at")).group_by("sync_config_id")
    found = await counted.values("sync_config_id", "number", "since")
    return {row["sync_config_id"]: (row["number"], row["since"]) for row in found}


async def _waiting(ids: list[UUID]) -> Sequence[Run]:
    """What syncs, waits to, or waits for approval, the one asked for first last."""
    rows = _syncs(ids).filter(state__in=[HELD, QUEUED, RUNNING])
    return [run_of(row) for row in await rows.order_by("-requested_at").prefetch_related("sync_config")]


def _syncs(ids: list[UUID]) -> QuerySet[models.CalendarSyncHistory]:
    return models.CalendarSyncHistory.filter(sync_config_id__in=ids, kind=SYNC)


async def _sized(runs: Sequence[Run]) -> Mapping[UUID, Waiting]:
    """By calendar, its run that waits for approval, and how many items of it do."""
    if not runs:
        return {}
    steps = models.SyncPlanStep.filter(run_id__in=[run.id for run in runs]).annotate(number=Count("id"))
    found = await steps.group_by("run_id").values("run_id", "number")
    numbers = {row["run_id"]: row["number"] for row in found}
    return {run.calendar_id: (run, numbers.get(run.id, 0)) for run in runs}


async def _last_finished(ids: list[UUID]) -> Sequence[Run]:
    rows = _syncs(ids).filter(state__in=ENDED)
    latest = rows.annotate(at=Max("requested_at")).group_by("sync_config_id")
    keys = [
        Q(sync_config_id=r["sync_config_id"], requested_at=r["at"])
        for r in await latest.values("sync_config_id", "at")
    ]
    if not keys:
        return []
    found = _syncs(ids).filter(Q(*keys, join_type=Q.OR), state__in=ENDED)
    return [run_of(row) for row in await found.order_by("id").prefetch_related("sync_config")]


async def providers_of_links(links: Collection[UUID]) -> Mapping[UUID, str]:
    """The provider that each link belongs to, archived ones included."""
    rows = await models.CalendarLink.filter(id__in=list(links)).values("id", "sync_config__provider")
    return {row["id"]: row["sync_config__provider"] for row in rows}
