"""What is kept for a while only, and for how long."""

from datetime import datetime, timedelta
from typing import Any

from tortoise.expressions import Subquery
from tortoise.functions import Max
from tortoise.queryset import QuerySet

from metonic_gateway.store import budgets, oauth_states, usage
from metonic_gateway.store.models import (
    AppointmentChange,
    CalendarSyncConflict,
    CalendarSyncHistory,
    CalendarSyncMapping,
    PushChannel,
    SyncOperation,
    SyncPlanStep,
)
from metonic_gateway.store.states import HELD, PREVIEW

HISTORY = timedelta(days=90)
JOURNAL = timedelta(days=30)
TOMBSTONES = timedelta(days=90)
CHANGES = timedelta(days=90)
PREVIEWS = timedelta(days=1)
BUDGETS = timedelta(days=1)
USAGE = timedelta(days=400)
_AT_ONCE = 500


async def sweep(now: datetime) -> int:
    """Erase what is older; returns how many rows."""
    journal = await _erase(SyncOperation.filter(at__lt=now - JOURNAL))
    history = await _past_runs(now)
    # Closed ones only: what still waits for somebody has no end.
    conflicts = await _erase(CalendarSyncConflict.filter(closed_at__lt=now - HISTORY))
    states = await oauth_states.over(now).delete()
    tombstones = CalendarSyncMapping.filter(closed__isnull=False, closed_at__lt=now - TOMBSTONES)
    # Of calendars that rest: of others they are forgotten when they are renewed.
    channels = await PushChannel.filter(expires_at__lt=now).delete()
    counts = await budgets.forget(now - BUDGETS) + await usage.forget(now.date() - USAGE)
    rows = channels + journal + history + conflicts + states + counts
    return rows + await _erase(tombstones) + await _compact(now - CHANGES)


async def _past_runs(now: datetime) -> int:
    """What waits for a person is kept; what stood in a plan goes with the journal."""
    ended = CalendarSyncHistory.filter(state__not=HELD)
    previews = await _erase(ended.filter(kind=PREVIEW, completed_at__lt=now - PREVIEWS))
    runs = await _erase(ended.filter(completed_at__lt=now - HISTORY))
    waiting = CalendarSyncHistory.filter(state=HELD).values("id")
    plans = SyncPlanStep.filter(at__lt=now - JOURNAL).exclude(run_id__in=Subquery(waiting))
    return previews + runs + await _erase(plans)


async def _erase(rows: QuerySet[Any]) -> int:
    """A part at a time: a statement may take no longer than a minute."""
    erased = 0
    while ids := await rows.limit(_AT_ONCE).values_list("id", flat=True):
        erased += await rows.filter(id__in=list(ids)).delete()
    return erased


async def _compact(until: datetime) -> int:
    """Erase changes from before that are followed by another one of the same appointment.

    The last one stays for ever: whoever replays the feed from any position ends with the present state.

    Problem: to compare all changes with all last ones takes PostgreSQL longer than a statement may take, once
    there are some ten thousands. Solution: a part at a time, in the order of writing.
    """
    erased, after = 0, 0
    old = AppointmentChange.filter(at__lt=until).order_by("id").limit(_AT_ONCE)
    while rows := await old.filter(id__gt=after).values_list("id", "appointment_id"):
        after = rows[-1][0]
        about = AppointmentChange.filter(appointment_id__in=list({appointment for _, appointment in rows}))
        latest = about.annotate(latest=Max("id")).group_by("appointment_id")
        last = {*await latest.values_list("latest", flat=True)}
        erased += await AppointmentChange.filter(id__in=[i for i, _ in rows if i not in last]).delete()
    return erased
