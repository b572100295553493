"""Signing in at a provider's own page: it begins here, goes on there, and ends here."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

import strawberry

from metonic_core.model.errors import InvalidValue
from metonic_core.spi.errors import Misconfigured, ProviderError
from metonic_gateway.accounts.oauth.authority import ADMIN_NEEDED, AdminNeeded
from metonic_gateway.accounts.oauth.beginning import Start, begin, begin_again
from metonic_gateway.accounts.oauth.completing import ScopesMissing, complete
from metonic_gateway.graphql.calendars.mutations import ConnectResult
from metonic_gateway.graphql.calendars.types import connected_calendar
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import (
    ErrorCode,
    InvalidInput,
    NotConnected,
    ProviderRefused,
    SignInRequired,
    invalid_input,
    not_connected,
    refused,
    unknown_provider,
)
from metonic_gateway.graphql.scalars import DateTime, ProviderName, date_time

_BEGIN_AGAIN = "Begin again with `connectProvider`."
_AGREE_TO_ALL = "Begin again with `connectProvider`, and agree to everything that the provider's page lists."
_TELL = "Tell who runs this service."


@strawberry.type(
    description="A sign-in that began: send the user's browser to `authUrl`. From there it comes back to the "
    "`redirectUri` with `code` and `state` in its query, for `completeConnection`, or with `error` and "
    "`state`: `access_denied` where the user did not agree, "
    f"`{ADMIN_NEEDED}` where an administrator of their organization has to, or what else went wrong there."
)
class ConnectionStart:
    auth_url: str
    state: str = strawberry.field(description="It is good once, and only for this viewer and provider.")
    expires_at: DateTime


ConnectProviderResult = Annotated[
    ConnectionStart | InvalidInput | ProviderRefused, strawberry.union("ConnectProviderResult")
]
ReconnectProviderResult = Annotated[
    ConnectionStart | InvalidInput | NotConnected | ProviderRefused,
    strawberry.union("ReconnectProviderResult"),
]


async def connect_provider(info: Info, provider: ProviderName, redirect_uri: str) -> ConnectProviderResult:
    viewer = await info.context.viewer()
    services = info.context.services
    plugin = services.registry.providers.get(provider)
    if plugin is None:
        return unknown_provider(services.registry.providers)
    try:
        return _shown(await begin(services, viewer.id, plugin, redirect_uri))
    except InvalidValue as error:
        return invalid_input(error)
    except Misconfigured as error:
        return _not_set_up(error, provider)


async def reconnect_provider(
    info: Info, provider: ProviderName, redirect_uri: str
) -> ReconnectProviderResult:
    viewer = await info.context.viewer()
    services = info.context.services
    plugin = services.registry.providers.get(provider)
    if plugin is None:
        return unknown_provider(services.registry.providers)
    try:
        start = await begin_again(services, viewer.id, plugin, redirect_uri)
    except InvalidValue as error:
        return invalid_input(error)
    except Misconfigured as error:
        return _not_set_up(error, provider)
    return not_connected(provider) if start is None else _shown(start)


async def complete_connection(info: Info, provider: ProviderName, code: str, state: str) -> ConnectResult:
    viewer = await info.context.viewer()
    services = info.context.services
    plugin = services.registry.providers.get(provider)
    if plugin is None:
        return unknown_provider(services.registry.providers)
    try:
        await complete(services, viewer.id, plugin, code, state)
    except InvalidValue as error:
        return invalid_input(error)
    except ProviderError as error:
        return _failed(error, provider, services.clock())
    return await connected_calendar(info, viewer.id, provider) or not_connected(provider)


def _shown(start: Start) -> ConnectionStart:
    return ConnectionStart(auth_url=start.url, state=start.state, expires_at=date_time(start.expires_at))


def _failed(error: ProviderError, provider: str, now: datetime) -> SignInRequired | ProviderRefused:
    match error:
        case ScopesMissing():
            return _too_little(error, provider)
        case Misconfigured():
            return _not_set_up(error, provider)
        case AdminNeeded():
            return refused(error, provider, now)
    return replace(refused(error, provider, now), next_step=_BEGIN_AGAIN)


def _too_little(error: ScopesMissing, provider: str) -> SignInRequired:
    return SignInRequired(
        code=ErrorCode.SCOPES_MISSING,
        message=error.message,
        next_step=_AGREE_TO_ALL,
        provider=ProviderName(provider),
    )


def _not_set_up(error: Misconfigured, provider: str) -> ProviderRefused:
    return ProviderRefused(
        code=ErrorCode.MISCONFIGURED,
        message=error.message,
        next_step=_TELL,
        provider=ProviderName(provider),
        retry_at=None,
    )


@strawberry.type
class OAuthMutation:
    connect_provider: ConnectProviderResult = strawberry.field(
        resolver=connect_provider,
        description="Begin a sign-in at the provider's own page. `redirectUri`: the page of the frontend "
        "where it goes on; it must be among those that the service is set up for.",
    )
    reconnect_provider: ReconnectProviderResult = strawberry.field(
        resolver=reconnect_provider,
        description="The same for who was signed in before, with that account proposed. The same account "
        "goes on where it was, another one begins anew. With a form: `connectWithCredentials` again.",
    )
    complete_connection: ConnectResult = strawberry.field(
        resolver=complete_connection,
        description="Finish a sign-in with what came back from the provider's page. It can be done once, "
        "within ten minutes, by the viewer who began it. Calendars are chosen as with "
        "`connectWithCredentials`.",
    )
