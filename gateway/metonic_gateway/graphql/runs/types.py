"""What runs look like: each is one sync of one connected calendar."""

from enum import Enum

import strawberry

from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import ErrorCode, error_code
from metonic_gateway.graphql.journal import SyncOperationConnection, operations_of
from metonic_gateway.graphql.progress import SyncProgress, shown_progress
from metonic_gateway.graphql.runs.plans import SyncPlan, plan_of
from metonic_gateway.graphql.scalars import DateTime, ProviderName, date_time, maybe_date_time
from metonic_gateway.store import history, retrying, states
from metonic_gateway.store.runs import RunError


@strawberry.enum(
    description="FULL: both ways. PUSH: only into the calendar. PULL: only out of it. WEBHOOK: as the "
    "calendar goes, because its provider told of a change."
)
class SyncType(Enum):
    FULL = states.FULL
    PUSH = states.PUSH
    PULL = states.PULL
    WEBHOOK = states.WEBHOOK


@strawberry.enum(
    description="Why a run was made. SCHEDULE: by itself, from time to time or because an appointment was "
    "changed. WEBHOOK: the provider told of a change. MANUAL: `syncNow` or `previewSync`. RETRY: "
    "`retrySync`. SETTINGS: "
    "`updateSyncSettings` or `setAppointmentSync`. RESOLUTION: conflicts were resolved. APPROVAL: a held run "
    "was approved. UNDO: `undoSyncRun`."
)
class SyncReason(Enum):
    SCHEDULE = "schedule"
    WEBHOOK = states.WEBHOOK
    MANUAL = "manual"
    RETRY = states.RETRY
    SETTINGS = states.SETTINGS
    RESOLUTION = "resolution"
    APPROVAL = states.APPROVAL
    UNDO = states.UNDOING


@strawberry.enum(
    description="SYNC: of a calendar. PREVIEW: what a sync would do; nothing is done. UNDO: what another run "
    "did is taken back."
)
class RunKind(Enum):
    SYNC = states.SYNC
    PREVIEW = states.PREVIEW
    UNDO = states.UNDO


@strawberry.enum(
    description="HELD: it has ended, and a part of it waits for `approveSyncRun` or `rejectSyncRun`. "
    "REJECTED: that part was rejected. FINISHED: nothing of it waits (any more)."
)
class RunState(Enum):
    QUEUED = "queued"
    RUNNING = "running"
    HELD = states.HELD
    FINISHED = "finished"
    REJECTED = states.REJECTED


@strawberry.enum(
    description="PARTIAL: something was left undone, or nobody knows yet whether it was done; `errors` "
    "say what."
)
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


async def plan(root: strawberry.Parent["SyncRun"], info: Info) -> SyncPlan | None:
    return await plan_of(info, root.row)


async def can_undo(root: strawberry.Parent["SyncRun"], info: Info) -> bool:
    return await info.context.undoable.load(root.row)


@strawberry.type(
    description="One sync of a connected calendar, or the undoing of one. One that nobody asked for and that "
    "found nothing leaves none."
)
class SyncRun:
    row: strawberry.Private[history.Run]
    id: strawberry.ID
    provider: ProviderName
    kind: RunKind
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
    plan: SyncPlan | None = strawberry.field(
        resolver=plan,
        description="What waits for approval, or waited for it, where this run held something; of a preview "
        "that is finished, what a sync would do.",
    )
    operations: SyncOperationConnection = strawberry.field(
        resolver=operations, description="What it did, in that order; kept for 30 days."
    )
    undo_of: strawberry.ID | None = strawberry.field(description="The run that this one takes back.")
    can_undo: bool = strawberry.field(
        resolver=can_undo,
        description="Whether `undoSyncRun` has anything to take back: it changed something, which is kept "
        "for 30 days, its calendar is connected, and it was not taken back before.",
    )
    can_retry: bool = strawberry.field(
        description="Whether `retrySync` tries again what it left undone: it failed or is PARTIAL, and its "
        "calendar can be synced now."
    )


def shown_run(run: history.Run) -> SyncRun:
    return SyncRun(
        row=run,
        id=strawberry.ID(str(run.id)),
        provider=ProviderName(run.provider),
        kind=RunKind(run.kind),
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
        undo_of=None if run.undo_of is None else strawberry.ID(str(run.undo_of)),
        errors=[shown_error(error) for error in run.errors],
        can_retry=retrying.refusal(run) is None and run.resting is None,
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
