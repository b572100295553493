"""What events say at any service, by a seed: each tenth is of all the day, each fifth a meeting."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bench.apple_like import FIRST_DAY, PLACES, SEED, TITLES, WORDS

ZONE = "Europe/Berlin"
_DAYS = 330


@dataclass(frozen=True, slots=True)
class Like:
    """``beside``: what another program keeps with it; times are of the clocks in ``ZONE``."""

    number: int
    title: str
    place: str
    notes: str
    beside: str
    start: datetime
    end: datetime

    @property
    def is_meeting(self) -> bool:
        return self.number % 5 == 0

    @property
    def is_whole_day(self) -> bool:
        return self.number % 10 == 0


def likes(number: int) -> Iterator[Like]:
    """So many of them, the same ones whenever they are asked for."""
    dice = Random(SEED)  # noqa: S311 - no secrets, but the same every time
    for n in range(number):
        notes = " ".join(dice.choices(WORDS, k=dice.randrange(4, 40)))
        title, place = f"{dice.choice(TITLES)} {n}", dice.choice(PLACES)
        beside = f"{dice.getrandbits(64):x}"
        start = FIRST_DAY + timedelta(days=dice.randrange(_DAYS), minutes=15 * dice.randrange(40))
        end = start + timedelta(minutes=15 * dice.randrange(1, 9))
        yield Like(n, title, place, notes, beside, start, end)
