"""What a user's appointments are made of: their types, and the clients who take part."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from metonic_core.model.appointment import EXTERNAL_TYPE
from metonic_gateway.store import models
from metonic_gateway.store.selections import CLIENT

_PERSON = ("id", "platform_id", "name", "role")


@dataclass(frozen=True, slots=True)
class Client:
    """``may_edit``: any of the appointments that the two share."""

    platform_id: str
    name: str | None
    may_edit: bool


async def types_of(user_id: UUID) -> Sequence[str]:
    """The types of the user's appointments, by name; imported and cancelled ones do not count."""
    rows = _living(user_id).exclude(type=EXTERNAL_TYPE).distinct()
    return sorted(row["type"] for row in await rows.values("type"))


async def clients_of(user_id: UUID, search: str, limit: int) -> Sequence[Client]:
    """The clients who take part in an appointment of the user's and whose name has that in it, by name.

    Two statements. Names are searched here: SQLite knows capital letters of English only.
    """
    shared = Subquery(_living(user_id).values("id"))
    others = models.AppointmentParticipant.filter(appointment_id__in=shared).exclude(user_id=user_id)
    found = await others.distinct().values("role", "may_edit", *(f"user__{name}" for name in _PERSON))
    people = [_read(row, "user__", row["role"]) for row in found]
    owned = _living(user_id).exclude(owner_id=user_id).distinct()
    owners = await owned.values(*(f"owner__{name}" for name in _PERSON))
    people += [_read(row | {"may_edit": True}, "owner__", None) for row in owners]
    clients = _joined(client for client in people if client is not None)
    wanted = search.strip().casefold()
    named = [client for client in clients if wanted in (client.name or "").casefold()]
    return sorted(named, key=lambda c: ((c.name or "").casefold(), c.platform_id))[:limit]


async def met_by(user_id: UUID, others: Collection[UUID]) -> frozenset[UUID]:
    """Those of the others who share an appointment with the user, also a cancelled one. Two statements."""
    if not others:
        return frozenset()
    theirs, asked = _all(user_id), list(others)
    shared = Subquery(theirs.values("id"))
    seats = models.AppointmentParticipant.filter(appointment_id__in=shared, user_id__in=asked).distinct()
    owned = theirs.filter(owner_id__in=asked).distinct()
    return frozenset(
        [row["user_id"] for row in await seats.values("user_id")]
        + [row["owner_id"] for row in await owned.values("owner_id")]
    )


def _living(user_id: UUID) -> QuerySet[models.Appointment]:
    return _all(user_id).filter(is_deleted=False)


def _all(user_id: UUID) -> QuerySet[models.Appointment]:
    shared = models.AppointmentParticipant.filter(user_id=user_id).values("appointment_id")
    return models.Appointment.filter(Q(owner_id=user_id) | Q(id__in=Subquery(shared)))


def _read(row: dict[str, Any], prefix: str, role: str | None) -> Client | None:
    """The person of a row, if a client; ``role`` is theirs in the appointment, where it is another."""
    if (role or row[f"{prefix}role"]) != CLIENT:
        return None
    return Client(row[f"{prefix}platform_id"], row[f"{prefix}name"], row["may_edit"])


def _joined(clients: Iterable[Client]) -> Iterable[Client]:
    """Each once, entitled if anywhere."""
    made: dict[str, Client] = {}
    for client in clients:
        known = made.get(client.platform_id)
        if known is None or client.may_edit:
            made[client.platform_id] = client
    return made.values()
