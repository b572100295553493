"""The instances of a series: those that its rule gives, and the exceptions that were stored."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import dropwhile, islice, takewhile
from typing import Any

from metonic_simulators.google import errors
from metonic_simulators.google.calendars import Calendar, Event
from metonic_simulators.google.events import times
from metonic_simulators.store.recurrence import Unreadable, occurrences

_SEARCHED = 20_000
"""So many occurrences are looked at for one of them."""


def check_rule(body: dict[str, Any]) -> None:
    """Raises Refused for lines that are no recurrence."""
    for line in body.get("recurrence") or []:
        if line.upper().startswith(("DTSTART", "DTEND")):
            raise errors.invalid("Invalid recurrence rule.")
    try:
        next(starts(body), None)
    except (Unreadable, ValueError, OverflowError) as error:
        raise errors.invalid("Invalid recurrence rule.") from error


def starts(body: dict[str, Any]) -> Iterator[date | datetime]:
    """When the instances of a series begin by its rule, in order; perhaps endless."""
    start = body["start"]
    lines = [str(one) for one in body["recurrence"]]
    if "date" in start:
        return occurrences(lines, date.fromisoformat(start["date"]))
    return occurrences(lines, times.moment(start, "UTC"), times.zone_of(start["timeZone"]))


def instance_id(master: str, start: date | datetime) -> str:
    is_timed = isinstance(start, datetime)
    return f"{master}_{_utc(start):%Y%m%dT%H%M%SZ}" if is_timed else f"{master}_{start:%Y%m%d}"


def instance(master: Event, start: date | datetime) -> Event:
    """The one that begins then by the rule."""
    body = {key: value for key, value in master.body.items() if key != "recurrence"}
    length, old = times.length(body), body["start"]
    if isinstance(start, datetime):
        zone = {"timeZone": old["timeZone"]}
        first: dict[str, Any] = {"dateTime": times.utc(start), **zone}
        last: dict[str, Any] = {"dateTime": times.utc(_utc(start) + length), **zone}
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
    """In the order of their original starts, exceptions in their places, and last those of no such place.

    Of the rule's at most ``most``, none that ends by ``low`` and none that begins at ``high`` or later.
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
