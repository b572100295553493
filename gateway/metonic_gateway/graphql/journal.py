"""The journal: what a run did to either side, why, and what stood there before."""

from collections.abc import Awaitable, Callable
from enum import Enum
from uuid import UUID

import strawberry

from metonic_core.reconcile.step import Reason
from metonic_gateway.graphql.appointments.reasons import sentence
from metonic_gateway.graphql.connection import Connection, edges_of, page_asked, page_info, total_count
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
        description="As it stood there before, or as it is now where nothing did. Null: it is gone, or "
        "does not concern the viewer any more."
    )
    when: When | None = strawberry.field(description="Likewise.")
    reason: str = strawberry.field(description="Why; a sentence to show.")
    reason_code: str = strawberry.field(description="The same for programs.")
    fields: list[FieldDifference] = strawberry.field(
        description="The field groups that it changed: `base` is what stood there before, `local` and "
        "`external` what is here and in the calendar now, whatever came after."
    )
    at: DateTime
    appointment_id: strawberry.ID | None
    external_event_id: str | None


@strawberry.type
class SyncOperationConnection(Connection[SyncOperation]):
    count: strawberry.Private[Callable[[], Awaitable[int]]]
    total_count: int = strawberry.field(resolver=total_count)


_SENTENCES: dict[str, str] = {
    Reason.NEW_HERE: "It was new here.",
    Reason.NEW_THERE: "It was new in the calendar.",
    Reason.EDITED_HERE: "It was changed here.",
    Reason.EDITED_THERE: "It was changed in the calendar.",
    Reason.DELETED_HERE: "It was cancelled here.",
    Reason.DELETED_THERE: "It was deleted in the calendar.",
    Reason.DESELECTED: "It was not selected for this calendar any more.",
    Reason.NOT_YOURS_TO_EDIT: "It was changed in the calendar by somebody who may not edit it.",
    Reason.NOT_WRITABLE: "Its event may not be changed by you, so it stayed in the calendar.",
    Reason.KEPT_FROM_FLOWING: "It was changed in the calendar in a way that this calendar does not pass on.",
    Reason.ADOPTED: "Its copy was in the calendar already.",
    Reason.ORPHAN: "It was a copy that no appointment needed any more.",
    Reason.RESOLVED: "A conflict about it was resolved so.",
    Reason.DISCONNECTED: "The calendar was disconnected.",
    Reason.CALENDAR_LEFT: "Another calendar was chosen.",
}


async def operations_of(
    context: Context, run: UUID, first: int, after: str | None
) -> SyncOperationConnection:
    """What that run of the viewer's did, in the order in which it was done."""
    page = page_asked(first, after)
    rows = await context.operations.load((run, page))
    edges = edges_of(rows, page, _shown)
    return SyncOperationConnection(
        nodes=[edge.node for edge in edges],
        edges=edges,
        page_info=page_info(rows, page),
        count=lambda: context.operation_counts.load(run),
    )


def _shown(done: Done) -> SyncOperation:
    told = done.before or (done.here.content if done.here else None)
    code, text = meaning_of(done.reason)
    return SyncOperation(
        id=strawberry.ID(str(done.id)),
        side=Side(done.side),
        operation=Operation(done.act),
        title=None if told is None else told.title,
        when=None if told is None else shown_when(told.when),
        reason=text,
        reason_code=code,
        fields=_fields(done),
        at=date_time(done.at),
        appointment_id=None if done.appointment_id is None else strawberry.ID(str(done.appointment_id)),
        external_event_id=done.external_event_id,
    )


def meaning_of(code: str) -> tuple[str, str]:
    """The code, and the sentence that says why something was done."""
    return (code, _SENTENCES[code]) if code in _SENTENCES else sentence(code)


def _fields(done: Done) -> list[FieldDifference]:
    here = None if done.here is None or done.here.is_deleted else done.here.content
    versions = Versions(done.before, here, done.there)
    return [difference(group, versions, collides=False) for group in done.groups]
