"""A connected calendar: a user's choice of one calendar at one provider, with its settings."""

from enum import Enum
from uuid import UUID

import strawberry

from metonic_core import spi
from metonic_gateway.graphql.calendars.attention import needs_attention as does_need_attention
from metonic_gateway.graphql.calendars.quarantine import QuarantinedItemConnection, quarantined_of
from metonic_gateway.graphql.calendars.status import StatusQuery, SyncDirection, SyncStatus, shown_status
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.providers import Provider, shown_provider
from metonic_gateway.graphql.scalars import (
    AppointmentTypeName,
    DateTime,
    LocalDate,
    TimeZone,
    date_time,
    local_date,
)
from metonic_gateway.store import overview
from metonic_gateway.store.overview import Overview
from metonic_gateway.store.preferences import Preferences

FREQUENCY_CHOICES = (5, 15, 30, 60, 180, 360, 720, 1440)
"""What a form offers, in minutes."""


@strawberry.enum(
    description="What becomes of private appointments. EXCLUDE: they stay out of the calendar. MASK: their "
    'copies are titled "Busy", marked private, and have the times and nothing else. INCLUDE: they are copied '
    "like all others, but for what came from a private event of another calendar: that is masked."
)
class PrivateTreatment(Enum):
    EXCLUDE = "exclude"
    MASK = "mask"
    INCLUDE = "include"


@strawberry.type(
    description="What it matches is private: it is masked with MASK, and else stays out of the calendar, "
    "even with INCLUDE."
)
class Rule:
    field: str = strawberry.field(description='"title", "notes", "location" or "type".')
    pattern: str


@strawberry.enum(
    description="Which side stands where both changed the same. MOST_RECENT: the later edit. MERGE: field "
    "group by field group, which only a person can do. KEEP_BOTH: what looks alike is not one thing but two, "
    "which also only a person can say."
)
class ConflictResolution(Enum):
    KEEP_LOCAL = "keep_local"
    KEEP_EXTERNAL = "keep_external"
    MERGE = "merge"
    MOST_RECENT = "most_recent"
    KEEP_BOTH = "keep_both"


@strawberry.type(description="A calendar of the account that is signed in.")
class ExternalCalendar:
    id: strawberry.ID
    name: str
    is_primary: bool
    is_writable: bool
    time_zone: TimeZone | None
    color: str | None


@strawberry.type(description="From the first day to the last, both included.")
class DateRange:
    start: LocalDate
    end: LocalDate


async def client_ids(root: strawberry.Parent["SyncFilters"], info: Info) -> list[strawberry.ID] | None:
    if root.clients is None:
        return None
    users = await info.context.users.load_many(sorted(root.clients))
    return sorted(strawberry.ID(user.platform_id) for user in users)


@strawberry.type(
    description="Which appointments the calendar gets: those that match all of it. Null narrows nothing, an "
    "empty list lets nothing through."
)
class SyncFilters:
    clients: strawberry.Private[frozenset[UUID] | None]
    appointment_types: list[AppointmentTypeName] | None
    client_ids: list[strawberry.ID] | None = strawberry.field(
        resolver=client_ids,
        description="The platform's ids of users, one of whom must take part.",
    )
    private_appointments: PrivateTreatment = strawberry.field(
        description="This counts with `syncAll`, and for what is chosen singly, too."
    )
    rules: list[Rule] = strawberry.field(description="Likewise.")
    date_range: DateRange | None = strawberry.field(
        description="When any of it takes place, in the zone of the appointment."
    )


@strawberry.type(description="What the viewer set for a connected calendar.")
class SyncSettings:
    direction: SyncDirection
    frequency_minutes: int = strawberry.field(description="How often it is looked at by itself.")
    is_paused: bool = strawberry.field(description="Whether it rests until the viewer lets it go on.")
    sync_all: bool = strawberry.field(
        description="Whether the filters, but for private appointments and rules, do not count. Without it "
        "and without any filter the calendar gets only what is chosen with `setAppointmentSync`."
    )
    filters: SyncFilters
    include_notes: bool = strawberry.field(
        description="Whether notes go into the calendar, and those of the viewer's own events come out of it."
    )
    include_client_contact: bool = strawberry.field(
        description="Whether copies name the clients with e-mail and phone. For trainers only."
    )
    forward_imported: bool = strawberry.field(
        description="Whether the calendar also gets what came in from other calendars of the viewer. The "
        "filters count for that too, but for `appointmentTypes`."
    )
    conflicts_automatically: ConflictResolution | None = strawberry.field(
        description="Which side stands in conflicts that nobody resolved; null: ask. An item that was "
        "resolved is not resolved so again for an hour."
    )
    updated_at: DateTime
    frequency_choices: list[int] = strawberry.field(
        resolver=lambda: list(FREQUENCY_CHOICES),
        description="What a form may offer for `frequencyMinutes`; any whole number from 5 to 1440 is taken.",
    )


async def quarantined(
    root: strawberry.Parent["ConnectedCalendar"], info: Info, first: int = 20, after: str | None = None
) -> QuarantinedItemConnection:
    return await quarantined_of(info.context, UUID(root.id), first, after)


@strawberry.type(description="A user has one per provider.")
class ConnectedCalendar:
    id: strawberry.ID
    provider: Provider
    account: str = strawberry.field(description="Who is signed in there.")
    calendar_id: str | None = strawberry.field(description="Null until one is chosen.")
    calendar_name: str | None
    choices: list[ExternalCalendar] = strawberry.field(
        description="The calendars of the account, as of the last sign-in or `testConnection`; "
        "`chooseCalendar` takes a writable one."
    )
    settings: SyncSettings
    status: SyncStatus
    quarantined: QuarantinedItemConnection = strawberry.field(
        resolver=quarantined,
        description="What is left alone because something is wrong with it, the latest first; also events "
        "that cannot be read, so that no appointment tells of them.",
    )
    connected_at: DateTime


async def connected_calendars(info: Info, needs_attention: bool | None = None) -> list[ConnectedCalendar]:  # noqa: FBT001 - the API's
    viewer = await info.context.viewer()
    found = await overview.of_user(viewer.id, info.context.services.clock())
    connected = [calendar for calendar in found if not calendar.is_disconnected]
    if needs_attention is not None:
        tallies = await overview.tallies([calendar.id for calendar in connected])
        connected = [c for c in connected if does_need_attention(c, tallies[c.id]) is needs_attention]
    return [_shown(calendar, info) for calendar in connected]


async def connected_calendar(info: Info, user_id: UUID, provider: str) -> ConnectedCalendar | None:
    """The user's calendar at that provider, if there is one."""
    found = await overview.of_user(user_id, info.context.services.clock(), provider)
    return _shown(found[0], info) if found else None


def _shown(calendar: Overview, info: Info) -> ConnectedCalendar:
    return ConnectedCalendar(
        id=strawberry.ID(str(calendar.id)),
        provider=shown_provider(calendar.provider, info.context.services.registry.providers),
        account=calendar.account_name,
        calendar_id=calendar.calendar_id,
        calendar_name=calendar.calendar_name,
        choices=[_shown_choice(choice) for choice in calendar.choices],
        settings=_shown_settings(calendar),
        status=shown_status(calendar),
        connected_at=date_time(calendar.connected_at),
    )


def _shown_settings(calendar: Overview) -> SyncSettings:
    chosen = calendar.preferences
    policy = chosen.conflict_policy
    return SyncSettings(
        direction=SyncDirection(chosen.direction.value),
        frequency_minutes=chosen.frequency_minutes,
        is_paused=chosen.is_paused,
        sync_all=chosen.sync_all,
        filters=_shown_filters(chosen),
        include_notes=chosen.include_notes,
        include_client_contact=chosen.include_contact,
        forward_imported=chosen.forward_imported,
        conflicts_automatically=None if policy is None else ConflictResolution(policy),
        updated_at=date_time(calendar.updated_at),
    )


def _shown_filters(chosen: Preferences) -> SyncFilters:
    types, first, last = chosen.filters.types, chosen.filters.first_day, chosen.filters.last_day
    return SyncFilters(
        clients=chosen.filters.clients,
        appointment_types=None if types is None else [AppointmentTypeName(t) for t in sorted(types)],
        private_appointments=PrivateTreatment(chosen.private.value),
        rules=[Rule(field=rule.field.value, pattern=rule.pattern) for rule in chosen.rules],
        date_range=DateRange(start=local_date(first), end=local_date(last)) if first and last else None,
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
