"""Conflicts: changes on both sides that cannot both stand. The item rests until the two sides agree."""

from collections.abc import Awaitable, Callable
from enum import Enum

import strawberry

from metonic_core.model.content import Content, all_groups
from metonic_gateway.graphql.appointments.types import AppointmentVersion, EventStatus, shown_version
from metonic_gateway.graphql.connection import Connection, edges_of, page_asked, page_info, total_count
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.differences import FieldDifference, Versions, difference
from metonic_gateway.graphql.scalars import DateTime, ProviderName, date_time, maybe_date_time
from metonic_gateway.graphql.times import Recurrence, When, shown_recurrence, shown_when
from metonic_gateway.store import history


@strawberry.enum
class ConflictType(Enum):
    TIME_CHANGE = "time_change"
    DELETED = "deleted"
    DATA_MISMATCH = "data_mismatch"


@strawberry.enum(description="SUPERSEDED: the two sides agree by now, or it was about something else since.")
class ConflictState(Enum):
    OPEN = "open"
    SUPERSEDED = "superseded"


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


@strawberry.type
class SyncConflict:
    id: strawberry.ID
    provider: ProviderName
    conflict_type: ConflictType
    state: ConflictState
    sentence: str = strawberry.field(description="What happened; to show.")
    appointment_id: strawberry.ID
    external_event_id: str | None
    local_version: AppointmentVersion | None = strawberry.field(description="Null: deleted here.")
    external_version: ExternalEvent | None = strawberry.field(description="Null: deleted in the calendar.")
    fields: list[FieldDifference]
    detected_at: DateTime
    closed_at: DateTime | None


@strawberry.input
class ConflictFilter:
    provider: ProviderName | None = None
    types: list[ConflictType] | None = None
    states: list[ConflictState] | None = strawberry.field(default=None, description="Open ones by default.")


@strawberry.type
class SyncConflictConnection(Connection[SyncConflict]):
    count: strawberry.Private[Callable[[], Awaitable[int]]]
    total_count: int = strawberry.field(resolver=total_count)


async def sync_conflicts(
    info: Info,
    filter: ConflictFilter | None = None,  # noqa: A002 - the API's name
    first: int = 20,
    after: str | None = None,
) -> SyncConflictConnection:
    viewer = await info.context.viewer()
    page, wanted = page_asked(first, after), _wanted(filter or ConflictFilter())
    rows = await history.conflicts(viewer.id, wanted, page)
    edges = edges_of(rows, page, _shown)
    return SyncConflictConnection(
        nodes=[edge.node for edge in edges],
        edges=edges,
        page_info=page_info(rows, page),
        count=lambda: history.count_conflicts(viewer.id, wanted),
    )


def _wanted(given: ConflictFilter) -> history.Conflicts:
    states = given.states or [ConflictState.OPEN]
    return history.Conflicts(
        provider=given.provider,
        types=None if given.types is None else [each.value for each in given.types],
        is_open=frozenset(state is ConflictState.OPEN for state in states),
    )


_SENTENCES = {
    ConflictType.TIME_CHANGE: "It was moved here and in the calendar, to different times.",
    ConflictType.DATA_MISMATCH: "The same was changed here and in the calendar, in different ways.",
}


def _shown(conflict: history.Conflict) -> SyncConflict:
    kind = ConflictType(conflict.type)
    return SyncConflict(
        id=strawberry.ID(str(conflict.id)),
        provider=ProviderName(conflict.provider),
        conflict_type=kind,
        state=ConflictState.OPEN if conflict.closed_at is None else ConflictState.SUPERSEDED,
        sentence=_SENTENCES.get(kind) or _sentence_of_deletion(conflict),
        appointment_id=strawberry.ID(str(conflict.appointment_id)),
        external_event_id=conflict.external_event_id,
        local_version=None if conflict.local is None else shown_version(conflict.local),
        external_version=_external(conflict.external, conflict.external_event_id),
        fields=_differences(conflict),
        detected_at=date_time(conflict.detected_at),
        closed_at=maybe_date_time(conflict.closed_at),
    )


def _sentence_of_deletion(conflict: history.Conflict) -> str:
    if conflict.local is None:
        return "It was deleted here and changed in the calendar."
    return "It was deleted in the calendar and changed here."


def _external(content: Content | None, event_id: str | None) -> ExternalEvent | None:
    if content is None:
        return None
    return ExternalEvent(
        id=event_id,
        summary=content.title,
        description=content.notes or None,
        location=content.location or None,
        when=shown_when(content.when),
        recurrence=shown_recurrence(content.recurrence, content.overrides),
        status=EventStatus(content.status.value),
        is_private=content.is_private,
        is_busy=content.is_busy,
    )


def _differences(conflict: history.Conflict) -> list[FieldDifference]:
    if conflict.local is None or conflict.external is None:
        return []
    groups = all_groups(conflict.local, conflict.external)
    differing = [g for g in sorted(groups) if conflict.local.get(g) != conflict.external.get(g)]
    versions = Versions(conflict.base, conflict.local, conflict.external)
    return [difference(group, versions, collides=group in conflict.groups) for group in differing]


@strawberry.type
class ConflictsQuery:
    sync_conflicts: SyncConflictConnection = strawberry.field(
        resolver=sync_conflicts, description="The conflicts in the viewer's calendars, the newest first."
    )
