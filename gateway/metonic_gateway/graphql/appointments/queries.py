"""Reading appointments."""

import strawberry

from metonic_gateway.graphql.appointments.types import Appointment, shown_appointment
from metonic_gateway.graphql.arguments import identity, maybe_instant
from metonic_gateway.graphql.connection import Connection, edges_of, page_asked, page_info
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.scalars import AppointmentTypeName, DateTime, ProviderName
from metonic_gateway.store import pages


@strawberry.input
class AppointmentFilter:
    since: DateTime | None = strawberry.field(default=None, description="Ends later than that, or never.")
    until: DateTime | None = strawberry.field(default=None, description="Starts before that.")
    types: list[AppointmentTypeName] | None = None
    imported_from: ProviderName | None = None


async def appointment(info: Info, id: strawberry.ID) -> Appointment | None:  # noqa: A002 - the API's name
    viewer = await info.context.viewer()
    appointment_id = identity(id)
    found = None if appointment_id is None else await pages.appointment(viewer.id, appointment_id)
    return None if found is None else shown_appointment(found)


async def appointments(
    info: Info,
    filter: AppointmentFilter | None = None,  # noqa: A002 - the API's name
    first: int = 20,
    after: str | None = None,
) -> Connection[Appointment]:
    viewer = await info.context.viewer()
    page = page_asked(first, after)
    rows = await pages.appointments(viewer.id, _wanted(filter or AppointmentFilter()), page)
    edges = edges_of(rows, page, shown_appointment)
    return Connection(nodes=[edge.node for edge in edges], edges=edges, page_info=page_info(rows, page))


def _wanted(given: AppointmentFilter) -> pages.Appointments:
    return pages.Appointments(
        since=maybe_instant(given.since, "filter.since"),
        until=maybe_instant(given.until, "filter.until"),
        types=given.types,
        imported_from=given.imported_from,
    )


@strawberry.type
class AppointmentsQuery:
    appointment: Appointment | None = strawberry.field(
        resolver=appointment,
        description="An appointment that the viewer takes part in, cancelled ones included; else null.",
    )
    appointments: Connection[Appointment] = strawberry.field(
        resolver=appointments,
        description="What the viewer takes part in, by start; cancelled ones are left out. At most "
        "50 at a time.",
    )
