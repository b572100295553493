"""The way to a provider's page, where the user signs in and agrees."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from metonic_core.model.errors import InvalidValue
from metonic_core.spi.errors import Misconfigured
from metonic_core.spi.provider import OAuth2, Provider
from metonic_gateway.accounts.oauth.authority import Authority
from metonic_gateway.services import Services
from metonic_gateway.setting_values import OAuthClient
from metonic_gateway.store import calendars, oauth_states
from metonic_gateway.store.oauth_states import LASTS, Begun
from metonic_gateway.vault import Place

IDENTITY = ("openid", "email")
"""The scopes by which a provider says who signed in."""

_STATE_BYTES = 32
_VERIFIER_BYTES = 64


@dataclass(frozen=True, slots=True)
class Start:
    """``url`` is where to send the user; ``state`` comes back with them and is good once, until then."""

    url: str
    state: str
    expires_at: datetime


async def begin(services: Services, user_id: UUID, provider: Provider, page: str, hint: str = "") -> Start:
    """Begin a sign-in that goes on at ``page``, one of a frontend's; ``hint`` is an account to propose.

    Raises InvalidValue, and Misconfigured where the installation is not set up for it.
    """
    sign_in = oauth_of(provider)
    if page not in services.settings.pages:
        raise InvalidValue(
            "A sign-in may not lead to that page.",
            ("redirectUri",),
            "Use the address of a page that is among METONIC_REDIRECT_URIS, to the letter.",
        )
    authority, redirect_uri = authority_of(services, provider), _callback(services, provider)
    state = secrets.token_urlsafe(_STATE_BYTES)
    verifier, nonce = secrets.token_urlsafe(_VERIFIER_BYTES), secrets.token_urlsafe(_STATE_BYTES)
    kept = json.dumps({"verifier": verifier, "nonce": nonce, "redirect_uri": redirect_uri})
    now = services.clock()
    expires_at = now + LASTS
    sealed = services.vault.seal(kept, place_of(state))
    await oauth_states.keep(Begun(state_id(state), user_id, provider.name, page, sealed, expires_at), now)
    hints = {"login_hint": hint} if hint else {}
    scope = " ".join(_asked(sign_in.scopes))
    url = authority.page(state, verifier, redirect_uri=redirect_uri, scope=scope, nonce=nonce, **hints)
    return Start(url, state, expires_at)


async def begin_again(services: Services, user_id: UUID, provider: Provider, page: str) -> Start | None:
    """The same for somebody who was signed in before; None if they never were."""
    known = await calendars.of_user(user_id, provider.name)
    return None if known is None else await begin(services, user_id, provider, page, known.account.name)


def oauth_of(provider: Provider) -> OAuth2:
    """How one signs in at its page; raises InvalidValue for a provider with a form."""
    if isinstance(provider.sign_in, OAuth2):
        return provider.sign_in
    raise InvalidValue(
        f"{provider.title} has no page to sign in at, but a form.",
        ("provider",),
        "Use `connectWithCredentials`.",
    )


def client_of(services: Services, provider: Provider) -> OAuthClient:
    """What the provider knows us as; raises Misconfigured."""
    client = services.settings.clients.get(provider.name)
    if client is None:
        raise Misconfigured(
            f"This service is not known at {provider.title}: METONIC_OAUTH_CLIENTS has no {provider.name!r}."
        )
    return client


def authority_of(services: Services, provider: Provider) -> Authority:
    """Raises InvalidValue and Misconfigured."""
    sign_in, client = oauth_of(provider), client_of(services, provider)
    return Authority(sign_in, client, services.egress, provider.title, services.clock)


def state_id(state: str) -> str:
    """What a state is known as: whoever reads the database learns no state."""
    return sha256(state.encode("utf-8", "surrogatepass")).hexdigest()


def place_of(state: str) -> Place:
    return Place("oauth_states", state_id(state), "sealed")


def _callback(services: Services, provider: Provider) -> str:
    public = services.settings.public_url
    if public is None:
        raise Misconfigured("Nobody can come back from a provider's page: METONIC_PUBLIC_URL is not set.")
    return f"{public}/oauth/{provider.name}/callback"


def _asked(scopes: Sequence[str]) -> list[str]:
    return list(dict.fromkeys([*IDENTITY, *scopes]))
