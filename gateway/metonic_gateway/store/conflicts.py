"""The conflicts of a user's connected calendars, as they are shown: from the newest back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from metonic_core.model.codec import decode
from metonic_core.model.content import Group
from metonic_core.model.resolution import ResolutionKind
from metonic_core.reconcile.step import Conflict, ConflictType
from metonic_gateway.store.models import Appointment, CalendarSyncConflict
from metonic_gateway.store.pages import Key, Page, concerning, paged
from metonic_gateway.store.states import OPEN


@dataclass(frozen=True, slots=True)
class Shown:
    """A conflict with both versions as they were when it was last shown; ``state`` is a word of ``states``.

    ``resolution`` is what was decided, in a MERGE with the ``picked`` groups taken from the event.
    ``resolved_by`` is None where nobody decided, or a policy did.
    """

    id: UUID
    calendar_id: UUID
    mapping_id: UUID
    provider: str
    state: str
    version: int
    conflict: Conflict
    appointment_id: UUID
    external_event_id: str | None
    resolution: ResolutionKind | None
    picked: frozenset[Group]
    resolved_at: datetime | None
    resolved_by: UUID | None
    is_automatic: bool
    detected_at: datetime
    closed_at: datetime | None

    @property
    def key(self) -> Key:
        return self.detected_at, self.id

    @property
    def is_over(self) -> bool:
        return self.closed_at is not None


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Which conflicts: of this provider's calendar, of one of these types, in one of these states."""

    provider: str | None = None
    types: Collection[str] | None = None
    states: Collection[str] = (OPEN,)


async def page_of(user_id: UUID, wanted: Conflicts, page: Page) -> Sequence[Shown]:
    """From the last one detected back."""
    found = paged(_found(user_id, wanted), "detected_at", page, is_descending=True)
    return [shown_of(row) for row in await found.prefetch_related("sync_config")]


async def count(user_id: UUID, wanted: Conflicts) -> int:
    return await _found(user_id, wanted).count()


async def shown_since(user_id: UUID, since: datetime) -> Sequence[Shown]:
    """Open ones that were first shown, or shown anew, then or later."""
    found = _found(user_id, Conflicts()).filter(shown_at__gte=since).order_by("shown_at", "id")
    return [shown_of(row) for row in await found.prefetch_related("sync_config")]


def _found(user_id: UUID, wanted: Conflicts) -> QuerySet[CalendarSyncConflict]:
    asked: dict[str, Any] = {
        "sync_config__provider": wanted.provider,
        "conflict_type__in": None if wanted.types is None else list(wanted.types),
    }
    given = {name: value for name, value in asked.items() if value is not None}
    return of_user(user_id).filter(state__in=list(wanted.states), **given)


def of_user(user_id: UUID) -> QuerySet[CalendarSyncConflict]:
    """Those that the user may read, and so decide.

    Whom an appointment concerned once does not read any more what it said.
    """
    theirs = Subquery(Appointment.filter(concerning(user_id)).values("id"))
    return CalendarSyncConflict.filter(sync_config__user_id=user_id, appointment_id__in=theirs)


def shown_of(row: CalendarSyncConflict) -> Shown:
    """The row must have its calendar fetched."""
    return Shown(
        id=row.id,
        calendar_id=row.sync_config_id,
        mapping_id=row.mapping_id,
        provider=row.sync_config.provider,
        state=row.state,
        version=row.version,
        conflict=_conflict_of(row),
        appointment_id=row.appointment_id,
        external_event_id=row.external_event_id,
        resolution=None if row.resolution is None else ResolutionKind(row.resolution),
        picked=frozenset(row.picks or ()),
        resolved_at=row.resolved_at,
        resolved_by=row.resolved_by,
        is_automatic=row.is_automatic,
        detected_at=row.detected_at,
        closed_at=row.closed_at,
    )


def _conflict_of(row: CalendarSyncConflict) -> Conflict:
    return Conflict(
        ConflictType(row.conflict_type),
        frozenset(row.field_groups),
        decode(row.base_data),
        decode(row.local_data),
        decode(row.external_data),
        row.local_edited_at,
        row.external_edited_at,
        row.automatic_at,
    )
