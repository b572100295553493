"""What waits for a person: the plan of the run that met the guard. One run per calendar is held at a time.

A plan says of each item in which versions it was shown. It only ever loses items: a run that holds further
ones, or the same in other versions, takes the place of the held run with a plan of all of them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from metonic_core.model.codec import encode
from metonic_core.model.mapping import HoldKind, Mapping
from metonic_core.reconcile.guard import Held, Planned
from metonic_core.reconcile.step import Reason
from metonic_gateway.store.mappings import chunks
from metonic_gateway.store.models import CalendarLink, CalendarSyncHistory, CalendarSyncMapping, SyncPlanStep
from metonic_gateway.store.states import FINISHED, HELD, QUEUED, RUNNING

_OPEN = [HELD, QUEUED, RUNNING]


async def note(run_id: UUID, held: Sequence[Held], now: datetime) -> None:
    """Put these items into the plan of that run, in the versions in which they are held now."""
    for part in chunks(held):
        former = SyncPlanStep.filter(run_id=run_id, mapping_id__in=[one.mapping.id for one in part])
        await former.delete()
        steps = [step_of(run_id, one.mapping, one.planned, now, one.cause) for one in part]
        await SyncPlanStep.bulk_create(steps)


def step_of(
    run_id: UUID, mapping: Mapping, planned: Planned, now: datetime, held_because: Reason | None
) -> SyncPlanStep:
    """One item of a plan, not stored yet."""
    operation, after = planned.operation, planned.after
    told = operation.before or after
    return SyncPlanStep(
        id=uuid4(),
        run_id=run_id,
        starts_at=told.when.starts_at if told else now,
        mapping_id=mapping.id,
        appointment_id=mapping.appointment_id,
        external_event_id=mapping.event_id,
        side=operation.side.value,
        operation=operation.act.value,
        reason=operation.reason.value,
        field_groups=sorted(operation.groups),
        before=encode(operation.before),
        after=encode(after),
        held_because=held_because.value if held_because else None,
        fingerprint=mapping.fingerprint,
        at=now,
    )


async def release(rows: Sequence[Mapping]) -> None:
    """Take those of these rows off the plans that are about to be stored as not held any more."""
    ids = {row.id for row in rows if row.closed or not row.hold or row.hold.kind is not HoldKind.GUARDED}
    released: list[UUID] = []
    for part in chunks(list(ids)):
        held = CalendarSyncMapping.filter(id__in=part, hold=HoldKind.GUARDED.value)
        released += [row["id"] for row in await held.values("id")]
    for part in chunks(released):
        steps = SyncPlanStep.filter(mapping_id__in=part, run__state__in=_OPEN)
        found = await steps.values("id", "run_id")
        await SyncPlanStep.filter(id__in=[step["id"] for step in found]).delete()
        await _end_empty({step["run_id"] for step in found})


async def _end_empty(runs: Collection[UUID]) -> None:
    for run in runs:
        if not await SyncPlanStep.exists(run_id=run):
            await CalendarSyncHistory.filter(id=run, state=HELD).update(state=FINISHED)


async def state_at_end(run_id: UUID, calendar_id: UUID) -> str:
    """In which state a run ends: held, with all that its calendar holds, if it has held anything."""
    if not await SyncPlanStep.exists(run_id=run_id):
        return FINISHED
    for former in await _held_runs(calendar_id, except_for=run_id):
        steps = SyncPlanStep.filter(run_id=former)
        for part in chunks([step["mapping_id"] for step in await _steps(run_id)]):
            await steps.filter(mapping_id__in=part).delete()
        await steps.update(run_id=run_id)
        await CalendarSyncHistory.filter(id=former).update(state=FINISHED)
    return HELD


async def _held_runs(calendar_id: UUID, *, except_for: UUID) -> Sequence[UUID]:
    rows = CalendarSyncHistory.filter(sync_config_id=calendar_id, state=HELD).exclude(id=except_for)
    return [row["id"] for row in await rows.values("id")]


async def _steps(run_id: UUID) -> Sequence[dict[str, UUID]]:
    return await SyncPlanStep.filter(run_id=run_id).values("mapping_id")


async def drop(calendar_id: UUID) -> None:
    """Nobody is asked about that calendar any more: it is disconnected, or another one was chosen.

    What is held in it rests, and is put before its user anew should they choose it again.
    """
    runs = CalendarSyncHistory.filter(sync_config_id=calendar_id, state__in=_OPEN)
    for run in await runs.values("id"):
        await SyncPlanStep.filter(run_id=run["id"]).delete()
    await runs.filter(state=HELD).update(state=FINISHED)
    links = [link["id"] for link in await CalendarLink.filter(sync_config_id=calendar_id).values("id")]
    held = CalendarSyncMapping.filter(link_id__in=links, hold=HoldKind.GUARDED.value, closed=None)
    await held.update(fingerprint=None)
