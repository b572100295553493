"""Appointments and events that look like one thing: where they are found, and who asks about them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from metonic_core.reconcile.alike import ALIKE
from metonic_gateway.store.mappings import chunks
from metonic_gateway.store.models import Appointment

ASKING = Q(alike_id__isnull=False, hold=ALIKE.kind.value, hold_reason=ALIKE.reason)
"""The rows that are held until a person says whether they are the same as another."""


async def starting_at(owner_id: UUID, instants: Collection[datetime]) -> Sequence[UUID]:
    """The owner's appointments that begin at one of these instants."""
    found: list[UUID] = []
    for part in chunks(sorted(instants)):
        rows = Appointment.filter(owner_id=owner_id, starts_at__in=part, is_deleted=False)
        found += [row["id"] for row in await rows.values("id")]
    return found
