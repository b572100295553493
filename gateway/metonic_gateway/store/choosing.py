"""What users choose for single appointments, whatever the filters of a calendar say."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.expressions import Q

from metonic_core.model.appointment import Appointment
from metonic_core.model.mapping import HoldKind, Look, Observed
from metonic_core.model.when import Window
from metonic_core.reconcile.step import Reason
from metonic_core.selection import Choice
from metonic_gateway.store import mappings, models
from metonic_gateway.store.alikes import ASKING
from metonic_gateway.store.appointments import draw_rows, load, make_due
from metonic_gateway.store.preferences import Changed, followed, locked
from metonic_gateway.store.rows import mapping_of
from metonic_gateway.store.selections import choices_of, selection_of
from metonic_gateway.store.transactions import transactional


class NotTheirs(Exception):
    """An appointment does not concern the user, or is not there; nothing was stored."""

    def __init__(self, appointment_id: UUID) -> None:
        super().__init__(f"{appointment_id} is no appointment of the user")
        self.appointment_id = appointment_id


@transactional
async def choose(
    calendar: tuple[UUID, str],
    appointments: Sequence[UUID],
    choice: Choice | None,
    window: Window,
    now: datetime,
) -> Changed | None:
    """Choose that for each of at most 500 appointments; None lets the filters decide again.

    A copy that was given up is made anew where it is chosen always, or no longer never.
    ``calendar`` is the user and the provider. Returns None if none is connected there; raises NotTheirs for
    the first appointment that is not the user's. Only this calendar's rows are put to work.
    """
    user_id, provider = calendar
    row = await locked(user_id, provider)
    if row is None:
        return None
    known = await load(appointments)
    for i in appointments:
        if i not in known or not known[i].concerns(user_id):
            raise NotTheirs(i)
    before = (await choices_of([row.id], appointments)).get(row.id, {})
    changed = [a.id for a in known.values() if before.get(a.id) is not choice]
    await keep(row.id, changed, choice)
    if row.link_id is None:
        return Changed(row.id, is_due=False)
    if choice is not Choice.NEVER:
        # Who says always again means a copy that was given up since.
        asked = [i for i in known if choice is Choice.ALWAYS or before.get(i) is Choice.NEVER]
        await _forget_giving_up(row.link_id, asked, now)
    is_due = await draw_chosen(row, known.values(), window, changed) or bool(changed)
    if is_due:
        await make_due([row.id], now)
    return await followed(row, now, is_due=is_due and not row.is_paused)


async def keep(calendar_id: UUID, appointments: Collection[UUID], choice: Choice | None) -> None:
    """Store what is chosen for each of at most 500 appointments."""
    former = models.CalendarSyncChoice.filter(sync_config_id=calendar_id)
    await former.filter(appointment_id__in=list(appointments)).delete()
    if choice is not None:
        await models.CalendarSyncChoice.bulk_create(
            models.CalendarSyncChoice(
                id=uuid4(), sync_config_id=calendar_id, appointment_id=i, choice=choice.value
            )
            for i in appointments
        )


async def _forget_giving_up(link_id: UUID, appointments: Collection[UUID], now: datetime) -> None:
    """Close the rows of copies that were given up, so that each is made anew, in the next generation.

    One whose event is back is paired again instead; one whose event may be back is still read.
    """
    rows = models.CalendarSyncMapping.filter(link_id=link_id, closed=None, hold=HoldKind.DETACHED.value)
    found = map(mapping_of, await mappings.chunked(rows, "appointment_id__in", list(appointments)))
    await mappings.store(
        [
            replace(row.closing(Reason.DELETED_THERE), seen=row.seen if isinstance(row.seen, Look) else None)
            for row in found
            if not isinstance(row.seen, Observed)
        ],
        now,
    )


async def draw_chosen(
    row: models.CalendarSyncConfig,
    known: Collection[Appointment],
    window: Window,
    changed: Collection[UUID],
) -> bool:
    """Make due what changed and what this calendar should have and has not; returns whether it lacked any."""
    ids = [appointment.id for appointment in known]
    selection = selection_of(row, window, await choices_of([row.id], ids))
    concerned = Q(appointment_id__in=ids) | (ASKING & Q(alike_id__in=ids))
    rows = models.CalendarSyncMapping.filter(concerned, link_id=selection.link_id, closed=None)
    found = await rows.values("id", "appointment_id", "alike_id")
    moved = {*changed}
    drawn = [r["id"] for r in found if moved & {r["appointment_id"], r["alike_id"]}]
    await draw_rows(drawn, is_commanded=True)
    taken = {row["appointment_id"] for row in found}
    missing = [a for a in known if a.id not in taken]
    wanted = [a.id for a in missing if selection.draws(a)]
    await mappings.open_each([(selection.link_id, appointment) for appointment in wanted])
    return bool(wanted)
