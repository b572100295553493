"""How far a run is, written into its row for those who watch: now and then, and only if it has a row."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from metonic_core.sync import Clock, Phase
from metonic_gateway.store.models import CalendarSyncHistory
from metonic_gateway.store.run_log import RunLog
from metonic_gateway.store.runs import counts
from metonic_gateway.store.states import RUNNING

_PAUSE = timedelta(seconds=0.5)


class Gauge:
    """Writes the beginning and the end of a phase, and between them twice a second at most.

    A run that is about to be over before anything of it was written is not written. ``told`` is called with
    the run's id whenever something was. A run without a row looks as often whether somebody has asked for one
    meanwhile, unless it has found nothing so far.
    """

    def __init__(self, run: RunLog, clock: Clock, told: Callable[[UUID], None]) -> None:
        self._run = run
        self._clock = clock
        self._told = told
        self._phase: Phase | None = None
        self._began_at: datetime | None = None
        self._done = 0
        self._written_at: datetime | None = None
        self._looked_at = self._began = clock()
        self._has_told = False

    async def note(self, phase: Phase, done: int, total: int | None) -> None:
        """Take how far the run is; ``total`` equal to ``done`` ends the phase."""
        now = self._clock()
        if phase is not self._phase or done < self._done:
            self._phase, self._began_at, self._written_at = phase, now, None
        self._done = done
        is_over = done == total
        if is_over and not self._has_told and not _is_due(self._began, now):
            return
        if not (is_over or _is_due(self._written_at, now)):
            return
        row = self._run.id or (await self._row_asked_for(now) if done or total else None)
        if row is None:
            return
        self._written_at, self._has_told = now, True
        rows = CalendarSyncHistory.filter(id=row, state=RUNNING)
        far = {"phase": phase.value, "phase_at": self._began_at, "done": done, "total": total}
        if await rows.update(**far, **await counts(row)):
            self._told(row)

    async def _row_asked_for(self, now: datetime) -> UUID | None:
        if not _is_due(self._looked_at, now):
            return None
        self._looked_at = now
        return await self._run.take_over()


def _is_due(since: datetime | None, now: datetime) -> bool:
    # A clock that was set back must not silence it.
    return since is None or not timedelta(0) <= now - since < _PAUSE
