"""An appointment or an event in terms of neither side, so that the two can be compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import icalendar

# Whole calendars are read again and again, and most of an event's cost is to parse it.
_REMEMBERED = 4096
_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

When = tuple[str, str, str]
"""Start, end and zone, as text; whole days have the zone ``""`` and end on the day after the last."""

Occurrence = tuple[When, str, str]
"""What an occurrence that differs comes to: when, title, location."""


@dataclass(frozen=True, repr=False)
class Item:
    """``occurrences``: by original start, those that are not as in the series; None is cancelled."""

    title: str
    when: When
    location: str = ""
    notes: str = ""
    rules: frozenset[str] = frozenset()
    occurrences: tuple[tuple[str, Occurrence | None], ...] = ()
    is_private: bool = False
    is_busy: bool = True

    def __repr__(self) -> str:
        """Without what is as usual: it is read where two items differ."""
        told = [(f.name, getattr(self, f.name)) for f in fields(self) if getattr(self, f.name) != f.default]
        return f"Item({', '.join(f'{name}={value!r}' for name, value in told)})"


def timed(day: date, hour: float, hours: float = 1, zone: str = "Europe/Berlin") -> When:
    """A span of wall-clock time."""
    start = datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)
    return (start.isoformat(), (start + timedelta(hours=hours)).isoformat(), zone)


def days(first: date, count: int = 1) -> When:
    """Whole days."""
    return (first.isoformat(), (first + timedelta(days=count)).isoformat(), "")


def of_appointment(told: Mapping[str, Any]) -> Item:
    """What the platform says (an ``Appointment`` of the API)."""
    recurrence = told["recurrence"] or {"rules": [], "overrides": []}
    title, location, when = told["title"], told["location"] or "", _told_when(told["when"])
    series = (when, title, location)
    return Item(
        title=title,
        when=when,
        location=location,
        notes=told["notes"] or "",
        rules=frozenset(plain_rule(rule, when) for rule in recurrence["rules"]),
        occurrences=tuple(sorted((o["occurrence"], _told(o, series)) for o in recurrence["overrides"])),
        is_private=told["isPrivate"],
        is_busy=told["isBusy"],
    )


def _told_when(when: Mapping[str, str]) -> When:
    if "startDate" in when:
        return (when["startDate"], when["endDate"], "")
    return (when["start"], when["end"], when["timeZone"])


def _told(override: Mapping[str, Any], series: Occurrence) -> Occurrence | None:
    if override["isCancelled"]:
        return None
    usual = _at(series[0], override["occurrence"])
    when = _told_when(override["when"]) if override["when"] else usual
    title = series[1] if override["title"] is None else override["title"]
    location = series[2] if override["location"] is None else override["location"]
    return (when, title, location)


def _at(when: When, slot: str) -> When:
    """The span of the series, at that original start."""
    length = datetime.fromisoformat(when[1]) - datetime.fromisoformat(when[0])
    end = datetime.fromisoformat(slot) + length
    return (slot, end.isoformat() if when[2] else end.date().isoformat(), when[2])


@lru_cache(maxsize=_REMEMBERED)
def of_event(text: str) -> Item:
    """What the calendar says (the text of a calendar object)."""
    events: list[Any] = icalendar.Calendar.from_ical(text).walk("VEVENT")
    master = next(event for event in events if "RECURRENCE-ID" not in event)
    when = _when_of(master)
    occurrences: dict[str, Occurrence | None] = dict.fromkeys(_excluded(master, when))
    for event in events:
        if "RECURRENCE-ID" in event:
            slot = _text(event["RECURRENCE-ID"].dt, when[2])
            occurrences[slot] = (_when_of(event), _of(event, "SUMMARY"), _of(event, "LOCATION"))
    return Item(
        title=_of(master, "SUMMARY"),
        when=when,
        location=_of(master, "LOCATION"),
        notes=_of(master, "DESCRIPTION"),
        rules=frozenset(plain_rule(rule.to_ical().decode(), when) for rule in _each(master, "RRULE")),
        occurrences=tuple(sorted(occurrences.items())),
        is_private=_of(master, "CLASS") in {"PRIVATE", "CONFIDENTIAL"},
        is_busy=_of(master, "TRANSP") != "TRANSPARENT",
    )


@lru_cache(maxsize=_REMEMBERED)
def uid_of(text: str) -> str:
    return _of(icalendar.Calendar.from_ical(text).walk("VEVENT")[0], "UID")


def _of(event: Mapping[str, Any], name: str) -> str:
    return str(event.get(name, ""))


def _each(event: Mapping[str, Any], name: str) -> Iterable[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]


def _when_of(event: Mapping[str, Any]) -> When:
    start, end = event["DTSTART"], event["DTEND"]
    if not isinstance(start.dt, datetime):
        return (start.dt.isoformat(), end.dt.isoformat(), "")
    zone = start.params.get("TZID", "UTC" if start.dt.tzinfo else "floating")
    return (_text(start.dt, zone), _text(end.dt, zone), zone)


def _text(at: date, zone: str) -> str:
    """A moment by the wall clock of that zone, or a day."""
    if isinstance(at, datetime) and at.tzinfo is not None:
        return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat()
    return at.isoformat()


def _excluded(event: Mapping[str, Any], when: When) -> list[str]:
    return [_text(at.dt, when[2]) for line in _each(event, "EXDATE") for at in line.dts]


def plain_rule(rule: str, begins: When) -> str:
    """A rule with its parts in one order, and without those that change nothing (RFC 5545 3.3.10)."""
    parts = dict(part.split("=") for part in rule.upper().split(";"))
    idle = {("INTERVAL", "1")}
    if parts["FREQ"] == "WEEKLY":
        idle.add(("BYDAY", _WEEK[datetime.fromisoformat(begins[0]).weekday()]))
        if parts.get("INTERVAL", "1") == "1":
            idle.add(("WKST", parts.get("WKST", "")))
    return ";".join(sorted(f"{name}={value}" for name, value in parts.items() if (name, value) not in idle))
