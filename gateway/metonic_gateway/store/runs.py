"""The history of runs. A run that nobody asked for and that found nothing leaves no row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.expressions import F
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from metonic_core.reconcile.step import Side
from metonic_core.selection import Direction
from metonic_gateway.store import plans
from metonic_gateway.store.models import CalendarLink, CalendarSyncConfig, CalendarSyncHistory, SyncOperation
from metonic_gateway.store.states import (
    FAILED,
    FULL,
    MANUAL,
    PULL,
    PUSH,
    QUEUED,
    RUNNING,
    SYNC,
)
from metonic_gateway.store.transactions import transactional


@dataclass(frozen=True, slots=True)
class RunError:
    """One complaint of a run: ``code`` for programs, sentences for people; ids name what it is about."""

    code: str
    error: str
    next_step: str
    timestamp: datetime
    appointment_id: UUID | None = None
    external_event_id: str | None = None

    def document(self) -> dict[str, str | None]:
        """The form in which it is stored."""
        return {
            "code": self.code,
            "error": self.error,
            "next_step": self.next_step,
            "timestamp": self.timestamp.isoformat(),
            "appointment_id": str(self.appointment_id) if self.appointment_id else None,
            "external_event_id": self.external_event_id,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: ``status`` is a word of ``states``."""

    status: str
    conflicts: int = 0
    errors: Sequence[RunError] = ()


@transactional
async def request(
    calendar_id: UUID,
    link_id: UUID,
    now: datetime,
    *,
    is_complete: bool = False,
    one_way: Direction | None = None,
) -> UUID:
    """The run that a person gets who asks now: the one that runs or waits, else a new one that waits.

    ``one_way`` is for a calendar that goes both.
    The calendar is due at once, whatever it was waiting for. A complete read begins anew, so the run that is
    at it loses its lease and is continued by the next.
    """
    calendar = CalendarSyncConfig.filter(id=calendar_id)
    before = await calendar.select_for_update(no_key=True).get()
    await calendar.update(next_sync_at=now, nudge_seq=F("nudge_seq") + 1)
    if is_complete:
        await CalendarLink.filter(id=link_id).update(cursor=None, is_reading_completely=False)
        await calendar.update(fence=F("fence") + 1)
    return await open_run(calendar_id, now, MANUAL, one_way, before.next_sync_at)


async def open_run(
    calendar_id: UUID,
    now: datetime,
    reason: str,
    one_way: Direction | None = None,
    otherwise_at: datetime | None = None,
) -> UUID:
    """The run that runs or waits, else a new one that waits; runs inside a transaction.

    One that waits to go another way goes both, one that goes another way already is no answer.
    """
    for run in reversed(await unfinished(calendar_id)):
        if run.one_way in {None, one_way}:
            return run.id
        if run.state == QUEUED:
            await go_both_ways(run)
            return run.id
    # A run that is under way looks for it then, and where it has ended already, the next follows at once.
    await CalendarSyncConfig.filter(id=calendar_id).update(nudge_seq=F("nudge_seq") + 1)
    made = await CalendarSyncHistory.create(
        id=uuid4(),
        sync_config_id=calendar_id,
        sync_type=_TYPES[one_way or await direction_of(calendar_id)],
        one_way=one_way,
        otherwise_at=otherwise_at,
        reason=reason,
        state=QUEUED,
        requested_at=now,
        errors=[],
    )
    return made.id


async def sync_type(calendar_id: UUID) -> str:
    """Which way a run of that calendar goes that begins, or is asked for, now."""
    return _TYPES[await direction_of(calendar_id)]


async def direction_of(calendar_id: UUID) -> Direction:
    """Which way the calendar goes now."""
    return Direction((await CalendarSyncConfig.get(id=calendar_id)).sync_direction)


_TYPES = {Direction.BOTH: FULL, Direction.PUSH: PUSH, Direction.PULL: PULL}


async def go_both_ways(run: CalendarSyncHistory) -> None:
    """As the calendar does, whatever was asked for."""
    if run.one_way is not None:
        rows = CalendarSyncHistory.filter(id=run.id, state=QUEUED)
        await rows.update(one_way=None, sync_type=await sync_type(run.sync_config_id))


async def close_all(calendar_id: UUID, error: RunError) -> None:
    """No run of this calendar will come: finish those that wait or were taken away."""
    await plans.drop(calendar_id)
    await close(await _open(calendar_id), error)


async def unfinished(calendar_id: UUID) -> Sequence[CalendarSyncHistory]:
    """What syncs or waits to, the one asked for first first."""
    return await _open(calendar_id).filter(kind=SYNC).order_by("requested_at")


async def is_any_unfinished(calendar_id: UUID, *, besides: UUID | None = None) -> bool:
    """Whether a run of this calendar syncs or waits to, ``besides`` that one."""
    runs = _open(calendar_id).filter(kind=SYNC)
    return await (runs if besides is None else runs.exclude(id=besides)).exists()


def _open(calendar_id: UUID) -> QuerySet[CalendarSyncHistory]:
    return CalendarSyncHistory.filter(sync_config_id=calendar_id, state__in=[RUNNING, QUEUED])


async def close(runs: Collection[CalendarSyncHistory], error: RunError) -> None:
    """Finish these runs, which did not finish themselves; what one held until then waits all the same."""
    for run in runs:
        await CalendarSyncHistory.filter(id=run.id).update(
            state=await plans.state_at_end(run.id, run.sync_config_id),
            status=FAILED,
            completed_at=error.timestamp,
            errors=[error.document()],
            **await counts(run.id),
        )


async def counts(run_id: UUID) -> Mapping[str, int]:
    """How much the run has done on each side so far, by the columns of its row."""
    lines = SyncOperation.filter(run_id=run_id).annotate(number=Count("id")).group_by("side")
    return counted({row["side"]: row["number"] for row in await lines.values("side", "number")})


def counted(sides: Mapping[str, int]) -> Mapping[str, int]:
    return {"items_pushed": sides.get(Side.EXTERNAL, 0), "items_pulled": sides.get(Side.LOCAL, 0)}
