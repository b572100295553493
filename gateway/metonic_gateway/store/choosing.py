"""What users choose for single appointments, whatever the filters of a calendar say."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from metonic_core.model.appointment import Appointment
from metonic_core.model.when import Window
from metonic_core.selection import Choice
from metonic_gateway.store import models
from metonic_gateway.store.appointments import draw_rows, load, make_due, open_each
from metonic_gateway.store.preferences import Changed, locked
from metonic_gateway.store.selections import choices_of, selection_of


class NotTheirs(Exception):
    """An appointment does not concern the user, or is not there; nothing was stored."""

    def __init__(self, appointment_id: UUID) -> None:
        super().__init__(f"{appointment_id} is no appointment of the user")
        self.appointment_id = appointment_id


async def choose(
    calendar: tuple[UUID, str],
    appointments: Sequence[UUID],
    choice: Choice | None,
    window: Window,
    now: datetime,
) -> Changed | None:
    """Choose that for each of at most 500 appointments; None lets the filters decide again.

    ``calendar`` is the user and the provider. Returns None if none is connected there; raises NotTheirs for
    the first appointment that is not the user's. Only this calendar's rows are put to work.
    """
    user_id, provider = calendar
    async with in_transaction():
        row = await locked(user_id, provider)
        if row is None:
            return None
        known = await load(appointments)
        for i in appointments:
            if i not in known or not known[i].concerns(user_id):
                raise NotTheirs(i)
        before = (await choices_of([row.id], appointments)).get(row.id, {})
        changed = [a for a in known.values() if before.get(a.id) is not choice]
        if not changed:
            return Changed(row.id, is_due=False)
        await _store(row.id, [a.id for a in changed], choice)
        if row.link_id is not None:
            await _draw(row, changed, window)
            await make_due([row.id], now)
        return Changed(row.id, is_due=row.link_id is not None and not row.is_paused)


async def _store(calendar_id: UUID, appointments: Collection[UUID], choice: Choice | None) -> None:
    former = models.CalendarSyncChoice.filter(sync_config_id=calendar_id)
    await former.filter(appointment_id__in=list(appointments)).delete()
    if choice is not None:
        await models.CalendarSyncChoice.bulk_create(
            models.CalendarSyncChoice(
                id=uuid4(), sync_config_id=calendar_id, appointment_id=i, choice=choice.value
            )
            for i in appointments
        )


async def _draw(row: models.CalendarSyncConfig, chosen: Sequence[Appointment], window: Window) -> None:
    """Make these due in this calendar, where it has them or should have them."""
    ids = [appointment.id for appointment in chosen]
    selection = selection_of(row, window, await choices_of([row.id], ids))
    rows = models.CalendarSyncMapping.filter(link_id=selection.link_id, closed=None, appointment_id__in=ids)
    taken = {found["appointment_id"]: found["id"] for found in await rows.values("id", "appointment_id")}
    await draw_rows(list(taken.values()))
    wanted = [a.id for a in chosen if a.id not in taken and selection.draws(a)]
    await open_each([(selection.link_id, appointment) for appointment in wanted])
