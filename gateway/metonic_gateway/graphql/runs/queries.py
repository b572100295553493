"""Runs as they are looked up: one, or the history of a user's calendars."""

import strawberry

from metonic_gateway.graphql.arguments import identity, maybe_instant
from metonic_gateway.graphql.connection import CountedConnection, connection_of, page_asked
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.runs.types import SyncOutcome, SyncRun, shown_run
from metonic_gateway.graphql.scalars import DateTime, ProviderName
from metonic_gateway.store import history


@strawberry.input
class SyncHistoryFilter:
    provider: ProviderName | None = None
    status: list[SyncOutcome] | None = None
    since: DateTime | None = strawberry.field(default=None, description="Requested then or later.")
    until: DateTime | None = strawberry.field(default=None, description="Requested before then.")


@strawberry.type
class SyncRunConnection(CountedConnection[SyncRun]):
    pass


async def sync_run(info: Info, id: strawberry.ID) -> SyncRun | None:  # noqa: A002 - the API's name
    viewer = await info.context.viewer()
    run_id = identity(id)
    found = None if run_id is None else await history.run(viewer.id, run_id)
    return None if found is None else shown_run(found)


async def sync_history(
    info: Info,
    filter: SyncHistoryFilter | None = None,  # noqa: A002 - the API's name
    first: int = 20,
    after: str | None = None,
) -> SyncRunConnection:
    viewer = await info.context.viewer()
    page, wanted = page_asked(first, after), _wanted(filter or SyncHistoryFilter())
    rows = await history.runs(viewer.id, wanted, page)
    return connection_of(
        SyncRunConnection, rows, page, shown_run, count=lambda: history.count_runs(viewer.id, wanted)
    )


def _wanted(given: SyncHistoryFilter) -> history.Runs:
    return history.Runs(
        provider=given.provider,
        statuses=None if given.status is None else [outcome.value for outcome in given.status],
        since=maybe_instant(given.since, "filter.since"),
        until=maybe_instant(given.until, "filter.until"),
    )


@strawberry.type
class RunsQuery:
    sync_run: SyncRun | None = strawberry.field(
        resolver=sync_run, description="One run of the viewer's; null if there is none of that id."
    )
    sync_history: SyncRunConnection = strawberry.field(
        resolver=sync_history, description="The runs of the viewer's calendars, the last one asked for first."
    )
