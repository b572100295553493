"""Setting what a connected calendar gets, which way it is synced and how often."""

from typing import Annotated

import strawberry

from metonic_core.model.errors import InvalidValue
from metonic_gateway.graphql.calendars.inputs import SyncSettingsInput, settings_asked
from metonic_gateway.graphql.calendars.types import ConnectedCalendar, connected_calendar
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import (
    InvalidInput,
    NotConnected,
    invalid_input,
    not_connected,
    unknown_provider,
)
from metonic_gateway.graphql.scalars import ProviderName
from metonic_gateway.services import status_topic
from metonic_gateway.store import preferences
from metonic_gateway.store.preferences import Changed
from metonic_gateway.store.users import User

SettingsResult = Annotated[
    ConnectedCalendar | InvalidInput | NotConnected, strawberry.union("SettingsResult")
]


async def update_sync_settings(
    info: Info, provider: ProviderName, settings: SyncSettingsInput
) -> SettingsResult:
    viewer = await info.context.viewer()
    services = info.context.services
    try:
        edit = await settings_asked(settings, viewer)
        changed = await preferences.change(viewer.id, provider, edit, services.window(), services.clock())
    except InvalidValue as error:
        return invalid_input(error, "settings")
    return await shown_after(info, viewer, provider, changed)


async def shown_after(
    info: Info, viewer: User, provider: ProviderName, changed: Changed | None
) -> SettingsResult:
    """The calendar as it is after a change of what it gets, once everybody who has to know was told."""
    services = info.context.services
    if changed is None:
        known = services.registry.providers
        return not_connected(provider) if provider in known else unknown_provider(known)
    if changed.is_due:
        services.nudge([changed.calendar_id])
    services.feed.publish(status_topic(viewer.id))
    return await connected_calendar(info, viewer.id, provider) or not_connected(provider)


@strawberry.type
class SettingsMutation:
    update_sync_settings: SettingsResult = strawberry.field(
        resolver=update_sync_settings,
        description="Change what is given, all of it or, if any of it cannot be used, nothing. The calendar "
        "is synced soon if what it gets or which way it flows has changed.",
    )
