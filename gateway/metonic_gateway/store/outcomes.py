"""What a run leaves on the row of its calendar; written under the fence of its lease."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import F
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from metonic_core.model.codec import decode
from metonic_core.model.mapping import WriteKind
from metonic_core.pacing import after_notice
from metonic_core.sync import Due, LeaseLost
from metonic_gateway.store.leases import Lease
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncMapping
from metonic_gateway.store.run_log import RunLog
from metonic_gateway.store.runs import Outcome
from metonic_gateway.store.states import FAILED

_LONGEST_STANDSTILL = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Success:
    """A run that worked, with its log. ``pairs``: how many there are by now, None if nobody counted them."""

    log: RunLog
    outcome: Outcome
    next_sync_at: datetime
    pairs: int | None


async def record_success(lease: Lease, success: Success, now: datetime) -> bool:
    """Finish the log as well, if it has a row, and give the lease back; raises LeaseLost.

    Whoever took the calendar away was told of that row as of the run that is to come. Returns whether
    somebody asked meanwhile, so that the calendar is due at once. Where only the provider told of something
    meanwhile, it is due a little later.
    """
    is_due_again = await _record_success(lease, success, now)
    lease.is_given_back = True
    return is_due_again


async def _record_success(lease: Lease, success: Success, now: datetime) -> bool:
    row = success.log.id
    columns = {
        "last_sync_at": now,
        "last_sync_status": success.outcome.status,
        "idle_runs": F("idle_runs") + 1 if row is None else 0,
        "failures": 0,
        "still_since": None,
        "problem": None,
        "served_seq": lease.nudge_seq,
        "next_sync_at": success.next_sync_at,
        "lease_until": None,
    }
    if success.pairs is not None:
        columns["items_synced"] = success.pairs
    unasked = _held(lease).filter(nudge_seq=lease.nudge_seq)
    if row is None and await unasked.update(**columns):
        return False
    async with in_transaction():
        is_due_again = False
        if row is None or not await unasked.update(**columns):
            if not await _held(lease).update(**columns):
                raise LeaseLost("another run took this calendar over")
            is_due_again = await _follow_up(lease, now, success.next_sync_at)
        if row is not None:
            await success.log.end(row, success.outcome, now)
        return is_due_again


async def _follow_up(lease: Lease, now: datetime, next_sync_at: datetime) -> bool:
    """Whether the calendar is due at once, for those who asked since the run began."""
    found = await _held(lease).values("nudge_seq", "noticed_seq")
    if not found or found[0]["nudge_seq"] == lease.nudge_seq:
        return False
    (row,) = found
    # However often a provider tells of something during one run, it draws one number.
    is_notice = row["nudge_seq"] == row["noticed_seq"] == lease.nudge_seq + 1
    at = min(next_sync_at, after_notice(now, now)) if is_notice else now
    await _held(lease).update(next_sync_at=at)
    return at <= now


async def record_failure(
    lease: Lease, now: datetime, problem: Mapping[str, str], next_sync_at: datetime
) -> None:
    """The run failed and is tried again later; whoever asked meanwhile waits as well."""
    await _held(lease).update(
        last_sync_at=now,
        last_sync_status=FAILED,
        failures=F("failures") + 1,
        still_since=None,
        problem=problem,
        next_sync_at=next_sync_at,
    )


async def record_pause(lease: Lease, next_sync_at: datetime) -> None:
    """The run has not come to its end, and the next goes on then; whoever asked meanwhile waits as well."""
    await _held(lease).update(next_sync_at=next_sync_at)


async def record_wait(lease: Lease, problem: Mapping[str, str], next_sync_at: datetime) -> None:
    """The same where its provider is down: its user is told, unless something has failed here as well."""
    await _held(lease).filter(failures=0).update(problem=problem)
    await record_pause(lease, next_sync_at)


async def note_standstill(lease: Lease, now: datetime, problem: Mapping[str, str]) -> None:
    """The run was paused before it had stored anything; where that goes on for long, its user is told.

    What has failed since the last success is told already.
    """
    await _held(lease).filter(still_since=None).update(still_since=now)
    is_long = _held(lease).filter(still_since__lte=now - _LONGEST_STANDSTILL)
    await is_long.filter(failures=0, problem__isnull=True).update(problem=problem)


async def note_progress(lease: Lease) -> None:
    """The run was paused after it had stored something."""
    await _held(lease).filter(failures=0).exclude(still_since=None).update(problem=None)
    await _held(lease).update(still_since=None)


async def record_stop(lease: Lease, now: datetime, problem: Mapping[str, str], stopped: str) -> None:
    """The calendar rests until its user does something; ``stopped`` is a word of ``states``."""
    await _held(lease).update(
        last_sync_at=now,
        last_sync_status=FAILED,
        failures=F("failures") + 1,
        still_since=None,
        problem=problem,
        stopped=stopped,
        next_sync_at=None,
    )


def _held(lease: Lease) -> QuerySet[CalendarSyncConfig]:
    return CalendarSyncConfig.filter(id=lease.calendar_id, fence=lease.fence)


async def count_pairs(link_id: UUID, *, is_settled: bool = False) -> int:
    """How many appointments have an event, and events an appointment. ``is_settled``: no intent is open."""
    rows = CalendarSyncMapping.filter(link_id=link_id).exclude(appointment_id=None)
    return await count_standing(rows, is_settled=is_settled)


async def count_standing(rows: QuerySet[CalendarSyncMapping], *, is_settled: bool = False) -> int:
    """How many of the rows are open and have an event that is there and is not being deleted."""
    standing = rows.filter(closed=None).exclude(external_event_id=None).exclude(etag=None)
    if is_settled:
        return await standing.count()
    # What an intent says is inside a JSON document, and few rows have one at a time.
    intents = [decode(row.intent) for row in await standing.filter(due=Due.SETTLE).only("id", "intent")]
    return await standing.count() - sum(intent.kind is WriteKind.DELETE for intent in intents)
