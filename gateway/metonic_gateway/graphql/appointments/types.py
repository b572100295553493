"""An appointment as its viewer sees it."""

from datetime import datetime
from enum import Enum
from typing import Annotated

import strawberry

from metonic_core.model.appointment import Appointment as Value
from metonic_core.model.content import Content, Status
from metonic_core.selection import Choice
from metonic_gateway.graphql.appointments.reasons import why
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import InvalidInput, NotEntitled, NotFound, OutOfDate
from metonic_gateway.graphql.scalars import (
    AppointmentTypeName,
    DateTime,
    PlatformVersion,
    ProviderName,
    date_time,
    maybe_date_time,
    maybe_platform_version,
)
from metonic_gateway.graphql.times import Recurrence, When, shown_recurrence, shown_when
from metonic_gateway.graphql.viewer import Role
from metonic_gateway.store import copies
from metonic_gateway.store.copies import CopyState
from metonic_gateway.store.pages import KeptAppointment
from metonic_gateway.store.users import User


@strawberry.enum(
    description="RFC 5545 STATUS. A cancelled appointment stays readable; its copies are erased."
)
class EventStatus(Enum):
    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


strawberry.enum(
    CopyState,
    description="How an appointment stands in one connected calendar; `reason` says why. PENDING: waits for "
    "the next sync. EXCLUDED: has no copy there, and is not to have one. CONFLICT: waits for "
    "`resolveConflict`. QUARANTINED: left alone because something is wrong with it. DETACHED: its copy was "
    "deleted in the calendar and given up. UNLINKED: the user's own event stays there and is not synced. "
    "IGNORED: it rests as it is, as what would be done was rejected, or for the direction of the calendar. "
    "GUARDED: waits for `approveSyncRun`.",
)


@strawberry.enum(
    description="What a user chooses for one appointment in one calendar. BY_SELECTION: the filters decide. "
    "ALWAYS: whatever the filters say; private ones stay out all the same where they are excluded. NEVER: "
    "whatever the filters say."
)
class SyncChoice(Enum):
    BY_SELECTION = "by_selection"
    ALWAYS = Choice.ALWAYS.value
    NEVER = Choice.NEVER.value


@strawberry.type(description="A user who takes part.")
class Participant:
    user_id: strawberry.ID = strawberry.field(description="The platform's id.")
    name: str | None
    role: Role = strawberry.field(description="What they are in this appointment.")
    may_edit: bool


@strawberry.type(description="What became of an appointment in one connected calendar of the viewer.")
class AppointmentCopy:
    provider: ProviderName
    state: CopyState
    reason: str = strawberry.field(description="Why; a sentence to show.")
    reason_code: str = strawberry.field(description="The same for programs.")
    next_step: str | None = strawberry.field(description="What to do to have it otherwise, if anything.")
    choice: SyncChoice = strawberry.field(
        description="What the viewer chose for this appointment in this calendar."
    )
    external_event_id: str | None
    last_synced_at: DateTime | None


async def owner(root: strawberry.Parent["Appointment"], info: Info) -> Participant:
    return _shown_participant(await info.context.users.load(root.value.owner_id), root.value)


async def participants(root: strawberry.Parent["Appointment"], info: Info) -> list[Participant]:
    users = await info.context.users.load_many([p.user_id for p in root.value.participants])
    return [_shown_participant(user, root.value) for user in users]


async def imported_from(root: strawberry.Parent["Appointment"], info: Info) -> ProviderName | None:
    link = root.value.imported_from
    return None if link is None else ProviderName(await info.context.providers_of_links.load(link))


async def copies_of(root: strawberry.Parent["Appointment"], info: Info) -> list[AppointmentCopy]:
    return [_shown_copy(copy) for copy in await info.context.copies.load(root.value)]


@strawberry.type(description="The platform's record. Everybody who takes part sees it, nobody else does.")
class Appointment:
    value: strawberry.Private[Value]
    id: strawberry.ID
    platform_id: str | None = strawberry.field(
        description="What the platform calls it; null until the platform has given it an id."
    )
    platform_version: PlatformVersion | None = strawberry.field(
        description="The version of the last state that the platform sent."
    )
    version: int = strawberry.field(description="Grows with every change, wherever it was made.")
    type: AppointmentTypeName
    title: str
    notes: str | None
    location: str | None
    when: When
    recurrence: Recurrence | None
    status: EventStatus
    is_private: bool
    is_busy: bool
    created_at: DateTime
    updated_at: DateTime
    owner: Participant = strawberry.field(resolver=owner)
    participants: list[Participant] = strawberry.field(
        resolver=participants, description="Who takes part beside the owner."
    )
    imported_from: ProviderName | None = strawberry.field(
        resolver=imported_from, description="The provider whose calendar it came from, if it did."
    )
    copies: list[AppointmentCopy] = strawberry.field(
        resolver=copies_of,
        description="What became of it in each connected calendar of the viewer, and why. The backend has "
        "none.",
    )


@strawberry.type(description="The appointment as it was here.")
class AppointmentVersion:
    title: str
    notes: str | None
    location: str | None
    when: When
    recurrence: Recurrence | None
    status: EventStatus
    is_private: bool
    is_busy: bool
    edited_at: DateTime | None = strawberry.field(
        description="In a conflict: when what it is about was last edited here, if that is known."
    )


AppointmentResult = Annotated[
    Appointment | InvalidInput | NotFound | NotEntitled | OutOfDate, strawberry.union("AppointmentResult")
]


def shown_appointment(kept: KeptAppointment) -> Appointment:
    value, content = kept.appointment, kept.appointment.content
    return Appointment(
        value=value,
        id=strawberry.ID(str(value.id)),
        platform_id=kept.platform_id,
        platform_version=maybe_platform_version(kept.platform_version),
        version=value.version,
        type=AppointmentTypeName(value.type),
        title=content.title,
        notes=content.notes or None,
        location=content.location or None,
        when=shown_when(content.when),
        recurrence=shown_recurrence(content.recurrence, content.overrides),
        status=EventStatus((Status.CANCELLED if value.is_deleted else content.status).value),
        is_private=content.is_private,
        is_busy=content.is_busy,
        created_at=date_time(kept.created_at),
        updated_at=date_time(kept.updated_at),
    )


def shown_version(content: Content, edited_at: datetime | None = None) -> AppointmentVersion:
    return AppointmentVersion(
        title=content.title,
        notes=content.notes or None,
        location=content.location or None,
        when=shown_when(content.when),
        recurrence=shown_recurrence(content.recurrence, content.overrides),
        status=EventStatus(content.status.value),
        is_private=content.is_private,
        is_busy=content.is_busy,
        edited_at=maybe_date_time(edited_at),
    )


def _shown_participant(user: User, value: Value) -> Participant:
    roles = {p.user_id: p.role for p in value.participants}
    return Participant(
        user_id=strawberry.ID(user.platform_id),
        name=user.name,
        role=Role(roles.get(user.id) or user.role),
        may_edit=value.may_edit(user.id),
    )


def _shown_copy(copy: copies.Copy) -> AppointmentCopy:
    code, told = why(copy.reason)
    return AppointmentCopy(
        provider=ProviderName(copy.provider),
        state=copy.state,
        reason=told.standing,
        reason_code=code,
        next_step=told.next_step,
        choice=SyncChoice.BY_SELECTION if copy.choice is None else SyncChoice(copy.choice.value),
        external_event_id=copy.event_id,
        last_synced_at=maybe_date_time(copy.last_synced_at),
    )
