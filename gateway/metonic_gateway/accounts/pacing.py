"""Asking providers no faster than they allow: who would be refused is told before a byte is sent.

Where a provider allows so many requests at the same time, a further one waits for one of them to be answered.

What is counted is what this life of the service has asked, by account and by project. Another one that asks
for the same account is found out by being refused, and so is a provider that allows less than it documents.
"""

from asyncio import Semaphore
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from metonic_core.pacing import Spent
from metonic_core.spi.client import Answer, Client
from metonic_core.spi.errors import Paced, Scope
from metonic_core.spi.pace import Pace
from metonic_core.spi.provider import Provider

Allowed = Mapping[str, Mapping[Scope, int]]
"""What an operator says that providers allow, by their names and by whose requests are counted together."""

_Whose = tuple[str, str, Pace]


class Paces:
    """What was spent lately of each pace, by whoever is counted together."""

    def __init__(self) -> None:
        self._spent: dict[_Whose, Spent] = {}
        # A place is there for as long as somebody has one or waits for one.
        self._places: WeakValueDictionary[_Whose, Semaphore] = WeakValueDictionary()

    def places(self, provider: str, subject: str, paces: Sequence[Pace]) -> list[Semaphore]:
        """Where who asks has to have a place while they do: of each pace that has only so many."""
        keys = zip(_keys(provider, subject, paces), paces, strict=True)
        return [self._places.setdefault(k, Semaphore(p.at_once)) for k, p in keys if p.at_once is not None]

    def spent(self, provider: str, subject: str, paces: Sequence[Pace], now: datetime) -> list[Spent]:
        """What was spent of each, for that account or, where the pace is of the project, by all."""
        keys = _keys(provider, subject, paces)
        if not self._spent.keys() >= set(keys):
            # Who is not asked any more takes no room.
            self._spent = {k: spent for k, spent in self._spent.items() if not spent.is_forgotten(k[2], now)}
        return [self._spent.setdefault(key, Spent()) for key in keys]

    def learn(self, provider: str, subject: str, now: datetime) -> None:
        """That account was refused all the same: it is asked for less for a while."""
        for (name, whose, pace), spent in self._spent.items():
            if (name, whose) == (provider, subject):
                spent.learn(pace, now)


def _keys(provider: str, subject: str, paces: Sequence[Pace]) -> list[_Whose]:
    return [(provider, subject if pace.scope is Scope.ACCOUNT else "", pace) for pace in paces]


def paces_of(provider: Provider, subject: str, allowed: Allowed) -> tuple[Pace, ...]:
    """What that account is kept to; as long as it is not known which it is, what the project is."""
    ours = allowed.get(provider.name, {})
    known = [pace for pace in provider.paces if subject or pace.scope is not Scope.ACCOUNT]
    return tuple(replace(p, units=max(p.least, ours.get(p.scope, p.units))) for p in known)


@dataclass(frozen=True, slots=True)
class PacedClient:
    """A ``Client`` for the account ``subject`` that raises Paced where a request would be too many."""

    client: Client
    provider: Provider
    subject: str
    kept: tuple[Pace, ...]
    paces: Paces
    clock: Callable[[], datetime]

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        host = (urlsplit(url).hostname or "").lower()
        paces = [pace for pace in self.kept if fnmatchcase(host, pace.host)]
        async with AsyncExitStack() as places:
            for place in self.paces.places(self.provider.name, self.subject, paces):
                await places.enter_async_context(place)
            spending = self._taken(paces, method, body)
            try:
                return await self.client.request(method, url, headers, body)
            finally:
                for spent, units in spending:
                    spent.end(units, self.clock())

    def _taken(self, paces: Sequence[Pace], method: str, body: bytes | None) -> list[tuple[Spent, int]]:
        now = self.clock()
        units = [pace.cost(method, body) for pace in paces]
        spent = self.paces.spent(self.provider.name, self.subject, paces, now)
        waits = [s.wait(pace, u, now) for s, pace, u in zip(spent, paces, units, strict=True)]
        if any(waits):
            message = f"{self.provider.title} was asked as often as it allows for now."
            raise Paced(message, max(waits).total_seconds())
        for one, number in zip(spent, units, strict=True):
            one.begin(number)
        return list(zip(spent, units, strict=True))
