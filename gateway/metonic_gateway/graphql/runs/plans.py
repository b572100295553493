"""Plans: what a held run would do once it is approved, and what a preview says a sync would do."""

import strawberry

from metonic_core.reconcile.step import Act, Reason
from metonic_core.reconcile.step import Side as SideOf
from metonic_gateway.graphql.appointments.reasons import why
from metonic_gateway.graphql.connection import CountedConnection, connection_of, page_asked
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.differences import FieldDifference, Versions, difference
from metonic_gateway.graphql.journal import Operation, Side
from metonic_gateway.graphql.times import When, shown_when
from metonic_gateway.store import states
from metonic_gateway.store.history import Run
from metonic_gateway.store.planned import PlannedStep, PlanSize

_BECAUSE = {
    Reason.MANY_DELETIONS: "{} deletions within a day that nobody here asked for are too many to be done "
    "without your approval.",
    Reason.EMPTY_CALENDAR: "The calendar was suddenly empty, so nothing is deleted for that without your "
    "approval: {} would be.",
    Reason.MANY_EDITS: "{} changes within a day that came from the calendar are too many to be taken over "
    "without your approval.",
}


@strawberry.type(description="Something that a run would do to one side.")
class SyncPlanStep:
    id: strawberry.ID
    side: Side
    operation: Operation
    title: str | None = strawberry.field(description="As it stands there, or as it would be made.")
    when: When | None
    reason: str = strawberry.field(description="Why; a sentence to show.")
    reason_code: str = strawberry.field(description="The same for programs.")
    held_because: str | None = strawberry.field(
        description="Why it is not done without approval; a sentence to show. Null: it is not held."
    )
    fields: list[FieldDifference] = strawberry.field(
        description="The field groups that would change: `base` is what stands there, `local` or `external`, "
        "whichever its side is, what would stand there."
    )
    appointment_id: strawberry.ID | None
    external_event_id: str | None


@strawberry.type
class SyncPlanStepConnection(CountedConnection[SyncPlanStep]):
    pass


async def steps(
    root: strawberry.Parent["SyncPlan"], info: Info, first: int = 20, after: str | None = None
) -> SyncPlanStepConnection:
    page = page_asked(first, after)
    rows = await info.context.plan_steps.load((root.run.id, page))
    return connection_of(SyncPlanStepConnection, rows, page, _shown, count=root.count)


@strawberry.type(description="What a held run or a preview would do.")
class SyncPlan:
    run: strawberry.Private[Run]
    size: strawberry.Private[PlanSize]
    creates: int
    updates: int
    deletes: int
    conflicts: int = strawberry.field(description="How many items would wait as conflicts.")
    held_because: list[str] = strawberry.field(
        description="Why it is not, or would not be, done without approval; sentences to show."
    )
    steps: SyncPlanStepConnection = strawberry.field(
        resolver=steps, description="By when the items begin; at most 50 at a time."
    )

    async def count(self) -> int:
        return self.size.total


async def plan_of(info: Info, run: Run) -> SyncPlan | None:
    """The plan of a run of the viewer's, if there is one: it held something, or is a preview that is done."""
    is_preview = run.kind == states.PREVIEW
    size = await info.context.plan_sizes.load(run.id)
    if run.state != states.FINISHED if is_preview else not size.total:
        return None
    return SyncPlan(
        run=run,
        size=size,
        creates=size.acts.get(Act.CREATE, 0),
        updates=size.acts.get(Act.UPDATE, 0),
        deletes=size.acts.get(Act.DELETE, 0),
        conflicts=run.conflicts_detected if is_preview else 0,
        held_because=[_BECAUSE[Reason(why)].format(number) for why, number in sorted(size.held.items())],
    )


def _shown(step: PlannedStep) -> SyncPlanStep:
    told = step.before or step.after
    code, meant = why(step.reason)
    return SyncPlanStep(
        id=strawberry.ID(str(step.id)),
        side=Side(step.side),
        operation=Operation(step.act),
        title=None if told is None else told.title,
        when=None if told is None else shown_when(told.when),
        reason=meant.done or meant.standing,
        reason_code=code,
        held_because=None if step.held_because is None else why(step.held_because)[1].standing,
        fields=_fields(step),
        appointment_id=None if step.appointment_id is None else strawberry.ID(str(step.appointment_id)),
        external_event_id=step.external_event_id,
    )


def _fields(step: PlannedStep) -> list[FieldDifference]:
    is_local = step.side == SideOf.LOCAL
    versions = Versions(step.before, step.after if is_local else None, None if is_local else step.after)
    return [difference(group, versions, collides=False) for group in step.groups]
