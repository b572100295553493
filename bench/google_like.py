"""Event resources as Google's own pages make them, by a seed: single ones, with reminders and guests.

Each fifth has a conference with its words in the description, each tenth is of all the day. The mean is of
1.3 kB as they come back.
"""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from bench.apple_like import FIRST_DAY, PLACES, SEED, TITLES, WORDS

Body = dict[str, Any]
_BLOCK = """
-::~:~::~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~::~:~::-
Join with Google Meet: https://meet.google.com/abc-{number}
Learn more about Meet at: https://support.google.com/a/users/answer/9282720
-::~:~::~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~::~:~::-"""
_DAYS = 330


def bodies(number: int) -> Sequence[Body]:
    """So many of them, the same ones whenever they are asked for."""
    dice = Random(SEED)  # noqa: S311 - no secrets, but the same every time
    return [_body(dice, n) for n in range(number)]


def _body(dice: Random, number: int) -> Body:
    notes = " ".join(dice.choices(WORDS, k=dice.randrange(4, 40)))
    return {
        "summary": f"{dice.choice(TITLES)} {number}",
        "location": dice.choice(PLACES),
        "description": notes + (_BLOCK.format(number=number) if number % 5 == 0 else ""),
        "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 30}]},
        "extendedProperties": {"private": {"other-app": f"{dice.getrandbits(64):x}"}},
        "source": {"title": "A page", "url": f"https://example.com/{number}"},
        **_times(dice, is_whole_day=number % 10 == 0),
    }


def _times(dice: Random, *, is_whole_day: bool) -> Body:
    start = FIRST_DAY + timedelta(days=dice.randrange(_DAYS), minutes=15 * dice.randrange(40))
    if is_whole_day:
        return {
            "start": {"date": str(start.date())},
            "end": {"date": str(start.date() + timedelta(days=1))},
        }
    end = start + timedelta(minutes=15 * dice.randrange(1, 9))
    return {
        name: {"dateTime": at.isoformat(), "timeZone": "Europe/Berlin"}
        for name, at in (("start", start), ("end", end))
    }
