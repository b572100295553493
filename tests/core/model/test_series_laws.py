"""Our expansion of series against python-dateutil's, used independently: on the wall clock, without zones."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.rrule import rruleset, rrulestr
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.core.model.rules import ends, rules, whens

from metonic_core.model.errors import InvalidValue
from metonic_core.model.series import (
    Override,
    Recurrence,
    canonical_rule,
    has_slot,
    occurrences,
    recurrence_of,
    slots_until,
    span_end,
)
from metonic_core.model.when import AllDay, Slot, Timed, When, Window, sorted_slots

DAY = timedelta(days=1)
LIMIT = datetime(2029, 6, 1, tzinfo=UTC)


@st.composite
def series(draw: st.DrawFn) -> tuple[When, Recurrence]:
    """With one rule or two, and extra dates; as it would be kept."""
    when = draw(whens())
    asked = [draw(rules()) + draw(ends(when)) for _ in range(draw(st.integers(1, 2)))]
    later = draw(st.lists(st.integers(0, 300), max_size=3))
    try:
        made = recurrence_of(asked, [when.slot + n * DAY for n in later], when)
    except InvalidValue:
        assume(condition=False)
        raise
    return when, made


def on_the_wall(slot: Slot) -> datetime:
    return slot if isinstance(slot, datetime) else datetime.combine(slot, datetime.min.time())


def by_dateutil(when: When, recurrence: Recurrence, limit: datetime) -> list[Slot]:
    """What a rruleset without any zone finds; only UNTIL, which is an instant, is asked of the zone."""
    start = on_the_wall(when.slot)
    wall_limit = limit.replace(tzinfo=None) + 2 * DAY
    found = rruleset()
    found.rdate(start)
    for rule in recurrence.rules:
        for at in _until(when, rule, wall_limit):
            found.rdate(at)
    for slot in recurrence.rdates:
        found.rdate(on_the_wall(slot))
    slots = [at if isinstance(when, Timed) else at.date() for at in found]
    return [slot for slot in slots if when.moved_to(slot).starts_at <= limit or slot == when.slot]


def _until(when: When, rule: str, wall_limit: datetime) -> Iterator[datetime]:
    parts = dict(part.split("=") for part in rule.split(";"))
    until = parts.pop("UNTIL", None)
    endless = ";".join(f"{name}={value}" for name, value in parts.items())
    for at in rrulestr(endless, dtstart=on_the_wall(when.slot)):
        here = when.moved_to(at if isinstance(when, Timed) else at.date())
        if at > wall_limit or (until and f"{here.starts_at:%Y%m%dT%H%M%SZ}"[: len(until)] > until):
            return
        yield at


@given(series(), st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_slots_are_those_of_a_rruleset_on_the_wall_clock(
    made: tuple[When, Recurrence], limit: datetime
) -> None:
    found = set(slots_until(*made, limit))

    assert sorted_slots(found) == sorted_slots(by_dateutil(*made, limit))


@given(series(), st.data())
def test_slots_since_some_time_are_all_of_those_from_then_on(
    made: tuple[When, Recurrence], data: st.DataObject
) -> None:
    since = data.draw(st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001

    every = by_dateutil(*made, LIMIT)
    found = set(slots_until(*made, LIMIT, since))

    assert found <= set(every)
    assert {slot for slot in every if made[0].moved_to(slot).starts_at >= since} <= found


@given(series(), st.data())
def test_a_series_has_the_slots_of_its_rruleset_and_no_other(
    made: tuple[When, Recurrence], data: st.DataObject
) -> None:
    every = by_dateutil(*made, LIMIT)
    near = data.draw(st.sampled_from(every)) + data.draw(st.sampled_from([0, 0, 1, -1, 7])) * DAY
    assume(made[0].moved_to(near).starts_at < LIMIT)

    assert has_slot(*made, near) == (near in every)


@given(series(), st.data())
def test_occurrences_are_the_slots_that_take_place_then(
    made: tuple[When, Recurrence], data: st.DataObject
) -> None:
    when, recurrence = made
    start = data.draw(st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
    window = Window(start, start + timedelta(hours=data.draw(st.integers(1, 2000))))
    every = by_dateutil(when, recurrence, LIMIT)
    cancelled = set(data.draw(st.lists(st.sampled_from(every), max_size=2, unique=True)))
    moved = {slot: when.moved_to(slot + 3 * DAY) for slot in every[:1] if slot not in cancelled}
    overrides = [Override(slot, is_cancelled=True) for slot in cancelled]
    overrides += [Override(slot, when=to) for slot, to in moved.items()]

    found = list(occurrences(window, when, recurrence, overrides))

    plain = [when.moved_to(slot) for slot in every if slot not in cancelled and slot not in moved]
    expected = [each for each in [*plain, *moved.values()] if window.touches(each)]
    assert sorted(found, key=str) == sorted(expected, key=str)


@given(series())
def test_nothing_takes_place_after_the_end_of_the_span(made: tuple[When, Recurrence]) -> None:
    when, recurrence = made
    end = span_end(when, recurrence, ())

    is_endless = any("COUNT" not in rule and "UNTIL" not in rule for rule in recurrence.rules)
    assert end is None or not is_endless
    for slot in by_dateutil(when, recurrence, LIMIT):
        assert end is None or when.moved_to(slot).ends_at <= end


@given(rules(), whens())
def test_the_canonical_form_of_a_rule_means_the_same_and_is_its_own(rule: str, when: When) -> None:
    made = canonical_rule(rule)
    start = on_the_wall(when.slot)

    assert canonical_rule(made) == made
    assert canonical_rule(f"rrule:{rule}".lower()) == made
    # Some rules never take place, and dateutil gives up only with the last of all years.
    late = start.replace(year=9996, day=min(start.day, 28))
    known, found = (list(rrulestr(f"{r};UNTIL=99991201", dtstart=late)) for r in (rule, made))
    assert found == known


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("FREQ=MONTHLY;BYDAY=+1MO,-1FR", "FREQ=MONTHLY;BYDAY=-01FR,01MO"),
        ("FREQ=YEARLY;BYMONTH=01,10;COUNT=010", "FREQ=YEARLY;COUNT=10;BYMONTH=10,1"),
        ("FREQ=DAILY;INTERVAL=01", "rrule:freq=daily"),
    ],
)
def test_numbers_have_one_form(one: str, other: str) -> None:
    assert canonical_rule(one) == canonical_rule(other)


@given(whens().flatmap(lambda when: st.tuples(st.just(when), rules(), ends(when))))
def test_what_is_kept_of_a_series_is_kept_as_it_is(asked: tuple[When, str, str]) -> None:
    when, rule, end = asked
    try:
        made = recurrence_of([rule + end], (), when)
    except InvalidValue:
        return

    assert recurrence_of(made.rules, made.rdates, when) == made


def test_a_position_in_the_week_is_counted_from_where_the_series_begins_and_nowhere_later() -> None:
    thursday = AllDay(date(2026, 1, 1), date(2026, 1, 2))
    first = recurrence_of(["FREQ=WEEKLY;BYDAY=MO,TH;BYSETPOS=1"], (), thursday)

    assert has_slot(thursday, first, date(2026, 1, 19))
    assert not has_slot(thursday, first, date(2026, 1, 22))


CHANGES = [
    ("Europe/Berlin", "2026-03-23", "2026-10-19"),
    ("America/New_York", "2026-03-02", "2026-10-26"),
    ("Australia/Sydney", "2026-03-30", "2026-09-28"),
    ("Australia/Lord_Howe", "2026-03-30", "2026-09-28"),
    ("Africa/Casablanca", "2026-02-09", "2026-03-16"),
]


@pytest.mark.parametrize("zone", [zone for zone, *_ in CHANGES] + ["Asia/Kolkata", "UTC"])
@pytest.mark.parametrize("hour", [0, 1, 2, 3, 9, 23])
def test_a_daily_series_keeps_its_hour_over_every_change_of_clocks_of_a_year(zone: str, hour: int) -> None:
    start = datetime(2026, 1, 1, hour, 30)  # noqa: DTZ001 - wall time
    when = Timed(start, start + timedelta(minutes=15), zone)
    year = Window(datetime(2025, 12, 31, tzinfo=UTC), datetime(2027, 1, 3, tzinfo=UTC))
    daily = recurrence_of(["FREQ=DAILY;COUNT=365"], (), when)

    found = sorted(occurrences(year, when, daily, ()), key=lambda each: each.starts_at)

    walls = [each.start for each in found]
    assert [wall.date() for wall in map(on_the_wall, walls)] == [
        date(2026, 1, 1) + n * DAY for n in range(365)
    ]
    assert {on_the_wall(wall).time() for wall in walls} == {start.time()}


@pytest.mark.parametrize(("zone", "spring", "autumn"), CHANGES)
def test_the_instants_of_a_weekly_series_move_when_clocks_do(zone: str, spring: str, autumn: str) -> None:
    for begin in (spring, autumn):
        start = datetime.fromisoformat(f"{begin}T09:00")
        when = Timed(start, start + timedelta(hours=1), zone)

        weekly = set(slots_until(when, Recurrence(("FREQ=WEEKLY;COUNT=2",)), LIMIT))
        first, second = sorted_slots(weekly)

        apart = when.moved_to(second).starts_at - when.moved_to(first).starts_at
        assert abs(apart - 7 * DAY) in (timedelta(hours=1), timedelta(minutes=30))


def test_all_day_series_know_no_clocks() -> None:
    days = AllDay(date(2026, 10, 24), date(2026, 10, 26))

    found = list(slots_until(days, recurrence_of(["FREQ=DAILY;UNTIL=20261027"], (), days), LIMIT))

    assert sorted(set(map(str, found))) == ["2026-10-24", "2026-10-25", "2026-10-26", "2026-10-27"]
