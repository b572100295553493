"""Appointments: every change is compare-and-set on the version and draws work where it is concerned."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.expressions import F, Q
from tortoise.functions import Max
from tortoise.transactions import in_transaction

from metonic_core.model import mapping as values
from metonic_core.model.appointment import Appointment
from metonic_core.model.when import Window
from metonic_core.selection import Selection
from metonic_core.sync import Due
from metonic_gateway.store import models
from metonic_gateway.store.rows import appointment_columns, appointment_of, mapping_columns


async def load(ids: Collection[UUID]) -> Mapping[UUID, Appointment]:
    """The appointments with these ids, deleted ones included."""
    rows = await models.Appointment.filter(id__in=list(ids)).prefetch_related("participants")
    return {row.id: appointment_of(row) for row in rows}


async def insert(
    appointment: Appointment, window: Window, now: datetime, *, paired: UUID | None = None
) -> set[UUID]:
    """Store a new appointment; returns the connected calendars it makes due.

    ``paired`` is the mapping it came in by, which needs no work.
    """
    async with in_transaction():
        await models.Appointment.create(
            id=appointment.id,
            owner_id=appointment.owner_id,
            imported_from=appointment.imported_from,
            created_at=now,
            **appointment_columns(appointment, now),
        )
        await _set_participants(appointment)
        return await draw_work(appointment, window, now, except_for=paired)


async def change(
    appointment: Appointment, window: Window, now: datetime, *, paired: UUID | None = None
) -> set[UUID] | None:
    """Store a changed appointment if its version is still the one it was read with.

    The row then has the next version. Returns the connected calendars made due, None if the version moved.
    """
    async with in_transaction():
        return await _overwrite(appointment, window, now, paired)


async def _overwrite(
    appointment: Appointment, window: Window, now: datetime, paired: UUID | None = None
) -> set[UUID] | None:
    columns = appointment_columns(replace(appointment, version=appointment.version + 1), now)
    if not await models.Appointment.filter(id=appointment.id, version=appointment.version).update(**columns):
        return None
    await _set_participants(appointment)
    return await draw_work(appointment, window, now, except_for=paired)


@dataclass(frozen=True, slots=True)
class Edited:
    """``after`` is as it was handed in, one version behind what is stored; ``due`` are calendars."""

    before: Appointment
    after: Appointment
    due: Collection[UUID] = ()


async def edit(
    appointment_id: UUID, make: Callable[[Appointment], Awaitable[Appointment]], window: Window, now: datetime
) -> Edited | None:
    """Read, edit and store in one transaction, so that nobody comes in between; None if it is not there.

    What ``make`` raises is raised, and what it returns unchanged is not stored.
    """
    async with in_transaction():
        rows = models.Appointment.filter(id=appointment_id).select_for_update()
        found = [appointment_of(row) for row in await rows.prefetch_related("participants")]
        if not found:
            return None
        before = found[0]
        after = await make(before)
        if after == before:
            return Edited(before, before)
        return Edited(before, after, await _overwrite(after, window, now) or ())


async def insert_imported(imported: Sequence[Appointment], now: datetime) -> None:
    """Store appointments that came in from a calendar: they have no participants and go nowhere else."""
    made = [
        models.Appointment(
            id=appointment.id,
            owner_id=appointment.owner_id,
            imported_from=appointment.imported_from,
            created_at=now,
            **appointment_columns(appointment, now),
        )
        for appointment in imported
    ]
    await models.Appointment.bulk_create(made)


async def _set_participants(appointment: Appointment) -> None:
    known = await models.AppointmentParticipant.filter(appointment_id=appointment.id)
    wanted = {p.user_id: p.may_edit for p in appointment.participants}
    if {row.user_id: row.may_edit for row in known} == wanted:
        return
    await models.AppointmentParticipant.filter(appointment_id=appointment.id).delete()
    await models.AppointmentParticipant.bulk_create(
        models.AppointmentParticipant(
            id=uuid4(), appointment_id=appointment.id, user_id=user, may_edit=may_edit
        )
        for user, may_edit in wanted.items()
    )


async def draw_work(
    appointment: Appointment, window: Window, now: datetime, *, except_for: UUID | None = None
) -> set[UUID]:
    """Make the appointment due in each calendar that has it or should have it; runs inside a transaction."""
    paired = models.CalendarSyncMapping.filter(
        appointment_id=appointment.id, closed=None, link__archived_at=None
    )
    rows = await paired.prefetch_related("link")
    moved = [row for row in rows if row.id != except_for]
    await _draw_rows([row.id for row in moved])
    selections = await _selections(_people(appointment), window)
    taken = {row.link_id for row in rows}
    opened = [
        link_id
        for link_id, (_, selection) in selections.items()
        if link_id not in taken and selection.draws(appointment)
    ]
    await open_each(opened, [appointment.id])
    due = {row.link.sync_config_id for row in moved} | {selections[link_id][0] for link_id in opened}
    await make_due(due, now)
    return due


def _people(appointment: Appointment) -> set[UUID]:
    return {appointment.owner_id, *(p.user_id for p in appointment.participants)}


async def _draw_rows(ids: list[UUID]) -> None:
    rows = models.CalendarSyncMapping.filter(id__in=ids)
    await rows.update(drawn=F("drawn") + 1, wanted=F("drawn") + 1, attempts=0)
    await rows.filter(due=None).update(due=Due.DECIDE)


async def _selections(users: Iterable[UUID], window: Window) -> dict[UUID, tuple[UUID, Selection]]:
    """By link: the connected calendar, and what it takes."""
    calendars = models.CalendarSyncConfig.filter(user_id__in=list(users)).exclude(link_id=None)
    found = [(row.id, selection_of(row, window)) for row in await calendars.prefetch_related("sync_filter")]
    return {selection.link_id: (calendar, selection) for calendar, selection in found}


def selection_of(row: models.CalendarSyncConfig, window: Window) -> Selection:
    """What a connected calendar with a link takes; the row must have its filter fetched."""
    if row.link_id is None:
        raise ValueError("a calendar that was not chosen yet selects nothing")
    return Selection(row.link_id, row.user_id, window, row.sync_filter.exclude_private)


async def open_each(links: Collection[UUID], appointments: Collection[UUID]) -> None:
    """A one-sided row for each appointment in each link, in the generation after its last, due to be decided.

    Nothing happens where another transaction has opened one meanwhile.
    """
    if not links or not appointments:
        return
    former = models.CalendarSyncMapping.filter(link_id__in=list(links), appointment_id__in=list(appointments))
    latest = former.annotate(latest=Max("generation")).group_by("link_id", "appointment_id")
    generations = {
        (row["link_id"], row["appointment_id"]): row["latest"]
        for row in await latest.values("link_id", "appointment_id", "latest")
    }
    made = [
        values.Mapping(
            uuid4(), link, appointment, generation=generations.get((link, appointment), 0) + 1
        ).due()
        for link in links
        for appointment in appointments
    ]
    await models.CalendarSyncMapping.bulk_create(
        [models.CalendarSyncMapping(**mapping_columns(m)) for m in made], ignore_conflicts=True
    )


async def make_due(calendars: Collection[UUID], now: datetime) -> None:
    """Ask for a run of each; one that is backing off keeps its time."""
    rows = models.CalendarSyncConfig.filter(id__in=list(calendars))
    await rows.update(nudge_seq=F("nudge_seq") + 1)
    await rows.filter(Q(failures=0), Q(next_sync_at=None) | Q(next_sync_at__gt=now)).update(next_sync_at=now)
