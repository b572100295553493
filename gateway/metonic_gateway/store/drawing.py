"""Puts many appointments to work in one link at once: a bounded number of statements per 500 of them."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tortoise.expressions import F, Q

from metonic_core.model.mapping import HoldKind, Origin
from metonic_core.model.when import Window
from metonic_core.selection import Selection
from metonic_core.sync import Due
from metonic_gateway.store import models
from metonic_gateway.store.alikes import ASKING
from metonic_gateway.store.appointments import draw_rows, load, make_due
from metonic_gateway.store.mappings import Rows, chunks, open_each
from metonic_gateway.store.selections import TRAINER, choices_of, selection_of
from metonic_gateway.store.transactions import hold_calendars


async def draw_all(link_id: UUID, window: Window, *, is_commanded: bool = False) -> None:
    """Make every appointment of the user due in that link: those it has, and those it should have.

    Runs inside a transaction. A link is drawn whole when it begins, when it is revived, and when its user
    sets it otherwise: ``is_commanded`` says that what follows for what is selected is their will.
    """
    open_rows = models.CalendarSyncMapping.filter(link_id=link_id, closed=None)
    paired = open_rows.filter(Q(appointment_id__isnull=False) | ASKING)
    again = {"drawn": F("drawn") + 1, "wanted": F("drawn") + 1, "attempts": 0, "written": None}
    await paired.update(**again, is_commanded=False)
    if is_commanded:
        await _command(paired)
    await paired.filter(due=None).update(due=Due.DECIDE)
    await _open_missing(link_id, window, window.start)
    await models.CalendarLink.filter(id=link_id).update(window_end=window.end)


async def _command(paired: Rows) -> None:
    """Whoever sets a calendar otherwise neither cancels anything by it nor answers for what is held."""
    is_free = Q(hold=None) | Q(hold__not=HoldKind.GUARDED.value)
    cancelled = await cancelled_in(paired)
    await paired.filter(is_free).update(is_commanded=True)
    for part in chunks(cancelled):
        await models.CalendarSyncMapping.filter(id__in=part).update(is_commanded=False)


async def cancelled_in(paired: Rows) -> Sequence[UUID]:
    """Those of these rows whose appointments were cancelled."""
    return [row["id"] for row in await paired.filter(appointment__is_deleted=True).values("id")]


async def draw_entering(link_id: UUID, window: Window, old_end: datetime) -> None:
    """Make the appointments due that the window has reached since it ended at ``old_end``.

    Runs inside a transaction.
    """
    await _open_missing(link_id, window, old_end)
    await models.CalendarLink.filter(id=link_id).update(window_end=window.end)


async def draw_contacts(users: Collection[UUID], now: datetime) -> Mapping[UUID, UUID]:
    """Have the copies decided anew that show contact details of these users, which have changed.

    Runs inside a transaction. Returns the connected calendars made due, each with its user.
    """
    showing = models.CalendarSyncMapping.filter(
        origin=Origin.COPY.value,
        closed=None,
        link__archived_at=None,
        link__sync_config__include_client_contact=True,
        link__sync_config__user__role=TRAINER,
    )
    found: set[UUID] = set()
    due: dict[UUID, UUID] = {}
    for part in chunks(sorted(users)):
        for who in ("appointment__owner_id__in", "appointment__participants__user_id__in"):
            rows = showing.filter(**{who: part})
            names = ("id", "link__sync_config_id", "link__sync_config__user_id")
            for row, calendar, user in await rows.values_list(*names):
                found.add(row)
                due[calendar] = user
    await hold_calendars(due)
    await draw_rows(sorted(found))
    await make_due(due, now)
    return due


async def _open_missing(link_id: UUID, window: Window, since: datetime) -> None:
    """Open rows for the appointments that the link should have and has not."""
    calendar = await models.CalendarSyncConfig.get(link_id=link_id).select_related("sync_filter", "user")
    selection = selection_of(calendar, window, await choices_of([calendar.id]))
    async for wanted in missing(selection, since):
        await open_each([(link_id, appointment) for appointment in wanted])


async def missing(selection: Selection, since: datetime) -> AsyncIterator[Sequence[UUID]]:
    """Appointments that a link should have from that time on and has no open row for, a part at a time."""
    for ids in chunks(await _candidates(selection, since)):
        yield [a.id for a in (await load(ids)).values() if selection.draws(a)]


async def _candidates(selection: Selection, since: datetime) -> Sequence[UUID]:
    """Appointments of the user with no open row here that may lie between ``since`` and the window's end."""
    shared = models.AppointmentParticipant.filter(user_id=selection.user_id)
    theirs = {row["appointment_id"] for row in await shared.values("appointment_id")}
    span = Q(starts_at__lt=selection.window.end) & (Q(ends_at=None) | Q(ends_at__gte=since))
    found: set[UUID] = set(await _ids(Q(owner_id=selection.user_id) & span))
    for ids in chunks(sorted(theirs)):
        found |= set(await _ids(Q(id__in=ids) & span))
    paired = models.CalendarSyncMapping.filter(link_id=selection.link_id, closed=None)
    return sorted(found - {row["appointment_id"] for row in await paired.values("appointment_id")})


async def _ids(condition: Q) -> Sequence[UUID]:
    rows = models.Appointment.filter(condition, is_deleted=False)
    return [row["id"] for row in await rows.values("id")]
