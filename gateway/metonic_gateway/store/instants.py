"""Instants that are kept beside appointments are reckoned anew: a country may change its clocks.

Wall time and zone are the truth and stay, so no calendar is written. Queries ask the columns, though, and a
new time zone database makes other instants of the same wall times.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q

from metonic_core.model.codec import decode
from metonic_gateway.store.models import Appointment

_AT_ONCE = 500
# Whatever ended longer ago is over in every zone.
_DAY = timedelta(days=1)


async def reckon(now: datetime) -> int:
    """Correct the instants of appointments that are not over; returns how many were wrong."""
    found, after = 0, UUID(int=0)
    unfinished = Appointment.filter(Q(ends_at=None) | Q(ends_at__gt=now - _DAY), is_deleted=False)
    ordered = unfinished.only("id", "version", "content", "starts_at", "ends_at").order_by("id")
    while rows := await ordered.filter(id__gt=after).limit(_AT_ONCE):
        for row in rows:
            found += await _corrected(row)
            # Others may have a turn: reckoning hundreds of series takes a while.
            await asyncio.sleep(0)
        after = rows[-1].id
    return found


async def _corrected(row: Appointment) -> int:
    content = decode(row.content)
    starts_at, ends_at = content.when.starts_at, content.ends_at()
    if (row.starts_at, row.ends_at) == (starts_at, ends_at):
        return 0
    # Whoever edits it meanwhile has stored the instants of its new times.
    same = Appointment.filter(id=row.id, version=row.version)
    return await same.update(starts_at=starts_at, ends_at=ends_at)
