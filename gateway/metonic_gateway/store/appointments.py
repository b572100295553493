"""Appointments: every change is compare-and-set on the version and draws work where it is concerned."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import F, Q, Subquery

from metonic_core.model.appointment import Appointment, Participant, stamped
from metonic_core.model.when import Window
from metonic_core.sync import Due
from metonic_gateway.store import changes, models
from metonic_gateway.store.alikes import ASKING
from metonic_gateway.store.changes import Cause, ChangeKind, Entry
from metonic_gateway.store.mappings import Place, chunks, open_each
from metonic_gateway.store.rows import appointment_columns, appointment_of
from metonic_gateway.store.selections import choices_of, selection_of
from metonic_gateway.store.transactions import hold_calendars, hold_calendars_of, transactional


async def load(ids: Collection[UUID]) -> Mapping[UUID, Appointment]:
    """The appointments with these ids, deleted ones included."""
    rows = await models.Appointment.filter(id__in=list(ids)).prefetch_related("participants")
    return {row.id: appointment_of(row) for row in rows}


@transactional
async def insert(
    appointment: Appointment, window: Window, now: datetime, *, cause: Cause | None = None
) -> set[UUID]:
    """Store a new appointment; returns the connected calendars it makes due.

    With a ``cause`` the platform hears of it.
    """
    await models.Appointment.create(**new_columns(stamped(None, appointment, now), now))
    await add_participants([appointment])
    await _record(Entry(None, appointment, ChangeKind.CREATE), cause, now)
    return await draw_each([appointment], window, now)


def new_columns(appointment: Appointment, now: datetime) -> dict[str, Any]:
    """Every column of an appointment that was not here before, but for what the platform says of it."""
    return {
        "id": appointment.id,
        "owner_id": appointment.owner_id,
        "imported_from": appointment.imported_from,
        "created_at": now,
        **appointment_columns(appointment, now),
    }


async def _record(entry: Entry, cause: Cause | None, now: datetime) -> None:
    if cause is not None:
        await changes.record([entry], cause, now)


@transactional
async def change(
    appointment: Appointment, window: Window, now: datetime, *, is_commanded: bool = False
) -> set[UUID] | None:
    """Store a changed appointment if its version is still the one it was read with.

    The row then has the next version. ``is_commanded``: a person asked for it. Returns the calendars made
    due, None if the version moved.
    """
    if not await overwrite(appointment, now):
        return None
    if await _participants_of(appointment.id) != set(appointment.participants):
        await replace_participants([appointment])
    return await draw_each([appointment], window, now, is_commanded=is_commanded)


async def overwrite(appointment: Appointment, now: datetime, *, is_waiting: bool = True) -> bool:
    """The same for what is not yet drawn and whose people are as they were; False if the version moved.

    And, where it ``is_waiting`` for nobody, if somebody is at that appointment.
    """
    columns = appointment_columns(replace(appointment, version=appointment.version + 1), now)
    mine = models.Appointment.filter(id=appointment.id, version=appointment.version)
    if not is_waiting:
        free = models.Appointment.filter(id=appointment.id).select_for_update(skip_locked=True, no_key=True)
        mine = mine.filter(id__in=Subquery(free.only("id")))
    return bool(await mine.update(**columns))


async def _participants_of(appointment_id: UUID) -> set[Participant]:
    rows = models.AppointmentParticipant.filter(appointment_id=appointment_id)
    return {Participant(row.user_id, row.may_edit, row.role) for row in await rows}


@dataclass(frozen=True, slots=True)
class Edited:
    """``after`` is as it was handed in, one version behind what is stored; ``due`` are calendars."""

    before: Appointment
    after: Appointment
    due: Collection[UUID] = ()


Edit = Callable[[Appointment], Awaitable[Appointment]]


@transactional
async def edit(
    appointment_id: UUID, make: Edit, window: Window, now: datetime, *, cause: Cause | None = None
) -> Edited | None:
    """Read, edit and store in one transaction, so that nobody comes in between; None if it is not there.

    What ``make`` raises is raised, and what it returns unchanged is not stored. With a ``cause`` the platform
    hears of it, and the guard takes it for a person's command.
    """
    rows = models.Appointment.filter(id=appointment_id).select_for_update(no_key=True)
    found = [appointment_of(row) for row in await rows.prefetch_related("participants")]
    if not found:
        return None
    before = found[0]
    after = await make(before)
    if after == before:
        return Edited(before, before)
    after = stamped(before, after, now)
    due = await change(after, window, now, is_commanded=cause is not None) or ()
    stored = replace(after, version=after.version + 1)
    await _record(Entry(before, stored, kind_of(before, after)), cause, now)
    return Edited(before, after, due)


def kind_of(before: Appointment, after: Appointment) -> ChangeKind:
    """What became of an appointment that was there: brought back, it is as good as updated."""
    return ChangeKind.DELETE if after.is_deleted and not before.is_deleted else ChangeKind.UPDATE


async def insert_imported(imported: Sequence[Appointment], now: datetime) -> None:
    """Store appointments that came in from a calendar; nothing is drawn."""
    made = [models.Appointment.construct(**new_columns(appointment, now)) for appointment in imported]
    await models.Appointment.bulk_create(made)
    await add_participants(imported)


async def going_on(imports: Mapping[UUID, Appointment], user_id: UUID) -> Mapping[UUID, Appointment]:
    """What of these goes on into other calendars of the user: parts of series, and what those ask for."""
    new = {row: made for row, made in imports.items() if made.imported_from is None}
    forwarding = models.CalendarSyncConfig.filter(user_id=user_id, forward_imported=True)
    return imports if new != imports and await forwarding.exists() else new


async def replace_participants(appointments: Sequence[Appointment]) -> None:
    """Store who takes part in each, instead of whoever did before."""
    for part in chunks(appointments):
        former = models.AppointmentParticipant.filter(appointment_id__in=[a.id for a in part])
        await former.delete()
    await add_participants(appointments)


async def add_participants(appointments: Sequence[Appointment]) -> None:
    """Store who takes part in each, where nobody did before."""
    await models.AppointmentParticipant.bulk_create(
        models.AppointmentParticipant(
            id=uuid4(), appointment_id=appointment.id, user_id=p.user_id, may_edit=p.may_edit, role=p.role
        )
        for appointment in appointments
        for p in appointment.participants
    )


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where appointments came in: a calendar, its link and the rows through which they did, stored or not."""

    calendar_id: UUID
    link_id: UUID
    rows: Collection[UUID]


async def draw_each(
    appointments: Sequence[Appointment],
    window: Window,
    now: datetime,
    *,
    except_for: Entrance | None = None,
    is_commanded: bool = False,
) -> set[UUID]:
    """Make each due in every calendar that has it or should have it; runs inside a transaction.

    ``except_for`` needs no work; ``is_commanded``: a person asked for what follows. Returns the connected
    calendars. A bounded number of statements per 500 appointments.
    """
    due: set[UUID] = set()
    held = await hold_calendars_of({user for appointment in appointments for user in people(appointment)})
    for part in chunks(appointments):
        due |= await _draw(part, window, except_for, held, is_commanded=is_commanded)
    await make_due(due, now)
    return due


async def _draw(
    appointments: Sequence[Appointment],
    window: Window,
    except_for: Entrance | None,
    held: Collection[UUID],
    *,
    is_commanded: bool,
) -> set[UUID]:
    ids = [appointment.id for appointment in appointments]
    concerned = Q(appointment_id__in=ids) | (ASKING & Q(alike_id__in=ids))
    paired = models.CalendarSyncMapping.filter(concerned, closed=None, link__archived_at=None)
    rows = await paired.values("id", "link_id", "appointment_id", "link__sync_config_id")
    # Also those of who took part before.
    await hold_calendars({row["link__sync_config_id"] for row in rows}.difference(held))
    # Only a run leaves out the rows that it is at.
    left_out = except_for.rows if except_for else ()
    drawn = [row["id"] for row in rows if row["id"] not in left_out]
    still_open = await draw_rows(drawn, is_commanded=is_commanded, by_person=except_for is None)
    moved = [row for row in rows if row["id"] in still_open]
    taken = {(row["link_id"], row["appointment_id"]) for row in moved}
    taken |= {(except_for.link_id, appointment_id) for appointment_id in ids} if except_for else set()
    # Where it is known that its people have no other calendar, nobody is asked what it takes.
    is_alone = except_for is not None and held == {except_for.calendar_id}
    opened = () if is_alone else await _takers(appointments, window, taken)
    await open_each([place for _, place in opened])
    return {row["link__sync_config_id"] for row in moved} | {calendar for calendar, _ in opened}


def people(appointment: Appointment) -> set[UUID]:
    """Whom it concerns: its owner and who takes part."""
    return {appointment.owner_id, *(p.user_id for p in appointment.participants)}


async def draw_rows(ids: Sequence[UUID], *, is_commanded: bool = False, by_person: bool = True) -> set[UUID]:
    """Have these mappings decided anew; runs inside a transaction.

    ``is_commanded``: a person asked for what follows; the last who draws says. ``by_person``: what was frozen
    because values went to and fro is let go, by a person or the platform, not by what comes from another
    calendar. Returns those that are open: a run may have closed one since it was read, and then it stays
    closed.
    """
    found: set[UUID] = set()
    forgotten = {"written": None} if by_person else {}
    for part in chunks(ids):
        rows = models.CalendarSyncMapping.filter(id__in=part, closed=None)
        again = {"drawn": F("drawn") + 1, "wanted": F("drawn") + 1, "attempts": 0, **forgotten}
        await rows.update(**again, is_commanded=is_commanded)
        await rows.filter(due=None).update(due=Due.DECIDE)
        found |= {row["id"] for row in await rows.values("id")}
    return found


async def _takers(
    appointments: Sequence[Appointment], window: Window, taken: Collection[Place]
) -> Sequence[tuple[UUID, Place]]:
    """Where these are to go and are not yet: the connected calendars of their people, each with the place."""
    concerned = {appointment.id: people(appointment) for appointment in appointments}
    users = sorted({user for users in concerned.values() for user in users})
    chosen = models.CalendarSyncConfig.exclude(link_id=None).select_related("sync_filter", "user")
    rows = [row for part in chunks(users) for row in await chosen.filter(user_id__in=part)]
    asked = [
        (appointment, row)
        for appointment in appointments
        for row in rows
        if row.user_id in concerned[appointment.id] and (row.link_id, appointment.id) not in taken
    ]
    choices = await choices_of({row.id for _, row in asked}, {appointment.id for appointment, _ in asked})
    selections = {row.id: selection_of(row, window, choices) for _, row in asked}
    return [
        (row.id, (selections[row.id].link_id, appointment.id))
        for appointment, row in asked
        if selections[row.id].draws(appointment)
    ]


async def make_due(calendars: Collection[UUID], now: datetime) -> None:
    """Ask for a run of each; one that is backing off keeps its time."""
    await hold_calendars(calendars)
    for part in chunks(sorted(calendars)):
        rows = models.CalendarSyncConfig.filter(id__in=part)
        await rows.update(nudge_seq=F("nudge_seq") + 1)
        is_later = Q(next_sync_at=None) | Q(next_sync_at__gt=now)
        await rows.filter(Q(failures=0), is_later).update(next_sync_at=now)
