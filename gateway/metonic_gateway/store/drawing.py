"""Puts many appointments to work in one link at once: a bounded number of statements per 500 of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from tortoise.expressions import F, Q
from tortoise.functions import Max

from metonic_core.model import mapping as values
from metonic_core.model.appointment import Appointment
from metonic_core.model.when import Window
from metonic_core.selection import Selection
from metonic_core.sync import Due
from metonic_gateway.store import models
from metonic_gateway.store.appointments import load, selection_of
from metonic_gateway.store.rows import mapping_columns

CHUNK = 500
"""SQLite and PostgreSQL limit the parameters of a statement."""


async def draw_all(link_id: UUID, window: Window) -> None:
    """Make every appointment of the user due in that link: those it has, and those it should have.

    Runs inside a transaction. A link is drawn whole when it begins and when it is revived.
    """
    open_rows = models.CalendarSyncMapping.filter(link_id=link_id, closed=None)
    paired = open_rows.exclude(appointment_id=None)
    await paired.update(drawn=F("drawn") + 1, wanted=F("drawn") + 1)
    await paired.filter(due=None).update(due=Due.DECIDE)
    await _open_missing(link_id, window, window.start)
    await models.CalendarLink.filter(id=link_id).update(window_end=window.end)


async def draw_entering(link_id: UUID, window: Window, old_end: datetime) -> None:
    """Make the appointments due that the window has reached since it ended at ``old_end``.

    Runs inside a transaction.
    """
    await _open_missing(link_id, window, old_end)
    await models.CalendarLink.filter(id=link_id).update(window_end=window.end)


async def _open_missing(link_id: UUID, window: Window, since: datetime) -> None:
    """Open rows for the appointments that the link should have and has not."""
    calendar = await models.CalendarSyncConfig.get(link_id=link_id).prefetch_related("sync_filter")
    selection = selection_of(calendar, window)
    for ids in _chunks(await _candidates(selection, since)):
        wanted = [a for a in (await load(ids)).values() if selection.draws(a)]
        await _open_each(link_id, wanted)


async def _candidates(selection: Selection, since: datetime) -> Sequence[UUID]:
    """Appointments of the user with no open row here that may lie between ``since`` and the window's end."""
    shared = models.AppointmentParticipant.filter(user_id=selection.user_id)
    theirs = {row["appointment_id"] for row in await shared.values("appointment_id")}
    span = Q(starts_at__lt=selection.window.end) & (Q(ends_at=None) | Q(ends_at__gte=since))
    found: set[UUID] = set(await _ids(Q(owner_id=selection.user_id) & span))
    for ids in _chunks(sorted(theirs)):
        found |= set(await _ids(Q(id__in=ids) & span))
    paired = models.CalendarSyncMapping.filter(link_id=selection.link_id, closed=None)
    return sorted(found - {row["appointment_id"] for row in await paired.values("appointment_id")})


async def _ids(condition: Q) -> Sequence[UUID]:
    rows = models.Appointment.filter(condition, is_deleted=False)
    return [row["id"] for row in await rows.values("id")]


async def _open_each(link_id: UUID, appointments: Sequence[Appointment]) -> None:
    """A one-sided row for each, in the generation after its last one in this link."""
    ids = [appointment.id for appointment in appointments]
    former = models.CalendarSyncMapping.filter(link_id=link_id, appointment_id__in=ids)
    latest = former.annotate(latest=Max("generation")).group_by("appointment_id")
    generations = {
        row["appointment_id"]: row["latest"] for row in await latest.values("appointment_id", "latest")
    }
    made = (
        values.Mapping(uuid4(), link_id, appointment, generation=generations.get(appointment, 0) + 1).due()
        for appointment in ids
    )
    await models.CalendarSyncMapping.bulk_create(
        [models.CalendarSyncMapping(**mapping_columns(m)) for m in made], batch_size=CHUNK
    )


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
