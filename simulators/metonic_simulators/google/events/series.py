"""The instances of a series: those that its rule gives, and the exceptions that were stored."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import count, dropwhile, islice, takewhile
from typing import Any

from metonic_simulators.google import errors
from metonic_simulators.google.calendars import Calendar, Event
from metonic_simulators.google.events import times
from metonic_simulators.store.recurrence import Unreadable, occurrences

_REMEMBERED = 4096
_SEARCHED = 20_000
"""So many occurrences are looked at for one of them."""


def check_rule(body: dict[str, Any]) -> None:
    """Raises Refused for lines that are no recurrence."""
    for line in body.get("recurrence") or []:
        if line.upper().startswith(("DTSTART", "DTEND")):
            raise errors.invalid("Invalid recurrence rule.")
    try:
        next(_starts(body, [str(line) for line in body["recurrence"]]), None)
    except (Unreadable, ValueError, OverflowError) as error:
        raise errors.invalid("Invalid recurrence rule.") from error


def starts(body: dict[str, Any]) -> Iterator[date | datetime]:
    """When the instances of a series begin by its rule, in order.

    Lines that cannot be read count for nothing: clients cannot write such, but old events have them.
    """
    lines = [str(one) for one in body["recurrence"]]
    try:
        return _starts(body, lines)
    except Unreadable:
        return _starts(body, [one for one in lines if _is_readable(body, one)])


def _starts(body: dict[str, Any], lines: list[str]) -> Iterator[date | datetime]:
    start = body["start"]
    point = start.get("date") or start["dateTime"]
    return iter(_known(point, start.get("timeZone", "UTC"), tuple(lines)))


class _Starts:
    """Occurrences that are worked out once, as far as anybody has asked."""

    def __init__(self, rest: Iterator[date | datetime]) -> None:
        self._rest = rest
        self._found: list[date | datetime] = []

    def __iter__(self) -> Iterator[date | datetime]:
        for at in count():
            if at == len(self._found):
                following = next(self._rest, None)
                if following is None:
                    return
                self._found.append(following)
            yield self._found[at]


@lru_cache(_REMEMBERED)
def _known(point: str, zone: str, lines: tuple[str, ...]) -> _Starts:
    if "T" not in point:
        return _Starts(occurrences(lines, date.fromisoformat(point)))
    return _Starts(occurrences(lines, datetime.fromisoformat(point), times.known_zone(zone)))


def _is_readable(body: dict[str, Any], line: str) -> bool:
    try:
        _starts(body, [line])
    except Unreadable:
        return False
    return True


def instance_id(master: str, start: date | datetime) -> str:
    is_timed = isinstance(start, datetime)
    return f"{master}_{_utc(start):%Y%m%dT%H%M%SZ}" if is_timed else f"{master}_{start:%Y%m%d}"


def instance(master: Event, start: date | datetime) -> Event:
    """The one that begins then by the rule."""
    body = {key: value for key, value in master.body.items() if key != "recurrence"}
    length = times.length(body)
    if isinstance(start, datetime):
        first: dict[str, Any] = {**body["start"], "dateTime": times.utc(start)}
        last: dict[str, Any] = {**body["end"], "dateTime": times.utc(_utc(start) + length)}
    else:
        first, last = {"date": start.isoformat()}, {"date": (start + length).isoformat()}
    body |= {
        "id": instance_id(master.id, start),
        "recurringEventId": master.id,
        "originalStartTime": first,
        "start": first,
        "end": last,
    }
    return replace(master, body=body)


def instances(
    calendar: Calendar, master: Event, *, most: int, low: datetime | None = None, high: datetime | None = None
) -> list[Event]:
    """In the order of their original starts, exceptions in their places, and last those without one.

    Of those by the rule at most ``most``, none that ends by ``low``, none that begins at ``high`` or later.
    """
    stored = {one.id: one for one in calendar.exceptions_of(master.id)}
    found: list[Event] = []
    for start in _bounded(calendar, master, low, high, most):
        key = instance_id(master.id, start)
        found.append(stored.pop(key) if key in stored else instance(master, start))
    return found + [one for one in stored.values() if "originalStartTime" in one.body]


def find(calendar: Calendar, event_id: str) -> Event | None:
    """An instance that is not stored yet, by its id."""
    name, _, suffix = event_id.rpartition("_")
    master = calendar.events.get(name)
    if master is None or not master.is_series or master.is_cancelled:
        return None
    for start in islice(starts(dict(master.body)), _SEARCHED):
        key = instance_id(master.id, start)
        if key == event_id:
            return instance(master, start)
        if key.rpartition("_")[2] > suffix:
            break
    return None


def touches(calendar: Calendar, master: Event, low: datetime | None, high: datetime | None) -> bool:
    """Whether any occurrence of the rule ends after ``low`` and begins before ``high``."""
    length = times.length(master.body)
    for start in islice(starts(dict(master.body)), _SEARCHED):
        begins = _aware(start, calendar.zone)
        if high is not None and begins >= high:
            return False
        if low is None or begins + length > low:
            return True
    return False


def _bounded(
    calendar: Calendar, master: Event, low: datetime | None, high: datetime | None, most: int
) -> Iterator[date | datetime]:
    found: Iterator[date | datetime] = islice(starts(dict(master.body)), _SEARCHED)
    length = times.length(master.body)
    if low is not None:
        found = dropwhile(lambda start: _aware(start, calendar.zone) + length <= low, found)
    if high is not None:
        found = takewhile(lambda start: _aware(start, calendar.zone) < high, found)
    return islice(found, most)


def _aware(start: date | datetime, zone: str) -> datetime:
    return start if isinstance(start, datetime) else times.moment({"date": start.isoformat()}, zone)


def _utc(start: date | datetime) -> datetime:
    aware = start if isinstance(start, datetime) else datetime(start.year, start.month, start.day, tzinfo=UTC)
    return aware.astimezone(UTC)
