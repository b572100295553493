"""How much of everything there is, for who watches over the service: a cheap statement each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.functions import Count
from tortoise.queryset import QuerySet

from metonic_core.model.mapping import HoldKind
from metonic_gateway.store import leases
from metonic_gateway.store.models import (
    CalendarSyncConfig,
    CalendarSyncConflict,
    CalendarSyncMapping,
    PushChannel,
)
from metonic_gateway.store.states import OPEN, PAUSED

ACTIVE = "active"
"""The state of a calendar that nothing keeps from being synced."""


@dataclass(frozen=True, slots=True)
class Figures:
    """``oldest_due`` is for how many seconds the first of those ``due`` has waited.

    ``channels`` and ``failing`` are by provider, ``calendars`` by provider and what keeps them from being
    synced, a word of ``states``.
    """

    due: int
    oldest_due: float
    quarantined: int
    open_conflicts: int
    channels: Mapping[str, int]
    failing: Mapping[str, int]
    calendars: Mapping[tuple[str, str], int]


async def figures(now: datetime) -> Figures:
    """As things stand."""
    active = CalendarSyncConfig.filter(is_active=True)
    left = CalendarSyncMapping.filter(hold=HoldKind.QUARANTINE.value, closed=None, link__archived_at=None)
    waiting = await leases.waiting(now)
    open_channels = PushChannel.filter(opened_at__isnull=False, expires_at__gt=now)
    return Figures(
        due=waiting.number,
        oldest_due=0.0 if waiting.since is None else (now - waiting.since).total_seconds(),
        quarantined=await left.count(),
        open_conflicts=await CalendarSyncConflict.filter(state=OPEN).count(),
        channels=await _by(open_channels, "link__sync_config__provider"),
        failing=await _by(active.filter(failures__gt=0, stopped=None), "provider"),
        calendars=await _by_state(active),
    )


async def _by(rows: QuerySet[Any], column: str) -> Mapping[str, int]:
    counted = rows.annotate(number=Count("id")).group_by(column)
    return {row[column]: row["number"] for row in await counted.values(column, "number")}


async def _by_state(rows: QuerySet[CalendarSyncConfig]) -> Mapping[tuple[str, str], int]:
    names = ("provider", "stopped", "is_paused")
    counted = rows.annotate(number=Count("id")).group_by(*names)
    found: dict[tuple[str, str], int] = {}
    for row in await counted.values(*names, "number"):
        state = row["stopped"] or (PAUSED if row["is_paused"] else ACTIVE)
        found[row["provider"], state] = found.get((row["provider"], state), 0) + row["number"]
    return found
