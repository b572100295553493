"""Conflicts as they are met, told while somebody listens."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import strawberry

from metonic_gateway.graphql.conflicts.types import SyncConflict, shown_conflict
from metonic_gateway.graphql.connection import LARGEST
from metonic_gateway.graphql.context import Info
from metonic_gateway.services import status_topic
from metonic_gateway.store import conflicts
from metonic_gateway.store.conflicts import Conflicts, Shown
from metonic_gateway.store.pages import Page

# A run notes a conflict under the time it then has, and commits a little later.
_LATE = timedelta(minutes=2)


async def conflict_detected(info: Info) -> AsyncGenerator[SyncConflict, None]:
    """First the last ones that are open, then each that is met or shown anew."""
    viewer = await info.context.viewer()
    told: dict[UUID, int] = {}
    with info.context.services.feed.subscribe([status_topic(viewer.id)]) as nudges:
        since = info.context.services.clock() - _LATE
        page = await conflicts.page_of(viewer.id, Conflicts(), Page(LARGEST))
        news: Sequence[Shown] = page[:LARGEST][::-1]
        while True:
            for conflict in news:
                if told.get(conflict.id) != conflict.version:
                    told[conflict.id] = conflict.version
                    yield shown_conflict(conflict)
            with suppress(TimeoutError):
                await asyncio.wait_for(anext(nudges), info.context.seconds_left())
            # The token may have expired since: then this raises, and the subscription ends.
            await info.context.viewer()
            began = info.context.services.clock()
            news = await conflicts.shown_since(viewer.id, since)
            since = began - _LATE


@strawberry.type
class ConflictsSubscription:
    conflict_detected: AsyncGenerator[SyncConflict, None] = strawberry.subscription(
        resolver=conflict_detected,
        description=f"The last {LARGEST} open conflicts first, the oldest of them first; then each that a "
        "run meets, and each that is shown in another version. `syncConflicts` has all. Ends with the error "
        "UNAUTHENTICATED when the token has expired.",
    )
