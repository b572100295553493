"""Plans as they are read: what runs would do, in pages; as many statements for fifty runs as for one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from metonic_core.model.codec import decode
from metonic_core.model.content import Content
from metonic_core.reconcile.step import Side
from metonic_gateway.store.models import SyncPlanStep
from metonic_gateway.store.pages import Key, Page, not_concerning, paged

Asked = tuple[UUID, Page]
"""A run, and which of its steps."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """What would be done to one side; the words are those of ``reconcile.step``.

    ``before`` is what stands on that side, ``after`` what would stand there; None where that is what an
    appointment says which is not the user's any more.
    """

    id: UUID
    run_id: UUID
    side: str
    act: str
    reason: str
    held_because: str | None
    groups: tuple[str, ...]
    before: Content | None
    after: Content | None
    starts_at: datetime
    appointment_id: UUID | None
    external_event_id: str | None

    @property
    def key(self) -> Key:
        return self.starts_at, self.id


@dataclass(frozen=True, slots=True)
class PlanSize:
    """How many steps a plan has, by what they do, and how many of them are held, by why."""

    acts: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.acts.values())


async def of_runs(user_id: UUID, asked: Sequence[Asked]) -> list[Sequence[PlannedStep]]:
    """For each page asked for its steps by when the items begin, and one more.

    The runs must be the user's.
    """
    found = await SyncPlanStep.filter(Q(*[_on_page(a) for a in asked], join_type=Q.OR))
    others = await not_concerning(user_id, {row.appointment_id for row in found if row.appointment_id})
    steps = sorted((_step_of(row, others) for row in found), key=lambda step: step.key)
    return [_page_of(steps, run_id, page) for run_id, page in asked]


async def sizes(runs: Collection[UUID]) -> Mapping[UUID, PlanSize]:
    """Of the plans that have steps."""
    counted = SyncPlanStep.filter(run_id__in=list(runs)).annotate(number=Count("id"))
    rows = await counted.group_by("run_id", "operation", "held_because").values(
        "run_id", "operation", "held_because", "number"
    )
    acts: dict[UUID, dict[str, int]] = {row["run_id"]: {} for row in rows}
    held: dict[UUID, dict[str, int]] = {row["run_id"]: {} for row in rows}
    for row in rows:
        _add(acts[row["run_id"]], row["operation"], row["number"])
        if row["held_because"]:
            _add(held[row["run_id"]], row["held_because"], row["number"])
    return {run: PlanSize(acts[run], held[run]) for run in acts}


def _add(numbers: dict[str, int], name: str, number: int) -> None:
    numbers[name] = numbers.get(name, 0) + number


def _on_page(asked: Asked) -> Q:
    run_id, page = asked
    rows: QuerySet[SyncPlanStep] = SyncPlanStep.filter(run_id=run_id)
    return Q(
        id__in=Subquery(paged(rows, "starts_at", page, is_descending=False).values_list("id", flat=True))
    )


def _page_of(steps: Sequence[PlannedStep], run_id: UUID, page: Page) -> Sequence[PlannedStep]:
    beyond = [s for s in steps if s.run_id == run_id and (page.after is None or s.key > page.after)]
    return beyond[: page.first + 1]


def _step_of(row: SyncPlanStep, others: Collection[UUID]) -> PlannedStep:
    """What stands in the user's own calendar they have read; what would come into it they have not."""
    is_told = row.appointment_id not in others
    return PlannedStep(
        id=row.id,
        run_id=row.run_id,
        side=row.side,
        act=row.operation,
        reason=row.reason,
        held_because=row.held_because,
        groups=tuple(row.field_groups),
        before=decode(row.before) if is_told or row.side == Side.EXTERNAL.value else None,
        after=decode(row.after) if is_told else None,
        starts_at=row.starts_at,
        appointment_id=row.appointment_id,
        external_event_id=row.external_event_id,
    )
