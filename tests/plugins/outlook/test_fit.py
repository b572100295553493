"""What Outlook cannot hold is told before anything is written: why, and what to do instead."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from metonic_core.model.content import GROUPS, STATUS, TIME, Content, Status, occurrence_group
from metonic_core.model.series import Override, Recurrence
from metonic_core.model.when import AllDay, Timed
from metonic_core.spi import Create, Unacceptable
from metonic_outlook.fit import fit
from metonic_outlook.obstacles import Obstacle
from metonic_outlook.writing import created
from metonic_outlook.zones import Mailbox

TEN = datetime(2028, 3, 7, 10)  # noqa: DTZ001 - wall time
LESSON = Content("Lesson", Timed(TEN, TEN + timedelta(hours=1), "Europe/Berlin"))
HERE = Mailbox()


def ruled(*rules: str, start: datetime = TEN) -> Content:
    when = Timed(start, start + timedelta(hours=1), "Europe/Berlin")
    return replace(LESSON, when=when, recurrence=Recurrence(rules))


@pytest.mark.parametrize(
    ("rule", "obstacle"),
    [
        ("FREQ=DAILY;BYHOUR=10", Obstacle.NO_CLOCK),
        ("FREQ=DAILY;INTERVAL=2;BYDAY=TU,TH", Obstacle.NO_WEEKDAYS),
        ("FREQ=DAILY;BYMONTH=3", Obstacle.NO_MONTHS),
        ("FREQ=WEEKLY;BYMONTH=3", Obstacle.NO_MONTHS),
        ("FREQ=WEEKLY;BYDAY=1TU", Obstacle.NO_WEEKDAYS),
        ("FREQ=WEEKLY;UNTIL=99991201T090000Z", Obstacle.NO_PATTERN),
        ("FREQ=MONTHLY;BYMONTH=3,4;BYMONTHDAY=7", Obstacle.NO_MONTHS),
        ("FREQ=YEARLY;BYMONTH=3,9", Obstacle.NO_MONTHS),
        ("FREQ=MONTHLY;BYMONTHDAY=7,21", Obstacle.NO_DAYS_OF_MONTH),
        ("FREQ=MONTHLY;BYMONTHDAY=-25", Obstacle.NO_DAYS_OF_MONTH),
        ("FREQ=MONTHLY;BYDAY=1TU,3TU", Obstacle.NO_WEEKDAYS),
        ("FREQ=MONTHLY;BYDAY=-4TU", Obstacle.NO_WEEKDAYS),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", Obstacle.NO_WEEKDAYS),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,3", Obstacle.NO_WEEKDAYS),
        ("FREQ=MONTHLY;BYDAY=TU;BYMONTHDAY=7", Obstacle.NO_PATTERN),
        ("FREQ=YEARLY;BYDAY=10TU", Obstacle.NO_COUNTED_DAYS),
        ("FREQ=YEARLY;BYWEEKNO=10", Obstacle.NO_COUNTED_DAYS),
        ("FREQ=YEARLY;BYYEARDAY=67", Obstacle.NO_COUNTED_DAYS),
        ("FREQ=YEARLY;BYMONTHDAY=7", Obstacle.NO_DAYS_OF_MONTH),
        ("FREQ=WEEKLY;BYDAY=WE", Obstacle.NO_START),
        ("FREQ=MONTHLY;BYMONTHDAY=8", Obstacle.NO_START),
    ],
)
def test_a_rule_that_graph_cannot_hold_is_told(rule: str, obstacle: Obstacle) -> None:
    assert [(unfit.group, unfit.obstacle) for unfit in fit(ruled(rule), HERE)] == [(TIME, obstacle)]


@pytest.mark.parametrize("rule", ["FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;INTERVAL=5"])
def test_months_that_are_too_short_are_told(rule: str) -> None:
    content = ruled(rule, start=datetime(2028, 1, 31, 10))  # noqa: DTZ001 - wall time

    assert [unfit.obstacle for unfit in fit(content, HERE)] == [Obstacle.SHORT_MONTHS]


@pytest.mark.parametrize("rule", ["FREQ=MONTHLY;INTERVAL=12", "FREQ=MONTHLY;COUNT=1", "FREQ=YEARLY"])
def test_where_no_month_is_too_short_nothing_is(rule: str) -> None:
    assert fit(ruled(rule, start=datetime(2028, 1, 31, 10)), HERE) == []  # noqa: DTZ001 - wall time


def test_february_29th_of_each_year_is_told() -> None:
    content = ruled("FREQ=YEARLY", start=datetime(2028, 2, 29, 10))  # noqa: DTZ001 - wall time

    assert [unfit.obstacle for unfit in fit(content, HERE)] == [Obstacle.SHORT_MONTHS]


def test_extra_dates_and_further_rules_are_told() -> None:
    dated = replace(LESSON, recurrence=Recurrence(("FREQ=WEEKLY",), (TEN + timedelta(days=1),)))

    assert [unfit.obstacle for unfit in fit(dated, HERE)] == [Obstacle.NO_DATES]
    assert [u.obstacle for u in fit(ruled("FREQ=WEEKLY", "FREQ=MONTHLY"), HERE)] == [Obstacle.ONE_RULE]


def test_a_series_in_a_zone_that_windows_does_not_know_is_told_and_a_single_event_is_not() -> None:
    single = replace(LESSON, when=Timed(TEN, TEN, "Antarctica/Troll"))

    assert fit(single, HERE) == []
    series = replace(single, recurrence=Recurrence(("FREQ=WEEKLY",)))
    assert [unfit.obstacle for unfit in fit(series, HERE)] == [Obstacle.NO_ZONE]
    assert fit(series, Mailbox(frozenset({"Antarctica/Troll"}))) == []


@pytest.mark.parametrize("start", [datetime(2028, 3, 26, 2, 30), datetime(2028, 10, 29, 2, 30)])  # noqa: DTZ001 - wall time
def test_a_series_that_begins_where_clocks_leap_is_told_and_a_single_event_is_not(start: datetime) -> None:
    series = ruled("FREQ=WEEKLY", start=start)

    assert [unfit.obstacle for unfit in fit(series, HERE)] == [Obstacle.NO_WALL_TIME]
    assert fit(replace(series, recurrence=None), HERE) == []


def test_an_event_that_ends_before_it_starts_is_told() -> None:
    content = replace(LESSON, when=Timed(TEN, TEN - timedelta(hours=1), "UTC"))

    assert [unfit.obstacle for unfit in fit(content, HERE)] == [Obstacle.BACKWARDS]


def test_what_is_cancelled_is_told() -> None:
    content = replace(LESSON, status=Status.CANCELLED)

    assert [(unfit.group, unfit.obstacle) for unfit in fit(content, HERE)] == [(STATUS, Obstacle.CANCELLED)]


WEEKLY = ruled("FREQ=WEEKLY")
WEEK = timedelta(days=7)
DAY = timedelta(days=1)


def moved(number: int, by: timedelta) -> Override:
    slot = TEN + number * WEEK
    return Override(slot, when=WEEKLY.when.moved_to(slot + by))


@pytest.mark.parametrize("by", [-6 * DAY, -DAY, timedelta(hours=13), 6 * DAY])
def test_an_occurrence_moves_freely_between_its_neighbours(by: timedelta) -> None:
    assert fit(replace(WEEKLY, overrides=(moved(2, by),)), HERE) == []


@pytest.mark.parametrize("by", [-8 * DAY, -WEEK, WEEK - timedelta(hours=1), WEEK, 8 * DAY])
def test_an_occurrence_that_would_pass_its_neighbour_is_told(by: timedelta) -> None:
    found = fit(replace(WEEKLY, overrides=(moved(2, by),)), HERE)

    assert [(u.group, u.obstacle) for u in found] == [(occurrence_group(TEN + 2 * WEEK), Obstacle.CROSSING)]


def test_an_occurrence_may_take_the_place_of_one_that_is_cancelled_or_moved_on() -> None:
    gone = Override(TEN + 3 * WEEK, is_cancelled=True)

    assert fit(replace(WEEKLY, overrides=(moved(2, WEEK), gone)), HERE) == []
    assert fit(replace(WEEKLY, overrides=(moved(2, WEEK), moved(3, DAY))), HERE) == []
    assert len(fit(replace(WEEKLY, overrides=(moved(2, 9 * DAY), moved(3, DAY))), HERE)) == 2


def test_days_are_neighbours_as_times_are() -> None:
    when = AllDay(date(2028, 3, 7), date(2028, 3, 8))
    slot = date(2028, 3, 14)
    series = Content("Fair", when, Recurrence(("FREQ=WEEKLY",)))

    assert (
        fit(replace(series, overrides=(Override(slot, when=when.moved_to(date(2028, 3, 20))),)), HERE) == []
    )
    assert (
        fit(replace(series, overrides=(Override(slot, when=when.moved_to(date(2028, 3, 21))),)), HERE) != []
    )


def test_what_does_not_fit_is_refused_with_both_sentences() -> None:
    write = Create(UUID(int=7), "mark", ruled("FREQ=YEARLY;BYWEEKNO=10"))

    with pytest.raises(Unacceptable) as refused:
        created(write, HERE)

    assert refused.value.message == " ".join(Obstacle.NO_COUNTED_DAYS.value)


def test_all_else_fits() -> None:
    assert fit(replace(LESSON, title="x", notes="y", is_private=True, is_busy=False), HERE) == []
    assert set(GROUPS) == WEEKLY.groups()
