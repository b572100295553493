"""What a person says to a run that is held, and what follows: in one transaction, so that nothing is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import F

from metonic_core.model.mapping import Answer, HoldKind
from metonic_core.reconcile.step import Reason
from metonic_core.sync import Due
from metonic_gateway.store import noting, runs
from metonic_gateway.store.mappings import chunks
from metonic_gateway.store.models import (
    CalendarSyncConfig,
    CalendarSyncHistory,
    CalendarSyncMapping,
    SyncPlanStep,
)
from metonic_gateway.store.states import APPROVAL, FINISHED, HELD, PAUSED, REJECTED, SYNC
from metonic_gateway.store.transactions import hold_calendars, transactional


class NothingWaits(Exception):
    """Nothing of that run waits for an answer (any more): a later run took its place, or it is settled."""


class Resting(Exception):
    """The calendar is not synced now, so nothing of it can be done: ``why`` is what stopped it, or PAUSED."""

    def __init__(self, provider: str, why: str) -> None:
        super().__init__(f"{provider} is not synced: {why}")
        self.provider = provider
        self.why = why


@dataclass(frozen=True, slots=True)
class Answered:
    """``run_id`` is the run to look at now."""

    calendar_id: UUID
    run_id: UUID


_APPROVED: Mapping[str, Any] = {"answer": Answer.APPROVED.value, "hold": None, "hold_reason": None}
_REJECTED: Mapping[str, Any] = {
    "answer": Answer.REJECTED.value,
    "hold": HoldKind.IGNORED.value,
    "hold_reason": Reason.REJECTED.value,
}


@transactional
async def approve(user_id: UUID, run_id: UUID, now: datetime) -> Answered | None:
    """Let a run do what it holds, as far as that is still the same; None if the user has no such run.

    Raises NothingWaits and Resting; for what was approved already nothing more is done.
    """
    run = await _locked(user_id, run_id)
    if run is None:
        return None
    if run.state == HELD:
        await _require_syncing(run.sync_config_id)
        for ids in await _still_held(run_id):
            rows = CalendarSyncMapping.filter(id__in=ids)
            await rows.update(**_APPROVED, attempts=0, drawn=F("drawn") + 1, wanted=F("drawn") + 1)
            await rows.filter(due=None).update(due=Due.DECIDE)
        await CalendarSyncHistory.filter(id=run_id).update(state=FINISHED)
    elif run.state != FINISHED or not await SyncPlanStep.exists(run_id=run_id):
        raise NothingWaits
    elif not await runs.is_any_unfinished(run.sync_config_id):
        return Answered(run.sync_config_id, run_id)
    calendar = CalendarSyncConfig.filter(id=run.sync_config_id)
    await calendar.update(next_sync_at=now, nudge_seq=F("nudge_seq") + 1)
    return Answered(run.sync_config_id, await runs.open_run(run.sync_config_id, now, APPROVAL))


@transactional
async def reject(user_id: UUID, run_id: UUID, now: datetime) -> Answered | None:
    """Leave what a run holds as it is until one side moves; None if the user has no such run.

    A person decided, so no policy does for a while, even where a side moves at once.

    Raises NothingWaits; what was rejected already stays so.
    """
    run = await _locked(user_id, run_id)
    if run is None:
        return None
    if run.state == HELD:
        for ids in await _still_held(run_id):
            await CalendarSyncMapping.filter(id__in=ids).update(**_REJECTED, resolved_at=now)
            await noting.give_up(ids, now)
        await CalendarSyncHistory.filter(id=run_id).update(state=REJECTED)
    elif run.state != REJECTED:
        raise NothingWaits
    return Answered(run.sync_config_id, run_id)


async def _locked(user_id: UUID, run_id: UUID) -> CalendarSyncHistory | None:
    theirs = CalendarSyncHistory.filter(id=run_id, sync_config__user_id=user_id, kind=SYNC)
    await hold_calendars({row["sync_config_id"] for row in await theirs.values("sync_config_id")})
    return await theirs.first()


async def _require_syncing(calendar_id: UUID) -> None:
    calendar = await CalendarSyncConfig.get(id=calendar_id)
    why = calendar.stopped or (PAUSED if calendar.is_paused else None)
    if why is not None:
        raise Resting(calendar.provider, why)


async def _still_held(run_id: UUID) -> Sequence[Sequence[UUID]]:
    """The rows of its plan that are held in the versions shown there, a part at a time.

    One that a later run has just held in other versions is shown by that run.
    """
    found = []
    for part in chunks(await SyncPlanStep.filter(run_id=run_id).values("mapping_id", "fingerprint")):
        shown = {step["mapping_id"]: step["fingerprint"] for step in part}
        rows = CalendarSyncMapping.filter(id__in=list(shown), hold=HoldKind.GUARDED.value, closed=None)
        marks = await rows.select_for_update(no_key=True).only("id", "fingerprint")
        found.append([row.id for row in marks if row.fingerprint == shown[row.id]])
    return found
