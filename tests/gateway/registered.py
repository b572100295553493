"""A house that is registered at a provider that one signs in to, and an adapter that asks there first."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

from pydantic import SecretStr
from tests.gateway.house import House
from tests.gateway.memory import MemoryAdapter, World
from yarl import URL

from metonic_core.model.when import Window
from metonic_core.spi import Account, CalendarInfo, Client, EventPage, OAuth2, Provider, Unavailable
from metonic_core.spi.registry import Registry
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.accounts.stand_ins import StandIns

PAGE = "https://app.example.org/connected?tab=calendars"
_NOTHING: Mapping[str, Provider] = MappingProxyType({})


class AskingAdapter(MemoryAdapter):
    """Asks ``address`` with its token, and looks into the memory then."""

    address: ClassVar[str]

    def __init__(self, world: World, client: Client, account: Account) -> None:
        super().__init__(world, client, account)
        self._signed_in, self._who = client, account

    async def list_calendars(self) -> Sequence[CalendarInfo]:
        await self._look()
        return await super().list_calendars()

    async def get_events(self, calendar_id: str, window: Window | None, page: str | None = None) -> EventPage:
        await self._look()
        return await super().get_events(calendar_id, window, page)

    async def _look(self) -> bytes:
        answer = await self._signed_in.request("GET", self.address)
        if answer.status != 200:
            raise Unavailable("The server is down.")
        return answer.body


def stand_ins(provider: Provider, url: str) -> StandIns:
    """What is at that address stands in for all of the provider."""
    sign_in = provider.sign_in
    assert isinstance(sign_in, OAuth2)
    addresses = (sign_in.server, sign_in.authorize_url, sign_in.token_url, sign_in.keys_url)
    return StandIns({str(URL(address).origin()): url for address in addresses})


def register(
    house: House,
    provider: Provider,
    client: tuple[str, str],
    egress: Egress,
    beside: Mapping[str, Provider] = _NOTHING,
) -> None:
    """``client``: its id and its secret there; ``beside``: the other providers."""
    client_id, secret = client
    settings = house.services.settings.model_copy(
        update={
            "public_url": "https://sync.example.org",
            "redirect_uris": PAGE,
            "oauth_clients": SecretStr(json.dumps({provider.name: {"id": client_id, "secret": secret}})),
        }
    )
    registry = Registry({**beside, provider.name: provider}, ())
    house.services = replace(house.services, settings=settings, registry=registry, egress=egress)
