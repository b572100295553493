"""How the sync of a connected calendar stands, and telling when that changes."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from enum import Enum
from uuid import UUID

import strawberry

from metonic_core.selection import Direction
from metonic_gateway.graphql.calendars.attention import Attention, attention_of
from metonic_gateway.graphql.calendars.polling import PollingOnly, polling_of
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.runs.types import SyncError, SyncOutcome, SyncRun, shown_error, shown_run
from metonic_gateway.graphql.scalars import DateTime, ProviderName, maybe_date_time
from metonic_gateway.jobs.troubles import PROVIDER_DOWN
from metonic_gateway.services import status_topic
from metonic_gateway.store import channels, overview, states
from metonic_gateway.store.channels import PUSHLESS, PushState
from metonic_gateway.store.overview import Overview, Tally


@strawberry.enum(
    description="BACKING_OFF: the last run failed, or nobody gets an answer from the provider just now "
    "(`attention` says which), and it is tried again by itself at `nextSyncAt`. HELD: "
    "something waits for approval, and everything else is synced all the same. PAUSED: its user paused it."
)
class SyncState(Enum):
    IDLE = "idle"
    QUEUED = "queued"
    SYNCING = "syncing"
    BACKING_OFF = "backing_off"
    HELD = states.HELD
    PAUSED = "paused"
    NEEDS_SIGN_IN = states.NEEDS_SIGN_IN
    NEEDS_CALENDAR = states.NEEDS_CALENDAR
    DISCONNECTING = states.DISCONNECTING
    DISCONNECTED = states.DISCONNECTED


@strawberry.enum(
    description="PUSH: only from the platform into the calendar. PULL: only from the calendar into the "
    "platform."
)
class SyncDirection(Enum):
    BOTH = Direction.BOTH.value
    PUSH = Direction.PUSH.value
    PULL = Direction.PULL.value


async def _tally(root: "SyncStatus", info: Info) -> Tally:
    return await info.context.tallies.load(root.calendar.id)


async def state(root: strawberry.Parent["SyncStatus"], info: Info) -> SyncState:
    return _state(root.calendar, await _tally(root, info))


async def attention(root: strawberry.Parent["SyncStatus"], info: Info) -> Attention | None:
    return attention_of(root.calendar, await _tally(root, info))


async def push_healthy(root: strawberry.Parent["SyncStatus"], info: Info) -> bool:
    return (await info.context.pushes.load(root.calendar.id)).is_open(info.context.services.clock())


async def polling_only(root: strawberry.Parent["SyncStatus"], info: Info) -> PollingOnly | None:
    push = await info.context.pushes.load(root.calendar.id)
    return polling_of(info.context.services, root.calendar, push)


async def open_conflicts(root: strawberry.Parent["SyncStatus"], info: Info) -> int:
    return (await _tally(root, info)).open_conflicts


async def quarantined(root: strawberry.Parent["SyncStatus"], info: Info) -> int:
    return (await _tally(root, info)).quarantined


async def current_run(root: strawberry.Parent["SyncStatus"], info: Info) -> SyncRun | None:
    run = (await _tally(root, info)).current_run
    return None if run is None else shown_run(run)


async def last_run(root: strawberry.Parent["SyncStatus"], info: Info) -> SyncRun | None:
    run = (await _tally(root, info)).last_run
    return None if run is None else shown_run(run)


async def held_run(root: strawberry.Parent["SyncStatus"], info: Info) -> SyncRun | None:
    waiting = (await _tally(root, info)).held
    return None if waiting is None else shown_run(waiting[0])


async def errors(root: strawberry.Parent["SyncStatus"], info: Info) -> list[SyncError]:
    run = (await _tally(root, info)).last_run
    return [] if run is None else [shown_error(error) for error in run.errors]


@strawberry.type(description="How the sync of a connected calendar stands.")
class SyncStatus:
    calendar: strawberry.Private[Overview]
    provider: ProviderName
    is_active: bool = strawberry.field(description="Whether it is synced by itself from time to time.")
    state: SyncState = strawberry.field(resolver=state)
    sync_direction: SyncDirection
    last_sync_at: DateTime | None
    last_sync_status: SyncOutcome | None
    next_sync_at: DateTime | None
    items_synced: int = strawberry.field(description="How many pairs of appointment and event there are.")
    idle_runs: int = strawberry.field(
        description="How many runs in a row, up to the last, found nothing to do."
    )
    consecutive_failures: int
    attention: Attention | None = strawberry.field(
        resolver=attention, description="The most urgent thing that waits for the viewer."
    )
    push_healthy: bool = strawberry.field(
        resolver=push_healthy,
        description="Whether the provider tells of changes as they happen. Else, or if it misses one, they "
        "are found when the calendar is looked at by itself.",
    )
    polling_only: PollingOnly | None = strawberry.field(
        resolver=polling_only,
        description="Why the provider does not tell of changes; null where it does, or where nothing is "
        "synced.",
    )
    open_conflicts: int = strawberry.field(resolver=open_conflicts)
    quarantined: int = strawberry.field(
        resolver=quarantined,
        description="How many items are left alone because something is wrong with them; "
        "`ConnectedCalendar.quarantined` lists them.",
    )
    current_run: SyncRun | None = strawberry.field(
        resolver=current_run,
        description="The one that runs or waits; scheduled runs are recorded if they do something.",
    )
    last_run: SyncRun | None = strawberry.field(resolver=last_run, description="The last one recorded.")
    held_run: SyncRun | None = strawberry.field(
        resolver=held_run, description="The one that waits for approval; its `plan` says what it would do."
    )
    errors: list[SyncError] = strawberry.field(
        resolver=errors, description="The errors of the last run recorded."
    )


def shown_status(calendar: Overview) -> SyncStatus:
    outcome = calendar.last_sync_status
    return SyncStatus(
        calendar=calendar,
        provider=ProviderName(calendar.provider),
        is_active=calendar.is_active and calendar.stopped is None and not calendar.preferences.is_paused,
        sync_direction=SyncDirection(calendar.preferences.direction.value),
        last_sync_at=maybe_date_time(calendar.last_sync_at),
        last_sync_status=None if outcome is None else SyncOutcome(outcome),
        next_sync_at=maybe_date_time(calendar.next_sync_at),
        items_synced=calendar.items_synced,
        idle_runs=calendar.idle_runs,
        consecutive_failures=calendar.failures,
    )


def _state(calendar: Overview, tally: Tally) -> SyncState:
    if calendar.is_disconnected:
        return SyncState.DISCONNECTED
    if calendar.stopped is not None:
        return SyncState(calendar.stopped)
    if calendar.is_running:
        return SyncState.SYNCING
    if calendar.preferences.is_paused:
        return SyncState.PAUSED
    return _between_runs(calendar, tally)


def _between_runs(calendar: Overview, tally: Tally) -> SyncState:
    is_down = calendar.problem is not None and calendar.problem.code == PROVIDER_DOWN
    if (calendar.failures or is_down) and not calendar.is_due:
        return SyncState.BACKING_OFF
    if tally.held:
        return SyncState.HELD
    # A run that pauses waits as well, and its calendar is due only when there is room again.
    return SyncState.QUEUED if calendar.is_due or tally.current_run else SyncState.IDLE


async def sync_status(info: Info, provider: ProviderName) -> SyncStatus | None:
    viewer = await info.context.viewer()
    found = await overview.of_user(viewer.id, info.context.services.clock(), provider)
    return shown_status(found[0]) if found else None


async def sync_status_changed(
    info: Info, provider: ProviderName | None = None
) -> AsyncGenerator[SyncStatus, None]:
    """First the present state, then each state that differs from the one told before."""
    viewer = await info.context.viewer()
    told: dict[UUID, _Standing] = {}
    with info.context.services.feed.subscribe([status_topic(viewer.id)]) as nudges:
        while True:
            for standing in await _standing(info, viewer.id, provider):
                calendar, *_ = standing
                if told.get(calendar.id) != standing:
                    told[calendar.id] = standing
                    yield shown_status(calendar)
            with suppress(TimeoutError):
                await asyncio.wait_for(anext(nudges), info.context.seconds_left())
            # The token may have expired since: then this raises, and the subscription ends.
            await info.context.viewer()


_Standing = tuple[Overview, Tally, PushState]


async def _standing(info: Info, user_id: UUID, provider: ProviderName | None) -> Sequence[_Standing]:
    calendars = await overview.of_user(user_id, info.context.services.clock(), provider)
    ids = [calendar.id for calendar in calendars]
    tallies, pushes = await overview.tallies(ids), await channels.states(ids)
    return [(c, tallies[c.id], pushes.get(c.id, PUSHLESS)) for c in calendars]


@strawberry.type
class StatusQuery:
    sync_status: SyncStatus | None = strawberry.field(
        resolver=sync_status, description="Null: the viewer never connected a calendar of that provider."
    )


@strawberry.type
class StatusSubscription:
    sync_status_changed: AsyncGenerator[SyncStatus, None] = strawberry.subscription(
        resolver=sync_status_changed,
        description="The present state first, one event per connected calendar, then each change. Of "
        "one provider, "
        "or of all. Ends with the error UNAUTHENTICATED when the token has expired.",
    )
