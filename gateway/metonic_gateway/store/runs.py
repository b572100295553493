"""The history of runs. A run that nobody asked for and that found nothing leaves no row."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
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
    FINISHED,
    FULL,
    MANUAL,
    PULL,
    PUSH,
    QUEUED,
    RUNNING,
    SYNC,
    WEBHOOK,
)
from metonic_gateway.store.transactions import hold_calendars, transactional


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


_NOT_BEGUN: dict[str, Any] = {"phase": None, "phase_at": None, "done": 0, "total": None}


class RunLog:
    """The row of one run, made when the first thing is to be recorded in it.

    ``fence`` is the calendar's when the run began, ``row`` the id of its row if it has one. ``one_way`` is
    the only way that it goes, where it was asked for so, ``otherwise_at`` when its calendar was due anyway.
    ``has_predecessor``: a row was there already, so that another run may have ended before its end.
    ``has_held``: there is a plan that waits for a person. ``done``: how many lines the journal has of each
    side, unless there was a predecessor.
    """

    one_way: Direction | None = None
    otherwise_at: datetime | None = None
    has_predecessor: bool = False
    has_held: bool = False

    def __init__(
        self, calendar_id: UUID, reason: str, started_at: datetime, fence: int, *, row: UUID | None = None
    ) -> None:
        self._calendar_id = calendar_id
        self._reason = reason
        self._started_at = started_at
        self._fence = fence
        self.id = row
        self.done = Counter[str]()

    async def ensure(self, *, may_be_asked: bool = True) -> UUID:
        """The row's id; inside a transaction the row comes and goes with it.

        ``may_be_asked``: somebody may have asked for a run since this one began.
        """
        # A row that waits was taken over in a transaction that did not come to its end.
        begun = CalendarSyncHistory.filter(id=self.id).exclude(state=QUEUED)
        if self.id is not None and await begun.exists():
            return self.id
        return (may_be_asked and await self.take_over()) or await self._make()

    async def take_over(self) -> UUID | None:
        """Go on in the row that was asked for since the run began; None if there is none.

        Where the calendar was taken away meanwhile, the row is left to the next run.
        """
        rows = CalendarSyncHistory.filter(sync_config_id=self._calendar_id, kind=SYNC, state=QUEUED)
        mine = rows.filter(sync_config__fence=self._fence)
        queued = await mine.order_by("requested_at").first()
        if queued is None:
            return None
        await _go_both_ways(queued)
        return await self.take(queued)

    async def take(self, queued: CalendarSyncHistory) -> UUID | None:
        """Go on in that row; None if it waits no more."""
        waiting = CalendarSyncHistory.filter(id=queued.id, state=QUEUED)
        # Nobody is answered before they asked.
        started_at = max(self._started_at, queued.requested_at)
        if not await waiting.update(state=RUNNING, started_at=started_at, **_NOT_BEGUN):
            return None
        self.id = queued.id
        return self.id

    async def _make(self) -> UUID:
        self.id = uuid4()
        await CalendarSyncHistory.create(
            id=self.id,
            sync_config_id=self._calendar_id,
            sync_type=WEBHOOK if self._reason == WEBHOOK else await sync_type(self._calendar_id),
            reason=self._reason,
            state=RUNNING,
            requested_at=self._started_at,
            started_at=self._started_at,
            errors=[],
        )
        return self.id

    async def finish(self, outcome: Outcome, now: datetime) -> None:
        """Write what the run came to, into the row if there is one.

        What it did is counted in the journal: it holds as well what was done before a failure, or by the run
        that was in this row before.
        """
        if self.id is not None:
            await self._finish(self.id, outcome, now)

    @transactional
    async def _finish(self, row: UUID, outcome: Outcome, now: datetime) -> None:
        await hold_calendars([self._calendar_id])
        await self.end(row, outcome, now, has_failed=True)

    async def end(self, row: UUID, outcome: Outcome, now: datetime, *, has_failed: bool = False) -> None:
        """The same in a transaction that has changed the row of the calendar.

        What a run did that has not failed is known, unless there was another one before it.
        """
        may_wait = self.has_held or self.has_predecessor
        is_known = not (self.has_predecessor or has_failed)
        await CalendarSyncHistory.filter(id=row).update(
            state=await plans.state_at_end(row, self._calendar_id) if may_wait else FINISHED,
            completed_at=now,
            status=outcome.status,
            conflicts_detected=outcome.conflicts,
            errors=[error.document() for error in outcome.errors],
            **(_counted(self.done) if is_known else await counts(row)),
        )

    async def requeue(self) -> None:
        """Let the next run go on in this row: ours was taken away before it had finished."""
        await CalendarSyncHistory.filter(id=self.id, state=RUNNING).update(state=QUEUED)


@transactional
async def begin(calendar_id: UUID, reason: str, now: datetime) -> RunLog:
    """The log of a run that begins, in the row of the one that was asked for, if any.

    Whatever still says that it runs was cut off: only one run holds the calendar.
    """
    await hold_calendars([calendar_id])
    calendar = await CalendarSyncConfig.get(id=calendar_id).values("fence")
    log = RunLog(calendar_id, reason, now, calendar["fence"])
    rows = await _unfinished(calendar_id)
    log.has_predecessor = bool(rows)
    await _close([row for row in rows if row.state == RUNNING], _interrupted(now))
    queued = [row for row in rows if row.state == QUEUED]
    if queued and await log.take(queued[0]) and queued[0].one_way:
        log.one_way, log.otherwise_at = Direction(queued[0].one_way), queued[0].otherwise_at
    return log


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
    for run in reversed(await _unfinished(calendar_id)):
        if run.one_way in {None, one_way}:
            return run.id
        if run.state == QUEUED:
            await _go_both_ways(run)
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


async def _go_both_ways(run: CalendarSyncHistory) -> None:
    """As the calendar does, whatever was asked for."""
    if run.one_way is not None:
        rows = CalendarSyncHistory.filter(id=run.id, state=QUEUED)
        await rows.update(one_way=None, sync_type=await sync_type(run.sync_config_id))


async def close_all(calendar_id: UUID, error: RunError) -> None:
    """No run of this calendar will come: finish those that wait or were taken away."""
    await plans.drop(calendar_id)
    await _close(await _open(calendar_id), error)


async def _unfinished(calendar_id: UUID) -> Sequence[CalendarSyncHistory]:
    """What syncs or waits to, the one asked for first first."""
    return await _open(calendar_id).filter(kind=SYNC).order_by("requested_at")


async def is_any_unfinished(calendar_id: UUID, *, besides: UUID | None = None) -> bool:
    """Whether a run of this calendar syncs or waits to, ``besides`` that one."""
    runs = _open(calendar_id).filter(kind=SYNC)
    return await (runs if besides is None else runs.exclude(id=besides)).exists()


def _open(calendar_id: UUID) -> QuerySet[CalendarSyncHistory]:
    return CalendarSyncHistory.filter(sync_config_id=calendar_id, state__in=[RUNNING, QUEUED])


async def _close(runs: Collection[CalendarSyncHistory], error: RunError) -> None:
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
    return _counted({row["side"]: row["number"] for row in await lines.values("side", "number")})


def _counted(sides: Mapping[str, int]) -> Mapping[str, int]:
    return {"items_pushed": sides.get(Side.EXTERNAL, 0), "items_pulled": sides.get(Side.LOCAL, 0)}


def _interrupted(now: datetime) -> RunError:
    return RunError(
        "failed",
        "The run was cut off before it had finished.",
        "Nothing is lost: the next run goes on where this one stopped.",
        now,
    )
