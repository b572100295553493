"""Wall time, zones and dates: instants are derived, clocks leap and fall back, windows have edges."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import all_day, dates, instants, quarters, timed, whens, zones

from metonic_core.model.errors import InvalidValue
from metonic_core.model.when import (
    AllDay,
    Slot,
    Timed,
    When,
    Window,
    instant_of,
    is_in_gap,
    is_zone,
    slot_from,
    slot_text,
    sorted_slots,
    zone_of,
)

GAPS = {
    "Europe/Berlin": ("2026-03-29T02:30", "2026-03-29T01:30+00:00"),
    "America/New_York": ("2026-03-08T02:15", "2026-03-08T07:15+00:00"),
    "Australia/Sydney": ("2026-10-04T02:30", "2026-10-03T16:30+00:00"),
    "America/Santiago": ("2026-09-06T00:30", "2026-09-06T04:30+00:00"),
    "Australia/Lord_Howe": ("2026-10-04T02:15", "2026-10-03T15:45+00:00"),
    "Pacific/Apia": ("2011-12-30T12:00", "2011-12-30T22:00+00:00"),
}
FOLDS = {
    "Europe/Berlin": ("2026-10-25T02:30", "2026-10-25T00:30+00:00"),
    "America/New_York": ("2026-11-01T01:15", "2026-11-01T05:15+00:00"),
    "Australia/Sydney": ("2026-04-05T02:30", "2026-04-04T15:30+00:00"),
    "America/Santiago": ("2026-04-04T23:30", "2026-04-05T02:30+00:00"),
    "Australia/Lord_Howe": ("2026-04-05T01:45", "2026-04-04T14:45+00:00"),
}
slots: st.SearchStrategy[Slot] = st.one_of(quarters, dates)


@pytest.mark.parametrize("zone", GAPS)
def test_a_time_that_clocks_skip_is_moved_forward(zone: str) -> None:
    local, instant = map(datetime.fromisoformat, GAPS[zone])

    assert is_in_gap(local, zone)
    assert instant_of(local, zone) == instant


@pytest.mark.parametrize("zone", FOLDS)
def test_of_a_time_that_comes_twice_the_first_is_meant(zone: str) -> None:
    local, instant = map(datetime.fromisoformat, FOLDS[zone])

    assert not is_in_gap(local, zone)
    assert instant_of(local, zone) == instant
    assert instant_of(local.replace(fold=1), zone) == instant


@given(quarters, zones)
def test_a_wall_time_outside_gaps_is_read_off_the_clock_again(local: datetime, zone: str) -> None:
    shown = instant_of(local, zone).astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    assert is_in_gap(local, zone) == (shown != local)


@given(instants, zones)
def test_every_instant_has_a_wall_time_that_exists(instant: datetime, zone: str) -> None:
    local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    assert not is_in_gap(local, zone)


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
def test_iana_names_are_zones(name: str) -> None:
    assert is_zone(name)
    assert zone_of(name).key == name


@pytest.mark.parametrize("name", ["", "W. Europe Standard Time", "../etc/passwd", "localtime", "Factory"])
def test_anything_else_is_refused_with_a_next_step(name: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        zone_of(name)

    assert caught.value.path == ("timeZone",)
    assert "IANA" in caught.value.next_step


@given(timed(), quarters)
def test_an_occurrence_has_the_length_of_its_series_on_the_wall_clock(when: Timed, slot: datetime) -> None:
    moved = when.moved_to(slot)

    assert moved.end - moved.start == when.end - when.start
    assert (moved.slot, moved.zone) == (slot, when.zone)


@given(all_day(), dates)
def test_an_all_day_occurrence_has_as_many_days_as_its_series(when: AllDay, slot: date) -> None:
    moved = when.moved_to(slot)

    assert moved.end - moved.start == when.end - when.start
    assert moved.slot == slot


@given(timed(), dates)
def test_a_timed_series_has_no_occurrence_on_a_date(when: Timed, slot: date) -> None:
    with pytest.raises(TypeError):
        when.moved_to(slot)


@given(all_day(), quarters)
def test_an_all_day_series_has_no_occurrence_at_a_time(when: AllDay, slot: datetime) -> None:
    with pytest.raises(TypeError):
        when.moved_to(slot)


@given(slots)
def test_a_slot_is_read_from_its_text_and_a_date_stays_a_date(slot: Slot) -> None:
    again = slot_from(slot_text(slot))

    assert again == slot
    assert type(again) is type(slot)


@given(st.lists(quarters) | st.lists(dates))
def test_slots_are_kept_in_order_each_once(some: list[Slot]) -> None:
    kept = sorted_slots(some)

    assert list(kept) == sorted(set(some), key=lambda s: s.isoformat())


@given(instants)
def test_the_window_moves_once_a_day(now: datetime) -> None:
    back, ahead = timedelta(days=30), timedelta(days=400)
    later = now.replace(hour=23, minute=59)

    window = Window.around(now, back, ahead)

    assert Window.around(later, back, ahead) == window
    assert window.start <= now - back + timedelta(days=1)
    assert window.end > now + ahead - timedelta(days=1)


@given(whens, instants)
def test_a_window_is_touched_by_what_overlaps_it(when: When, start: datetime) -> None:
    window = Window(start, start + timedelta(days=30))

    overlap = min(when.ends_at, window.end) - max(when.starts_at, window.start)

    assert window.touches(when) == (overlap > timedelta(0))


def test_the_end_of_a_window_is_outside_and_its_start_is_inside() -> None:
    when = Timed(datetime(2026, 12, 1, 10), datetime(2026, 12, 1, 11), "UTC")  # noqa: DTZ001 - wall time
    at = datetime(2026, 12, 1, 10, tzinfo=UTC)
    hour, day = timedelta(hours=1), timedelta(days=1)

    assert Window(at, at + day).touches(when)
    assert not Window(at - day, at).touches(when)
    assert not Window(at + hour, at + day).touches(when)


def test_what_takes_no_time_lies_in_the_window_it_starts_in() -> None:
    moment = Timed(datetime(2026, 12, 1, 10), datetime(2026, 12, 1, 10), "UTC")  # noqa: DTZ001 - wall time
    at = datetime(2026, 12, 1, 10, tzinfo=UTC)

    assert Window(at, at + timedelta(days=1)).touches(moment)
    assert not Window(at - timedelta(days=1), at).touches(moment)


@given(all_day())
def test_an_all_day_event_spans_whole_days(when: AllDay) -> None:
    assert when.ends_at - when.starts_at == when.end - when.start
    assert replace(when, end=when.start + timedelta(days=1)).ends_at == when.starts_at + timedelta(days=1)
