"""Asking for runs, and for previews of them."""

from typing import Annotated

import strawberry

from metonic_core.model.errors import InvalidValue
from metonic_core.selection import Direction
from metonic_core.spi.errors import SignInNeeded
from metonic_gateway.accounts.connecting import NoCalendarChosen
from metonic_gateway.accounts.connecting import NotConnected as Unconnected
from metonic_gateway.graphql.calendars.inputs import SyncSettingsInput, settings_asked
from metonic_gateway.graphql.calendars.status import SyncDirection
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import (
    InvalidInput,
    NotConnected,
    NotFound,
    OutOfDate,
    SignInRequired,
    invalid_input,
    no_calendar_chosen,
    not_connected,
    paused,
    sign_in_required,
    unknown_provider,
)
from metonic_gateway.graphql.runs.types import SyncRun, shown_run
from metonic_gateway.graphql.scalars import ProviderName
from metonic_gateway.jobs.requests import Paused, request_preview
from metonic_gateway.jobs.requests import sync_now as request_run
from metonic_gateway.store import history

RunResult = Annotated[
    SyncRun | InvalidInput | NotFound | NotConnected | SignInRequired | OutOfDate,
    strawberry.union("RunResult"),
]


_REFUSALS = (Unconnected, SignInNeeded, Paused)


async def sync_now(
    info: Info,
    provider: ProviderName,
    direction: SyncDirection | None = None,
    complete: bool = False,  # noqa: FBT001, FBT002 - the API's
) -> RunResult:
    viewer = await info.context.viewer()
    services = info.context.services
    if provider not in services.registry.providers:
        return unknown_provider(services.registry.providers)
    way = None if direction is None else Direction(direction.value)
    try:
        run_id = await request_run(services, viewer.id, provider, way, complete=complete)
    except InvalidValue as error:
        return invalid_input(error)
    except _REFUSALS as error:
        return _refused(error, provider)
    found = await history.run(viewer.id, run_id)
    return not_connected(provider) if found is None else shown_run(found)


async def preview_sync(
    info: Info, provider: ProviderName, settings: SyncSettingsInput | None = None
) -> RunResult:
    viewer = await info.context.viewer()
    services = info.context.services
    if provider not in services.registry.providers:
        return unknown_provider(services.registry.providers)
    try:
        edit = None if settings is None else await settings_asked(settings, viewer)
        run_id = await request_preview(services, viewer.id, provider, edit)
    except InvalidValue as error:
        return invalid_input(error, "settings")
    except _REFUSALS as error:
        return _refused(error, provider)
    found = await history.run(viewer.id, run_id)
    return not_connected(provider) if found is None else shown_run(found)


def _refused(error: Exception, provider: str) -> RunResult:
    match error:
        case Paused():
            return paused()
        case SignInNeeded():
            return sign_in_required(provider)
        case NoCalendarChosen():
            return no_calendar_chosen(provider)
        case _:
            return not_connected(provider)


@strawberry.type
class RunsMutation:
    sync_now: RunResult = strawberry.field(
        resolver=sync_now,
        description="Sync soon: the run that is running or waiting, which looks again, else a new one. "
        "`complete` has it read the whole calendar instead of what changed. `direction` has it go one way, "
        "where none runs or waits yet and the calendar is set to BOTH: PUSH only writes into the calendar, "
        "PULL only takes from it. What goes the other way, or for PUSH was changed on both sides, is left to "
        "the next sync that goes both, which comes no later for it. What may not be shown any more is taken "
        "out of the calendar in either case.",
    )
    preview_sync: RunResult = strawberry.field(
        resolver=preview_sync,
        description="See what a sync would do, under the present settings or the given ones: the answer is a "
        "run of the kind PREVIEW, and its `plan` can be read once it is FINISHED. The calendar is read for "
        "it, and nothing is written anywhere. Kept for a day.",
    )
