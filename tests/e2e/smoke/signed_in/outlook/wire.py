"""Times, notes and rules in Graph's terms, and in those of an item.

https://learn.microsoft.com/en-us/graph/api/resources/event
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON
from tests.e2e.smoke.item import When, plain_rule
from tests.e2e.smoke.signed_in.calendar import Change

MEMBERS = (
    "id,type,subject,body,location,start,end,isAllDay,originalStartTimeZone,originalEndTimeZone,"
    "recurrence,sensitivity,showAs,cancelledOccurrences"
)
_OLSON_TO_WINDOWS = {olson: windows for windows, olson in WINDOWS_TO_OLSON.items()}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SECONDS = len("2026-01-01T00:00:00")
_DAY = len("2026-01-01")


def written(change: Change) -> dict[str, Any]:
    """As Graph takes it."""
    body: dict[str, Any] = {"subject": change["title"]} if "title" in change else {}
    if "location" in change:
        body["location"] = {"displayName": change["location"]}
    if "when" in change:
        start, end, zone = change["when"]
        body |= {"isAllDay": not zone, "start": _point(start, zone), "end": _point(end, zone)}
    return body


def _point(at: str, zone: str) -> dict[str, str]:
    """As Outlook writes it: in wall time, the zone by the name that Windows has for it."""
    if not zone:
        return {"dateTime": f"{at}T00:00:00", "timeZone": "UTC"}
    return {"dateTime": at, "timeZone": _OLSON_TO_WINDOWS[zone]}


def when(event: Mapping[str, Any]) -> When:
    """Of one that was asked for in UTC."""
    start, end = event["start"]["dateTime"], event["end"]["dateTime"]
    if event["isAllDay"]:
        return (start[:_DAY], end[:_DAY], "")
    name = event["originalStartTimeZone"]
    zone = WINDOWS_TO_OLSON.get(name, name)
    return (local(start, zone), local(end, zone), zone)


def local(moment: str, zone: str) -> str:
    """A moment in UTC by the wall clock of that zone; in none it is a day."""
    if not zone:
        return moment[:_DAY]
    at = datetime.fromisoformat(moment[:_SECONDS]).replace(tzinfo=UTC)
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()


def utc(at: str, zone: str) -> str:
    """A moment of the wall clock of that zone, in UTC."""
    moment = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone))
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat()


def html(notes: str) -> str:
    """As Outlook writes notes, whoever types them."""
    lines = escape(notes, quote=False).split("\n")
    return f"<div>{'<br>'.join(lines)}</div>"


def text(body: Mapping[str, str]) -> str:
    """Notes that were asked for as text: with the line ends of Windows, and one more."""
    return body["content"].replace("\r\n", "\n").removesuffix("\n")


def recurrence(rules_: Sequence[str], begins: When) -> Mapping[str, Any]:
    """Of a rule that is so many weeks, on the day on which the series begins."""
    (rule,) = rules_
    parts = dict(part.split("=") for part in rule.split(";"))
    start = begins[0][:_DAY]
    return {
        "pattern": {
            "type": parts["FREQ"].lower(),
            "interval": int(parts.get("INTERVAL", "1")),
            "daysOfWeek": [_DAYS[date.fromisoformat(start).weekday()]],
            "firstDayOfWeek": "monday",
        },
        "range": {"type": "numbered", "startDate": start, "numberOfOccurrences": int(parts["COUNT"])},
    }


def rules(told: Mapping[str, Any] | None, begins: When) -> frozenset[str]:
    """The rule of a recurrence of that kind."""
    if told is None:
        return frozenset()
    pattern, reach = told["pattern"], told["range"]
    days = ",".join(day[:2].upper() for day in pattern["daysOfWeek"])
    rule = f"FREQ={pattern['type'].upper()};INTERVAL={pattern['interval']};BYDAY={days}"
    return frozenset({plain_rule(f"{rule};COUNT={reach['numberOfOccurrences']}", begins)})
