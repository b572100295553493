"""Appointments by how they stand in a connected calendar of their user, which no single row says."""

from collections.abc import Sequence
from uuid import UUID

from tortoise.expressions import Q, Subquery

from metonic_core.model.when import Window
from metonic_gateway.store import copies, pages
from metonic_gateway.store.copies import HELD, CopyState
from metonic_gateway.store.models import CalendarSyncMapping
from metonic_gateway.store.pages import Appointments, KeptAppointment, Page

_AT_ONCE = 500


async def in_state(
    user_id: UUID, state: CopyState, wanted: Appointments, page: Page, window: Window
) -> Sequence[KeptAppointment]:
    """Those that stand so in one calendar at least, by start; one more than the page has, if there are more.

    Where rows do not tell the state, all that are wanted are judged from the page on, a part at a time.
    """
    found: list[KeptAppointment] = []
    after, condition = page.after, _as_rows_tell(user_id, state)
    while True:
        part = await pages.appointments(user_id, wanted, Page(_AT_ONCE, after), condition)
        stand = await copies.of_appointments(user_id, [kept.appointment for kept in part], window)
        found += [kept for kept, all_ in zip(part, stand, strict=True) if any(c.state is state for c in all_)]
        if len(part) <= _AT_ONCE or len(found) > page.first:
            return found[: page.first + 1]
        after = part[-1].key


def _as_rows_tell(user_id: UUID, state: CopyState) -> Q:
    """What every appointment in that state fulfils."""
    holds = [hold.value for hold, stands in HELD.items() if stands is state]
    rows = CalendarSyncMapping.filter(link__sync_config__user_id=user_id, closed=None)
    if state is CopyState.IN_SYNC:
        rows = rows.filter(hold=None, due=None)
    elif holds and state not in {CopyState.EXCLUDED, CopyState.IGNORED}:
        rows = rows.filter(hold__in=holds)
    else:
        return Q()
    return Q(id__in=Subquery(rows.exclude(appointment_id=None).values("appointment_id")))
