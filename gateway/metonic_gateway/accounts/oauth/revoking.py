"""Giving a grant back to its provider, before it is forgotten here (RFC 7009)."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Final

from metonic_core.spi.errors import ProviderError
from metonic_core.spi.provider import OAuth2, Provider
from metonic_gateway.accounts.oauth.authority import Exchanged
from metonic_gateway.accounts.oauth.beginning import authority_of, oauth_of
from metonic_gateway.accounts.oauth.client import KeptGrant
from metonic_gateway.accounts.oauth.identity import told_subject
from metonic_gateway.services import Services
from metonic_gateway.store import grants
from metonic_gateway.store.connected import ConnectedCalendar
from metonic_gateway.telemetry import get_logger

FORMER_NEVER_GIVEN_BACK: Final = {
    "code": "unreachable",
    "message": "The provider could not be told that the sign-in with the account of before ended.",
    "next_step": "Take our access away in that account at the provider.",
}
"""What its user is told, but for when."""

_log = get_logger(__name__)


class Revocation(Enum):
    """What became of a grant at its provider. KEPT: it was not given back, on purpose."""

    DONE = auto()
    FAILED = auto()
    KEPT = auto()


def is_revocable(services: Services, calendar: ConnectedCalendar) -> bool:
    """Whether the sign-in of that calendar is something that its provider can take back."""
    return _revoke_url(services, calendar) is not None


def withdrawal(services: Services, calendar: ConnectedCalendar) -> str:
    """What a user is told whose provider cannot be told that a sign-in at its page is over; else empty."""
    provider = services.registry.providers.get(calendar.provider)
    sign_in = provider.sign_in if provider else None
    if provider is None or not isinstance(sign_in, OAuth2) or sign_in.revoke_url is not None:
        return ""
    where = sign_in.withdrawal or "Take our access away in your account there."
    return f"{provider.title} cannot be told, so our access stays listed in your account. {where}"


async def revoke(services: Services, calendar: ConnectedCalendar) -> Revocation:
    """Give back the grant of a calendar in which nothing runs any more; what goes wrong is not raised.

    Problem: a provider ends all that an account granted to us, so who is signed in to the same account would
    lose it as well. Solution: then it stays. And while it is renewed, nobody knows which token will be the
    last: then it fails.
    """
    former = await begin_replacing(services, calendar)
    return Revocation.KEPT if former is None else await give_back(services, former)


@dataclass(frozen=True, slots=True)
class Former:
    """A grant that ends, with nobody renewing it till then; ``until`` is None where somebody is at it."""

    calendar: ConnectedCalendar
    sealed: str
    until: datetime | None


async def begin_replacing(services: Services, calendar: ConnectedCalendar) -> Former | None:
    """The grant that the calendar has, before another one takes its place; None if it cannot be given back.

    ``give_back`` has to follow: until then, or for less than a minute, it is not renewed.
    """
    sealed = None
    if is_revocable(services, calendar):
        sealed = await grants.read(calendar.id, calendar.account.subject)
    if sealed is None:
        return None
    return Former(calendar, sealed, await grants.claim(calendar.id, sealed, services.clock()))


async def give_back(services: Services, former: Former) -> Revocation:
    """Like ``revoke``."""
    calendar = former.calendar
    try:
        if await grants.is_lived_on(calendar.provider, calendar.account.subject, besides=calendar.id):
            return Revocation.KEPT
        return await _tell(services, calendar, former)
    finally:
        if former.until is not None:
            await grants.let_go(calendar.id, former.until)


async def give_back_unkept(services: Services, provider: Provider, exchanged: Exchanged) -> None:
    """Give back a grant that no calendar was given; what the provider says to that is not raised.

    It stays where a calendar lives on the account, which would lose its own with it, and where nobody knows
    whose it is. Whose it is says an id_token that came straight from the provider, so that its word is good
    for this even where it is not for a sign-in (OpenID Connect Core 1.0, 3.1.3.7, 6).
    """
    sign_in = oauth_of(provider)
    url, subject = sign_in.revoke_url, told_subject(exchanged.id_token, sign_in)
    if url is None or subject is None or await grants.is_lived_on(provider.name, subject):
        _log.info("grant_left", provider=provider.name)
        return
    try:
        await authority_of(services, provider).revoke(exchanged.grant, url)
    except ProviderError as error:
        _log.warning("grant_not_revoked", provider=provider.name, error=error)


async def _tell(services: Services, calendar: ConnectedCalendar, former: Former) -> Revocation:
    url = _revoke_url(services, calendar)
    if url is None or former.until is None:
        return Revocation.FAILED
    provider = services.registry.providers[calendar.provider]
    try:
        grant = KeptGrant(services, provider, calendar).opened(former.sealed)
        await authority_of(services, provider).revoke(grant, url)
    except ProviderError as error:
        _log.warning("grant_not_revoked", calendar=calendar.id, provider=provider.name, error=error)
        return Revocation.FAILED
    return Revocation.DONE


def _revoke_url(services: Services, calendar: ConnectedCalendar) -> str | None:
    provider = services.registry.providers.get(calendar.provider)
    sign_in = provider.sign_in if provider else None
    return sign_in.revoke_url if isinstance(sign_in, OAuth2) else None
