"""Patterns and ranges of recurrence, and the rule of RFC 5545 that expands them.

https://learn.microsoft.com/en-us/graph/api/resources/patternedrecurrence
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from metonic_simulators.graph import errors
from metonic_simulators.graph.events.shape import enum
from metonic_simulators.graph.events.zones import NO_DATE, zone_of
from metonic_simulators.graph.mailbox import Body
from metonic_simulators.wire.faults import Switches

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
INDEXES = ("first", "second", "third", "fourth", "last")
_TYPES = ("daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly")
_RANGES = ("endDate", "noEnd", "numbered")
_NEEDS: Mapping[str, tuple[str, ...]] = {
    "daily": (),
    "weekly": ("daysOfWeek",),
    "absoluteMonthly": ("dayOfMonth",),
    "relativeMonthly": ("daysOfWeek",),
    "absoluteYearly": ("dayOfMonth", "month"),
    "relativeYearly": ("daysOfWeek", "month"),
}
_FREQUENCY = {"daily": "DAILY", "weekly": "WEEKLY", "Monthly": "MONTHLY", "Yearly": "YEARLY"}
_LONGEST, _MONTHS, _LAST_OF_ALL = 999, 12, 28


def read(asked: Body, start: date, zone_name: str, quirks: Switches) -> Body:
    """As it is kept and shown, with the members that were left out. Raises Refused.

    ``start``: the day on which the series begins, in its zone.
    """
    pattern, span = asked.get("pattern"), asked.get("range")
    if not isinstance(pattern, dict) or not isinstance(span, dict):
        raise errors.invalid_property("A recurrence has a pattern and a range.")
    zone = str(span.get("recurrenceTimeZone") or zone_name)
    zone_of(zone, quirks)
    return {"pattern": _pattern(pattern), "range": _range(span, start) | {"recurrenceTimeZone": zone}}


def _pattern(asked: Body) -> Body:
    kind = enum("type", asked.get("type"), _TYPES)
    for name in ("interval", *_NEEDS[kind]):
        if not asked.get(name):
            raise errors.invalid_property(f"The property '{name}' is required for a {kind} pattern.")
    days = asked.get("daysOfWeek") or []
    if not isinstance(days, list):
        raise errors.unreadable("Property daysOfWeek in payload has a value that does not match schema.")
    found = {
        "type": kind,
        "interval": _number(asked, "interval", 1, _LONGEST),
        "month": _number(asked, "month", 0, _MONTHS),
        "dayOfMonth": _number(asked, "dayOfMonth", 0, 31),
        "firstDayOfWeek": enum("firstDayOfWeek", asked.get("firstDayOfWeek") or "sunday", DAYS),
        "index": enum("index", asked.get("index") or "first", INDEXES),
    }
    if days:
        found["daysOfWeek"] = [enum("daysOfWeek", one, DAYS) for one in days]
    return found


def _number(asked: Body, name: str, least: int, most: int) -> int:
    value = asked.get(name) or 0
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise errors.invalid_property(f"The value of '{name}' is out of its range.")
    return value


def _range(asked: Body, start: date) -> Body:
    kind = enum("type", asked.get("type"), _RANGES)
    if not asked.get("startDate"):
        message = "The recurrence has an end date that is too big."
        raise errors.bad_request(message, "ErrorRecurrenceEndDateTooBig")
    if _day(asked, "startDate") != start:
        message = "The start date of the range must be the date of the start of the event."
        raise errors.invalid_property(message)
    found: Body = {"type": kind, "startDate": start.isoformat(), "endDate": NO_DATE}
    found["numberOfOccurrences"] = 0
    if kind == "numbered":
        found["numberOfOccurrences"] = _number(asked, "numberOfOccurrences", 1, _LONGEST)
    if kind == "endDate":
        end = _day(asked, "endDate")
        if end < start:
            message = "The recurrence has no occurrence."
            raise errors.bad_request(message, "ErrorRecurrenceHasNoOccurrence")
        found["endDate"] = end.isoformat()
    return found


def _day(asked: Body, name: str) -> date:
    try:
        return date.fromisoformat(str(asked.get(name)))
    except ValueError as error:
        raise errors.unreadable(f"Cannot convert '{asked.get(name)}' to the type 'Edm.Date'.") from error


def line(recurrence: Mapping[str, Any], *, skips: bool) -> str:
    """The RRULE that it is; ``skips``: months without that day have no occurrence, else their last day."""
    pattern, span = recurrence["pattern"], recurrence["range"]
    kind = pattern["type"]
    frequency = next(word for name, word in _FREQUENCY.items() if kind.endswith(name))
    parts = [f"FREQ={frequency}", f"INTERVAL={pattern['interval']}"]
    if kind == "weekly":
        parts.append(f"WKST={_short(pattern['firstDayOfWeek'])}")
        parts.append(f"BYDAY={_days(pattern)}")
    if kind.endswith("Yearly"):
        parts.append(f"BYMONTH={pattern['month']}")
    if kind.startswith("relative"):
        place = INDEXES.index(pattern["index"]) + 1
        parts += [f"BYDAY={_days(pattern)}", f"BYSETPOS={-1 if place == len(INDEXES) else place}"]
    if kind.startswith("absolute"):
        parts += _of_the_month(pattern["dayOfMonth"], skips=skips)
    if span["type"] == "numbered":
        parts.append(f"COUNT={span['numberOfOccurrences']}")
    if span["type"] == "endDate":
        parts.append(f"UNTIL={span['endDate'].replace('-', '')}")
    return "RRULE:" + ";".join(parts)


def _of_the_month(day: int, *, skips: bool) -> list[str]:
    """The last of the days up to it that the month has."""
    if day <= _LAST_OF_ALL or skips:
        return [f"BYMONTHDAY={day}"]
    return ["BYMONTHDAY=" + ",".join(map(str, range(_LAST_OF_ALL, day + 1))), "BYSETPOS=-1"]


def _days(pattern: Mapping[str, Any]) -> str:
    return ",".join(_short(one) for one in pattern["daysOfWeek"])


def _short(day: str) -> str:
    return day[:2].upper()
