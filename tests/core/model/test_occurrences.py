"""Where a series takes place inside a window, judged against counting and against ``occurs_in``."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.core.strategies import SERIES, SLOTS, contents, instants

from metonic_core.model.content import Content
from metonic_core.model.series import Override, Recurrence, occurrences, occurs_in, recurrence_of, slots_until
from metonic_core.model.when import AllDay, Slot, Timed, When, Window

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
BEGIN = datetime(2026, 10, 20, tzinfo=UTC)
# Clocks in Berlin go back on 25 October 2026 at 03:00, and forward on 28 March 2027 at 02:00.
AUTUMN = Window(BEGIN, BEGIN + 10 * DAY)
DAILY = Recurrence(("FREQ=DAILY",))

windows = st.builds(lambda start, hours: Window(start, start + hours * HOUR), instants, st.integers(1, 2000))


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute)  # noqa: DTZ001 - wall time


def lasting(start: datetime, length: timedelta = HOUR, zone: str = "Europe/Berlin") -> Timed:
    return Timed(start, start + length, zone)


def found(content: Content, window: Window) -> list[When]:
    return list(occurrences(window, content.when, content.recurrence, content.overrides))


@given(contents(), windows)
def test_a_series_is_in_a_window_as_often_as_it_takes_place_there(content: Content, window: Window) -> None:
    assert bool(found(content, window)) == content.occurs_in(window)


@given(contents(), windows)
def test_each_occurrence_in_the_window_is_told_once(content: Content, window: Window) -> None:
    changed = {o.slot: o for o in content.overrides}
    # Unlike the code, this walks the whole series and looks at every occurrence of it.
    known = set(slots_until(content.when, content.recurrence, window.end))
    plain = [content.when.moved_to(slot) for slot in known if slot not in changed]
    differing = [_place(content.when, o, known) for o in changed.values()]
    expected = [when for when in [*plain, *differing] if when and window.touches(when)]

    assert sorted(found(content, window), key=str) == sorted(expected, key=str)


def _place(series: When, override: Override, known: set[Slot]) -> When | None:
    if override.is_cancelled:
        return None
    return override.when or (series.moved_to(override.slot) if override.slot in known else None)


@given(contents(), windows, st.integers(1, 1999))
def test_two_halves_of_a_window_hold_what_the_whole_holds(
    content: Content, window: Window, hours: int
) -> None:
    middle = min(window.start + hours * HOUR, window.end)

    halves = {
        when
        for half in (Window(window.start, middle), Window(middle, window.end))
        for when in found(content, half)
    }

    assert halves == set(found(content, window))


@given(st.integers(0, 23), st.integers(0, 3), st.integers(1, 60), st.sampled_from(["Europe/Berlin", "UTC"]))
@example(2, 2, 2, "Europe/Berlin")
def test_a_daily_series_takes_place_once_a_day_when_clocks_go_back(
    hour: int, quarter: int, quarters: int, zone: str
) -> None:
    when = lasting(at(date(2026, 10, 1), hour, 15 * quarter), quarters * timedelta(minutes=15), zone)

    days = [o.start.date() for o in occurrences(AUTUMN, when, DAILY, []) if isinstance(o, Timed)]

    assert len(days) == len(set(days))
    assert {date(2026, 10, day) for day in range(21, 29)} <= set(days)


def test_an_occurrence_keeps_its_wall_time_and_is_an_hour_longer_when_clocks_go_back() -> None:
    night = lasting(at(date(2026, 10, 1), 22), 8 * HOUR)

    lengths = {
        o.slot: o.ends_at - o.starts_at for o in occurrences(AUTUMN, night, DAILY, []) if isinstance(o, Timed)
    }

    assert lengths[at(date(2026, 10, 24), 22)] == 9 * HOUR
    assert set(lengths.values()) == {8 * HOUR, 9 * HOUR}


def test_an_occurrence_that_a_longer_night_carries_into_the_window_is_in_it() -> None:
    # It ends at 06:00 by the clock, which is 05:00 UTC on that night and 04:00 the night before.
    night = lasting(at(date(2026, 10, 1), 22), 8 * HOUR)
    start = datetime(2026, 10, 25, 4, 30, tzinfo=UTC)

    inside = list(occurrences(Window(start, start + HOUR), night, DAILY, []))

    assert inside == [lasting(at(date(2026, 10, 24), 22), 8 * HOUR)]


def test_of_a_time_that_clocks_double_the_first_is_meant() -> None:
    doubled = lasting(at(date(2026, 10, 1), 2, 30), timedelta(minutes=15))
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    assert occurs_in(Window(first, first + HOUR / 2), doubled, DAILY, [])
    assert not occurs_in(Window(first + HOUR, first + 2 * HOUR), doubled, DAILY, [])


def test_an_extra_date_in_a_leap_of_the_clocks_hides_none_after_it() -> None:
    leap = date(2027, 3, 28)
    when = lasting(at(date(2027, 3, 1), 2, 30))
    skipped, later = at(leap, 2, 30), at(leap, 3)
    # 02:30 does not exist and is 03:30, so by the instant it comes after 03:00.
    window = Window(datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, 15, tzinfo=UTC))

    assert list(occurrences(window, when, recurrence_of([], [skipped, later], when), [])) == [lasting(later)]


def test_a_slot_that_two_rules_and_a_date_name_takes_place_once() -> None:
    start = at(date(2026, 10, 20), 9)
    twice = Recurrence(("FREQ=DAILY", "FREQ=WEEKLY"), (start,))

    assert len(list(occurrences(AUTUMN, lasting(start), twice, []))) == 10


def test_a_cancelled_occurrence_is_left_out_and_a_moved_one_is_where_it_was_moved_to() -> None:
    week = Window(SERIES.when.starts_at - DAY, SERIES.when.starts_at + 8 * DAY)
    moved = SERIES.when.moved_to(SLOTS[1] - 5 * DAY)
    overrides = [Override(SLOTS[0], is_cancelled=True), Override(SLOTS[1], when=moved)]

    assert list(occurrences(week, SERIES.when, SERIES.recurrence, overrides)) == [moved]


def test_an_occurrence_that_was_moved_out_of_the_window_is_not_in_it() -> None:
    day = Window(SERIES.when.starts_at, SERIES.when.starts_at + DAY)
    away = Override(SLOTS[0], when=SERIES.when.moved_to(SLOTS[0] + 40 * DAY))

    assert not list(occurrences(day, SERIES.when, SERIES.recurrence, [away]))


@pytest.mark.parametrize("when", [SERIES.when, AllDay(date(2026, 12, 1), date(2026, 12, 3))])
def test_a_single_event_takes_place_once(when: When) -> None:
    window = Window(when.starts_at, when.starts_at + HOUR)

    assert list(occurrences(window, when, None, [])) == [when]
    assert not list(occurrences(Window(when.ends_at, when.ends_at + HOUR), when, None, []))
