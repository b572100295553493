"""Occurrences without their series (RFC 4791 4.1): what is kept of whoever was invited to some of them."""

from datetime import date, datetime

import pytest
from tests.plugins.apple.test_reading import BERLIN, content, event, text

from metonic_apple.errors import Incomprehensible
from metonic_apple.writing import updated
from metonic_core.spi import AllDay, Timed

at = datetime.fromisoformat
FIRST = ("RECURRENCE-ID:20261201T080000Z", BERLIN, "DTEND;TZID=Europe/Berlin:20261201T110000", "SUMMARY:Jury")
SECOND = (
    "RECURRENCE-ID;TZID=Europe/Berlin:20261208T090000",
    "DTSTART;TZID=Europe/Berlin:20261208T140000",
    "DTEND;TZID=Europe/Berlin:20261208T150000",
    "SUMMARY:Jury again",
)


def test_one_of_them_is_an_event_of_its_own() -> None:
    found = event(*FIRST)

    assert found.content.when == Timed(at("2026-12-01T10:00"), at("2026-12-01T11:00"), "Europe/Berlin")
    assert found.content.title == "Jury"
    assert found.content.recurrence is None


def test_several_are_a_series_of_dates() -> None:
    series = content(*FIRST, exceptions=(SECOND,))

    assert series.recurrence is not None
    assert series.recurrence.rdates == (at("2026-12-08T09:00"),)
    (second,) = series.overrides
    assert (second.title, second.when) == (
        "Jury again",
        Timed(at("2026-12-08T14:00"), at("2026-12-08T15:00"), "Europe/Berlin"),
    )


def test_days_are_a_series_of_days() -> None:
    days = [(f"RECURRENCE-ID;VALUE=DATE:{d}", f"DTSTART;VALUE=DATE:{d}") for d in ("20261201", "20261208")]

    series = content(*days[0], exceptions=(days[1],))

    assert series.when == AllDay(date(2026, 12, 1), date(2026, 12, 2))
    assert series.recurrence is not None
    assert series.recurrence.rdates == (date(2026, 12, 8),)


def test_they_are_not_written() -> None:
    found = event(*FIRST)

    assert not found.can_write
    with pytest.raises(Incomprehensible, match="not in the calendar"):
        updated(text(*FIRST), found.content, {"title"}, None)
