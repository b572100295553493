"""The row of a run while it is under way: made when there is something to say, and finished with it."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from metonic_core.selection import Direction
from metonic_gateway.store import plans, runs
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncHistory
from metonic_gateway.store.runs import Outcome, RunError
from metonic_gateway.store.states import FINISHED, QUEUED, RUNNING, SYNC, WEBHOOK
from metonic_gateway.store.transactions import hold_calendars, transactional

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
        await runs.go_both_ways(queued)
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
            sync_type=WEBHOOK if self._reason == WEBHOOK else await runs.sync_type(self._calendar_id),
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
            **(runs.counted(self.done) if is_known else await runs.counts(row)),
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
    rows = await runs.unfinished(calendar_id)
    log.has_predecessor = bool(rows)
    await runs.close([row for row in rows if row.state == RUNNING], _interrupted(now))
    queued = [row for row in rows if row.state == QUEUED]
    if queued and await log.take(queued[0]) and queued[0].one_way:
        log.one_way, log.otherwise_at = Direction(queued[0].one_way), queued[0].otherwise_at
    return log


def _interrupted(now: datetime) -> RunError:
    return RunError(
        "failed",
        "The run was cut off before it had finished.",
        "Nothing is lost: the next run goes on where this one stopped.",
        now,
    )
