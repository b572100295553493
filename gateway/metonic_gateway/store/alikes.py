"""Appointments and events that look like one thing: where they are found, and who asks about them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from metonic_core.model.mapping import Mapping
from metonic_core.reconcile.alike import ALIKE
from metonic_gateway.store.mappings import Rows, chunked, chunks
from metonic_gateway.store.models import Appointment
from metonic_gateway.store.rows import mapping_of

ASKING = Q(alike_id__isnull=False, hold=ALIKE.kind.value, hold_reason=ALIKE.reason)
"""The rows that are held until a person says whether they are the same as another."""


async def asking(rows: Rows, appointment_ids: Collection[UUID]) -> Sequence[Mapping]:
    """Those of the rows that are held because they look like one of these appointments."""
    found = await chunked(rows.filter(ASKING), "alike_id__in", list(appointment_ids))
    return [mapping_of(row) for row in found]


async def starting_at(owner_id: UUID, instants: Collection[datetime]) -> Sequence[UUID]:
    """The owner's appointments that begin at one of these instants."""
    found: list[UUID] = []
    for part in chunks(sorted(instants)):
        rows = Appointment.filter(owner_id=owner_id, starts_at__in=part, is_deleted=False)
        found += [row["id"] for row in await rows.values("id")]
    return found
