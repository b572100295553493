"""What Outlook does not keep apart is no edit; everything else is."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from metonic_core.model.content import (
    LOCATION,
    NOTES,
    STATUS,
    TIME,
    TITLE,
    VISIBILITY,
    Content,
    Status,
    occurrence_group,
)
from metonic_core.model.series import Override, Recurrence, recurrence_of
from metonic_core.model.when import Timed
from metonic_outlook.likeness import likeness

TEN = datetime(2028, 3, 7, 10)  # noqa: DTZ001 - wall time
LESSON = Content(
    "Lesson", Timed(TEN, TEN + timedelta(hours=1), "Europe/Berlin"), location="Gym", notes="Shoes"
)


def within(zone: str) -> Content:
    return replace(LESSON, when=Timed(TEN, TEN + timedelta(hours=1), zone))


def ruled(rule: str) -> Content:
    return replace(LESSON, recurrence=recurrence_of([rule], (), LESSON.when))


def at(text: str, zone: str, hours: int = 1) -> Content:
    start = datetime.fromisoformat(text)
    return replace(LESSON, when=Timed(start, start + timedelta(hours=hours), zone))


FOLD = "2028-10-29T02:30"
NO_RULES = Recurrence((), (TEN + timedelta(days=1),))


@pytest.mark.parametrize(
    ("group", "one", "other"),
    [
        (TITLE, LESSON, replace(LESSON, title=" Lesson ")),
        (LOCATION, LESSON, replace(LESSON, location="Gym\x00 ")),
        (NOTES, LESSON, replace(LESSON, notes="\nShoes\r\n")),
        (TIME, LESSON, within("Europe/Amsterdam")),
        (TIME, at(FOLD, "Europe/Berlin"), at("2028-10-29T00:30", "UTC", 2)),
        (TIME, ruled("FREQ=WEEKLY"), ruled("FREQ=WEEKLY;BYDAY=TU;WKST=SU")),
        (TIME, ruled("FREQ=WEEKLY;UNTIL=20280321T090000Z"), ruled("FREQ=WEEKLY;UNTIL=20280326T225959Z")),
        (TIME, ruled("FREQ=MONTHLY"), ruled("FREQ=MONTHLY;BYMONTHDAY=7")),
        (TIME, ruled("FREQ=MONTHLY;BYDAY=1TU"), ruled("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1")),
        (STATUS, replace(LESSON, is_busy=False), replace(LESSON, is_busy=False, status=Status.TENTATIVE)),
    ],
)
def test_these_are_alike(group: str, one: Content, other: Content) -> None:
    assert likeness(group, one) == likeness(group, other)


@pytest.mark.parametrize(
    ("group", "one", "other"),
    [
        (TITLE, LESSON, replace(LESSON, title="lesson")),
        (NOTES, LESSON, replace(LESSON, notes="Shoes and water")),
        (TIME, LESSON, within("Europe/Paris")),
        (TIME, LESSON, at("2028-03-07T11:00", "Europe/Berlin")),
        (TIME, LESSON, ruled("FREQ=WEEKLY")),
        (TIME, ruled("FREQ=WEEKLY"), ruled("FREQ=WEEKLY;COUNT=5")),
        (TIME, ruled("FREQ=WEEKLY;COUNT=3"), ruled("FREQ=WEEKLY;UNTIL=20280321T090000Z")),
        (TIME, ruled("FREQ=WEEKLY;UNTIL=20280321T090000Z"), ruled("FREQ=WEEKLY;UNTIL=20280321T085959Z")),
        (
            TIME,
            ruled("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU"),
            ruled("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU;WKST=SU"),
        ),
        (TIME, ruled("FREQ=YEARLY;BYWEEKNO=10"), ruled("FREQ=YEARLY;BYWEEKNO=10,11")),
        (TIME, ruled("FREQ=WEEKLY"), replace(LESSON, recurrence=NO_RULES)),
        (STATUS, LESSON, replace(LESSON, status=Status.TENTATIVE)),
        (VISIBILITY, LESSON, replace(LESSON, is_private=True)),
        (VISIBILITY, LESSON, replace(LESSON, is_busy=False)),
    ],
)
def test_these_are_not(group: str, one: Content, other: Any) -> None:  # noqa: ANN401 - a case of a table
    assert likeness(group, one) != likeness(group, other)


NEXT = TEN + timedelta(days=7)


@pytest.mark.parametrize(
    "override",
    [
        Override(date(2028, 3, 14), title="Once"),
        Override(NEXT, title=" Lesson"),
        Override(NEXT, when=Timed(NEXT, NEXT + timedelta(hours=1), "Europe/Oslo")),
        Override(NEXT + timedelta(days=1), is_cancelled=True),
    ],
)
def test_an_override_that_changes_nothing_is_none(override: Override) -> None:
    series = replace(ruled("FREQ=WEEKLY"), overrides=(override,))

    assert likeness(occurrence_group(override.slot), series) is None
