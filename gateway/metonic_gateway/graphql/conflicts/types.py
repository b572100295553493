"""Conflicts as they are shown. The item rests until the two sides agree or somebody says which one stands."""

from datetime import datetime
from enum import Enum

import strawberry

from metonic_core.model.content import Content, all_groups
from metonic_core.model.resolution import ResolutionKind
from metonic_core.reconcile.resolving import Quarrel, allowed, newer, quarrel
from metonic_gateway.graphql.appointments.types import AppointmentVersion, EventStatus, shown_version
from metonic_gateway.graphql.calendars.types import ConflictResolution
from metonic_gateway.graphql.conflicts.picks import FieldPick, asked_picks
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.differences import FieldDifference, FieldGroup, Versions, difference
from metonic_gateway.graphql.journal import Side
from metonic_gateway.graphql.scalars import DateTime, ProviderName, Slot, date_time, maybe_date_time
from metonic_gateway.graphql.times import Recurrence, When, shown_recurrence, shown_when
from metonic_gateway.store import states
from metonic_gateway.store.conflicts import Shown


@strawberry.enum(
    description="TIME_CHANGE: moved on both sides, to different times. DELETED: deleted on one side, and it "
    "stands on the other. DATA_MISMATCH: anything else, changed on both sides in different ways. "
    "CREATED_EXTERNALLY: entered on both sides, and it may be one thing or two."
)
class ConflictType(Enum):
    TIME_CHANGE = "time_change"
    DELETED = "deleted"
    DATA_MISMATCH = "data_mismatch"
    CREATED_EXTERNALLY = "created_externally"


@strawberry.enum(
    description="RESOLVING: decided, and done by the next run, or, where `conflictsAutomatically` decided so "
    "much at once that it waits in `heldRun`, once that is approved. SUPERSEDED: the two sides agree by now, "
    "or there is nothing to decide any more."
)
class ConflictState(Enum):
    OPEN = states.OPEN
    RESOLVING = states.RESOLVING
    RESOLVED = states.RESOLVED
    SUPERSEDED = states.SUPERSEDED


@strawberry.type(description="The event as it was in the calendar, in the provider's words.")
class ExternalEvent:
    id: str | None
    summary: str
    description: str | None
    location: str | None
    when: When
    recurrence: Recurrence | None
    status: EventStatus
    is_private: bool
    is_busy: bool
    edited_at: DateTime | None = strawberry.field(
        description="When it was last edited there, as the provider says; null if it does not, or if that "
        "may have been done from here."
    )


@strawberry.type(description="What was picked where both sides collided.")
class PickedSide:
    group: FieldGroup
    occurrence: Slot | None
    side: Side


async def resolved_by(root: strawberry.Parent["SyncConflict"], info: Info) -> strawberry.ID | None:
    by = root.row.resolved_by
    return None if by is None else strawberry.ID((await info.context.users.load(by)).platform_id)


async def outcome(
    root: strawberry.Parent["SyncConflict"],
    info: Info,
    resolution: ConflictResolution,
    picks: list[FieldPick] | None = None,
) -> AppointmentVersion | None:
    made = await info.context.foresee(root.row, ResolutionKind(resolution.value), asked_picks(picks))
    return None if made.is_deleted else shown_version(made.content)


@strawberry.type
class SyncConflict:
    row: strawberry.Private[Shown]
    id: strawberry.ID
    version: int = strawberry.field(
        description="Another one whenever what it shows changes; a resolution names it."
    )
    provider: ProviderName
    conflict_type: ConflictType
    state: ConflictState
    sentence: str = strawberry.field(description="What happened; to show.")
    appointment_id: strawberry.ID
    external_event_id: str | None
    local_version: AppointmentVersion | None = strawberry.field(description="Null: deleted here.")
    external_version: ExternalEvent | None = strawberry.field(description="Null: deleted in the calendar.")
    fields: list[FieldDifference]
    newer: Side | None = strawberry.field(
        description="The side that was edited last; null where that is not certain."
    )
    allowed: list[ConflictResolution] = strawberry.field(
        description="The ways in which it can be resolved; none once it is over."
    )
    resolution: ConflictResolution | None = strawberry.field(description="What was decided, if it was.")
    picks: list[PickedSide] = strawberry.field(description="What a MERGE picked.")
    resolved_at: DateTime | None = strawberry.field(description="When it was decided.")
    resolved_by: strawberry.ID | None = strawberry.field(
        resolver=resolved_by, description="The platform's id of the user who decided it."
    )
    resolved_automatically: bool = strawberry.field(
        description="Whether the calendar's `conflictsAutomatically` decided it."
    )
    detected_at: DateTime
    closed_at: DateTime | None
    outcome: AppointmentVersion | None = strawberry.field(
        resolver=outcome,
        description="What the appointment would be if it was resolved so now; null: it would be gone. "
        "Nothing is written. What cannot be done is a GraphQL error, as is a conflict whose event has to be "
        "read anew or that is over (NOT_FORESEEABLE).",
    )


_SENTENCES = {
    ConflictType.TIME_CHANGE: "It was moved here and in the calendar, to different times.",
    ConflictType.DATA_MISMATCH: "The same was changed here and in the calendar, in different ways.",
    ConflictType.CREATED_EXTERNALLY: "It is here and in the calendar alike, and may be one thing or two.",
}
_SENTENCES_OF_DELETION = {
    Quarrel.DELETED_HERE: "It was deleted here and changed in the calendar.",
    Quarrel.DELETED_THERE: "It was deleted in the calendar and stands here.",
}


def shown_conflict(row: Shown) -> SyncConflict:
    conflict, kind = row.conflict, ConflictType(row.conflict.type.value)
    last = newer(conflict)
    here, there = conflict.local_edited_at, conflict.external_edited_at
    return SyncConflict(
        row=row,
        id=strawberry.ID(str(row.id)),
        version=row.version,
        provider=ProviderName(row.provider),
        conflict_type=kind,
        state=ConflictState(row.state),
        sentence=_SENTENCES.get(kind) or _SENTENCES_OF_DELETION[quarrel(conflict)],
        appointment_id=strawberry.ID(str(row.appointment_id)),
        external_event_id=row.external_event_id,
        local_version=None if conflict.local is None else shown_version(conflict.local, here),
        external_version=None if conflict.external is None else _event(conflict.external, row, there),
        fields=_differences(row),
        newer=None if last is None else Side(last.value),
        allowed=_allowed(row),
        resolution=None if row.resolution is None else ConflictResolution(row.resolution.value),
        picks=_picks(row),
        resolved_at=maybe_date_time(row.resolved_at),
        resolved_automatically=row.is_automatic,
        detected_at=date_time(row.detected_at),
        closed_at=maybe_date_time(row.closed_at),
    )


def _allowed(row: Shown) -> list[ConflictResolution]:
    if row.is_over:
        return []
    ways = allowed(row.conflict)
    return [each for each in ConflictResolution if each.value in ways]


def _picks(row: Shown) -> list[PickedSide]:
    if row.resolution is not ResolutionKind.MERGE:
        return []
    versions = Versions(None, None, None)
    told = [(group, difference(group, versions, collides=True)) for group in sorted(row.conflict.groups)]
    return [
        PickedSide(
            group=field.group,
            occurrence=field.occurrence,
            side=Side.EXTERNAL if group in row.picked else Side.LOCAL,
        )
        for group, field in told
    ]


def _event(content: Content, row: Shown, edited_at: datetime | None) -> ExternalEvent:
    return ExternalEvent(
        id=row.external_event_id,
        summary=content.title,
        description=content.notes or None,
        location=content.location or None,
        when=shown_when(content.when),
        recurrence=shown_recurrence(content.recurrence, content.overrides),
        status=EventStatus(content.status.value),
        is_private=content.is_private,
        is_busy=content.is_busy,
        edited_at=maybe_date_time(edited_at),
    )


def _differences(row: Shown) -> list[FieldDifference]:
    """Of two versions where they differ, of the only one that is left what was changed in it."""
    conflict = row.conflict
    versions = Versions(conflict.base, conflict.local, conflict.external)
    here, there = conflict.local, conflict.external
    if here and there:
        groups, one, other = all_groups(here, there), here, there
    elif (left := here or there) and conflict.base:
        groups, one, other = conflict.groups, conflict.base, left
    else:
        return []
    return [
        difference(group, versions, collides=bool(here and there) and group in conflict.groups)
        for group in sorted(groups)
        if one.get(group) != other.get(group)
    ]
