"""The calendar services one can connect. Their sign-in forms come from the plugins."""

from collections.abc import Mapping
from typing import Annotated

import strawberry

from metonic_core import spi
from metonic_gateway.graphql.context import Info
from metonic_gateway.graphql.scalars import ProviderName


@strawberry.type(description="What depends on the service.")
class Capabilities:
    push: bool = strawberry.field(
        description="Whether it can tell of changes as they happen; see `SyncStatus.pushHealthy`."
    )
    silent_writes: bool = strawberry.field(
        description="Whether events with guests can be changed without the guests being notified."
    )


@strawberry.type(description="A field of a sign-in form.")
class CredentialField:
    name: str = strawberry.field(description="The `name` of the credential to send.")
    label: str
    secret: bool = strawberry.field(description="Whether to hide what is typed.")
    required: bool
    placeholder: str | None


@strawberry.type(description="Sign-in with a form; send it with `connectWithCredentials`.")
class PasswordSignIn:
    fields: list[CredentialField]
    help_url: str | None = strawberry.field(description="Where such a password is made.")


@strawberry.type(description="Sign-in at the provider's own page; begin it with `connectProvider`.")
class OAuthSignIn:
    scopes: list[str] = strawberry.field(description="What the user is asked for there, in its words.")


SignIn = Annotated[PasswordSignIn | OAuthSignIn, strawberry.union("SignIn")]


@strawberry.type(description="A calendar service, brought by a plugin.")
class Provider:
    name: ProviderName
    title: str
    sign_in: SignIn | None = strawberry.field(description="Null while its plugin is not installed or broken.")
    capabilities: Capabilities | None = strawberry.field(description="Likewise.")


async def providers(info: Info) -> list[Provider]:
    await info.context.viewer()
    found = info.context.services.registry.providers
    return [shown_provider(name, found) for name in sorted(found)]


def shown_provider(name: str, known: Mapping[str, spi.Provider]) -> Provider:
    """The provider; only its name where a calendar is connected to one whose plugin is gone."""
    provider = known.get(name)
    if provider is None:
        return Provider(name=ProviderName(name), title=name, sign_in=None, capabilities=None)
    return Provider(
        name=ProviderName(name),
        title=provider.title,
        sign_in=_shown_sign_in(provider.sign_in),
        capabilities=Capabilities(
            push=provider.push is not None, silent_writes=provider.capabilities.silent_writes
        ),
    )


def _shown_sign_in(sign_in: spi.Password | spi.OAuth2) -> PasswordSignIn | OAuthSignIn:
    if isinstance(sign_in, spi.OAuth2):
        return OAuthSignIn(scopes=list(sign_in.scopes))
    fields = [
        CredentialField(
            name=field.name,
            label=field.label,
            secret=field.is_secret,
            required=field.is_required,
            placeholder=field.placeholder,
        )
        for field in sign_in.fields
    ]
    return PasswordSignIn(fields=fields, help_url=sign_in.help_url)


@strawberry.type
class ProvidersQuery:
    providers: list[Provider] = strawberry.field(
        resolver=providers, description="Those whose plugins work, by name."
    )
