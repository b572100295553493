"""Event resources as Outlook makes them, with HTML and a reminder, of which some are weekly series.

Meetings have the part of a description by which they are joined. The mean is of 2.4 kB as they come back.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bench.events_like import Like, likes

Body = dict[str, Any]
_ZONE = "W. Europe Standard Time"
_HEAD = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head><body>'
_JOIN = (
    '<div class="me-email-text" lang="en-GB"><div>' + "_" * 80 + "</div>"
    '<span class="me-email-text">Microsoft Teams</span> '
    '<a class="me-email-link" href="https://aka.ms/JoinTeamsMeeting">Need help?</a>'
    '<div><a id="meet_invite_block.action.join_link" class="me-email-headline" '
    'href="https://teams.microsoft.com/l/meetup-join/19%3ameeting_{number}/0">Join the meeting now</a></div>'
    "<div>Meeting ID: 271 908 343 {number}</div><div>" + "_" * 80 + "</div></div>"
)


def bodies(number: int, series: int) -> Sequence[Body]:
    """So many single ones with so many weekly series among them, evenly; the same whenever they are asked."""
    found = [*likes(number + series)]
    step = len(found) // series if series else 0
    return [_body(like, is_series=bool(step) and like.number % step == step - 1) for like in found]


def _body(like: Like, *, is_series: bool) -> Body:
    join = _JOIN.format(number=like.number) if like.is_meeting else ""
    return {
        "subject": like.title,
        "location": {"displayName": like.place},
        "body": {"contentType": "html", "content": f"{_HEAD}<div>{like.notes}</div>{join}</body></html>"},
        "reminderMinutesBeforeStart": 30,
        "categories": [like.beside],
        **_times(like),
        **({"recurrence": _weekly(like.start)} if is_series else {}),
    }


def _times(like: Like) -> Body:
    start, end = like.start, like.end
    if like.is_whole_day:
        start = start.replace(hour=0, minute=0)
        end = start + timedelta(days=1)
    points = (("start", start), ("end", end))
    times = {name: {"dateTime": at.isoformat(), "timeZone": _ZONE} for name, at in points}
    return {"isAllDay": like.is_whole_day, **times}


def _weekly(start: datetime) -> Body:
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": [f"{start:%A}".lower()]}
    return {
        "pattern": {**pattern, "firstDayOfWeek": "monday"},
        "range": {"type": "noEnd", "startDate": f"{start:%Y-%m-%d}"},
    }
