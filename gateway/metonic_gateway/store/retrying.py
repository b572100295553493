"""Trying again what a run left undone: at once, whatever its calendar waits for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise.expressions import F, Q

from metonic_core.model.codec import decode, encode
from metonic_core.model.mapping import HoldKind, Illegible, Look
from metonic_core.selection import Direction
from metonic_core.sync import Due
from metonic_gateway.store import history, runs
from metonic_gateway.store.answering import Resting
from metonic_gateway.store.mappings import chunks
from metonic_gateway.store.models import CalendarSyncConfig, CalendarSyncHistory, CalendarSyncMapping
from metonic_gateway.store.runs import RunError
from metonic_gateway.store.states import ENDED, NEEDS_CALENDAR, PREVIEW, RETRY, SUCCESS, UNDO
from metonic_gateway.store.transactions import transactional

_LET_GO: dict[str, Any] = {"hold": None, "hold_reason": None, "attempts": 0, "refused": None, "written": None}
"""An item that nothing of before keeps from being tried; if it fails again, that is said anew."""


class Refusal(StrEnum):
    """Why there is nothing to try again in a run."""

    PREVIEW = "preview"
    UNDO = "undo"
    NOT_ENDED = "not_ended"
    WORKED = "worked"


class CannotRetry(Exception):
    """``why`` there is nothing to try again."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Retried:
    """``run_id`` is the run that tries again."""

    calendar_id: UUID
    run_id: UUID


def refusal(run: history.Run) -> Refusal | None:
    """Why there is nothing to try again, whatever its calendar says to that; None if there is."""
    if run.kind == PREVIEW:
        return Refusal.PREVIEW
    if run.kind == UNDO:
        return Refusal.UNDO
    if run.state not in ENDED:
        return Refusal.NOT_ENDED
    return Refusal.WORKED if run.status == SUCCESS else None


@transactional
async def request(user_id: UUID, run_id: UUID, now: datetime) -> Retried | None:
    """The run that runs or waits already, else a new one; None if the user has no such run.

    Its items that are left alone are tried again as well. Raises CannotRetry and Resting.
    """
    run = await history.run(user_id, run_id)
    if run is None:
        return None
    if why := refusal(run):
        raise CannotRetry(why)
    # Nobody stops the calendar in between, and who asks at the same moment gets the same run.
    calendars = CalendarSyncConfig.filter(id=run.calendar_id)
    calendar = await calendars.select_for_update(no_key=True).get()
    if calendar.resting is not None or calendar.link_id is None:
        raise Resting(run.provider, calendar.resting or NEEDS_CALENDAR)
    await _try_again(calendar.link_id, run.errors)
    await calendars.update(next_sync_at=now, nudge_seq=F("nudge_seq") + 1)
    one_way = await _one_way(run_id, Direction(calendar.sync_direction))
    made = await runs.open_run(calendar.id, now, RETRY, one_way, calendar.next_sync_at)
    return Retried(calendar.id, made)


async def _one_way(run_id: UUID, of_calendar: Direction) -> Direction | None:
    """The only way that it was asked to go, where its calendar goes both."""
    (row,) = await CalendarSyncHistory.filter(id=run_id).values("one_way")
    return Direction(row["one_way"]) if row["one_way"] and of_calendar is Direction.BOTH else None


async def _try_again(link_id: UUID, complaints: Sequence[RunError]) -> None:
    """Have those of the items that are left alone still read or decided by the next run."""
    left = CalendarSyncMapping.filter(link_id=link_id, hold=HoldKind.QUARANTINE.value, due=None, closed=None)
    for part in chunks([error for error in complaints if error.appointment_id or error.external_event_id]):
        appointments = [error.appointment_id for error in part if error.appointment_id]
        events = [error.external_event_id for error in part if error.external_event_id]
        named = left.filter(Q(appointment_id__in=appointments) | Q(external_event_id__in=events))
        found = await named.select_for_update(no_key=True).only("id", "seen")
        illegible = [row.id for row in found if isinstance(decode(row.seen), Illegible)]
        others = [row.id for row in found if row.id not in illegible]
        unread = CalendarSyncMapping.filter(id__in=illegible)
        await unread.update(**_LET_GO, seen=encode(Look()), due=Due.READ)
        undecided = CalendarSyncMapping.filter(id__in=others)
        await undecided.update(**_LET_GO, drawn=F("drawn") + 1, wanted=F("drawn") + 1, due=Due.DECIDE)
