"""Conflicts, in pages."""

import strawberry

from metonic_gateway.graphql.conflicts.types import ConflictState, ConflictType, SyncConflict, shown_conflict
from metonic_gateway.graphql.connection import CountedConnection, connection_of, page_asked
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.scalars import ProviderName
from metonic_gateway.store import conflicts


@strawberry.input
class ConflictFilter:
    provider: ProviderName | None = None
    types: list[ConflictType] | None = None
    states: list[ConflictState] | None = strawberry.field(default=None, description="Open ones by default.")


@strawberry.type
class SyncConflictConnection(CountedConnection[SyncConflict]):
    pass


async def sync_conflicts(
    info: Info,
    filter: ConflictFilter | None = None,  # noqa: A002 - the API's name
    first: int = 20,
    after: str | None = None,
) -> SyncConflictConnection:
    viewer = await info.context.viewer()
    page, wanted = page_asked(first, after), _wanted(filter or ConflictFilter())
    rows = await conflicts.page_of(viewer.id, wanted, page)
    return connection_of(
        SyncConflictConnection, rows, page, shown_conflict, count=lambda: conflicts.count(viewer.id, wanted)
    )


def _wanted(given: ConflictFilter) -> conflicts.Conflicts:
    return conflicts.Conflicts(
        provider=given.provider,
        types=None if given.types is None else [each.value for each in given.types],
        states=[each.value for each in given.states or [ConflictState.OPEN]],
    )


@strawberry.type
class ConflictsQuery:
    sync_conflicts: SyncConflictConnection = strawberry.field(
        resolver=sync_conflicts, description="The conflicts in the viewer's calendars, the newest first."
    )
