"""What stands in for Microsoft, and a house whose users sign in there."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from tests.gateway.house import House
from tests.gateway.memory import World
from tests.gateway.registered import PAGE, AskingAdapter, register, stand_ins
from yarl import URL

from metonic_core.spi import Account, Provider
from metonic_gateway.accounts.connecting import adapter_for
from metonic_gateway.accounts.egress import Egress
from metonic_gateway.accounts.oauth.beginning import begin
from metonic_gateway.accounts.oauth.client import KeptGrant
from metonic_gateway.accounts.oauth.completing import complete
from metonic_gateway.accounts.oauth.grant import Grant
from metonic_gateway.store import calendars
from metonic_outlook.provider import PROVIDER
from metonic_outlook.sign_in import SIGN_IN
from metonic_simulators.graph import Simulator, graph

ALICE, BOB, CAROL = "alice@contoso.example", "bob@contoso.example", "carol@outlook.example"
"""Alice and Bob are of one organization, Carol's account is a personal one."""


class AtGraph(AskingAdapter):
    """Asks Graph who it is."""

    address = f"{SIGN_IN.server}/v1.0/me"

    async def authenticate(self) -> Account:
        told = json.loads(await self._look())
        return replace(self._who, subject=told["id"], name=told["displayName"])


@dataclass
class Microsoft:
    """A house, and what stands in for Microsoft, whose clocks go together."""

    house: House
    sim: Simulator
    provider: Provider

    def later(self, **by: float) -> None:
        before = self.sim.clock.now()
        self.sim.advance(**by)
        self.house.later(self.sim.clock.now() - before)

    async def signed_in(self, who: str = ALICE) -> UUID:
        """The connected calendar after that account allowed what it was asked for."""
        start = await begin(self.house.services, self.house.user, self.provider, PAGE)
        back = URL(self.sim.allow(dict(URL(start.url).query), who)).query
        return await self.complete(back["code"], back["state"])

    async def complete(self, code: str, state: str) -> UUID:
        return await complete(self.house.services, self.house.user, self.provider, code, state)

    async def asks(self, calendar: UUID) -> None:
        """A request with the sign-in of that calendar, which is renewed for it if it has to be."""
        value = await calendars.load(calendar)
        assert value is not None
        await adapter_for(self.house.services, value).list_calendars()

    async def grant(self, calendar: UUID) -> Grant:
        """As it stands sealed in the row."""
        value = await calendars.load(calendar)
        assert value is not None
        assert value.sealed is not None
        return KeptGrant(self.house.services, self.provider, value).opened(value.sealed)

    def renewals(self) -> int:
        """How often the token endpoint was asked, but for codes."""
        return sum(entry.operation == "token" for entry in self.sim.log) - len(self.sim.people.spent)


def in_memory(world: World) -> Provider:
    return replace(PROVIDER, adapter=lambda client, account: AtGraph(world, client, account), push=None)


@asynccontextmanager
async def at_microsoft(house: House, provider: Provider | None = None) -> AsyncIterator[Microsoft]:
    """A house at which one signs in with that provider; without one, with calendars that are in memory."""
    async with graph(start=house.now, runs=False) as sim:
        provider = provider or in_memory(house.world)
        way = stand_ins(provider, sim.url)
        async with Egress(allow_private_addresses=True, stand_ins=way) as egress:
            register(house, provider, (sim.client_id, sim.client_secret), egress)
            yield Microsoft(house, sim, provider)
