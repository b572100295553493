"""Keyset pages of what a user may see: appointments by start; ``history`` has runs, ``conflicts`` conflicts.

A page costs what it shows, wherever it lies: the key of the last row is the place where the next page begins.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.models import Model
from tortoise.queryset import QuerySet

from metonic_core.model.appointment import Appointment
from metonic_core.model.codec import decode
from metonic_core.model.content import Content
from metonic_gateway.store import models
from metonic_gateway.store.rows import appointment_of

_OF_VALUE = ("id", "version", "owner_id", "type", "content", "imported_from", "is_deleted", "edited_at")
_SHOWN = (*_OF_VALUE, "created_at", "updated_at", "platform_id", "platform_version")

EVERY = Q()

Key = tuple[datetime, UUID]
"""What a list is ordered by: an instant, and the row's id where instants are equal."""

RowT = TypeVar("RowT", bound=Model)


class Keyed(Protocol):
    @property
    def key(self) -> Key: ...


@dataclass(frozen=True, slots=True)
class Page:
    """The ``first`` rows after a key; one more is read, which tells whether there are more."""

    first: int
    after: Key | None = None


@dataclass(frozen=True, slots=True)
class KeptAppointment:
    """An appointment, when it was made and changed, and what the platform calls it, if it does."""

    appointment: Appointment
    created_at: datetime
    updated_at: datetime
    platform_id: str | None
    platform_version: int | None

    @property
    def key(self) -> Key:
        return self.appointment.content.when.starts_at, self.appointment.id


@dataclass(frozen=True, slots=True)
class Appointments:
    """Which appointments: those that touch the span, of these types, imported from this provider.

    ``clients`` are the platform's ids of users, one of whom takes part.
    """

    since: datetime | None = None
    until: datetime | None = None
    types: Collection[str] | None = None
    clients: Collection[str] | None = None
    imported_from: str | None = None


async def appointment(user_id: UUID | None, **named: UUID | str) -> KeptAppointment | None:
    """The appointment of that ``id`` or ``platform_id`` if it concerns the user; None: anybody's.

    Cancelled ones are included.
    """
    rows = models.Appointment.filter(**named)
    row = await (rows if user_id is None else rows.filter(concerning(user_id))).first()
    if row is None:
        return None
    await row.fetch_related("participants")
    return _appointment_of(row)


async def kept_appointments(ids: Collection[UUID]) -> Mapping[UUID, KeptAppointment]:
    """The appointments with these ids, whoever they concern, cancelled ones included."""
    rows = models.Appointment.filter(id__in=list(ids)).only(*_SHOWN).prefetch_related("participants")
    return {row.id: _appointment_of(row) for row in await rows}


async def contents(platform_ids: Collection[str], ids: Collection[UUID]) -> Mapping[str | UUID, Content]:
    """What the appointments say that go by one of these names, by platform id and by id."""
    named = Q(platform_id__in=list(platform_ids)) | Q(id__in=list(ids))
    found = await models.Appointment.filter(named).values("id", "platform_id", "content")
    return {name: decode(row["content"]) for row in found for name in (row["id"], row["platform_id"]) if name}


async def appointments(
    user_id: UUID, wanted: Appointments, page: Page, condition: Q = EVERY
) -> Sequence[KeptAppointment]:
    """By start; cancelled ones are left out."""
    rows = models.Appointment.filter(concerning(user_id), condition, is_deleted=False)
    if wanted.since:
        rows = rows.filter(Q(ends_at=None) | Q(ends_at__gt=wanted.since))
    if wanted.until:
        rows = rows.filter(starts_at__lt=wanted.until)
    if wanted.types is not None:
        rows = rows.filter(type__in=list(wanted.types))
    if wanted.clients is not None:
        known = models.User.filter(platform_id__in=list(wanted.clients)).values_list("id", flat=True)
        rows = rows.filter(_with_any(await known))
    if wanted.imported_from is not None:
        links = models.CalendarLink.filter(
            sync_config__user_id=user_id, sync_config__provider=wanted.imported_from
        )
        rows = rows.filter(imported_from__in=[link["id"] for link in await links.values("id")])
    found = paged(rows, "starts_at", page, is_descending=False).prefetch_related("participants")
    return [_appointment_of(row) for row in await found]


async def appointments_by_id(ids: Collection[UUID]) -> Sequence[KeptAppointment]:
    """These appointments, by start."""
    rows = models.Appointment.filter(id__in=list(ids)).order_by("starts_at", "id")
    return [_appointment_of(row) for row in await rows.prefetch_related("participants")]


def concerning(user_id: UUID) -> Q:
    """Appointments that the user owns or takes part in."""
    return _with_any([user_id])


def _with_any(users: Sequence[Any]) -> Q:
    shared = models.AppointmentParticipant.filter(user_id__in=users).values_list("appointment_id", flat=True)
    return Q(owner_id__in=users) | Q(id__in=Subquery(shared))


async def not_concerning(user_id: UUID, appointments: Collection[UUID]) -> Collection[UUID]:
    """Those of these appointments that are other people's."""
    rows = models.Appointment.filter(~concerning(user_id), id__in=list(appointments))
    return {row["id"] for row in await rows.values("id")}


def paged(rows: QuerySet[RowT], by: str, page: Page, *, is_descending: bool) -> QuerySet[RowT]:
    """The rows of a page, in the order of that column, and one more."""
    sign, beyond = ("-", "lt") if is_descending else ("", "gt")
    if page.after:
        at, identity = page.after
        later: dict[str, Any] = {f"{by}__{beyond}": at}
        same: dict[str, Any] = {by: at, f"id__{beyond}": identity}
        rows = rows.filter(Q(**later) | Q(**same))
    return rows.order_by(f"{sign}{by}", f"{sign}id").limit(page.first + 1)


def _appointment_of(row: models.Appointment) -> KeptAppointment:
    return KeptAppointment(
        appointment_of(row), row.created_at, row.updated_at, row.platform_id, row.platform_version
    )
