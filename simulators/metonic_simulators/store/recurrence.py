"""The occurrences of RFC 5545 recurrence lines, in the wall time of a zone.

A floating time that the zone leaves out when clocks go forward is read with the offset before the gap, one
that it has twice is the first of both (RFC 5545 3.3.5).
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

_LINE = re.compile(r"^(RRULE|EXRULE|RDATE|EXDATE)((?:;[^:;=]+=(?:\"[^\"]*\"|[^:;]*))*):(.+)$", re.IGNORECASE)
_UNTIL = re.compile(r"UNTIL=(\d{8}(?:T\d{6}Z?)?)", re.IGNORECASE)
_REFUSED = re.compile(
    r"INTERVAL=0*(;|$)|FREQ=(SECONDLY|MINUTELY)|COUNT=.*UNTIL=|UNTIL=.*COUNT=", re.IGNORECASE
)
"""What never ends, what no calendar has, and two ends at once (RFC 5545 3.3.10)."""

_EVER = timedelta(days=100 * 366)
_VALUE = re.compile(r"^\d{8}(T\d{6}Z?)?$")


class Unreadable(ValueError):
    """A line that is no recurrence line."""


def occurrences(
    lines: Sequence[str], start: date | datetime, zone: tzinfo = UTC
) -> Iterator[date | datetime]:
    """The starts in order: dates for a date, aware moments in ``zone`` for an aware start.

    A rule without an end ends after a hundred years.

    Raises Unreadable at once, not while it is read.
    """
    is_timed = isinstance(start, datetime)
    first = start.astimezone(zone).replace(tzinfo=None) if isinstance(start, datetime) else _midnight(start)
    found = _rules(lines, first, zone)
    if is_timed:
        return (one.replace(tzinfo=zone) for one in found)
    return (one.date() for one in found)


def _rules(lines: Sequence[str], first: datetime, zone: tzinfo) -> rruleset:
    found, has_rule = rruleset(), False
    for line in lines:
        match = _LINE.match(line.strip())
        if match is None:
            raise Unreadable(f"{line!r} is no recurrence line.")
        name, parameters, value = match[1].upper(), match[2], match[3]
        if name in {"RRULE", "EXRULE"}:
            rule = _rule(value, first, zone)
            (found.rrule if name == "RRULE" else found.exrule)(rule)
            has_rule = has_rule or name == "RRULE"
            continue
        for one in value.split(","):
            moment = _moment(one.split("/")[0], parameters, zone)
            (found.rdate if name == "RDATE" else found.exdate)(_at_time(moment, first))
    if not has_rule:
        found.rdate(first)
    return found


def _rule(value: str, first: datetime, zone: tzinfo) -> rrule:
    local = _UNTIL.sub(lambda match: f"UNTIL={_until(match[1], zone)}", value)
    if _REFUSED.search(value):
        raise Unreadable(f"{value!r} is no recurrence rule.")
    try:
        found = rrulestr(local, dtstart=first)
        if not isinstance(found, rrule):
            raise Unreadable(f"{value!r} is more than one rule.")
        is_endless = not re.search("(UNTIL|COUNT)=", value, re.IGNORECASE)
        return found.replace(until=first + _EVER) if is_endless else found
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise Unreadable(f"{value!r} is no recurrence rule.") from error


def _until(value: str, zone: tzinfo) -> str:
    """The last moment in wall time: a date is meant until its end."""
    if "T" not in value:
        return f"{value}T235959"
    moment = _moment(value, "", zone)
    return moment.strftime("%Y%m%dT%H%M%S")


def _moment(value: str, parameters: str, zone: tzinfo) -> datetime:
    """Naive, in the wall time of ``zone``."""
    if not _VALUE.match(value):
        raise Unreadable(f"{value!r} is neither a date nor a time.")
    try:
        moment = datetime.strptime(value[:15], "%Y%m%dT%H%M%S" if "T" in value else "%Y%m%d")  # noqa: DTZ007
    except ValueError as error:
        raise Unreadable(f"{value!r} is neither a date nor a time.") from error
    if value.endswith("Z"):
        return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    named = re.search(r"TZID=\"?([^;:\"]+)", parameters, re.IGNORECASE)
    if named is None:
        return moment
    return moment.replace(tzinfo=_zone(named[1])).astimezone(zone).replace(tzinfo=None)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Unreadable(f"{name!r} is no time zone.") from error


def _at_time(moment: datetime, first: datetime) -> datetime:
    """A bare date among times stands for the occurrence of that day."""
    is_bare = moment.time() == time.min and first.time() != time.min
    return datetime.combine(moment.date(), first.time()) if is_bare else moment


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)
