"""Asking for runs."""

from typing import Annotated

import strawberry

from metonic_core.spi.errors import SignInNeeded
from metonic_gateway.accounts.connecting import NoCalendarChosen
from metonic_gateway.accounts.connecting import NotConnected as Unconnected
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import (
    InvalidInput,
    NotConnected,
    NotFound,
    SignInRequired,
    no_calendar_chosen,
    not_connected,
    paused,
    sign_in_required,
    unknown_provider,
)
from metonic_gateway.graphql.runs.types import SyncRun, shown_run
from metonic_gateway.graphql.scalars import ProviderName
from metonic_gateway.jobs.requests import Paused
from metonic_gateway.jobs.requests import sync_now as request_run
from metonic_gateway.store import history

RunResult = Annotated[
    SyncRun | InvalidInput | NotFound | NotConnected | SignInRequired, strawberry.union("RunResult")
]


async def sync_now(info: Info, provider: ProviderName, complete: bool = False) -> RunResult:  # noqa: FBT001, FBT002 - the API's
    viewer = await info.context.viewer()
    services = info.context.services
    if provider not in services.registry.providers:
        return unknown_provider(services.registry.providers)
    try:
        run_id = await request_run(services, viewer.id, provider, complete=complete)
    except NoCalendarChosen:
        return no_calendar_chosen(provider)
    except Unconnected:
        return not_connected(provider)
    except SignInNeeded:
        return sign_in_required(provider)
    except Paused:
        return paused()
    found = await history.run(viewer.id, run_id)
    return not_connected(provider) if found is None else shown_run(found)


@strawberry.type
class RunsMutation:
    sync_now: RunResult = strawberry.field(
        resolver=sync_now,
        description="Sync soon: the run that is running or waiting, which looks again, else a new one. "
        "`complete` has it read the whole calendar instead of what changed.",
    )
