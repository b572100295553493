"""Event resources as Google's own pages make them: single ones, with reminders.

Meetings have a conference, with its words in the description. The mean is of 1.3 kB as they come back.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bench.events_like import ZONE, Like, likes

Body = dict[str, Any]
_BLOCK = """
-::~:~::~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~::~:~::-
Join with Google Meet: https://meet.google.com/abc-{number}
Learn more about Meet at: https://support.google.com/a/users/answer/9282720
-::~:~::~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~:~::~:~::-"""


def bodies(number: int) -> Sequence[Body]:
    """So many of them, the same ones whenever they are asked for."""
    return [_body(like) for like in likes(number)]


def _body(like: Like) -> Body:
    return {
        "summary": like.title,
        "location": like.place,
        "description": like.notes + (_BLOCK.format(number=like.number) if like.is_meeting else ""),
        "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 30}]},
        "extendedProperties": {"private": {"other-app": like.beside}},
        "source": {"title": "A page", "url": f"https://example.com/{like.number}"},
        **_times(like),
    }


def _times(like: Like) -> Body:
    if like.is_whole_day:
        first = like.start.date()
        return {"start": {"date": str(first)}, "end": {"date": str(first + timedelta(days=1))}}
    points = (("start", like.start), ("end", like.end))
    return {name: {"dateTime": at.isoformat(), "timeZone": ZONE} for name, at in points}
