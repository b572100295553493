"""The same paces for many processes: what they spend is drawn from the database, in portions.

A portion lasts for some seconds at the speed at which a process asks just now, so that the busy ones draw a
few times a minute and the others a few units at a time. What is left of it after ten seconds counts as spent:
with that, and with the precision of its count, a span is a little longer than where one process counts alone.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from metonic_core.spi.errors import Scope
from metonic_core.spi.pace import Pace
from metonic_gateway.accounts.pacing import Known, Paces, Whose
from metonic_gateway.store import budgets

_LASTS: Final = timedelta(seconds=10)
_MEANT_FOR: Final = timedelta(seconds=5)
_SOON: Final = timedelta(milliseconds=100)
# Of a pace: nobody takes all of it, and what is left over hurts nobody.
_MOST: Final = 20
# The first portion of an account is what a run needs, where that is little of the pace: no other process is
# likely to draw of it at the moment.
_OF_A_RUN: Final = 6
_AT_FIRST: Final = 100
_COUNTS_AS_SPENT: Final = 1.02
_LATER: Final = timedelta(seconds=1)
# Who is refused was asked before that.
_KNOWN_FOR: Final = timedelta(minutes=5)


class SharedPaces(Paces):
    """What was spent lately of each pace, by whoever is counted together in all processes.

    How many requests may be under way at the same time is kept by each process for itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._portions = Known[_Portion]()

    async def take(self, whose: Sequence[Whose], units: Sequence[int], now: datetime) -> timedelta:
        """Spend so many of each; where that would be too much, spend nothing and say how long to wait."""
        asked = [(self._portion(key, now), number) for key, number in zip(whose, units, strict=True)]
        # While one is drawn from, others may spend what was there of the next.
        while short := [(portion, number) for portion, number in asked if portion.left(now) < number]:
            portion, number = short[0]
            if wait := await portion.drawn(number, now):
                return wait
        for portion, number in asked:
            portion.spend(number)
        return timedelta(0)

    def end(self, whose: Sequence[Whose], units: Sequence[int], now: datetime) -> None:
        """Nothing: what is drawn counts for so long that it does not matter when it was answered."""

    async def learn(self, provider: str, subject: str, now: datetime) -> None:
        """That account was refused all the same: all processes ask it for less for a while."""
        for (name, account, pace), portion in list(self._portions.items()):
            if (name, account) == (provider, subject):
                # What is so much in demand will be refused, and learnt, again.
                with suppress(budgets.Contended):
                    await budgets.learn(portion.id, _longer(pace), now)

    def _portion(self, key: Whose, now: datetime) -> "_Portion":
        if known := self._portions.get(key):
            return known
        self._portions.make_room(lambda _, portion: portion.is_used(now))
        made = self._portions[key] = _Portion(_id_of(key), key[2])
        return made


@dataclass(slots=True)
class _Portion:
    """What this process may still spend of a pace before it draws again."""

    id: str
    pace: Pace
    _left: int = 0
    _size: int = 0
    _drawn_at: datetime | None = None
    _drawing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def left(self, now: datetime) -> int:
        return self._left if self._is_good(now) else 0

    def spend(self, units: int) -> None:
        self._left -= units

    def is_used(self, now: datetime) -> bool:
        is_known = self._drawn_at is not None and timedelta(0) <= now - self._drawn_at < _KNOWN_FOR
        return is_known or self._drawing.locked()

    async def drawn(self, least: int, now: datetime) -> timedelta:
        """Draw so many units at least, unless somebody has just done so; returns how long to wait instead."""
        async with self._drawing:
            if self.left(now) >= least:
                return timedelta(0)
            try:
                units, wait = await budgets.draw(
                    self.id, _longer(self.pace), least, self._meant(least, now), now
                )
            except budgets.Contended:
                return _LATER
            if units:
                self._left = self._size = units
                self._drawn_at = now
            return wait

    def _meant(self, least: int, now: datetime) -> int:
        """What lasts for some seconds if it is spent as fast as the last one."""
        if self._drawn_at is None or not self._is_good(now):
            of_a_run = min(_OF_A_RUN, self.pace.units // _AT_FIRST)
            return max(least, of_a_run) if self.pace.scope is Scope.ACCOUNT else least
        longer = _MEANT_FOR / max(now - self._drawn_at, _SOON)
        return max(least, min(int(self._size * longer), self.pace.units // _MOST))

    def _is_good(self, now: datetime) -> bool:
        return self._drawn_at is not None and timedelta(0) <= now - self._drawn_at < _LASTS


def _longer(pace: Pace) -> Pace:
    """What is drawn may be spent until it is good no more, and is counted from a little earlier on."""
    return replace(pace, span=(pace.span + _LASTS) * _COUNTS_AS_SPENT)


def _id_of(key: Whose) -> str:
    """Tells nothing of the account."""
    provider, account, pace = key
    names = (provider, account, pace.host, pace.scope.value, str(pace.span.total_seconds()))
    return sha256("\n".join(names).encode()).hexdigest()
