"""Connecting, choosing, testing and disconnecting a calendar."""

from typing import Annotated

import strawberry

from metonic_core.model.errors import InvalidValue
from metonic_core.spi.errors import ProviderError, SignInNeeded
from metonic_gateway.accounts import connecting, disconnecting
from metonic_gateway.accounts.oauth.authority import AdminNeeded
from metonic_gateway.graphql.calendars.types import ConnectedCalendar, connected_calendar
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.errors import (
    InvalidInput,
    NotConnected,
    ProviderRefused,
    SignInRequired,
    invalid_input,
    not_connected,
    refused,
    sign_in_required,
    unknown_provider,
)
from metonic_gateway.graphql.scalars import ProviderName


@strawberry.input
class CredentialInput:
    name: str = strawberry.field(description="The `name` of the field of the sign-in form.")
    value: str


@strawberry.type(description="From now on nothing is synced with that provider.")
class Disconnected:
    provider: ProviderName
    copies_to_remove: int = strawberry.field(
        description="How many copies are being removed from the calendar."
    )
    grant_revoked: bool = strawberry.field(
        description="Whether the provider was told by now that the sign-in at its page is over."
    )
    next_step: str = strawberry.field(
        description="What comes now, and what is left to the user: where to take our access away, say, "
        "if the provider cannot be told."
    )


@strawberry.type(description="What the provider answered just now.")
class TestReport:
    ok: bool = strawberry.field(description="False: signed in, but the chosen calendar is not there.")
    account: str
    can_write: bool
    latency_ms: int
    webhooks: bool = strawberry.field(
        description="Whether the provider tells of changes in the chosen calendar now; see "
        "`SyncStatus.pushHealthy`."
    )


ConnectResult = Annotated[
    ConnectedCalendar | InvalidInput | NotConnected | SignInRequired | ProviderRefused,
    strawberry.union("ConnectResult"),
]
TestResult = Annotated[
    TestReport | InvalidInput | NotConnected | SignInRequired | ProviderRefused,
    strawberry.union("TestResult"),
]
DisconnectResult = Annotated[Disconnected | InvalidInput | NotConnected, strawberry.union("DisconnectResult")]


async def connect_with_credentials(
    info: Info, provider: ProviderName, credentials: list[CredentialInput]
) -> ConnectResult:
    viewer = await info.context.viewer()
    services = info.context.services
    plugin = services.registry.providers.get(provider)
    if plugin is None:
        return unknown_provider(services.registry.providers)
    try:
        typed = _typed(credentials)
        await connecting.connect_with_credentials(services, viewer.id, plugin, typed)
    except InvalidValue as error:
        return invalid_input(error)
    except ProviderError as error:
        return refused(error, provider, services.clock())
    return await connected_calendar(info, viewer.id, provider) or not_connected(provider)


def _typed(credentials: list[CredentialInput]) -> dict[str, str]:
    """By name; raises InvalidValue for a name that comes twice. Values are secrets and are never quoted."""
    typed = {credential.name: credential.value for credential in credentials}
    if len(typed) < len(credentials):
        raise InvalidValue("A field of the form is given twice.", ("credentials",), "Give each once.")
    return typed


async def choose_calendar(
    info: Info,
    provider: ProviderName,
    calendar_id: strawberry.ID,
    remove_external_events: bool = True,  # noqa: FBT001, FBT002 - the API's
) -> ConnectResult:
    viewer = await info.context.viewer()
    services = info.context.services
    if provider not in services.registry.providers:
        return unknown_provider(services.registry.providers)
    try:
        await connecting.choose_calendar(
            services, viewer.id, provider, calendar_id, remove_copies=remove_external_events
        )
    except connecting.NotConnected:
        return not_connected(provider)
    except InvalidValue as error:
        return invalid_input(error)
    return await connected_calendar(info, viewer.id, provider) or not_connected(provider)


async def test_connection(info: Info, provider: ProviderName) -> TestResult:
    viewer = await info.context.viewer()
    services = info.context.services
    if provider not in services.registry.providers:
        return unknown_provider(services.registry.providers)
    try:
        report = await connecting.test_connection(services, viewer.id, provider)
    except connecting.NotConnected:
        return not_connected(provider)
    except AdminNeeded as error:
        return refused(error, provider, services.clock())
    except SignInNeeded:
        return sign_in_required(provider)
    except ProviderError as error:
        return refused(error, provider, services.clock())
    return TestReport(
        ok=report.ok,
        account=report.account,
        can_write=report.can_write,
        latency_ms=report.latency_ms,
        webhooks=report.webhooks,
    )


async def disconnect_provider(
    info: Info,
    provider: ProviderName,
    remove_external_events: bool,  # noqa: FBT001 - the API's
) -> DisconnectResult:
    viewer = await info.context.viewer()
    services = info.context.services
    try:
        done = await disconnecting.disconnect(
            services, viewer.id, provider, remove_copies=remove_external_events
        )
    except connecting.NotConnected:
        known = services.registry.providers
        return not_connected(provider) if provider in known else unknown_provider(known)
    return Disconnected(
        provider=provider,
        copies_to_remove=done.copies_to_remove,
        grant_revoked=done.grant_revoked,
        next_step=done.next_step,
    )


@strawberry.type
class CalendarsMutation:
    connect_with_credentials: ConnectResult = strawberry.field(
        resolver=connect_with_credentials,
        description="Sign in with the provider's form. The only writable calendar is chosen by "
        "itself, and so is the "
        "one that was chosen before; else `chooseCalendar` is next.",
    )
    choose_calendar: ConnectResult = strawberry.field(
        resolver=choose_calendar,
        description="Sync with this calendar of the account. The copies are removed from the one that "
        "was synced before, unless `removeExternalEvents` is false; the user's own events stay there, and "
        "what was imported from them stays here. Choosing that one again goes on where it was left.",
    )
    test_connection: TestResult = strawberry.field(
        resolver=test_connection,
        description="Ask the provider who is signed in and what calendars there are, which are the "
        "`choices` from then on.",
    )
    disconnect_provider: DisconnectResult = strawberry.field(
        resolver=disconnect_provider,
        description="Stop syncing, give the sign-in back to the provider where it can be, and forget it. "
        "Copies are removed from the calendar before if so wished; the user's own events stay in any case.",
    )
