"""Finds the calendars that are due and asks for their runs, and the push channels to look after.

What is due, and what was asked for, stands in their rows, so several schedulers may run.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from metonic_gateway.store import channels, claiming, clocks, previews, undoing
from metonic_gateway.store.claiming import ASK_AGAIN
from metonic_gateway.telemetry import get_logger

TICK = timedelta(seconds=2)
_AT_ONCE = 100
# Where more is due than could be asked for, and workers take it.
_SHORT_TICK = TICK / 20

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Messages:
    """What the scheduler sends to workers; any of it may be lost."""

    nudge: Callable[[Collection[UUID]], None]
    renew: Callable[[UUID], None]
    sweep: Callable[[], None]
    preview: Callable[[UUID], None]
    undo: Callable[[UUID], None]


class Scheduler:
    """What is asked for and not taken is asked for again after a minute."""

    def __init__(self, messages: Messages, clock: Callable[[], datetime], tick: timedelta = TICK) -> None:
        self._send = messages
        self._clock = clock
        self._tick = tick
        self._resumed_at: datetime | None = None
        self._asked: dict[tuple[UUID, datetime], datetime] = {}
        self._swept_on: date | None = None

    async def run(self) -> None:
        """Look again and again, until cancelled; a database that is away for a moment ends nothing."""
        while True:
            is_more = False
            try:
                is_more = await self.look()
            except Exception:  # noqa: BLE001 - what is due stays due
                _log.exception("scheduler_failed")
            await asyncio.sleep(min(self._tick, _SHORT_TICK if is_more else self._tick).total_seconds())

    async def look(self) -> bool:
        """Ask for runs of calendars that are due, the one that waits longest first.

        Returns whether to look again at once, as more are due and workers take them.
        """
        now = self._clock()
        if self._resumed_at is None or not _is_just_past(self._resumed_at, now):
            await self._resume(now)
        self._asked = {key: at for key, at in self._asked.items() if _is_just_past(at, now)}
        claimed = await claiming.claim(now)
        self._send.nudge(claimed.calendars)
        for link in self._fresh(await channels.due(now, _AT_ONCE), now):
            self._send.renew(link)
        if self._swept_on != now.date():
            self._swept_on = now.date()
            self._send.sweep()
        return claimed.is_more

    async def _resume(self, now: datetime) -> None:
        """Take up what a process left that died, or a clock that was set back."""
        self._resumed_at = now
        if rows := await clocks.put_right(now):
            _log.warning("clock_was_ahead", rows=rows)
        for run in await previews.waiting(now):
            self._send.preview(run)
        for run in await undoing.unfinished():
            self._send.undo(run)

    def _fresh(self, due: Sequence[tuple[UUID, datetime]], now: datetime) -> Sequence[UUID]:
        """What is due since the same moment was asked for already, and its message is on its way."""
        fresh = [key for key in due if key not in self._asked]
        self._asked |= dict.fromkeys(fresh, now)
        return [key for key, _ in fresh]


def _is_just_past(at: datetime, now: datetime) -> bool:
    return timedelta(0) <= now - at < ASK_AGAIN
