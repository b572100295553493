"""The end of a sign-in: a code becomes a grant, and the grant a connected calendar."""

import json
import re
from dataclasses import dataclass, replace
from uuid import UUID

from yarl import URL

from metonic_core.model.errors import InvalidValue
from metonic_core.spi.errors import Misconfigured, SignInNeeded
from metonic_core.spi.provider import Account, OAuth2, Provider
from metonic_gateway.accounts.connecting import keep_sign_in, read_account
from metonic_gateway.accounts.oauth.authority import Exchanged
from metonic_gateway.accounts.oauth.beginning import authority_of, client_of, oauth_of, place_of, state_id
from metonic_gateway.accounts.oauth.identity import Expected, Identity, identify
from metonic_gateway.accounts.oauth.revoking import give_back_unkept
from metonic_gateway.services import Services
from metonic_gateway.store import oauth_states
from metonic_gateway.vault import VaultError

# RFC 6749 A.11: printable characters. Providers' codes have some hundred.
_CODE = re.compile(r"[ -~]{1,4096}")
# What these ask for is told otherwise: by the id_token, and by the refresh token.
_TOLD_OTHERWISE = frozenset({"openid", "email", "profile", "offline_access"})


class ScopesMissing(SignInNeeded):
    """The user agreed to less than what is needed."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What was sealed when the sign-in began."""

    verifier: str
    nonce: str
    redirect_uri: str


async def complete(services: Services, user_id: UUID, provider: Provider, code: str, state: str) -> UUID:
    """Sign in with what came back from the provider's page, and keep the sign-in.

    The state is used up, whatever comes of it, and a grant that comes to nothing is given back. The calendar
    is chosen as with a password; the same account as before goes on where it was, another one begins a new
    link. Returns the connected calendar's id; raises InvalidValue, and ProviderError for what the provider
    said.
    """
    sign_in, authority = oauth_of(provider), authority_of(services, provider)
    if not _CODE.fullmatch(code):
        raise InvalidValue(
            "That is no code.",
            ("code",),
            "Send the parameter `code` as it came back from the provider's page.",
        )
    kept = await _begun(services, user_id, provider, state)
    exchanged = await authority.exchange(code, kept.verifier, kept.redirect_uri)
    try:
        _check_scopes(provider, sign_in, exchanged)
        identity = await _identity(services, provider, exchanged, kept.nonce)
        return await _keep(services, user_id, provider, exchanged, identity)
    except BaseException:
        # Also where who waits for it is cancelled. What was kept before it failed is lived on, and stays.
        await give_back_unkept(services, provider, exchanged)
        raise


async def _begun(services: Services, user_id: UUID, provider: Provider, state: str) -> _Kept:
    """What the sign-in began with. Why a state is not good is not told: it may be somebody else's.

    Raises Misconfigured where the key is missing.
    """
    sealed = await oauth_states.take(state_id(state), user_id, provider.name, services.clock())
    if sealed is None:
        raise InvalidValue(
            "There is no such sign-in to finish: it can be done once, within ten minutes, by who began it.",
            ("state",),
            "Begin again with `connectProvider`.",
        )
    try:
        return _Kept(**json.loads(services.vault.open(sealed, place_of(state))))
    except VaultError as error:
        raise Misconfigured(str(error)) from error


def _check_scopes(provider: Provider, sign_in: OAuth2, exchanged: Exchanged) -> None:
    told = {_short(scope, sign_in) for scope in exchanged.grant.scopes}
    needed = [scope for scope in sign_in.scopes if scope not in _TOLD_OTHERWISE]
    missing = sorted(scope for scope in needed if _short(scope, sign_in) not in told)
    if missing:
        raise ScopesMissing(f"{provider.title} was not allowed all that is needed: {', '.join(missing)}.")


def _short(scope: str, sign_in: OAuth2) -> str:
    """The same for each way in which a scope is told: in any case, with or without the server before it."""
    return scope.lower().removeprefix(f"{URL(sign_in.server).origin()}/")


async def _identity(services: Services, provider: Provider, exchanged: Exchanged, nonce: str) -> Identity:
    client = client_of(services, provider)
    expected = Expected(oauth_of(provider), client.id, nonce, services.clock())
    return await identify(exchanged.id_token, expected, services.keys, services.egress)


async def _keep(
    services: Services, user_id: UUID, provider: Provider, exchanged: Exchanged, identity: Identity
) -> UUID:
    server, grant = oauth_of(provider).server, exchanged.grant
    client = services.egress.client(provider, server, f"Bearer {grant.access}")
    provisional = Account(identity.subject, identity.name, server, identity.name)
    read = await read_account(services, provider, client, provisional)
    # Whatever the adapter calls the account: the id_token is signed.
    account = replace(read.account, subject=identity.subject, name=identity.name)
    return await keep_sign_in(services, user_id, provider, replace(read, account=account), grant.as_text())
