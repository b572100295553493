"""Reading appointments."""

from uuid import UUID

import strawberry

from metonic_gateway.graphql.appointments.changes import ChangesQuery
from metonic_gateway.graphql.appointments.types import Appointment, shown_appointment
from metonic_gateway.graphql.arguments import identity, maybe_instant
from metonic_gateway.graphql.connection import Connection, connection_of, page_asked
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import unusable
from metonic_gateway.graphql.scalars import AppointmentTypeName, DateTime, ProviderName, is_storable
from metonic_gateway.store import finding, pages
from metonic_gateway.store.copies import CopyState

_MOST_VALUES = 200


@strawberry.input
class AppointmentFilter:
    since: DateTime | None = strawberry.field(default=None, description="Ends later than that, or never.")
    until: DateTime | None = strawberry.field(default=None, description="Starts before that.")
    types: list[AppointmentTypeName] | None = None
    client_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="In which one of these takes part."
    )
    imported_from: ProviderName | None = None
    copy_state: CopyState | None = strawberry.field(
        default=None, description="How it stands in one of the viewer's connected calendars."
    )


async def appointment(
    info: Info,
    id: strawberry.ID | None = None,  # noqa: A002 - the API's name
    platform_id: str | None = None,
) -> Appointment | None:
    caller = await info.context.caller()
    if (id is None) == (platform_id is None):
        raise unusable("Ask for one appointment, with either `id` or `platformId`.")
    user_id = None if caller is None else caller.id
    found = await (_by_platform_id(user_id, platform_id) if id is None else _by_id(user_id, id))
    return None if found is None else shown_appointment(found)


async def _by_id(user_id: UUID | None, id_: str) -> pages.KeptAppointment | None:
    appointment_id = identity(id_)
    return None if appointment_id is None else await pages.appointment(user_id, id=appointment_id)


async def _by_platform_id(user_id: UUID | None, platform_id: str | None) -> pages.KeptAppointment | None:
    if platform_id is None or not is_storable(platform_id):
        return None
    return await pages.appointment(user_id, platform_id=platform_id)


async def appointments(
    info: Info,
    filter: AppointmentFilter | None = None,  # noqa: A002 - the API's name
    first: int = 20,
    after: str | None = None,
) -> Connection[Appointment]:
    viewer = await info.context.viewer()
    page = page_asked(first, after)
    given = filter or AppointmentFilter()
    wanted, state = _wanted(given), given.copy_state
    if state is None:
        found = finding.Found(await pages.appointments(viewer.id, wanted, page))
    else:
        found = await finding.in_state(viewer.id, state, wanted, page, info.context.services.window())
    return connection_of(Connection[Appointment], found.rows, page, shown_appointment, found.ended)


def _wanted(given: AppointmentFilter) -> pages.Appointments:
    for name, values in (("types", given.types), ("clientIds", given.client_ids)):
        if len(values or ()) > _MOST_VALUES:
            raise unusable(f"`filter.{name}` has {len(values or ())} values: {_MOST_VALUES} at most.")
    return pages.Appointments(
        since=maybe_instant(given.since, "filter.since"),
        until=maybe_instant(given.until, "filter.until"),
        types=given.types,
        clients=None if given.client_ids is None else [i for i in given.client_ids if is_storable(i)],
        imported_from=given.imported_from,
    )


@strawberry.type
class AppointmentsQuery(ChangesQuery):
    appointment: Appointment | None = strawberry.field(
        resolver=appointment,
        description="By exactly one of the two ids, cancelled ones included. A user gets what they take part "
        "in, else null; the platform's backend gets any.",
    )
    appointments: Connection[Appointment] = strawberry.field(
        resolver=appointments,
        description="What the viewer takes part in, by start; cancelled ones are left out. At most "
        "50 at a time. By `copyState` a page may hold fewer, or none, and yet have a next one: a thousand "
        "are looked through at a time.",
    )
