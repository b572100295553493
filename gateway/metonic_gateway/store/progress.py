"""How far a run is, written into its row for those who watch: now and then, and only if it has a row."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from metonic_core.sync import Clock, Phase
from metonic_gateway.store.models import CalendarSyncHistory
from metonic_gateway.store.runs import RunLog
from metonic_gateway.store.states import RUNNING

_PAUSE = timedelta(seconds=0.5)


class Gauge:
    """Writes the beginning and the end of a phase, and between them twice a second at most.

    ``told`` is called with the run's id whenever something was written.
    """

    def __init__(self, run: RunLog, clock: Clock, told: Callable[[UUID], None]) -> None:
        self._run = run
        self._clock = clock
        self._told = told
        self._phase: Phase | None = None
        self._began_at: datetime | None = None
        self._done = 0
        self._written_at: datetime | None = None

    async def note(self, phase: Phase, done: int, total: int | None) -> None:
        """Take how far the run is; ``total`` equal to ``done`` ends the phase."""
        now = self._clock()
        if phase is not self._phase or done < self._done:
            self._phase, self._began_at, self._written_at = phase, now, None
        self._done = done
        if self._run.id is None or not (done == total or self._is_due(now)):
            return
        self._written_at = now
        rows = CalendarSyncHistory.filter(id=self._run.id, state=RUNNING)
        if await rows.update(phase=phase.value, phase_at=self._began_at, done=done, total=total):
            self._told(self._run.id)

    def _is_due(self, now: datetime) -> bool:
        # A clock that was set back must not silence it.
        return self._written_at is None or not timedelta(0) <= now - self._written_at < _PAUSE
