"""What is kept for a while only, and for how long."""

from datetime import datetime, timedelta

from metonic_gateway.store.models import CalendarSyncHistory, CalendarSyncMapping, SyncOperation

HISTORY = timedelta(days=90)
JOURNAL = timedelta(days=30)
TOMBSTONES = timedelta(days=90)


async def sweep(now: datetime) -> int:
    """Erase what is older; returns how many rows."""
    journal = await SyncOperation.filter(at__lt=now - JOURNAL).delete()
    history = await CalendarSyncHistory.filter(completed_at__lt=now - HISTORY).delete()
    tombstones = CalendarSyncMapping.filter(closed__isnull=False, closed_at__lt=now - TOMBSTONES)
    return journal + history + await tombstones.delete()
