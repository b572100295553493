"""Occurrences that are named in another way than the series is: by instants of days, and by periods."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from tests.fuzz.bounds import bounded
from tests.plugins.apple.test_reading import BERLIN, content, text

from metonic_apple.reading import reading
from metonic_apple.writing import updated
from metonic_core.model.content import occurrence_group
from metonic_core.spi import AllDay, Content, Override, Recurrence, Seen, Timed, Unreadable

at = datetime.fromisoformat
TUESDAY = "DTSTART;VALUE=DATE:20261201"
WEEKLY, DAILY = (TUESDAY, "RRULE:FREQ=WEEKLY"), (TUESDAY, "RRULE:FREQ=DAILY")
EIGHTH = date(2026, 12, 8)


def read_in(zone: str, *lines: str) -> Content | str:
    """What it says in a calendar of that zone, or why that is not known."""
    found = reading("/c/1.ics", "e", text(*lines), zone)
    if isinstance(found, Unreadable):
        return found.reason
    assert isinstance(found, Seen)
    return found.event.content


def cancelled(found: Content | str) -> list[date]:
    assert isinstance(found, Content), found
    return [override.slot for override in found.overrides if override.is_cancelled]


@pytest.mark.parametrize(
    "instant",
    [
        "20261208T000000Z",
        "20261207T230000Z",  # midnight in Berlin
        "20261208T050000Z",  # in New York
        "20261208T100000Z",  # in Honolulu
        "20261207T110000Z",  # in Auckland
        "20261207T100000Z",  # in Kiritimati
        "20261208T180000Z",  # the time that the event once had
    ],
)
def test_a_day_of_a_weekly_series_is_excluded_by_an_instant(instant: str) -> None:
    assert cancelled(content(*WEEKLY, f"EXDATE:{instant}")) == [EIGHTH]


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        ("Europe/Berlin", "20261207T230000Z"),
        ("America/New_York", "20261208T050000Z"),
        ("Pacific/Auckland", "20261207T110000Z"),
        ("Pacific/Honolulu", "20261208T100000Z"),
        ("Europe/Berlin", "20261208T000000Z"),
        ("UTC", "20261208T043000Z"),
    ],
)
def test_which_day_of_a_daily_series_is_excluded_the_zone_of_the_calendar_tells(
    zone: str, instant: str
) -> None:
    assert cancelled(read_in(zone, *DAILY, f"EXDATE:{instant}")) == [EIGHTH]


@pytest.mark.parametrize("instant", ["20261207T230000Z", "20261208T110000Z"])
def test_a_series_of_which_one_day_or_another_is_excluded_is_set_aside(instant: str) -> None:
    assert read_in("UTC", *DAILY, f"EXDATE:{instant}") == (
        "The series of days names one of them by a time that may mean another."
    )


def test_a_day_that_changes_is_named_by_an_instant_too() -> None:
    changed = ("RECURRENCE-ID:20261207T230000Z", "DTSTART;VALUE=DATE:20261209", "SUMMARY:Usual")

    read = content(*WEEKLY, "SUMMARY:Usual", exceptions=(changed,))

    assert read.overrides == (Override(EIGHTH, when=AllDay(date(2026, 12, 9), date(2026, 12, 10))),)


def test_an_extra_day_may_be_an_instant_if_it_can_mean_one_day_only() -> None:
    read = read_in("Europe/Berlin", *WEEKLY, "RDATE:20261209T230000Z")

    assert isinstance(read, Content)
    assert read.recurrence is not None
    assert read.recurrence.rdates == (date(2026, 12, 10),)
    assert isinstance(read_in("UTC", *WEEKLY, "RDATE:20261209T230000Z"), str)


def test_an_edit_keeps_days_that_are_excluded_by_instants() -> None:
    before = text(*WEEKLY, "EXDATE:20261207T230000Z", "SUMMARY:Usual")
    old = content(*WEEKLY, "EXDATE:20261207T230000Z", "SUMMARY:Usual")

    after = updated(before, replace(old, title="Other"), frozenset({"title"}), None)

    assert "EXDATE:20261207T230000Z\r\n" in after


def test_an_edit_that_leaves_open_which_day_was_excluded_says_it_by_its_date() -> None:
    lines = (*WEEKLY, "EXDATE:20261207T230000Z")
    wanted = replace(content(*lines), recurrence=Recurrence(("FREQ=DAILY",)))

    after = updated(text(*lines), wanted, frozenset({"time"}), None)

    assert "EXDATE;VALUE=DATE:20261208\r\n" in after
    assert "T230000Z" not in after


def test_thousands_of_days_named_by_instants_cost_little() -> None:
    days = [date(2026, 12, 1) + timedelta(weeks=i) for i in range(1, 1400)]
    ids = [f"{day - timedelta(days=1):%Y%m%d}T230000Z" for day in days]
    changed = tuple((f"RECURRENCE-ID:{i}", f"DTSTART;VALUE=DATE:{i[:8]}") for i in ids)
    before = text(*WEEKLY, *(f"EXDATE:{i}" for i in ids), exceptions=changed)

    with bounded(4):
        read = reading("/c/1.ics", "e", before)
        assert isinstance(read, Seen)
        wanted = replace(read.event.content, title="Other")
        assert "SUMMARY:Other" in updated(before, wanted, frozenset({"title"}), None)


def test_a_period_tells_how_long_its_occurrence_lasts() -> None:
    lines = (
        "RDATE;VALUE=PERIOD:20261205T090000Z/PT2H,20261206T090000Z/20261206T093000Z,20261207T090000Z/PT1H",
    )
    read = content(BERLIN, "DURATION:PT1H", *lines)

    assert read.recurrence is not None
    assert read.recurrence.rdates == tuple(at(f"2026-12-0{day}T10:00") for day in (5, 6, 7))
    assert read.overrides == (
        Override(at("2026-12-05T10:00"), when=_from_ten("2026-12-05", "12:00")),
        Override(at("2026-12-06T10:00"), when=_from_ten("2026-12-06", "10:30")),
    )


def _from_ten(day: str, until: str) -> Timed:
    return Timed(at(f"{day}T10:00"), at(f"{day}T{until}"), "Europe/Berlin")


PERIODS = "RDATE;VALUE=PERIOD:20261205T090000Z/PT2H,20261206T090000Z/PT2H"
SERIES = (BERLIN, "DURATION:PT1H", "SUMMARY:Usual", PERIODS)
FIFTH, SIXTH = at("2026-12-05T10:00"), at("2026-12-06T10:00")


def edited(wanted: Content, *groups: str) -> tuple[str, Content]:
    """The text after that edit, and what it says then."""
    after = updated(text(*SERIES), wanted, frozenset(groups), None)
    found = reading("/c/1.ics", "e", after)
    assert isinstance(found, Seen), found
    return after, found.event.content


def test_an_edit_of_the_title_keeps_periods_as_they_are() -> None:
    wanted = replace(content(*SERIES), title="Other")

    after, read = edited(wanted, "title")

    assert PERIODS in after
    assert "RECURRENCE-ID" not in after
    assert read == wanted


def test_an_occurrence_that_is_to_last_as_long_as_the_others_loses_its_period_alone() -> None:
    old = content(*SERIES)
    wanted = replace(old, overrides=old.overrides[1:])

    after, read = edited(wanted, occurrence_group(FIFTH))

    assert read == wanted
    assert "PERIOD" not in after


def test_an_occurrence_of_a_period_that_changes_otherwise_becomes_an_exception() -> None:
    old = content(*SERIES)
    wanted = replace(old, overrides=(replace(old.overrides[0], title="Other"), old.overrides[1]))

    after, read = edited(wanted, occurrence_group(FIFTH))

    assert read == wanted
    assert after.count("RECURRENCE-ID") == 1


def test_an_occurrence_of_a_period_can_be_cancelled() -> None:
    old = content(*SERIES)
    wanted = replace(old, overrides=(Override(FIFTH, is_cancelled=True), old.overrides[1]))

    after, read = edited(wanted, occurrence_group(FIFTH))

    assert read == wanted
    assert PERIODS in after


def test_periods_of_a_series_of_days_are_set_aside() -> None:
    assert read_in("UTC", *WEEKLY, "RDATE;VALUE=PERIOD:20261205T090000Z/PT2H") == (
        "The series of days has extra occurrences that last for hours."
    )


@pytest.mark.parametrize("period", ["20261205T090000Z/x", "20261205T090000Z/", "20261205T090000Z/-PT1H"])
def test_a_period_that_is_none_is_set_aside(period: str) -> None:
    assert isinstance(read_in("UTC", BERLIN, f"RDATE;VALUE=PERIOD:{period}"), str)


def test_a_timed_series_with_extra_times_becomes_one_of_days() -> None:
    before = content("DTSTART:20261201T100000Z", "DTEND:20261201T110000Z", "RDATE:20261202T100000Z")
    assert isinstance(before, Content)
    days = AllDay(date(2026, 12, 1), date(2026, 12, 2))
    after = replace(before, when=days, recurrence=Recurrence((), (date(2026, 12, 2),)))

    made = updated(
        text("DTSTART:20261201T100000Z", "DTEND:20261201T110000Z", "RDATE:20261202T100000Z"),
        after,
        frozenset({"time"}),
        None,
    )

    found = reading("/c/1.ics", "e", made)
    assert isinstance(found, Seen)
    assert found.event.content == after
