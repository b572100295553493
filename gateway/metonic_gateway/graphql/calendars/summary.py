"""How all calendars of the viewer stand, in one line."""

import strawberry

from metonic_gateway.graphql.calendars.attention import needs_attention
from metonic_gateway.graphql.context import Info
from metonic_gateway.store import overview
from metonic_gateway.store.states import SUCCESS


@strawberry.type(description="How all connected calendars of the viewer stand.")
class SyncSummary:
    all_synced: bool = strawberry.field(
        description="Whether the last sync of each was a success, and nothing waits for another one or for "
        "the viewer. False while none is connected."
    )
    items_in_last_sync: int = strawberry.field(
        description="How many items the last recorded run of each sent and took over."
    )
    open_conflicts: int
    needing_attention: int = strawberry.field(description="How many calendars wait for the viewer.")


async def sync_summary(info: Info) -> SyncSummary:
    viewer = await info.context.viewer()
    found = await overview.of_user(viewer.id, info.context.services.clock())
    calendars = [calendar for calendar in found if not calendar.is_disconnected]
    ids = [calendar.id for calendar in calendars]
    tallies = await overview.tallies(ids)
    waiting = sum(needs_attention(calendar, tallies[calendar.id]) for calendar in calendars)
    last = [tally.last_run for tally in tallies.values() if tally.last_run is not None]
    is_settled = not any(tally.current_run for tally in tallies.values()) and not await overview.is_any_due(
        ids
    )
    succeeded = [calendar.last_sync_status == SUCCESS for calendar in calendars]
    return SyncSummary(
        all_synced=bool(calendars) and all(succeeded) and is_settled and not waiting,
        items_in_last_sync=sum(run.items_pushed + run.items_pulled for run in last),
        open_conflicts=sum(tally.open_conflicts for tally in tallies.values()),
        needing_attention=waiting,
    )


@strawberry.type
class SummaryQuery:
    sync_summary: SyncSummary = strawberry.field(
        resolver=sync_summary, description="All connected calendars of the viewer in one line."
    )
