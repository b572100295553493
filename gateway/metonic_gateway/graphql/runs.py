"""Runs: each is one sync of one connected calendar."""

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Annotated

import strawberry

from metonic_core.spi.errors import SignInNeeded
from metonic_gateway.accounts.connecting import NoCalendarChosen
from metonic_gateway.accounts.connecting import NotConnected as Unconnected
from metonic_gateway.graphql.arguments import identity, maybe_instant
from metonic_gateway.graphql.connection import Connection, edges_of, page_asked, page_info, total_count
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import (
    ErrorCode,
    InvalidInput,
    NotConnected,
    SignInRequired,
    error_code,
    no_calendar_chosen,
    not_connected,
    paused,
    sign_in_required,
    unknown_provider,
)
from metonic_gateway.graphql.journal import SyncOperationConnection, operations_of
from metonic_gateway.graphql.progress import SyncProgress, shown_progress
from metonic_gateway.graphql.scalars import DateTime, ProviderName, date_time, maybe_date_time
from metonic_gateway.jobs.requests import Paused
from metonic_gateway.jobs.requests import sync_now as request_run
from metonic_gateway.store import history, states
from metonic_gateway.store.runs import RunError


@strawberry.enum(description="FULL: both ways. PUSH: only into the calendar. PULL: only out of it.")
class SyncType(Enum):
    FULL = states.FULL
    PUSH = states.PUSH
    PULL = states.PULL


@strawberry.enum(description="Why a run was made.")
class SyncReason(Enum):
    SCHEDULE = "schedule"
    MANUAL = "manual"
    RESOLUTION = "resolution"


@strawberry.enum
class RunState(Enum):
    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"


@strawberry.enum(description="PARTIAL: something was left undone; `errors` say what.")
class SyncOutcome(Enum):
    SUCCESS = "success"
    PARTIAL = "partial"
    FAILED = "failed"


@strawberry.type(description="What went wrong in a run.")
class SyncError:
    timestamp: DateTime
    code: ErrorCode
    error: str = strawberry.field(description="What happened; a sentence to show.")
    next_step: str
    appointment_id: strawberry.ID | None
    external_event_id: str | None


async def progress(root: strawberry.Parent["SyncRun"], info: Info) -> SyncProgress | None:
    is_running = root.state is RunState.RUNNING
    return shown_progress(root.row, info.context.services.clock()) if is_running else None


async def operations(
    root: strawberry.Parent["SyncRun"], info: Info, first: int = 20, after: str | None = None
) -> SyncOperationConnection:
    return await operations_of(info.context, root.row.id, first, after)


@strawberry.type(
    description="One sync of a connected calendar. One that nobody asked for and that found nothing "
    "leaves none."
)
class SyncRun:
    row: strawberry.Private[history.Run]
    id: strawberry.ID
    provider: ProviderName
    sync_type: SyncType
    reason: SyncReason
    state: RunState
    requested_at: DateTime
    started_at: DateTime | None
    completed_at: DateTime | None
    status: SyncOutcome | None = strawberry.field(description="What came of it, once it is finished.")
    items_pushed: int
    items_pulled: int
    conflicts_detected: int
    errors: list[SyncError]
    progress: SyncProgress | None = strawberry.field(
        resolver=progress, description="How far it is while it runs; `syncProgress` tells each change."
    )
    operations: SyncOperationConnection = strawberry.field(
        resolver=operations, description="What it did, in that order; kept for 30 days."
    )


@strawberry.input
class SyncHistoryFilter:
    provider: ProviderName | None = None
    status: list[SyncOutcome] | None = None
    since: DateTime | None = strawberry.field(default=None, description="Requested then or later.")
    until: DateTime | None = strawberry.field(default=None, description="Requested before then.")


@strawberry.type
class SyncRunConnection(Connection[SyncRun]):
    count: strawberry.Private[Callable[[], Awaitable[int]]]
    total_count: int = strawberry.field(resolver=total_count)


RunResult = Annotated[SyncRun | InvalidInput | NotConnected | SignInRequired, strawberry.union("RunResult")]


def shown_run(run: history.Run) -> SyncRun:
    return SyncRun(
        row=run,
        id=strawberry.ID(str(run.id)),
        provider=ProviderName(run.provider),
        sync_type=SyncType(run.sync_type),
        reason=SyncReason(run.reason),
        state=RunState(run.state),
        requested_at=date_time(run.requested_at),
        started_at=maybe_date_time(run.started_at),
        completed_at=maybe_date_time(run.completed_at),
        status=None if run.status is None else SyncOutcome(run.status),
        items_pushed=run.items_pushed,
        items_pulled=run.items_pulled,
        conflicts_detected=run.conflicts_detected,
        errors=[shown_error(error) for error in run.errors],
    )


def shown_error(error: RunError) -> SyncError:
    about = error.appointment_id
    return SyncError(
        timestamp=date_time(error.timestamp),
        code=error_code(error.code),
        error=error.error,
        next_step=error.next_step,
        appointment_id=None if about is None else strawberry.ID(str(about)),
        external_event_id=error.external_event_id,
    )


async def sync_run(info: Info, id: strawberry.ID) -> SyncRun | None:  # noqa: A002 - the API's name
    viewer = await info.context.viewer()
    run_id = identity(id)
    found = None if run_id is None else await history.run(viewer.id, run_id)
    return None if found is None else shown_run(found)


async def sync_history(
    info: Info,
    filter: SyncHistoryFilter | None = None,  # noqa: A002 - the API's name
    first: int = 20,
    after: str | None = None,
) -> SyncRunConnection:
    viewer = await info.context.viewer()
    page, wanted = page_asked(first, after), _wanted(filter or SyncHistoryFilter())
    rows = await history.runs(viewer.id, wanted, page)
    edges = edges_of(rows, page, shown_run)
    return SyncRunConnection(
        nodes=[edge.node for edge in edges],
        edges=edges,
        page_info=page_info(rows, page),
        count=lambda: history.count_runs(viewer.id, wanted),
    )


def _wanted(given: SyncHistoryFilter) -> history.Runs:
    return history.Runs(
        provider=given.provider,
        statuses=None if given.status is None else [outcome.value for outcome in given.status],
        since=maybe_instant(given.since, "filter.since"),
        until=maybe_instant(given.until, "filter.until"),
    )


async def sync_now(info: Info, provider: ProviderName, complete: bool = False) -> RunResult:  # noqa: FBT001, FBT002 - the API's
    viewer = await info.context.viewer()
    services = info.context.services
    if provider not in services.registry.providers:
        return unknown_provider(services.registry.providers)
    try:
        run_id = await request_run(services, viewer.id, provider, complete=complete)
    except NoCalendarChosen:
        return no_calendar_chosen(provider)
    except Unconnected:
        return not_connected(provider)
    except SignInNeeded:
        return sign_in_required(provider)
    except Paused:
        return paused()
    found = await history.run(viewer.id, run_id)
    return not_connected(provider) if found is None else shown_run(found)


@strawberry.type
class RunsQuery:
    sync_run: SyncRun | None = strawberry.field(
        resolver=sync_run, description="One run of the viewer's; null if there is none of that id."
    )
    sync_history: SyncRunConnection = strawberry.field(
        resolver=sync_history, description="The runs of the viewer's calendars, the last one asked for first."
    )


@strawberry.type
class RunsMutation:
    sync_now: RunResult = strawberry.field(
        resolver=sync_now,
        description="Sync soon: the run that is running or waiting, which looks again, else a new one. "
        "`complete` has it read the whole calendar instead of what changed.",
    )
