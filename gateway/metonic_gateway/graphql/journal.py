"""The journal: what a run did to either side, why, and what stood there before and after."""

from enum import Enum
from uuid import UUID

import strawberry

from metonic_gateway.graphql.appointments.reasons import why
from metonic_gateway.graphql.connection import CountedConnection, connection_of, page_asked
from metonic_gateway.graphql.context import Context
from metonic_gateway.graphql.differences import FieldDifference, Versions, difference
from metonic_gateway.graphql.scalars import DateTime, date_time
from metonic_gateway.graphql.times import When, shown_when
from metonic_gateway.store.operations import Done


@strawberry.enum(description="LOCAL: the appointment here. EXTERNAL: the event in the calendar.")
class Side(Enum):
    LOCAL = "local"
    EXTERNAL = "external"


@strawberry.enum(
    description="What was done. LINK: an event that was there became the appointment's; UNLINK: the event is "
    "left alone from here on."
)
class Operation(Enum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    LINK = "link"
    UNLINK = "unlink"


@strawberry.type(description="Something that a run did to one side.")
class SyncOperation:
    id: strawberry.ID
    side: Side
    operation: Operation
    title: str | None = strawberry.field(
        description="As it stood there before, or as it was made where nothing did. Null: not known."
    )
    when: When | None = strawberry.field(description="Likewise.")
    reason: str = strawberry.field(description="Why; a sentence to show.")
    reason_code: str = strawberry.field(description="The same for programs.")
    next_step: str | None = strawberry.field(description="What to do to have it otherwise, if anything.")
    fields: list[FieldDifference] = strawberry.field(
        description="The field groups that it changed: `base` is what stood on its side before; `local` or "
        "`external`, whichever its side is, what stood there afterwards, and that of the other side is null. "
        "What is there today is for the appointment to say."
    )
    at: DateTime
    appointment_id: strawberry.ID | None
    external_event_id: str | None


@strawberry.type
class SyncOperationConnection(CountedConnection[SyncOperation]):
    pass


async def operations_of(
    context: Context, run: UUID, first: int, after: str | None
) -> SyncOperationConnection:
    """What that run of the viewer's did, in the order in which it was done."""
    page = page_asked(first, after)
    rows = await context.operations.load((run, page))
    return connection_of(
        SyncOperationConnection, rows, page, _shown, count=lambda: context.operation_counts.load(run)
    )


def _shown(done: Done) -> SyncOperation:
    told = done.before or done.after
    code, meant = why(done.reason)
    return SyncOperation(
        id=strawberry.ID(str(done.id)),
        side=Side(done.side),
        operation=Operation(done.act),
        title=None if told is None else told.title,
        when=None if told is None else shown_when(told.when),
        reason=meant.done or meant.standing,
        reason_code=code,
        next_step=meant.next_step,
        fields=_fields(done),
        at=date_time(done.at),
        appointment_id=None if done.appointment_id is None else strawberry.ID(str(done.appointment_id)),
        external_event_id=done.external_event_id,
    )


def _fields(done: Done) -> list[FieldDifference]:
    is_local = done.side == Side.LOCAL.value
    versions = Versions(done.before, done.after if is_local else None, None if is_local else done.after)
    told = [difference(group, versions, collides=False) for group in done.groups]
    if done.act != Operation.CREATE.value:
        return told
    # What was made without them has not got them: that says nothing.
    return [field for field in told if field.local or field.external]
