"""Conflicts as runs meet them: noted many at a time, shown anew when they move, closed when they are over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.queryset import QuerySet

from metonic_core.model import mapping as rows
from metonic_core.model.codec import encode
from metonic_core.model.mapping import HoldKind, Look
from metonic_core.model.resolution import Resolution
from metonic_core.reconcile.step import Conflict, ConflictType
from metonic_core.sync import Due
from metonic_gateway.store.appointments import draw_rows
from metonic_gateway.store.mappings import chunks
from metonic_gateway.store.models import CalendarSyncConflict, CalendarSyncMapping
from metonic_gateway.store.states import OPEN, RESOLVED, RESOLVING, SUPERSEDED

UNFINISHED = (OPEN, RESOLVING)

_SHOWN = ("conflict_type", "field_groups", "base_data", "local_data", "external_data")
_STORED = (
    *_SHOWN,
    "external_event_id",
    "state",
    "local_edited_at",
    "external_edited_at",
    "version",
    "resolution",
    "picks",
    "resolved_at",
    "resolved_by",
    "is_automatic",
    "shown_at",
    "automatic_at",
    "closed_at",
)
_UNDECIDED: dict[str, Any] = {
    "resolution": None,
    "picks": None,
    "resolved_at": None,
    "resolved_by": None,
    "is_automatic": False,
}


@dataclass(frozen=True, slots=True)
class Note:
    """What a run found out about an item: its conflict as it is now, None if there is none any more.

    ``resolved`` is what was just carried out about it, or, where that ``is_held``, would be once it is
    approved.
    """

    mapping: rows.Mapping
    conflict: Conflict | None = None
    resolved: Resolution | None = None
    is_held: bool = False


async def store(calendar_id: UUID, notes: Sequence[Note], now: datetime) -> None:
    """Store what was noted, of several notes about one item the last; two statements per 500 items."""
    latest = {note.mapping.id: note for note in notes}
    for part in chunks(list(latest.values())):
        ids = [note.mapping.id for note in part]
        found = CalendarSyncConflict.filter(mapping_id__in=ids, state__in=UNFINISHED)
        known = {row.mapping_id: row for row in await found}
        made = [_made(known.get(note.mapping.id), note, calendar_id, now) for note in part]
        changed = [row for row in made if row is not None]
        await CalendarSyncConflict.bulk_create(changed, on_conflict=["id"], update_fields=_STORED)


def _made(
    row: CalendarSyncConflict | None, note: Note, calendar_id: UUID, now: datetime
) -> CalendarSyncConflict | None:
    """The row as it shall be stored; None where nothing changes."""
    if note.conflict is None:
        return None if row is None else _changed(row, _UNDECIDED | {"state": SUPERSEDED, **_closed(now)})
    columns = _columns(note.mapping, note.conflict)
    if row is None:
        row = _new(note.mapping, note.conflict, calendar_id, now)
    elif any(getattr(row, name) != columns[name] for name in _SHOWN):
        columns |= {"version": row.version + 1, "shown_at": now}
    if note.resolved is not None:
        columns |= _decided(row, note.resolved, now) | {"automatic_at": None}
        over = {"state": RESOLVING} if note.is_held else {"state": RESOLVED, **_closed(now)}
        return _changed(row, columns | over)
    if row.state == RESOLVING:
        # What was decided was about something else: it is asked anew.
        columns |= {"state": OPEN, "version": row.version + 1, "shown_at": now, **_UNDECIDED}
    is_same = all(getattr(row, name) == value for name, value in columns.items())
    return None if is_same else _changed(row, columns)


def _new(mapping: rows.Mapping, conflict: Conflict, calendar_id: UUID, now: datetime) -> CalendarSyncConflict:
    return CalendarSyncConflict(
        id=uuid4(),
        sync_config_id=calendar_id,
        mapping_id=mapping.id,
        appointment_id=conflict.appointment_id or mapping.appointment_id,
        state=OPEN,
        version=1,
        detected_at=now,
        shown_at=now,
    )


def _columns(mapping: rows.Mapping, conflict: Conflict) -> dict[str, Any]:
    return {
        "external_event_id": conflict.event_id or mapping.event_id,
        "conflict_type": conflict.type.value,
        "field_groups": sorted(conflict.groups),
        "base_data": encode(conflict.base),
        "local_data": encode(conflict.local),
        "external_data": encode(conflict.external),
        "local_edited_at": conflict.local_edited_at,
        "external_edited_at": conflict.external_edited_at,
        "automatic_at": conflict.automatic_at,
    }


def _closed(now: datetime) -> dict[str, Any]:
    return {"closed_at": now, "automatic_at": None}


def _decided(row: CalendarSyncConflict, resolved: Resolution, now: datetime) -> dict[str, Any]:
    """Who decided it and when is known already, unless it was the policy, and not held until now."""
    was_held = row.is_automatic and row.resolution == resolved.asked.value
    if was_held or not resolved.is_automatic:
        return {}
    return {**_UNDECIDED, "resolution": resolved.asked.value, "resolved_at": now, "is_automatic": True}


def _changed(row: CalendarSyncConflict, columns: Mapping[str, Any]) -> CalendarSyncConflict:
    for name, value in columns.items():
        setattr(row, name, value)
    return row


async def ripen(calendar_id: UUID, now: datetime) -> datetime | None:
    """Draw the items in conflict that a policy may resolve by now; returns when the next one is due."""
    waiting = _ripening(calendar_id)
    times = dict(await waiting.values_list("mapping_id", "automatic_at"))
    ripe = [mapping for mapping, at in times.items() if at <= now]
    if ripe:
        await draw_in_conflict(ripe, by_person=False)
        await waiting.filter(automatic_at__lte=now).update(automatic_at=None)
    return min((at for at in times.values() if at > now), default=None)


async def draw_in_conflict(
    mappings: Sequence[UUID], *, is_commanded: bool = False, by_person: bool = True
) -> set[UUID]:
    """Have these items in conflict decided anew, as ``draw_rows`` does; runs inside a transaction.

    Problem: what was deleted may have come back since somebody was asked about it, and beyond its window no
    feed tells of that; made anew it would stand there twice. Solution: it is read before it is decided.
    """
    drawn = await draw_rows(mappings, is_commanded=is_commanded, by_person=by_person)
    deleted = CalendarSyncMapping.filter(
        hold=HoldKind.CONFLICT.value, hold_reason=ConflictType.DELETED.value, closed=None, intent__isnull=True
    )
    for part in chunks(mappings):
        await deleted.filter(id__in=part).update(seen=encode(Look()), due=Due.READ)
    return drawn


def _ripening(calendar_id: UUID) -> QuerySet[CalendarSyncConflict]:
    return CalendarSyncConflict.filter(sync_config_id=calendar_id, state=OPEN, automatic_at__isnull=False)


async def close_all(calendar_id: UUID, now: datetime) -> None:
    """Nothing is synced in that calendar any more, so nothing is asked, nor done that was decided."""
    await _supersede(CalendarSyncConflict.filter(sync_config_id=calendar_id), now)
    decided = CalendarSyncMapping.filter(link__sync_config_id=calendar_id, resolution__isnull=False)
    ids = await decided.values_list("id", flat=True)
    for part in chunks(list(ids)):
        await CalendarSyncMapping.filter(id__in=part).update(resolution=None)


async def give_up(mappings: Sequence[UUID], now: datetime) -> None:
    """What a policy would have resolved in these items was rejected."""
    await _supersede(CalendarSyncConflict.filter(mapping_id__in=list(mappings)), now)


async def _supersede(conflicts: QuerySet[CalendarSyncConflict], now: datetime) -> None:
    unfinished = conflicts.filter(state__in=UNFINISHED)
    await unfinished.update(state=SUPERSEDED, **_UNDECIDED, **_closed(now))
