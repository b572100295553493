"""What people do to the copies in their calendars, and what each should be afterwards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
from tests.e2e.smoke.device import put
from tests.e2e.smoke.item import Item, When, days, timed
from tests.e2e.smoke.platform_side.lessons import Kind, Lesson

_BERLIN = ZoneInfo("Europe/Berlin")
THERE = "Hall in the calendar"


@dataclass(frozen=True)
class Edit:
    """``change`` does it to the object in the calendar, ``item`` is what comes of it."""

    change: Callable[[icalendar.Component], object]
    item: Item


def moved(lesson: Lesson, item: Item) -> Edit:
    """To the next day, and half an hour longer."""
    span = timed(lesson.date + timedelta(days=1), lesson.hour + 0.5, 1.5)
    return Edit(lambda calendar: _span(calendar, span), replace(item, when=span))


def moved_and_placed(lesson: Lesson, item: Item) -> Edit:
    edit = moved(lesson, item)

    def change(calendar: icalendar.Component) -> None:
        edit.change(calendar)
        put(_master(calendar), "LOCATION", THERE)

    return Edit(change, replace(edit.item, location=THERE))


def moved_day(lesson: Lesson, item: Item) -> Edit:
    span = days(lesson.date + timedelta(days=1))
    return Edit(lambda calendar: _span(calendar, span), replace(item, when=span))


def moved_series(lesson: Lesson, item: Item) -> Edit:
    span = timed(lesson.date, lesson.hour + 0.5)
    return Edit(lambda calendar: _span(calendar, span), replace(item, when=span))


def moved_occurrence(lesson: Lesson, item: Item) -> Edit:
    """The last one."""
    at = _wall(lesson.slot(3))

    def change(calendar: icalendar.Component) -> None:
        event, master = icalendar.Event(), _master(calendar)
        for name in ("UID", "SUMMARY", "LOCATION"):
            event.add(name, master[name])
        event.add("DTSTAMP", datetime(2026, 1, 1, tzinfo=UTC))
        event.add("RECURRENCE-ID", at)
        event.add("DTSTART", at + timedelta(hours=10))
        event.add("DTEND", at + timedelta(hours=12))
        calendar.add_component(event)

    span = timed(lesson.date + timedelta(weeks=3), lesson.hour + 10, 2)
    last = (lesson.slot(3), (span, item.title, item.location))
    return Edit(change, replace(item, occurrences=(*item.occurrences, last)))


def retitled(_lesson: Lesson, item: Item) -> Edit:
    title = f"{item.title}, as the phone calls it"
    return Edit(lambda calendar: put(_master(calendar), "SUMMARY", title), replace(item, title=title))


def noted(_lesson: Lesson, item: Item) -> Edit:
    notes = f"Bring nothing at all to {item.title}"
    return Edit(lambda calendar: put(_master(calendar), "DESCRIPTION", notes), replace(item, notes=notes))


Edits = Mapping[Kind, Callable[[Lesson, Item], Edit]]
BY_TRAINER: Edits = {
    Kind.SERIES: moved_series,
    Kind.PARTED: moved_occurrence,
    Kind.DAY: moved_day,
    Kind.MOVED: moved,
    Kind.MOVED_AND_PLACED: moved,
    Kind.PLACED_TWICE: moved_and_placed,
    Kind.RETITLED: retitled,
    Kind.NOTED: noted,
}
BY_GUEST: Edits = {Kind.SHARED: moved, Kind.LOOKED_AT: retitled}


def _master(calendar: icalendar.Component) -> icalendar.Component:
    return next(event for event in calendar.walk("VEVENT") if "RECURRENCE-ID" not in event)


def _span(calendar: icalendar.Component, span: When) -> None:
    event = _master(calendar)
    for name, text in zip(("DTSTART", "DTEND"), span, strict=False):
        put(event, name, _wall(text) if span[2] else date.fromisoformat(text))


def _wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=_BERLIN)
