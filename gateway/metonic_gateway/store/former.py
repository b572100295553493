"""Former links of a connected calendar: another one was chosen, and their copies are to be taken out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from metonic_gateway.store.leases import Lease, hold
from metonic_gateway.store.models import CalendarLink

STAYING: dict[str, Any] = {
    "is_leaving": False,
    "leave_at": None,
    "leave_attempts": 0,
    "leave_problem": None,
}
"""A link whose copies nobody wants out."""


@dataclass(frozen=True, slots=True)
class Former:
    """A link whose copies are to be taken out, not before ``at``, after ``attempts`` that failed."""

    id: UUID
    at: datetime | None
    attempts: int


async def leaving(calendar_id: UUID, account_subject: str) -> Sequence[Former]:
    """Those of that account, the one left first first: those of another one wait for its sign-in."""
    rows = _of(calendar_id).filter(is_leaving=True, account_subject=account_subject)
    rows = rows.order_by("archived_at", "id")
    return [Former(row.id, row.leave_at, row.leave_attempts) for row in await rows]


async def record_left(lease: Lease, link_id: UUID) -> None:
    """No copy is in it any more; raises LeaseLost."""
    await _record(lease, link_id, STAYING)


async def record_given_up(lease: Lease, link_id: UUID, problem: Mapping[str, str] | None) -> None:
    """What is in it stays in it; ``problem`` is shown until its user chooses anew. Raises LeaseLost."""
    await _record(lease, link_id, STAYING | {"leave_problem": problem})


async def record_attempt(lease: Lease, former: Former, problem: Mapping[str, str], at: datetime) -> None:
    """It is tried again then; raises LeaseLost."""
    columns = {"leave_attempts": former.attempts + 1, "leave_problem": problem, "leave_at": at}
    await _record(lease, former.id, columns)


async def _record(lease: Lease, link_id: UUID, columns: dict[str, Any]) -> None:
    """Under the fence: the link may have been taken up again since."""
    async with in_transaction():
        await hold(lease.calendar_id, lease.fence)
        await CalendarLink.filter(id=link_id).update(**columns)


async def forget_troubles(calendar_id: UUID) -> None:
    """Its user has seen what could not be taken out, or it is none of the present account."""
    await _of(calendar_id).update(leave_problem=None)


async def stay_everywhere(calendar_id: UUID) -> None:
    """Nothing can be taken out any more: there is no sign-in."""
    await _of(calendar_id).update(**STAYING)


async def troubles(calendars: Collection[UUID]) -> Mapping[UUID, dict[str, str]]:
    """By connected calendar: what the last attempt met, at the link that was left last."""
    rows = CalendarLink.filter(sync_config_id__in=list(calendars), leave_problem__isnull=False)
    found = await rows.order_by("archived_at").values_list("sync_config_id", "leave_problem")
    return dict(found)


def _of(calendar_id: UUID) -> QuerySet[CalendarLink]:
    return CalendarLink.filter(sync_config_id=calendar_id)
