"""How far a run is: the present state first, then whenever it has got further."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import datetime
from enum import Enum

import strawberry

from metonic_gateway.graphql.arguments import identity
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import request_error
from metonic_gateway.services import run_topic, status_topic
from metonic_gateway.store import history, states


@strawberry.enum(
    description="What a run is at. SETTLE: writes whose outcome is not known; PULL: what changed in the "
    "calendar; READ: events in doubt; APPLY: changes on both sides. These three may come again. UNDO: what "
    "another run did is taken back."
)
class RunPhase(Enum):
    QUEUED = "queued"
    SETTLE = "settle"
    PULL = "pull"
    READ = "read"
    APPLY = "apply"
    UNDO = "undo"
    FINISH = "finish"


@strawberry.type
class SyncProgress:
    run_id: strawberry.ID
    phase: RunPhase
    done: int = strawberry.field(description="How many items of this phase; of FINISH those of the last one.")
    total: int | None = strawberry.field(description="Of how many; null where nobody can know yet.")
    per_second: float | None = strawberry.field(
        description="How many a second since the phase began; null in its first second."
    )


def shown_progress(run: history.Run, now: datetime) -> SyncProgress:
    return SyncProgress(
        run_id=strawberry.ID(str(run.id)),
        phase=_phase(run),
        done=run.done,
        total=run.total,
        per_second=_per_second(run, now),
    )


def _phase(run: history.Run) -> RunPhase:
    if run.state == states.QUEUED:
        return RunPhase.QUEUED
    if run.state == states.FINISHED:
        return RunPhase.FINISH
    return RunPhase.SETTLE if run.phase is None else RunPhase(run.phase)


def _per_second(run: history.Run, now: datetime) -> float | None:
    if run.state != states.RUNNING or run.phase_at is None:
        return None
    seconds = (now - run.phase_at).total_seconds()
    return round(run.done / seconds, 2) if seconds >= 1 else None


async def sync_progress(info: Info, run_id: strawberry.ID) -> AsyncGenerator[SyncProgress, None]:
    """Each state that differs from the one told before, up to the end of the run."""
    viewer = await info.context.viewer()
    services, asked = info.context.services, identity(run_id)
    if asked is None:
        raise _no_run()
    told: tuple[object, ...] | None = None
    # A run may also end by what is done to its calendar.
    with services.feed.subscribe([run_topic(asked), status_topic(viewer.id)]) as nudges:
        while True:
            run = await history.run(viewer.id, asked)
            if run is None:
                raise _no_run()
            if told != (standing := (run.state, run.phase, run.done, run.total)):
                told = standing
                yield shown_progress(run, services.clock())
            if run.state == states.FINISHED:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(anext(nudges), info.context.seconds_left())
            # The token may have expired since: then this raises, and the subscription ends.
            await info.context.viewer()


def _no_run() -> Exception:
    return request_error(
        "NOT_FOUND", "There is no such run. Take an id that `syncHistory` or `syncNow` gives."
    )


@strawberry.type
class ProgressSubscription:
    sync_progress: AsyncGenerator[SyncProgress, None] = strawberry.subscription(
        resolver=sync_progress,
        description="The present state first, then each change, to the phase FINISH, which ends it. "
        "The error NOT_FOUND if it is no run of the viewer's; UNAUTHENTICATED when the token has expired.",
    )
