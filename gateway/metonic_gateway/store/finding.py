"""Appointments by how they stand in a connected calendar of their user, which no single row says."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from metonic_core.model.when import Window
from metonic_gateway.store import copies, models, pages
from metonic_gateway.store.copies import HELD, CopyState
from metonic_gateway.store.pages import Appointments, KeptAppointment, Key, Page

# One without any condition would drop out where it is one of two.
_ANY, _NONE = Q(pk__isnull=False), Q(pk__in=[])
_MOST_AT_ONCE, _MOST_JUDGED = 250, 1_000


@dataclass(frozen=True, slots=True)
class Found:
    """One more than the page has, if there are more; ``ended`` is where judging ended before it was full."""

    rows: Sequence[KeptAppointment]
    ended: Key | None = None


async def in_state(
    user_id: UUID, state: CopyState, wanted: Appointments, page: Page, window: Window
) -> Found:
    """Those that stand so in one calendar at least, by start.

    What rows do not tell of the state is judged from the page on, some at a time and a thousand at most.
    """
    condition = await _as_rows_tell(user_id, state)
    found: list[KeptAppointment] = []
    after, judged, at_once = page.after, 0, page.first + 1
    while judged < _MOST_JUDGED:
        part = await pages.appointments(user_id, wanted, Page(at_once, after), condition)
        stand = await copies.of_appointments(user_id, [kept.appointment for kept in part], window)
        found += [kept for kept, all_ in zip(part, stand, strict=True) if any(c.state is state for c in all_)]
        if len(part) <= at_once or len(found) > page.first:
            return Found(found[: page.first + 1])
        after, judged, at_once = part[-1].key, judged + len(part), _MOST_AT_ONCE
    return Found(found, after)


async def _as_rows_tell(user_id: UUID, state: CopyState) -> Q:
    """What every appointment in that state fulfils."""
    rows = models.CalendarSyncMapping.filter(link__sync_config__user_id=user_id, closed=None)
    holds = Q(hold__in=[hold.value for hold, stands in HELD.items() if stands is state])
    match state:
        case CopyState.IN_SYNC:
            return _has(rows.filter(hold=None, due=None))
        case CopyState.PENDING:
            is_left = Q(due__isnull=False) | Q(seen__isnull=False)
            return _has(rows.filter(is_left, hold=None)) | await _without_row(user_id)
        case CopyState.IGNORED:
            # Besides what is held: what agrees, but for a direction that keeps it.
            return _has(rows.filter(holds | Q(hold=None, due=None)))
        case CopyState.EXCLUDED:
            return _has(rows.filter(holds)) | await _without_row(user_id)
    return _has(rows.filter(holds))


def _has(rows: QuerySet[models.CalendarSyncMapping]) -> Q:
    return Q(id__in=Subquery(rows.exclude(appointment_id=None).values("appointment_id")))


async def _without_row(user_id: UUID) -> Q:
    """What has no row in one of the user's calendars; anything, where one of them is yet to be chosen."""
    lacking = _NONE
    for calendar in await copies.connected(user_id):
        if calendar.link_id is None:
            return _ANY
        lacking |= ~_has(models.CalendarSyncMapping.filter(link_id=calendar.link_id, closed=None))
    return lacking
