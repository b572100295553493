"""Giving a grant back to its provider, before it is forgotten here (RFC 7009)."""

from enum import Enum, auto

from metonic_core.spi.errors import ProviderError
from metonic_core.spi.provider import OAuth2
from metonic_gateway.accounts.oauth.beginning import authority_of
from metonic_gateway.accounts.oauth.client import KeptGrant
from metonic_gateway.services import Services
from metonic_gateway.store import grants
from metonic_gateway.store.calendars import ConnectedCalendar
from metonic_gateway.telemetry import get_logger

_log = get_logger(__name__)


class Revocation(Enum):
    """What became of a grant at its provider. KEPT: it was not given back, on purpose."""

    DONE = auto()
    FAILED = auto()
    KEPT = auto()


def is_revocable(services: Services, calendar: ConnectedCalendar) -> bool:
    """Whether the sign-in of that calendar is something that its provider can take back."""
    return _revoke_url(services, calendar) is not None


async def revoke(services: Services, calendar: ConnectedCalendar) -> Revocation:
    """Give back the grant of a calendar in which nothing runs any more; what goes wrong is not raised.

    Problem: a provider ends all that an account granted to us, so who is signed in to the same account would
    lose it as well. Solution: then it stays.
    """
    url = _revoke_url(services, calendar)
    sealed = None if url is None else await grants.read(calendar.id, calendar.account.subject)
    if url is None or sealed is None:
        return Revocation.KEPT
    if await grants.is_shared(calendar.provider, calendar.account.subject, calendar.id):
        return Revocation.KEPT
    provider = services.registry.providers[calendar.provider]
    try:
        grant = KeptGrant(services, provider, calendar).opened(sealed)
        await authority_of(services, provider).revoke(grant, url)
    except ProviderError as error:
        _log.warning("grant_not_revoked", calendar=calendar.id, provider=provider.name, error=error)
        return Revocation.FAILED
    return Revocation.DONE


def _revoke_url(services: Services, calendar: ConnectedCalendar) -> str | None:
    provider = services.registry.providers.get(calendar.provider)
    sign_in = provider.sign_in if provider else None
    return sign_in.revoke_url if isinstance(sign_in, OAuth2) else None
