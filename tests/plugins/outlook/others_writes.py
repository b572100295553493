"""Events as other clients of Graph write them: made from our terms by hand, not by the plugin."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from tests.plugins.outlook.mailbox import ZONES

from metonic_core.model.content import Content, Status
from metonic_core.model.series import Override
from metonic_core.model.when import AllDay, Slot, Timed, When

Body = dict[str, Any]
_NAMES = {zone: name for name, zone in ZONES.items()}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TYPES = {"DAILY": "daily", "WEEKLY": "weekly"}


def body_of(content: Content) -> Body:
    """The fields of an event, or of the master of a series."""
    return {
        "subject": content.title,
        "location": {"displayName": content.location},
        "body": {"contentType": "text", "content": content.notes},
        "sensitivity": "private" if content.is_private else "normal",
        "showAs": _shown_as(content),
        **times(content.when),
        **({"recurrence": _recurrence(content)} if content.recurrence else {}),
    }


def _shown_as(content: Content) -> str:
    if not content.is_busy:
        return "free"
    return "tentative" if content.status is Status.TENTATIVE else "busy"


def times(when: When) -> Body:
    is_all_day = isinstance(when, AllDay)
    return {"isAllDay": is_all_day, "start": _point(when.start, when), "end": _point(when.end, when)}


def _point(at: Slot, when: When) -> Body:
    if isinstance(when, Timed):
        return {"dateTime": at.isoformat(), "timeZone": _NAMES[when.zone]}
    return {"dateTime": datetime.combine(at, time()).isoformat(), "timeZone": "UTC"}


def _recurrence(content: Content) -> Body:
    """Daily and weekly rules, with or without an end."""
    assert content.recurrence is not None
    (rule,) = content.recurrence.rules
    parts = dict(part.split("=") for part in rule.split(";"))
    start = content.when.start
    pattern: Body = {"type": _TYPES[parts["FREQ"]], "interval": int(parts.get("INTERVAL", 1))}
    if parts["FREQ"] == "WEEKLY":
        pattern |= {"daysOfWeek": [_DAYS[start.weekday()]], "firstDayOfWeek": "monday"}
    first = _day(start).isoformat()
    if "COUNT" in parts:
        ending: Body = {"type": "numbered", "numberOfOccurrences": int(parts["COUNT"])}
    elif "UNTIL" in parts:
        last = datetime.strptime(parts["UNTIL"][:8], "%Y%m%d").date()  # noqa: DTZ007 - a day
        ending = {"type": "endDate", "endDate": last.isoformat()}
    else:
        ending = {"type": "noEnd"}
    return {"pattern": pattern, "range": {**ending, "startDate": first}}


def _day(slot: Slot) -> date:
    return slot.date() if isinstance(slot, datetime) else slot


def slot_text(slot: Slot, when: When) -> str:
    """How the original start of that occurrence begins on the wire."""
    if isinstance(slot, datetime) and isinstance(when, Timed):
        return f"{slot.replace(tzinfo=ZoneInfo(when.zone)).astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    return f"{slot:%Y-%m-%d}"


def override_body(override: Override) -> Body:
    """What a patch of that occurrence says."""
    found: Body = {}
    if override.title is not None:
        found["subject"] = override.title
    if override.location is not None:
        found["location"] = {"displayName": override.location}
    return found | (times(override.when) if override.when else {})
