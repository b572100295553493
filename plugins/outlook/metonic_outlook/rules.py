"""From Graph's pattern and range to a recurrence (resources "recurrencePattern", "recurrenceRange").

Where a month is too short for ``dayOfMonth``, Outlook takes its last day and an RRULE skips it, so the rule
says what Outlook does. Members that a pattern does not use come filled, and are not looked at.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import timedelta

from metonic_core.model.errors import InvalidValue
from metonic_core.model.series import Recurrence, has_slot, recurrence_of, slots_until
from metonic_core.model.when import Slot, When
from metonic_outlook.errors import Flaw, Incomprehensible
from metonic_outlook.items import Item, list_of, number_of, part_of, text_of
from metonic_outlook.moments import day, slot_on

DAYS = {
    "monday": "MO",
    "tuesday": "TU",
    "wednesday": "WE",
    "thursday": "TH",
    "friday": "FR",
    "saturday": "SA",
    "sunday": "SU",
}
INDEXES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
# Any year that is not a leap year: what is beyond is the last of February in each.
_COMMON_YEAR = 2027
_FEBRUARY = 2
_SHORTEST = 28
_LONGEST = 31
_FAR = timedelta(days=366 * 60)


@dataclass(frozen=True, slots=True)
class Ruled:
    """A series: where its first occurrence is, which need not be where its range begins."""

    when: When
    recurrence: Recurrence


def read(recurrence: Item, when: When) -> Ruled:
    """The series of a master that takes place at ``when``; raises Incomprehensible.

    Whether a master is told at its first occurrence or, that one being cancelled, at its second, is said
    nowhere; its range begins where it did.
    """
    pattern, reach = part_of(recurrence, "pattern"), part_of(recurrence, "range")
    if not pattern or not reach:
        raise Incomprehensible(Flaw.NO_RANGE if pattern else Flaw.NO_RULE)
    begins = slot_on(day(text_of(reach, "startDate")), when)
    try:
        rule = f"{_pattern(pattern)}{_range(reach)}"
        made = recurrence_of([rule], (), when.moved_to(begins))
    except InvalidValue as error:
        raise Incomprehensible(Flaw.NO_RULE) from error
    first = _first(when.moved_to(begins), made)
    ruled = Ruled(when.moved_to(first), made)
    if when.slot != begins and not has_slot(ruled.when, made, when.slot):
        raise Incomprehensible(Flaw.OTHER_DAY)
    return ruled


def _first(when: When, recurrence: Recurrence) -> Slot:
    """Its first occurrence by the rule."""
    found = slots_until(when, recurrence, when.starts_at + _FAR)
    next(found)
    first = next(found, None)
    if first is None:
        raise Incomprehensible(Flaw.NEVER)
    return first


def _range(reach: Item) -> str:
    match text_of(reach, "type"):
        case "endDate":
            return f";UNTIL={day(text_of(reach, 'endDate')):%Y%m%d}"
        case "numbered":
            return f";COUNT={number_of(reach, 'numberOfOccurrences')}"
        case "noEnd":
            return ""
    raise Incomprehensible(Flaw.NO_RANGE)


def _pattern(pattern: Item) -> str:
    interval = number_of(pattern, "interval")
    match text_of(pattern, "type"):
        case "daily":
            return f"FREQ=DAILY;INTERVAL={interval}"
        case "weekly":
            week = _day(text_of(pattern, "firstDayOfWeek") or "sunday")
            # Where each week counts, it makes no difference on which day it begins.
            since = f";WKST={week}" if interval > 1 else ""
            return f"FREQ=WEEKLY;INTERVAL={interval};BYDAY={','.join(_days(pattern))}{since}"
        case "absoluteMonthly":
            return f"FREQ=MONTHLY;INTERVAL={interval};{_clamped(_day_of_month(pattern))}"
        case "relativeMonthly":
            return f"FREQ=MONTHLY;INTERVAL={interval};{_relative(pattern)}"
        case "absoluteYearly":
            return f"FREQ=YEARLY;INTERVAL={interval};{_date(pattern)}"
        case "relativeYearly":
            return f"FREQ=YEARLY;INTERVAL={interval};BYMONTH={_month(pattern)};{_relative(pattern)}"
    raise Incomprehensible(Flaw.NO_RULE)


def _days(pattern: Item) -> list[str]:
    found = [_day(name) for name in list_of(pattern, "daysOfWeek")]
    if not found:
        raise Incomprehensible(Flaw.NO_RULE)
    return found


def _day(name: object) -> str:
    known = DAYS.get(name.casefold()) if isinstance(name, str) else None
    if known is None:
        raise Incomprehensible(Flaw.NO_RULE)
    return known


def _relative(pattern: Item) -> str:
    index = INDEXES.get(text_of(pattern, "index") or "first")
    if index is None:
        raise Incomprehensible(Flaw.NO_RULE)
    days = sorted(set(_days(pattern)))
    if len(days) == len(DAYS):
        return f"BYMONTHDAY={index}"
    return f"BYDAY={index}{days[0]}" if len(days) == 1 else f"BYDAY={','.join(days)};BYSETPOS={index}"


def _day_of_month(pattern: Item) -> int:
    found = number_of(pattern, "dayOfMonth")
    if not 1 <= found <= _LONGEST:
        raise Incomprehensible(Flaw.NO_RULE)
    return found


def _month(pattern: Item) -> int:
    found = number_of(pattern, "month")
    if not 1 <= found <= 12:  # noqa: PLR2004 - the months of a year
        raise Incomprehensible(Flaw.NO_RULE)
    return found


def _clamped(on: int) -> str:
    """That day of each month, or the last one of a month that is shorter."""
    if on <= _SHORTEST:
        return f"BYMONTHDAY={on}"
    if on == _LONGEST:
        return "BYMONTHDAY=-1"
    days = ",".join(str(each) for each in range(_SHORTEST, on + 1))
    return f"BYMONTHDAY={days};BYSETPOS=-1"


def _date(pattern: Item) -> str:
    """That day of the year, or the last one of its month if that is shorter."""
    month, on = _month(pattern), _day_of_month(pattern)
    longest = monthrange(_COMMON_YEAR, month)[1]
    if month == _FEBRUARY and on > longest:
        return f"BYMONTH={month};BYMONTHDAY=-1"
    return f"BYMONTH={month};BYMONTHDAY={min(on, longest)}"
