"""A connected calendar: a user's choice of one calendar at one provider, with its settings."""

from enum import Enum
from uuid import UUID

import strawberry

from metonic_core import spi
from metonic_gateway.graphql.calendars.status import StatusQuery, SyncDirection, SyncStatus, shown_status
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.providers import Provider, shown_provider
from metonic_gateway.graphql.scalars import DateTime, TimeZone, date_time
from metonic_gateway.store import overview
from metonic_gateway.store.overview import Overview


@strawberry.enum
class PrivateTreatment(Enum):
    EXCLUDE = "exclude"
    INCLUDE = "include"


@strawberry.type(description="A calendar of the account that is signed in.")
class ExternalCalendar:
    id: strawberry.ID
    name: str
    is_primary: bool
    is_writable: bool
    time_zone: TimeZone | None
    color: str | None


@strawberry.type(description="Which appointments the calendar gets.")
class SyncFilters:
    private_appointments: PrivateTreatment


@strawberry.type
class SyncSettings:
    direction: SyncDirection
    frequency_minutes: int
    filters: SyncFilters


@strawberry.type(description="A user has one per provider.")
class ConnectedCalendar:
    id: strawberry.ID
    provider: Provider
    account: str = strawberry.field(description="Who is signed in there.")
    calendar_id: str | None = strawberry.field(description="Null until one is chosen.")
    calendar_name: str | None
    choices: list[ExternalCalendar] = strawberry.field(
        description="The calendars of the account, as of the last sign-in; `chooseCalendar` takes a "
        "writable one."
    )
    settings: SyncSettings
    status: SyncStatus
    connected_at: DateTime


async def connected_calendars(info: Info, needs_attention: bool | None = None) -> list[ConnectedCalendar]:  # noqa: FBT001 - the API's
    viewer = await info.context.viewer()
    found = await overview.of_user(viewer.id, info.context.services.clock())
    wanted = [c for c in found if not c.is_disconnected and _is_wanted(c, needs_attention)]
    return [_shown(calendar, info) for calendar in wanted]


def _is_wanted(calendar: Overview, needs_attention: bool | None) -> bool:  # noqa: FBT001 - three values
    has = calendar.problem is not None or calendar.stopped is not None
    return needs_attention is None or needs_attention is has


async def connected_calendar(info: Info, user_id: UUID, provider: str) -> ConnectedCalendar | None:
    """The user's calendar at that provider, if there is one."""
    found = await overview.of_user(user_id, info.context.services.clock(), provider)
    return _shown(found[0], info) if found else None


def _shown(calendar: Overview, info: Info) -> ConnectedCalendar:
    treatment = PrivateTreatment.EXCLUDE if calendar.exclude_private else PrivateTreatment.INCLUDE
    return ConnectedCalendar(
        id=strawberry.ID(str(calendar.id)),
        provider=shown_provider(calendar.provider, info.context.services.registry.providers),
        account=calendar.account_name,
        calendar_id=calendar.calendar_id,
        calendar_name=calendar.calendar_name,
        choices=[_shown_choice(choice) for choice in calendar.choices],
        settings=SyncSettings(
            direction=SyncDirection.BOTH,
            frequency_minutes=calendar.frequency_minutes,
            filters=SyncFilters(private_appointments=treatment),
        ),
        status=shown_status(calendar),
        connected_at=date_time(calendar.connected_at),
    )


def _shown_choice(choice: spi.CalendarInfo) -> ExternalCalendar:
    return ExternalCalendar(
        id=strawberry.ID(choice.id),
        name=choice.name,
        is_primary=choice.is_primary,
        is_writable=choice.is_writable,
        time_zone=None if choice.zone is None else TimeZone(choice.zone),
        color=choice.color,
    )


@strawberry.type
class CalendarsQuery(StatusQuery):
    connected_calendars: list[ConnectedCalendar] = strawberry.field(
        resolver=connected_calendars,
        description="The viewer's, by provider. `needsAttention`: only those that wait for the "
        "viewer or have a "
        "problem, or only the others.",
    )
