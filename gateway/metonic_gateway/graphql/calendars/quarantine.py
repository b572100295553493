"""What of a connected calendar is left alone because something is wrong with it."""

from uuid import UUID

import strawberry

from metonic_gateway.graphql.appointments.reasons import why
from metonic_gateway.graphql.connection import CountedConnection, connection_of, page_asked
from metonic_gateway.graphql.context import Context
from metonic_gateway.graphql.scalars import DateTime, date_time
from metonic_gateway.graphql.times import When, shown_when
from metonic_gateway.store.quarantined import Quarantined


@strawberry.type(
    description="An appointment or an event that is left alone because something is wrong with it."
)
class QuarantinedItem:
    id: strawberry.ID
    appointment_id: strawberry.ID | None = strawberry.field(description="Null: an event that has none.")
    external_event_id: str | None = strawberry.field(description="Null: it has no event yet.")
    title: str | None = strawberry.field(
        description="As the calendar says, or would be shown it. Null: not known, as it could never be read."
    )
    when: When | None = strawberry.field(description="Likewise.")
    reason: str = strawberry.field(description="What is wrong; a sentence to show.")
    reason_code: str = strawberry.field(description="The same for programs.")
    next_step: str | None = strawberry.field(description="What to do about it.")
    since: DateTime


@strawberry.type
class QuarantinedItemConnection(CountedConnection[QuarantinedItem]):
    pass


async def quarantined_of(
    context: Context, calendar: UUID, first: int, after: str | None
) -> QuarantinedItemConnection:
    """The items of that calendar of the viewer's, the latest first."""
    page = page_asked(first, after)
    rows = await context.quarantined.load((calendar, page))
    return connection_of(
        QuarantinedItemConnection,
        rows,
        page,
        _shown,
        count=lambda: context.quarantined_counts.load(calendar),
    )


def _shown(item: Quarantined) -> QuarantinedItem:
    code, meant = why(item.reason)
    return QuarantinedItem(
        id=strawberry.ID(str(item.id)),
        appointment_id=None if item.appointment_id is None else strawberry.ID(str(item.appointment_id)),
        external_event_id=item.event_id,
        title=None if item.content is None else item.content.title,
        when=None if item.content is None else shown_when(item.content.when),
        reason=meant.standing,
        reason_code=code,
        next_step=meant.next_step,
        since=date_time(item.since),
    )
