"""Moments that nobody waits for any more: a clock set them that was ahead, and was set back since.

Each kind of moment lies so far ahead at most; one that lies further is put right. What is not far enough for
that is waited for, which takes no longer than a moment of its kind may take.
"""

from datetime import datetime, timedelta

from tortoise.expressions import Q, Subquery

from metonic_core.pacing import LONGEST_PAUSE, TOLD_EVERY
from metonic_core.reconcile.resolving import COOL_DOWN
from metonic_gateway.store import leases, previews
from metonic_gateway.store.models import (
    CalendarLink,
    CalendarSyncConfig,
    CalendarSyncConflict,
    CalendarSyncHistory,
    PushChannel,
)
from metonic_gateway.store.states import OPEN, PREVIEW, RUNNING

# A calendar that works is due again after its frequency, in minutes, and a tenth of that at most. Where its
# provider tells of changes, it is after six hours if that is longer.
_FREQUENCIES = (15, 60, 360, 1440)
_TOLD_EVERY = TOLD_EVERY // timedelta(minutes=1)
_MARGIN = 1.5
# Clocks of several machines differ.
_SLACK = timedelta(hours=1)


async def put_right(now: datetime) -> int:
    """Have done now what would wait for such a moment; returns how many there were."""
    held = CalendarSyncConfig.filter(lease_until__gt=now + 2 * leases.LENGTH)
    pushing = CalendarLink.filter(push_at__gt=now + LONGEST_PAUSE + _SLACK)
    leaving = CalendarLink.filter(leave_at__gt=now + LONGEST_PAUSE + _SLACK)
    previewing = CalendarSyncHistory.filter(kind=PREVIEW, state=RUNNING)
    cooling = CalendarSyncConflict.filter(state=OPEN, automatic_at__gt=now + COOL_DOWN + _SLACK)
    return sum(
        [
            await held.update(lease_until=now),
            await CalendarSyncConfig.filter(_waits_too_long(now)).update(next_sync_at=now),
            await pushing.update(push_at=now),
            await leaving.update(leave_at=now),
            await previewing.filter(started_at__gt=now + previews.TAKES_AT_MOST).update(started_at=now),
            await cooling.update(automatic_at=now),
        ]
    )


def _waits_too_long(now: datetime) -> Q:
    """Whether a calendar is due later than any run sets: sooner, where it works, than where it backs off."""
    found = Q(next_sync_at__gt=now + LONGEST_PAUSE + _SLACK)
    told = Subquery(PushChannel.filter(heard_at__isnull=False, expires_at__gt=now).values("link_id"))
    is_told = Q(link_id__isnull=False, link_id__in=told)
    for minutes in _FREQUENCIES:
        at = now + timedelta(minutes=minutes) * _MARGIN
        is_late = Q(failures=0, sync_frequency_minutes__lte=minutes, next_sync_at__gt=at)
        found |= is_late if minutes >= _TOLD_EVERY else Q(is_late, ~is_told)
    return found
