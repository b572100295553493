"""Conflicts: changes on both sides that cannot both stand. The item rests until the two sides agree."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from enum import Enum

import strawberry

from metonic_core.model import content as model
from metonic_core.model.content import Content, Group, all_groups, slot_of
from metonic_core.model.series import Override
from metonic_core.model.when import AllDay, slot_text
from metonic_core.model.when import When as Span
from metonic_gateway.graphql.appointments.types import EventStatus
from metonic_gateway.graphql.connection import Connection, edges_of, page_asked, page_info, total_count
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.scalars import DateTime, ProviderName, Slot, date_time, maybe_date_time
from metonic_gateway.graphql.times import Recurrence, When, shown_recurrence, shown_when
from metonic_gateway.store import pages


@strawberry.enum
class ConflictType(Enum):
    TIME_CHANGE = "time_change"
    DELETED = "deleted"
    DATA_MISMATCH = "data_mismatch"


@strawberry.enum(description="SUPERSEDED: the two sides agree by now, or it was about something else since.")
class ConflictState(Enum):
    OPEN = "open"
    SUPERSEDED = "superseded"


@strawberry.enum(
    description="What is compared and merged as one. TIME: start, end, zone, all-day and recurrence. "
    "VISIBILITY: "
    "private and busy. OCCURRENCE: one occurrence of a series."
)
class FieldGroup(Enum):
    TITLE = model.TITLE
    TIME = model.TIME
    LOCATION = model.LOCATION
    NOTES = model.NOTES
    STATUS = model.STATUS
    VISIBILITY = model.VISIBILITY
    OCCURRENCE = "occurrence"


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


@strawberry.type(
    description="A field group in which the versions differ, as text to show. Null: nothing there."
)
class FieldDifference:
    group: FieldGroup
    occurrence: Slot | None = strawberry.field(description="Which occurrence, where the group is OCCURRENCE.")
    base: str | None = strawberry.field(description="What both sides said when they last agreed.")
    local: str | None
    external: str | None
    collides: bool = strawberry.field(description="Whether both sides changed it, each in its own way.")


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
    rows = await pages.conflicts(viewer.id, wanted, page)
    edges = edges_of(rows, page, _shown)
    return SyncConflictConnection(
        nodes=[edge.node for edge in edges],
        edges=edges,
        page_info=page_info(rows, page),
        count=lambda: pages.count_conflicts(viewer.id, wanted),
    )


def _wanted(given: ConflictFilter) -> pages.Conflicts:
    states = given.states or [ConflictState.OPEN]
    return pages.Conflicts(
        provider=given.provider,
        types=None if given.types is None else [each.value for each in given.types],
        is_open=frozenset(state is ConflictState.OPEN for state in states),
    )


_SENTENCES = {
    ConflictType.TIME_CHANGE: "It was moved here and in the calendar, to different times.",
    ConflictType.DATA_MISMATCH: "The same was changed here and in the calendar, in different ways.",
}


def _shown(conflict: pages.Conflict) -> SyncConflict:
    kind = ConflictType(conflict.type)
    return SyncConflict(
        id=strawberry.ID(str(conflict.id)),
        provider=ProviderName(conflict.provider),
        conflict_type=kind,
        state=ConflictState.OPEN if conflict.closed_at is None else ConflictState.SUPERSEDED,
        sentence=_SENTENCES.get(kind) or _sentence_of_deletion(conflict),
        appointment_id=strawberry.ID(str(conflict.appointment_id)),
        external_event_id=conflict.external_event_id,
        local_version=None if conflict.local is None else _local(conflict.local),
        external_version=_external(conflict.external, conflict.external_event_id),
        fields=_differences(conflict),
        detected_at=date_time(conflict.detected_at),
        closed_at=maybe_date_time(conflict.closed_at),
    )


def _sentence_of_deletion(conflict: pages.Conflict) -> str:
    if conflict.local is None:
        return "It was deleted here and changed in the calendar."
    return "It was deleted in the calendar and changed here."


def _local(content: Content) -> AppointmentVersion:
    return AppointmentVersion(
        title=content.title,
        notes=content.notes or None,
        location=content.location or None,
        when=shown_when(content.when),
        recurrence=shown_recurrence(content.recurrence, content.overrides),
        status=EventStatus(content.status.value),
        is_private=content.is_private,
        is_busy=content.is_busy,
    )


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


def _differences(conflict: pages.Conflict) -> list[FieldDifference]:
    if conflict.local is None or conflict.external is None:
        return []
    groups = all_groups(conflict.local, conflict.external)
    differing = [g for g in sorted(groups) if conflict.local.get(g) != conflict.external.get(g)]
    return [_difference(conflict, group) for group in differing]


def _difference(conflict: pages.Conflict, group: Group) -> FieldDifference:
    slot = slot_of(group)
    return FieldDifference(
        group=FieldGroup.OCCURRENCE if slot is not None else FieldGroup(group),
        occurrence=None if slot is None else Slot(slot_text(slot)),
        base=_text(conflict.base, group),
        local=_text(conflict.local, group),
        external=_text(conflict.external, group),
        collides=group in conflict.groups,
    )


def _text(content: Content | None, group: Group) -> str | None:
    """The group's value as people read it; None where there is none."""
    if content is None:
        return None
    match group:
        case "time":
            return "; ".join([_span(content.when), *(content.recurrence.rules if content.recurrence else ())])
        case "visibility":
            seen = "private" if content.is_private else "public"
            return f"{seen}, {'busy' if content.is_busy else 'free'}"
        case "title" | "location" | "notes" | "status":
            return str(content.get(group)) or None
    override = content.override(slot_of(group))
    return None if override is None else _occurrence(override)


def _occurrence(override: Override) -> str:
    if override.is_cancelled:
        return "cancelled"
    told = [None if override.when is None else _span(override.when), override.title, override.location]
    return "; ".join(text for text in told if text)


def _span(when: Span) -> str:
    if isinstance(when, AllDay):
        last = when.end - timedelta(days=1)
        return f"{when.start}" if last <= when.start else f"{when.start} to {last}"
    return f"{when.start:%Y-%m-%d %H:%M} to {when.end:%Y-%m-%d %H:%M} {when.zone}"


@strawberry.type
class ConflictsQuery:
    sync_conflicts: SyncConflictConnection = strawberry.field(
        resolver=sync_conflicts, description="The conflicts in the viewer's calendars, the newest first."
    )
