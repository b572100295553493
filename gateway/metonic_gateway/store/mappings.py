"""Rows of ``calendar_sync_mappings``, many at a time."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID, uuid4

from tortoise.functions import Max
from tortoise.queryset import QuerySet

from metonic_core.model.mapping import HoldKind, Mapping
from metonic_gateway.store.models import CalendarSyncMapping
from metonic_gateway.store.rows import mapping_columns, mapping_of

Rows = QuerySet[CalendarSyncMapping]
T = TypeVar("T")

_CHUNK = 500


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts short enough for the parameters of one statement."""
    return (items[i : i + _CHUNK] for i in range(0, len(items), _CHUNK))


async def page(found: Rows, after: UUID | None, limit: int) -> Sequence[Mapping]:
    """The next rows by id, locked until the transaction ends."""
    beyond = found.filter(id__gt=after) if after else found
    return [
        mapping_of(row) for row in await beyond.order_by("id").limit(limit).select_for_update(no_key=True)
    ]


async def chunked(found: Rows, condition: str, items: Sequence[T]) -> list[CalendarSyncMapping]:
    """The rows of a condition on one of many values, locked until the transaction ends."""
    rows: list[CalendarSyncMapping] = []
    for part in chunks(items):
        rows.extend(await found.filter(**{condition: part}).select_for_update(no_key=True))
    return rows


def by_event(rows: Sequence[CalendarSyncMapping]) -> dict[str, Mapping]:
    """The open row of each event, or else its youngest tombstone."""
    never = datetime.min.replace(tzinfo=UTC)
    found = sorted(rows, key=lambda r: (r.closed is None, r.closed_at or r.wrote_at or never))
    return {row.external_event_id: mapping_of(row) for row in found if row.external_event_id}


async def unknown(link_id: UUID, event_ids: Collection[str]) -> Sequence[str]:
    """Those that no row names, tombstones included, in their order."""
    known: set[str] = set()
    for part in chunks(list(event_ids)):
        rows = CalendarSyncMapping.filter(link_id=link_id, external_event_id__in=part)
        known |= {row["external_event_id"] for row in await rows.values("external_event_id")}
    return [event_id for event_id in event_ids if event_id not in known]


async def store(rows: Sequence[Mapping], now: datetime) -> None:
    """Insert or update rows, in this order; of several versions of one row only the last is stored."""
    latest: dict[UUID, Mapping] = {}
    for row in rows:
        latest.pop(row.id, None)
        latest[row.id] = row
    for part in chunks(list(latest.values())):
        in_step = [row.id for row in part if _is_in_step(row)]
        stamp = {"last_synced_at": now, "quarantined_at": None} if len(in_step) == len(part) else {}
        columns = [mapping_columns(row) | stamp for row in part]
        fields = [name for name in columns[0] if name != "id"]
        made = [CalendarSyncMapping.construct(**c) for c in columns]
        await CalendarSyncMapping.bulk_create(made, on_conflict=["id"], update_fields=fields)
        if not stamp:
            await _stamp(in_step, last_synced_at=now, quarantined_at=None)
    await _stamp([row.id for row in latest.values() if row.closed], closed_at=now)
    await _stamp_quarantine([row.id for row in latest.values() if _is_in_quarantine(row)], now)


def _is_in_step(row: Mapping) -> bool:
    is_agreed = row.external_base is not None and row.seen is None
    return is_agreed and row.wanted is None and row.intent is None and not _is_in_quarantine(row)


def _is_in_quarantine(row: Mapping) -> bool:
    return row.hold is not None and row.hold.kind is HoldKind.QUARANTINE


async def _stamp(ids: Sequence[UUID], **columns: datetime | None) -> None:
    for part in chunks(ids):
        await CalendarSyncMapping.filter(id__in=part).update(**columns)


async def _stamp_quarantine(ids: Sequence[UUID], now: datetime) -> None:
    """What is there already has been since then, whatever is wrong with it by now."""
    for part in chunks(ids):
        await CalendarSyncMapping.filter(id__in=part, quarantined_at=None).update(quarantined_at=now)


Place = tuple[UUID, UUID]
"""A link, and an appointment that it takes."""


async def open_each(places: Sequence[Place]) -> None:
    """A one-sided row for each place, in the generation after its last, due to be decided.

    Nothing happens where another transaction has opened one meanwhile.
    """
    for part in chunks(places):
        generations = await _generations(part)
        made = [Mapping(uuid4(), *place, generation=generations.get(place, 0) + 1).due() for place in part]
        await CalendarSyncMapping.bulk_create(
            [CalendarSyncMapping(**mapping_columns(m)) for m in made], ignore_conflicts=True
        )


async def _generations(places: Iterable[Place]) -> dict[Place, int]:
    """The last generation of each place that ever had one."""
    links, appointments = {link for link, _ in places}, {appointment for _, appointment in places}
    former = CalendarSyncMapping.filter(link_id__in=list(links), appointment_id__in=list(appointments))
    latest = former.annotate(latest=Max("generation")).group_by("link_id", "appointment_id")
    rows = await latest.values("link_id", "appointment_id", "latest")
    return {(row["link_id"], row["appointment_id"]): row["latest"] for row in rows}
