"""What Graph's pattern and range say, day by day, by their descriptions: none of the plugin's code.

Sources: resources "recurrencePattern" and "recurrenceRange"; where a month is too short for ``dayOfMonth``,
Outlook takes its last day.
"""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import Any

HORIZON = date(2055, 1, 1)
"""Later days are not looked at."""

_WEEK = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_INDEXES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
_DAY = timedelta(days=1)


def expanded(recurrence: Mapping[str, Any], most: int) -> list[date]:
    """The first days on which the series takes place."""
    pattern, reach = recurrence["pattern"], recurrence["range"]
    if reach["type"] == "numbered":
        most = min(most, reach["numberOfOccurrences"])
    last = date.fromisoformat(reach["endDate"]) if reach["type"] == "endDate" else HORIZON
    start = date.fromisoformat(reach["startDate"])
    return list(islice(_days(pattern, start, min(last, HORIZON - _DAY)), most))


def _days(pattern: Mapping[str, Any], start: date, last: date) -> Iterator[date]:
    day = start
    while day <= last:
        if _is_due(pattern, start, day) and _is_named(pattern, day):
            yield day
        day += _DAY


def _is_due(pattern: Mapping[str, Any], start: date, day: date) -> bool:
    """Whether the interval comes round to that day's day, week, month or year."""
    match pattern["type"]:
        case "daily":
            passed = (day - start).days
        case "weekly":
            first = _WEEK.index(pattern["firstDayOfWeek"])
            passed = (_week_of(day, first) - _week_of(start, first)).days // 7
        case "absoluteMonthly" | "relativeMonthly":
            passed = (day.year - start.year) * 12 + day.month - start.month
        case _:
            passed = day.year - start.year
    return bool(passed % pattern["interval"] == 0)


def _week_of(day: date, first: int) -> date:
    return day - timedelta(days=(day.weekday() - first) % 7)


def _is_named(pattern: Mapping[str, Any], day: date) -> bool:
    kind = pattern["type"]
    if kind.endswith("Yearly") and day.month != pattern["month"]:
        return False
    if kind == "daily":
        return True
    length = monthrange(day.year, day.month)[1]
    if kind.startswith("absolute"):
        return bool(day.day == min(pattern["dayOfMonth"], length))
    if _WEEK[day.weekday()] not in pattern["daysOfWeek"]:
        return False
    if kind == "weekly":
        return True
    month = (day.replace(day=number) for number in range(1, length + 1))
    named = [each for each in month if _WEEK[each.weekday()] in pattern["daysOfWeek"]]
    return named[_INDEXES[pattern["index"]]] == day
