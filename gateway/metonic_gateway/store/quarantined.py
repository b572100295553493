"""What of connected calendars is left alone because something is wrong with it, in pages, the latest first.

An event that cannot be read has no appointment that would say so: here it is found.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count, Min

from metonic_core.model.content import Content
from metonic_core.model.mapping import HoldKind, Observed
from metonic_core.model.when import Window
from metonic_core.selection import discretion
from metonic_gateway.store.mappings import Rows
from metonic_gateway.store.models import CalendarSyncMapping
from metonic_gateway.store.pages import Key, Page, paged
from metonic_gateway.store.rows import mapping_of
from metonic_gateway.store.standing import Standing, standing

Asked = tuple[UUID, Page]
"""A connected calendar, and which of its items."""


Counted = tuple[int, datetime | None]
"""How many, and since when there is one."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """``content`` is what its event was last read to say, else what the calendar was to be shown.

    ``reason`` is a code of the engine or a sentence.
    """

    id: UUID
    appointment_id: UUID | None
    event_id: str | None
    content: Content | None
    reason: str
    since: datetime

    @property
    def key(self) -> Key:
        return self.since, self.id


async def of_calendars(user_id: UUID, asked: Sequence[Asked], window: Window) -> list[Sequence[Quarantined]]:
    """For each page asked for its items, and one more. The calendars must be the user's."""
    pages = [Q(id__in=Subquery(_page(calendar, page).values("id"))) for calendar, page in asked]
    rows = await CalendarSyncMapping.filter(Q(*pages, join_type=Q.OR)).select_related("link")
    pairs = await standing({row.id for row in rows if row.external_base is None}, window)
    made = [_item(row, row.quarantined_at, pairs.get(row.id), user_id) for row in rows if row.quarantined_at]
    places = {row.id: row.link.sync_config_id for row in rows}
    items = sorted(made, key=lambda item: item.key, reverse=True)
    return [_page_of([i for i in items if places[i.id] == calendar], page) for calendar, page in asked]


def _page(calendar: UUID, page: Page) -> Rows:
    return paged(_in_quarantine([calendar]), "quarantined_at", page, is_descending=True)


def _page_of(items: Sequence[Quarantined], page: Page) -> Sequence[Quarantined]:
    beyond = [item for item in items if page.after is None or item.key < page.after]
    return beyond[: page.first + 1]


async def counts(calendars: Sequence[UUID]) -> Mapping[UUID, Counted]:
    """By connected calendar, where there is any."""
    rows = _in_quarantine(calendars).annotate(number=Count("id"), since=Min("quarantined_at"))
    found = await rows.group_by("link__sync_config_id").values("link__sync_config_id", "number", "since")
    return {row["link__sync_config_id"]: (row["number"], row["since"]) for row in found}


def _in_quarantine(calendars: Sequence[UUID]) -> Rows:
    return CalendarSyncMapping.filter(
        link__sync_config_id__in=list(calendars),
        link__archived_at=None,
        hold=HoldKind.QUARANTINE.value,
        closed=None,
    )


def _item(row: CalendarSyncMapping, since: datetime, pair: Standing | None, user_id: UUID) -> Quarantined:
    mapping = mapping_of(row)
    read = mapping.seen.event.content if isinstance(mapping.seen, Observed) else mapping.external_base
    return Quarantined(
        row.id,
        row.appointment_id,
        row.external_event_id,
        read or _shown(pair, user_id),
        row.hold_reason or "",
        since,
    )


def _shown(pair: Standing | None, user_id: UUID) -> Content | None:
    if pair is None or not pair.appointment.concerns(user_id):
        return None
    return discretion(pair.selection, pair.appointment)(pair.appointment.content)
