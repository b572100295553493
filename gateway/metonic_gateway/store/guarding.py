"""What the guard counts in one link."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, RawSQL
from tortoise.queryset import QuerySet

from metonic_core.model.mapping import HoldKind
from metonic_core.reconcile.guard import CAUSES, FEW, INFERRED, SPAN, Kind, Load
from metonic_core.reconcile.step import Act, Reason, Side
from metonic_core.sync import Due
from metonic_gateway.store.mappings import Rows
from metonic_gateway.store.models import CalendarLink, CalendarSyncMapping, SyncOperation
from metonic_gateway.store.outcomes import count_pairs

Found = dict[Kind, frozenset[UUID]]


_ASKED = {
    "due_pairs": """(SELECT COUNT(*) FROM "calendar_sync_mappings" WHERE "link_id" = "calendar_links"."id"
        AND "due" = 'decide' AND ("external_base" IS NOT NULL
            OR ("appointment_id" IS NOT NULL AND "seen" IS NOT NULL)))""",
    "is_any_held": """EXISTS (SELECT 1 FROM "calendar_sync_mappings"
        WHERE "link_id" = "calendar_links"."id" AND "hold" = 'guarded')""",
}


@cache
def _asked() -> QuerySet[CalendarLink]:
    """To annotate takes Tortoise longer than all else that is asked here."""
    return CalendarLink.annotate(**{name: RawSQL(text) for name, text in _ASKED.items()})


def due_pairs(link_id: UUID) -> Rows:
    """Rows to be decided that have had both sides: nothing inferred is done to others.

    A copy that arrived late has both as soon as it is seen, before anything is agreed upon.
    """
    arrived = Q(appointment_id__isnull=False, seen__isnull=False)
    return CalendarSyncMapping.filter(
        Q(external_base__isnull=False) | arrived, link_id=link_id, due=Due.DECIDE
    )


async def load(link_id: UUID, now: datetime) -> Load:
    """Where next to nothing happened, fewer than three items, the pairs are not counted: they are many."""
    link: Any = await _asked().get(id=link_id)
    due, done = link.due_pairs, await _done(link_id, now)
    held = await _held(link_id) if link.is_any_held else {kind: frozenset() for kind in Kind}
    number = due + sum(map(len, (*done.values(), *held.values())))
    pairs = await count_pairs(link_id) if link.is_suspect or number >= FEW else FEW
    return Load(pairs, due, done, held, link.is_suspect)


async def is_suddenly_empty(link_id: UUID, read_round: int) -> bool:
    """Whether the complete read of that number named no event, while there are pairs."""
    rows = CalendarSyncMapping.filter(link_id=link_id)
    if await rows.filter(read_round=read_round).exists():
        return False
    pairs = rows.filter(closed=None, intent__isnull=True, etag__isnull=False)
    return await pairs.exclude(appointment_id=None).exclude(external_event_id=None).exists()


async def _done(link_id: UUID, now: datetime) -> Found:
    lines = SyncOperation.filter(counted_in=link_id, at__gt=now - SPAN)
    found = await lines.distinct().values_list("mapping_id", "side", "operation", "reason")
    by_row = [(row, INFERRED.get((Side(s), Act(o), Reason(r)))) for row, s, o, r in found]
    return {kind: frozenset(row for row, counts_as in by_row if counts_as is kind) for kind in Kind}


async def _held(link_id: UUID) -> Found:
    rows = CalendarSyncMapping.filter(link_id=link_id, hold=HoldKind.GUARDED.value, closed=None)
    found = await rows.values_list("id", "hold_reason")
    return {kind: frozenset(i for i, why in found if CAUSES[Reason(why)] is kind) for kind in Kind}
