"""From a recurrence to Graph's pattern and range, or why there is none.

A pattern is guessed from the parts of the rule, then read back and lived through beside it: one that does not
name the same days is none, whatever it looks like. So nothing is approximated in silence.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from metonic_core.model.series import Recurrence, slots_until
from metonic_core.model.when import Slot, When
from metonic_outlook import rules
from metonic_outlook.errors import Incomprehensible
from metonic_outlook.obstacles import Inexpressible, Obstacle

_NAMES = {short: name for name, short in rules.DAYS.items()}
_INDEXES = {str(number): name for name, number in rules.INDEXES.items()}
_EVERY_DAY = tuple(rules.DAYS)
_RANGE = frozenset({"FREQ", "INTERVAL", "WKST", "COUNT", "UNTIL"})
_OF_TIME = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
_CLAMPS = {"28,29": 29, "28,29,30": 30, "28,29,30,31": 31}
# How much of two series is compared: both go on alike long before.
_COMPARED = 400
_FAR = timedelta(days=366 * 60)
_LAST_YEAR = 9800


def written(recurrence: Recurrence, when: When, zone: str) -> dict[str, Any]:
    """The member ``recurrence`` of an event that begins at ``when``; ``zone`` is its name in Graph.

    Raises Inexpressible.
    """
    if recurrence.rdates:
        raise Inexpressible(Obstacle.NO_DATES)
    if len(recurrence.rules) != 1:
        raise Inexpressible(Obstacle.ONE_RULE)
    made = _made(recurrence.rules[0], when)
    return {"pattern": dict(made.pattern), "range": {**made.reach, "recurrenceTimeZone": zone}}


def likeness(recurrence: Recurrence | None, when: When) -> Recurrence | None:
    """As it comes back: the same for those that Graph does not tell apart. One that it cannot hold stays."""
    if recurrence is None or recurrence.rdates or len(recurrence.rules) != 1:
        return recurrence
    try:
        return _made(recurrence.rules[0], when).read
    except (Inexpressible, ValueError, OverflowError):
        return recurrence


@dataclass(frozen=True, slots=True)
class _Made:
    """A pattern and its range, with what is read of them."""

    pattern: Mapping[str, Any]
    reach: Mapping[str, Any]
    read: Recurrence


@lru_cache(maxsize=512)
def _made(rule: str, when: When) -> _Made:
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    pattern = {"interval": int(parts.get("INTERVAL", "1")), **_pattern(parts, _days_of(parts, when))}
    made = Recurrence((rule,))
    reach = {"startDate": _day(when.slot).isoformat(), **_reach(parts, made, when)}
    return _Made(pattern, reach, _read(pattern, reach, made, when))


def _days_of(parts: Mapping[str, str], when: When) -> dict[str, str]:
    """What the start says where the rule does not: the weekday, the day and the month."""
    start = when.start
    month = parts.get("BYMONTH", str(start.month))
    return {"weekday": _EVERY_DAY[start.weekday()], "day": str(start.day), "month": month}


def _pattern(parts: Mapping[str, str], start: Mapping[str, str]) -> dict[str, Any]:
    by = frozenset(parts) - _RANGE
    if not by.isdisjoint(_OF_TIME):
        raise Inexpressible(Obstacle.NO_CLOCK)
    if not by <= {"BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"}:
        raise Inexpressible(Obstacle.NO_COUNTED_DAYS)
    match parts["FREQ"]:
        case "DAILY":
            return _daily(parts, by)
        case "WEEKLY":
            return _weekly(parts, by, start)
        case "MONTHLY":
            return _monthly(parts, by, start)
    return _yearly(parts, by, start)


def _daily(parts: Mapping[str, str], by: frozenset[str]) -> dict[str, Any]:
    if not by:
        return {"type": "daily"}
    # Every day that is one of these is every week on these; with an interval it is not.
    return _of_week(parts, parts["BYDAY"]) if by == {"BYDAY"} and "INTERVAL" not in parts else _refuse(by)


def _weekly(parts: Mapping[str, str], by: frozenset[str], start: Mapping[str, str]) -> dict[str, Any]:
    if by - {"BYDAY"}:
        return _refuse(by - {"BYDAY"})
    return _of_week(parts, parts.get("BYDAY", rules.DAYS[start["weekday"]]))


def _of_week(parts: Mapping[str, str], days: str) -> dict[str, Any]:
    (week,) = _weekdays(parts.get("WKST", "MO"))
    return {"type": "weekly", "daysOfWeek": _weekdays(days), "firstDayOfWeek": week}


def _weekdays(days: str) -> list[str]:
    found = days.split(",")
    if not all(day in _NAMES for day in found):
        raise Inexpressible(Obstacle.NO_WEEKDAYS)
    return [_NAMES[day] for day in found]


def _monthly(parts: Mapping[str, str], by: frozenset[str], start: Mapping[str, str]) -> dict[str, Any]:
    if (
        by == {"BYDAY"}
        and "INTERVAL" not in parts
        and all(day in _NAMES for day in parts["BYDAY"].split(","))
    ):
        return _of_week({}, parts["BYDAY"])
    return _of_month(parts, by, start, "Monthly")


def _yearly(parts: Mapping[str, str], by: frozenset[str], start: Mapping[str, str]) -> dict[str, Any]:
    if "BYMONTH" not in by and by:
        return _refuse(by, Obstacle.NO_COUNTED_DAYS)
    if not start["month"].isdigit():
        raise Inexpressible(Obstacle.NO_MONTHS)
    return {**_of_month(parts, by - {"BYMONTH"}, start, "Yearly"), "month": int(start["month"])}


def _of_month(
    parts: Mapping[str, str], by: frozenset[str], start: Mapping[str, str], kind: str
) -> dict[str, Any]:
    """A day of a month, by its number or by its weekday."""
    if not by or by == {"BYMONTHDAY"}:
        on = parts.get("BYMONTHDAY", start["day"])
        if on == "-1":
            return {"type": f"relative{kind}", "daysOfWeek": list(_EVERY_DAY), "index": "last"}
        if on.isdigit():
            return {"type": f"absolute{kind}", "dayOfMonth": int(on)}
    if by == {"BYMONTHDAY", "BYSETPOS"} and parts["BYSETPOS"] == "-1" and parts["BYMONTHDAY"] in _CLAMPS:
        return {"type": f"absolute{kind}", "dayOfMonth": _CLAMPS[parts["BYMONTHDAY"]]}
    if by == {"BYDAY"}:
        return {"type": f"relative{kind}", **_counted(parts["BYDAY"])}
    if by == {"BYDAY", "BYSETPOS"} and parts["BYSETPOS"] in _INDEXES:
        return _counted_together(parts["BYSETPOS"], _weekdays(parts["BYDAY"]), kind)
    return _refuse(by)


def _counted_together(index: str, days: list[str], kind: str) -> dict[str, Any]:
    """The n-th day that is any of these: of all days it is the n-th of the month."""
    if len(days) == len(_EVERY_DAY) and index != "-1":
        return {"type": f"absolute{kind}", "dayOfMonth": int(index)}
    return {"type": f"relative{kind}", "daysOfWeek": days, "index": _INDEXES[index]}


def _counted(day: str) -> dict[str, Any]:
    index, name = _INDEXES.get(day[:-2]), _NAMES.get(day[-2:])
    if index is None or name is None:
        raise Inexpressible(Obstacle.NO_WEEKDAYS)
    return {"daysOfWeek": [name], "index": index}


def _refuse(by: frozenset[str], otherwise: Obstacle = Obstacle.NO_PATTERN) -> dict[str, Any]:
    """Raise the reason that fits what the rule names."""
    if "BYMONTH" in by:
        raise Inexpressible(Obstacle.NO_MONTHS)
    if by == {"BYMONTHDAY"}:
        raise Inexpressible(Obstacle.NO_DAYS_OF_MONTH)
    is_plain = otherwise is Obstacle.NO_PATTERN
    raise Inexpressible(Obstacle.NO_WEEKDAYS if is_plain and by <= {"BYDAY", "BYSETPOS"} else otherwise)


def _reach(parts: Mapping[str, str], recurrence: Recurrence, when: When) -> dict[str, Any]:
    """From when to when. The last day is one on which it takes place, and counts."""
    if "COUNT" in parts:
        return {"type": "numbered", "numberOfOccurrences": int(parts["COUNT"])}
    if "UNTIL" in parts:
        return {"type": "endDate", "endDate": _last(parts, recurrence, when).isoformat()}
    return {"type": "noEnd"}


def _last(parts: Mapping[str, str], recurrence: Recurrence, when: When) -> date:
    text = parts["UNTIL"].rstrip("Z")
    form = "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
    until = datetime.strptime(text, form).replace(tzinfo=UTC)
    since = until - timedelta(days=40 + 8 * int(parts.get("INTERVAL", "1")))
    return _day(max(slots_until(when, recurrence, until, since), key=_day))


def _day(slot: Slot) -> date:
    return slot.date() if isinstance(slot, datetime) else slot


def _read(
    pattern: Mapping[str, Any], reach: Mapping[str, Any], recurrence: Recurrence, when: When
) -> Recurrence:
    """What they say; raises Inexpressible unless they name the days that the rule does."""
    named = _named(recurrence, when)
    if next(named, None) != when.slot:
        raise Inexpressible(Obstacle.NO_START)
    try:
        read = rules.read({"pattern": pattern, "range": reach}, when)
    except Incomprehensible as error:
        raise Inexpressible(Obstacle.NO_PATTERN) from error
    ours, theirs = islice(named, _COMPARED), islice(_named(read.recurrence, read.when), 1, _COMPARED + 1)
    if read.when != when or list(ours) != list(theirs):
        raise Inexpressible(Obstacle.SHORT_MONTHS if "dayOfMonth" in pattern else Obstacle.NO_PATTERN)
    return read.recurrence


def _named(recurrence: Recurrence, when: When) -> Iterator[Slot]:
    """The occurrences that the rule itself names."""
    far = when.starts_at + _FAR if when.start.year < _LAST_YEAR else when.starts_at
    return islice(slots_until(when, recurrence, far), 1, None)
