"""Asking providers no faster than they allow: who would be refused is told before a byte is sent.

Where a provider allows so many requests at the same time, a further one waits for one of them to be answered.

What is counted is what this life of the service has asked, by account and by project. Another one that asks
for the same account is found out by being refused, and so is a provider that allows less than it documents.
"""

from asyncio import Semaphore
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final, Generic, TypeVar
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from metonic_core.pacing import Spent
from metonic_core.spi.client import Answer, Client
from metonic_core.spi.errors import Paced, Scope
from metonic_core.spi.pace import Pace
from metonic_core.spi.provider import Provider
from metonic_gateway.usage import Usage

Allowed = Mapping[str, Mapping[Scope, int]]
"""What an operator says that providers allow, by their names and by whose requests are counted together."""

Whose = tuple[str, str, Pace]
"""A provider, an account or "" for the whole project, and a pace that is kept."""

T = TypeVar("T")

_FEW: Final = 1000


class Known(dict[Whose, T], Generic[T]):
    """What is remembered of each who is asked."""

    _most = _FEW

    def make_room(self, is_needed: Callable[[Whose, T], bool]) -> None:
        """Forget who is not asked any more, before one more is remembered.

        Problem: to look at all of them for each that is new takes the longer the more there are. Solution:
        that is done when there are twice as many as were needed the last time.
        """
        if len(self) < self._most:
            return
        for key in [key for key, one in self.items() if not is_needed(key, one)]:
            del self[key]
        self._most = max(_FEW, 2 * len(self))


class Paces:
    """What was spent lately of each pace, by whoever is counted together in this process."""

    def __init__(self) -> None:
        self._spent = Known[Spent]()
        # A place is there for as long as somebody has one or waits for one.
        self._places: WeakValueDictionary[Whose, Semaphore] = WeakValueDictionary()

    def places(self, whose: Sequence[Whose]) -> list[Semaphore]:
        """Where who asks has to have a place while they do: of each pace that has only so many."""
        limited = [(key, key[2].at_once) for key in whose if key[2].at_once is not None]
        return [self._places.setdefault(key, Semaphore(most)) for key, most in limited]

    async def take(self, whose: Sequence[Whose], units: Sequence[int], now: datetime) -> timedelta:
        """Spend so many of each; where that would be too much, spend nothing and say how long to wait."""
        asked = list(zip(self._spent_by(whose, now), whose, units, strict=True))
        wait = max((spent.wait(pace, u, now) for spent, (_, _, pace), u in asked), default=timedelta(0))
        if not wait:
            for spent, _, number in asked:
                spent.begin(number)
        return wait

    def end(self, whose: Sequence[Whose], units: Sequence[int], now: datetime) -> None:
        """What they were spent for was answered, or will not be."""
        for spent, number in zip(self._spent_by(whose, now), units, strict=True):
            spent.end(number, now)

    async def learn(self, provider: str, subject: str, now: datetime) -> None:
        """That account was refused all the same: it is asked for less for a while."""
        for (name, account, pace), spent in self._spent.items():
            if (name, account) == (provider, subject):
                spent.learn(pace, now)

    def _spent_by(self, keys: Sequence[Whose], now: datetime) -> list[Spent]:
        if not self._spent.keys() >= set(keys):
            self._spent.make_room(lambda key, spent: not spent.is_forgotten(key[2], now))
        return [self._spent.setdefault(key, Spent()) for key in keys]


def spenders(provider: str, subject: str, paces: Sequence[Pace]) -> list[Whose]:
    """Who is counted together: that account or, where the pace is of the project, all."""
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
    usage: Usage = field(default_factory=Usage)

    async def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        host = (urlsplit(url).hostname or "").lower()
        paces = [pace for pace in self.kept if fnmatchcase(host, pace.host)]
        whose = spenders(self.provider.name, self.subject, paces)
        units = [pace.cost(method, body) for pace in paces]
        async with AsyncExitStack() as places:
            for place in self.paces.places(whose):
                await places.enter_async_context(place)
            if wait := await self.paces.take(whose, units, self.clock()):
                message = f"{self.provider.title} was asked as often as it allows for now."
                raise Paced(message, wait.total_seconds())
            self._count(body)
            try:
                return await self.client.request(method, url, headers, body)
            finally:
                self.paces.end(whose, units, self.clock())

    def _count(self, body: bytes | None) -> None:
        parts = self.provider.parts(body)
        self.usage.count(self.provider.name, requests=1, batched=parts if parts > 1 else 0)
