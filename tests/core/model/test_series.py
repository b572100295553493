"""Series, judged against python-dateutil on the wall clock and against plain counting."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import RULES, SERIES, contents, instants, recurrences, slots_near, whens

from metonic_core.model.content import Content
from metonic_core.model.errors import InvalidValue
from metonic_core.model.series import (
    Override,
    Recurrence,
    canonical_rule,
    has_slot,
    occurs_in,
    recurrence_of,
    slots_until,
    span_end,
)
from metonic_core.model.when import AllDay, Slot, Timed, When, Window

DAY = timedelta(days=1)
FAR = datetime(2029, 1, 1, tzinfo=UTC)
BERLIN = Timed(datetime(2026, 3, 1, 2, 30), datetime(2026, 3, 1, 3, 30), "Europe/Berlin")  # noqa: DTZ001 - wall time
CAMP = AllDay(date(2026, 12, 1), date(2026, 12, 3))


def expected(when: When, recurrence: Recurrence, limit: datetime) -> set[Slot]:
    """What naive dateutil, which knows no zones, makes of it; UNTIL is compared apart."""
    found: set[Slot] = {when.slot, *recurrence.rdates}
    wall = when.start if isinstance(when, Timed) else datetime.combine(when.start, datetime.min.time())
    for rule in recurrence.rules:
        head, _, until = rule.partition(";UNTIL=")
        for start in rrulestr(head, dtstart=wall).xafter(wall, inc=True):
            slot = start if isinstance(when, Timed) else start.date()
            if when.moved_to(slot).starts_at > limit or (until and _is_past(when.moved_to(slot), until)):
                break
            found.add(slot)
    return {slot for slot in found if when.moved_to(slot).starts_at <= limit}


def _is_past(when: When, until: str) -> bool:
    return when.starts_at.strftime("%Y%m%dT%H%M%SZ")[: len(until)] > until


@given(whens.flatmap(lambda when: st.tuples(st.just(when), recurrences(when))), instants)
def test_a_series_has_the_occurrences_that_dateutil_finds(
    series: tuple[When, Recurrence], limit: datetime
) -> None:
    when, recurrence = series

    found = set(slots_until(when, recurrence, limit))

    assert found == expected(when, recurrence, limit) | {when.slot}


@given(
    whens.flatmap(lambda when: st.tuples(st.just(when), recurrences(when), slots_near(when))),
)
def test_a_slot_is_in_a_series_if_dateutil_finds_it(series: tuple[When, Recurrence, Slot]) -> None:
    when, recurrence, slot = series

    assert has_slot(when, recurrence, slot) == (slot in expected(when, recurrence, FAR))


def test_a_single_event_has_one_slot() -> None:
    assert has_slot(SERIES.when, None, SERIES.when.slot)
    assert not has_slot(SERIES.when, None, SERIES.when.slot + DAY)


def test_a_date_is_no_slot_of_a_timed_series_nor_a_time_of_an_all_day_one() -> None:
    daily = Recurrence(("FREQ=DAILY",))

    assert not has_slot(BERLIN, daily, date(2026, 3, 1))
    assert not has_slot(CAMP, daily, datetime(2026, 12, 1))  # noqa: DTZ001 - wall time


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Sydney"])
def test_a_series_keeps_its_wall_time_when_clocks_change(zone: str) -> None:
    when = Timed(datetime(2026, 3, 1, 9), datetime(2026, 3, 1, 10), zone)  # noqa: DTZ001 - wall time
    weekly = Recurrence(("FREQ=WEEKLY;COUNT=40",))

    found = list(slots_until(when, weekly, FAR))

    assert {slot.hour for slot in found if isinstance(slot, datetime)} == {9}
    assert len({when.moved_to(slot).starts_at.hour for slot in found}) == 2


def test_an_occurrence_in_a_gap_is_there_all_the_same() -> None:
    daily = Recurrence(("FREQ=DAILY",))

    assert has_slot(BERLIN, daily, datetime(2026, 3, 29, 2, 30))  # noqa: DTZ001 - wall time


@given(st.sampled_from(RULES), st.randoms(use_true_random=False))
def test_a_rule_in_any_order_and_case_has_one_form(rule: str, dice: Random) -> None:
    parts = [*rule.split(";"), "WKST=MO"]
    dice.shuffle(parts)

    assert canonical_rule(f" RRULE:{';'.join(parts).lower()} ") == rule


@given(
    st.sampled_from(RULES)
    | st.from_regex(r"FREQ=(DAILY|YEARLY)(;[A-Z]{3,5}=[0-9A-Z,]{1,4}){0,3}", fullmatch=True)
)
def test_the_canonical_form_of_a_rule_is_its_own(rule: str) -> None:
    try:
        once = canonical_rule(rule)
    except InvalidValue:
        return

    assert canonical_rule(once) == once


def test_defaults_are_left_out_of_a_rule() -> None:
    assert canonical_rule("FREQ=WEEKLY;INTERVAL=1;WKST=MO") == "FREQ=WEEKLY"
    assert canonical_rule("WKST=SU;INTERVAL=2;FREQ=WEEKLY") == "FREQ=WEEKLY;INTERVAL=2;WKST=SU"


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "every day",
        "FREQ=",
        "FREQ=DAILY;FREQ=WEEKLY",
        "INTERVAL=2",
        "FREQ=HOURLY",
        "FREQ=SECONDLY;COUNT=1",
        "FREQ=DAILY;COUNT=2;UNTIL=20270101",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5",
        "FREQ=DAILY;COUNT=many",
    ],
)
def test_what_is_no_rule_of_days_is_refused(rule: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        canonical_rule(rule)

    assert caught.value.path == ("rules",)


@pytest.mark.parametrize(
    ("until", "when", "kept"),
    [
        ("20261231", BERLIN, "20261231T225959Z"),
        ("20261231T120000Z", BERLIN, "20261231T120000Z"),
        ("20260701T120000", BERLIN, "20260701T100000Z"),
        ("20261231T120000Z", CAMP, "20261231"),
        ("20261231", CAMP, "20261231"),
    ],
)
def test_until_is_kept_in_the_type_that_fits_the_series(until: str, when: When, kept: str) -> None:
    made = recurrence_of([f"FREQ=DAILY;UNTIL={until};BYMONTH=12"], [], when)

    assert made.rules == (f"FREQ=DAILY;UNTIL={kept};BYMONTH=12",)
    assert recurrence_of(made.rules, [], when) == made


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;UNTIL=never",
        "FREQ=MONTHLY;BYDAY=9MO",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;BYMONTH=MAY",
        "FREQ=DAILY;FOO=1",
    ],
)
def test_a_rule_that_cannot_be_run_is_refused(rule: str) -> None:
    with pytest.raises(InvalidValue):
        recurrence_of([rule], [], BERLIN)


def test_a_rule_is_a_single_line() -> None:
    with pytest.raises(InvalidValue):
        recurrence_of(["FREQ=WEEKLY;BYDAY=MO\nRDATE:20260301T023000"], [], BERLIN)


def test_extra_dates_are_of_the_kind_of_their_series() -> None:
    with pytest.raises(InvalidValue, match="Extra dates"):
        recurrence_of(["FREQ=DAILY"], [date(2026, 3, 2)], BERLIN)


def test_a_rule_that_never_matches_ends() -> None:
    never = Recurrence(("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",))

    assert list(slots_until(BERLIN, never, FAR)) == [BERLIN.start]


@given(contents())
def test_nothing_of_a_content_takes_place_after_its_end(content: Content) -> None:
    end = content.ends_at()

    if content.recurrence is None:
        assert end == content.when.ends_at
    elif any("UNTIL" not in rule and "COUNT" not in rule for rule in content.recurrence.rules):
        assert end is None
    else:
        slots = expected(content.when, content.recurrence, FAR + 20 * 366 * DAY)
        moved = [o.when.ends_at for o in content.overrides if o.when]
        last = max([content.when.moved_to(slot).ends_at for slot in slots] + moved)
        assert end is None or end >= last


def test_an_override_can_outlast_its_series() -> None:
    late = Override(BERLIN.start, when=BERLIN.moved_to(BERLIN.start + 9 * DAY))

    assert span_end(BERLIN, None, [late]) == BERLIN.ends_at + 9 * DAY


@given(contents(), instants, st.integers(1, 60))
def test_a_series_is_in_a_window_if_an_occurrence_is(content: Content, start: datetime, days: int) -> None:
    window = Window(start, start + days * DAY)
    changed = {o.slot: o for o in content.overrides}
    slots = set(slots_until(content.when, content.recurrence, window.end)) - changed.keys()
    plain = [content.when.moved_to(slot) for slot in slots]
    # An occurrence that only has another title takes place where the series put it.
    known = set(slots_until(content.when, content.recurrence, FAR))
    moved = [
        o.when or content.when.moved_to(s)
        for s, o in changed.items()
        if not o.is_cancelled and (o.when or s in known)
    ]

    assert content.occurs_in(window) == any(window.touches(when) for when in plain + moved)


def test_a_series_whose_occurrences_in_the_window_are_all_cancelled_is_not_in_it() -> None:
    week = Window(SERIES.when.starts_at - DAY, SERIES.when.starts_at + 5 * DAY)

    assert occurs_in(week, SERIES.when, SERIES.recurrence, [])
    assert not occurs_in(
        week, SERIES.when, SERIES.recurrence, [Override(SERIES.when.slot, is_cancelled=True)]
    )


def test_an_occurrence_moved_into_the_window_brings_its_series_in() -> None:
    later = Window(SERIES.when.starts_at + 100 * DAY, SERIES.when.starts_at + 101 * DAY)
    moved = SERIES.when.moved_to(SERIES.when.slot + 100 * DAY)

    assert not occurs_in(later, SERIES.when, SERIES.recurrence, [])
    assert occurs_in(later, SERIES.when, SERIES.recurrence, [Override(SERIES.when.slot, when=moved)])


def test_an_occurrence_that_only_has_another_title_takes_place_where_its_series_put_it() -> None:
    week = Window(SERIES.when.starts_at - DAY, SERIES.when.starts_at + 5 * DAY)

    assert occurs_in(week, SERIES.when, SERIES.recurrence, [Override(SERIES.when.slot, title="Trial")])


def test_a_rule_that_goes_on_for_ages_has_no_end() -> None:
    assert span_end(BERLIN, Recurrence(("FREQ=YEARLY;COUNT=100",)), []) is None


def test_a_series_at_the_end_of_all_years_has_no_end() -> None:
    distant = AllDay(date(9998, 11, 1), date(9999, 12, 30))

    assert span_end(distant, Recurrence(("FREQ=DAILY;COUNT=10",)), []) is None


def test_an_old_series_is_not_counted_through_day_by_day() -> None:
    start = datetime(1, 1, 2, 10)  # noqa: DTZ001 - a wall-clock time
    old = Timed(start, start + timedelta(hours=1), "UTC")
    daily = recurrence_of(["FREQ=DAILY;INTERVAL=3"], [], old)
    since = FAR - 9 * DAY

    slots = list(slots_until(old, daily, FAR, since))

    assert len(slots) < 10
    assert all(has_slot(old, daily, slot) for slot in slots)


def test_a_series_has_few_rules_and_takes_place_once_a_day_at_most() -> None:
    with pytest.raises(InvalidValue, match="5 recurrence rules"):
        recurrence_of(["FREQ=DAILY"] * 6, [], BERLIN)
    with pytest.raises(InvalidValue, match="once a day"):
        recurrence_of(["FREQ=DAILY;BYHOUR=9,17"], [], BERLIN)
