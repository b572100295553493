"""The journal as it is read: what runs did, in pages; as many statements for fifty runs as for one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from metonic_core.model.codec import decode
from metonic_core.model.content import Content
from metonic_core.reconcile.step import Side
from metonic_gateway.store import models
from metonic_gateway.store.pages import Key, Page, concerning, paged

Asked = tuple[UUID, Page]
"""A run, and which of its operations."""


@dataclass(frozen=True, slots=True)
class Done:
    """A line of the journal; the words are those of ``reconcile.step``.

    ``before`` is what stood on that side, ``after`` what its ``groups`` held from then on; both are None if
    that side is an appointment which is not the user's any more.
    """

    id: UUID
    run_id: UUID
    side: str
    act: str
    reason: str
    groups: tuple[str, ...]
    before: Content | None
    after: Content | None
    at: datetime
    appointment_id: UUID | None
    external_event_id: str | None

    @property
    def key(self) -> Key:
        return self.at, self.id


async def of_runs(user_id: UUID, asked: Sequence[Asked]) -> list[Sequence[Done]]:
    """For each page asked for its operations in the order in which they were done, and one more.

    The runs must be the user's.
    """
    found = await models.SyncOperation.filter(Q(*[_on_page(a) for a in asked], join_type=Q.OR))
    theirs = await _theirs(user_id, {row.appointment_id for row in found if row.appointment_id})
    done = sorted((_done_of(row, theirs) for row in found), key=lambda each: each.key)
    return [_page_of(done, run_id, page) for run_id, page in asked]


async def count(runs: Collection[UUID]) -> Mapping[UUID, int]:
    """How many operations each run that did something did."""
    rows = models.SyncOperation.filter(run_id__in=list(runs)).annotate(number=Count("id")).group_by("run_id")
    return {row["run_id"]: row["number"] for row in await rows.values("run_id", "number")}


def _on_page(asked: Asked) -> Q:
    run_id, page = asked
    rows: QuerySet[models.SyncOperation] = models.SyncOperation.filter(run_id=run_id)
    return Q(id__in=Subquery(paged(rows, "at", page, is_descending=False).values_list("id", flat=True)))


def _page_of(done: Sequence[Done], run_id: UUID, page: Page) -> Sequence[Done]:
    beyond = [
        each for each in done if each.run_id == run_id and (page.after is None or each.key > page.after)
    ]
    return beyond[: page.first + 1]


async def _theirs(user_id: UUID, appointments: Collection[UUID]) -> Collection[UUID]:
    """Those that concern the user now: whom one concerned once does not read any more what it said."""
    rows = models.Appointment.filter(concerning(user_id), id__in=list(appointments))
    return {row["id"] for row in await rows.values("id")}


def _done_of(row: models.SyncOperation, theirs: Collection[UUID]) -> Done:
    is_told = row.side == Side.EXTERNAL.value or row.appointment_id in theirs
    return Done(
        id=row.id,
        run_id=row.run_id,
        side=row.side,
        act=row.operation,
        reason=row.reason,
        groups=tuple(row.field_groups),
        before=decode(row.before) if is_told else None,
        after=decode(row.after) if is_told else None,
        at=row.at,
        appointment_id=row.appointment_id,
        external_event_id=row.external_event_id,
    )
