"""Signing in at the page of the provider that is in memory, without the API before it."""

from uuid import UUID

from tests.gateway.granting import Granting
from tests.gateway.house import House
from tests.gateway.registered import PAGE

from metonic_core.spi import Provider
from metonic_gateway.accounts.oauth.beginning import begin
from metonic_gateway.accounts.oauth.client import KeptGrant
from metonic_gateway.accounts.oauth.completing import complete
from metonic_gateway.accounts.oauth.grant import Grant
from metonic_gateway.store import calendars


def provider_of(house: House) -> Provider:
    return house.services.registry.providers["granting"]


async def signed_in(house: House, granting: Granting, user: UUID | None = None) -> UUID:
    """The connected calendar of a user who agreed."""
    whose = user or house.user
    start = await begin(house.services, whose, provider_of(house), PAGE)
    back = await granting.agree(start.url)
    return await complete(house.services, whose, provider_of(house), back.query["code"], back.query["state"])


async def kept(house: House, calendar: UUID) -> KeptGrant:
    value = await calendars.load(calendar)
    assert value is not None
    return KeptGrant(house.services, provider_of(house), value)


async def good(house: House, calendar: UUID) -> Grant:
    """The grant, renewed if it has to be."""
    return await (await kept(house, calendar)).good()


async def grant_of(house: House, calendar: UUID) -> Grant:
    """As it stands sealed in the row."""
    sealed = (await house.row(calendar)).access_token
    assert sealed is not None
    return (await kept(house, calendar)).opened(sealed)


def renewals(granting: Granting) -> int:
    """How often it was asked to renew a grant."""
    return sum(form["grant_type"] == "refresh_token" for form in granting.forms("token"))
