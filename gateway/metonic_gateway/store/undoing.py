"""Asking for a run to be taken back, and which runs can be.

A run is taken back once; what took it back is a run in its turn, which can be taken back like any other.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from tortoise.functions import Count

from metonic_core.reconcile.step import Act
from metonic_gateway.store import history
from metonic_gateway.store.models import CalendarSyncHistory, SyncOperation
from metonic_gateway.store.runs import sync_type
from metonic_gateway.store.states import ENDED, FAILED, QUEUED, RUNNING, UNDO, UNDOING
from metonic_gateway.store.transactions import transactional

_CHANGING = (Act.CREATE, Act.UPDATE, Act.DELETE)


class Refusal(StrEnum):
    """Why a run cannot be taken back."""

    NOT_FOUND = "not_found"
    NOT_FINISHED = "not_finished"
    DISCONNECTED = "disconnected"
    NOTHING_KEPT = "nothing_kept"


@transactional
async def request(user_id: UUID, run_id: UUID, now: datetime) -> UUID | Refusal:
    """The run that takes that run of the user's back: the one that did or does already, else a new one.

    One that was cut off for good goes on where it stopped.
    """
    # Two who ask at the same moment get the same one.
    await CalendarSyncHistory.filter(id=run_id).select_for_update(no_key=True).only("id")
    run = await history.run(user_id, run_id)
    if run is None:
        return Refusal.NOT_FOUND
    known = await CalendarSyncHistory.filter(sync_config_id=run.calendar_id, undo_of=run_id).first()
    if known is not None and known.status != FAILED:
        return known.id
    if refusal := await _refusal(run):
        return refusal
    if known is not None:
        rows = CalendarSyncHistory.filter(id=known.id)
        await rows.update(state=QUEUED, status=None, completed_at=None, errors=[])
        return known.id
    return await _make(run, now)


async def _refusal(run: history.Run) -> Refusal | None:
    if run.state not in ENDED:
        return Refusal.NOT_FINISHED
    if not run.is_connected:
        return Refusal.DISCONNECTED
    return None if await _that_changed([run.id]) else Refusal.NOTHING_KEPT


async def _make(run: history.Run, now: datetime) -> UUID:
    made = await CalendarSyncHistory.create(
        id=uuid4(),
        sync_config_id=run.calendar_id,
        kind=UNDO,
        undo_of=run.id,
        sync_type=await sync_type(run.calendar_id),
        reason=UNDOING,
        state=QUEUED,
        requested_at=now,
        errors=[],
    )
    return made.id


async def undoable(runs: Sequence[history.Run]) -> set[UUID]:
    """Which of them can be taken back: two statements for any number."""
    asked = [run for run in runs if run.state in ENDED and run.is_connected]
    changed = await _that_changed([run.id for run in asked])
    return changed - await _taken_back([run for run in asked if run.id in changed])


async def _that_changed(runs: Collection[UUID]) -> set[UUID]:
    """Those with a line in the journal that changed something, as far as it is kept."""
    if not runs:
        return set()
    lines = SyncOperation.filter(run_id__in=list(runs), operation__in=list(_CHANGING))
    counted = lines.annotate(number=Count("id")).group_by("run_id")
    return {row["run_id"] for row in await counted.values("run_id", "number")}


async def _taken_back(runs: Sequence[history.Run]) -> set[UUID]:
    """Those that are, or are being, or wait to be."""
    if not runs:
        return set()
    calendars = {run.calendar_id for run in runs}
    rows = CalendarSyncHistory.filter(sync_config_id__in=list(calendars), kind=UNDO)
    found = await rows.filter(undo_of__in=[run.id for run in runs]).values("undo_of", "status")
    return {row["undo_of"] for row in found if row["status"] != FAILED}


async def unfinished() -> Sequence[UUID]:
    """What waits to take a run back, or was cut off while it did."""
    rows = CalendarSyncHistory.filter(kind=UNDO, state__in=[QUEUED, RUNNING])
    return [row["id"] for row in await rows.order_by("requested_at").values("id")]
