"""Series there and back, occurrence by occurrence: beside dateutil, and Graph's terms expanded apart.

Nothing here asks the plugin where an occurrence is.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice, takewhile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, event, example, given, reject, settings
from hypothesis import strategies as st
from tests.plugins.outlook.expansion import HORIZON, expanded

from metonic_core.model.content import TIME, Content
from metonic_core.model.errors import InvalidValue
from metonic_core.model.series import Recurrence, recurrence_of
from metonic_core.model.when import AllDay, Timed, When
from metonic_outlook import patterns, rules
from metonic_outlook.fit import fit
from metonic_outlook.likeness import likeness
from metonic_outlook.moments import is_plain
from metonic_outlook.obstacles import Inexpressible
from metonic_outlook.zones import Mailbox

_MOST = 30
_HERE = Mailbox()
_SHORT = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
_LONG = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_INDEXES = ["first", "second", "third", "fourth", "last"]

intervals = st.sampled_from([1, 1, 2, 3, 5, 12])
some_days = st.lists(st.sampled_from(_SHORT), min_size=1, max_size=7, unique=True)
ordinals = st.sampled_from([1, 2, 3, 4, -1])
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "UTC"])
starts = st.dates(date(2026, 1, 1), date(2029, 12, 31))


@st.composite
def whens(draw: st.DrawFn) -> When:
    on = draw(starts)
    if draw(st.booleans()):
        return AllDay(on, on + timedelta(days=draw(st.integers(1, 3))))
    start = datetime.combine(on, datetime.min.time()) + timedelta(minutes=15 * draw(st.integers(20, 95)))
    return Timed(start, start + timedelta(minutes=15 * draw(st.integers(1, 40))), draw(zones))


@st.composite
def fitting_rules(draw: st.DrawFn) -> str:
    """What Graph has a pattern for, in all spellings."""
    every = f"INTERVAL={draw(intervals)}"
    days, index, month = ",".join(draw(some_days)), draw(ordinals), draw(st.integers(1, 12))
    day = draw(st.sampled_from(_SHORT))
    week = draw(st.sampled_from(["", *(f";WKST={each}" for each in _SHORT)]))
    on = draw(st.integers(1, 28))
    return draw(
        st.sampled_from(
            [
                f"FREQ=DAILY;{every}",
                f"FREQ=DAILY;BYDAY={days}",
                f"FREQ=WEEKLY;{every}{week}",
                f"FREQ=WEEKLY;{every};BYDAY={days}{week}",
                f"FREQ=MONTHLY;{every};BYMONTHDAY={on}",
                f"FREQ=MONTHLY;{every};BYMONTHDAY=-1",
                f"FREQ=MONTHLY;{every};BYDAY={index}{day}",
                f"FREQ=MONTHLY;{every};BYDAY={days};BYSETPOS={index}",
                f"FREQ=MONTHLY;BYDAY={days}",
                f"FREQ=MONTHLY;{every};BYMONTHDAY=28,29,30;BYSETPOS=-1",
                f"FREQ=YEARLY;{every};BYMONTH={month};BYMONTHDAY={on}",
                f"FREQ=YEARLY;{every};BYMONTH={month};BYMONTHDAY=-1",
                f"FREQ=YEARLY;{every};BYMONTH={month};BYDAY={index}{day}",
                f"FREQ=YEARLY;{every};BYMONTH={month};BYDAY={days};BYSETPOS={index}",
            ]
        )
    )


weekdays = st.builds("{}{}".format, st.sampled_from(["", "", "1", "2", "-1", "5"]), st.sampled_from(_SHORT))
PARTS: dict[str, st.SearchStrategy[list[Any]]] = {
    "BYMONTH": st.lists(st.integers(1, 12), min_size=1, max_size=2),
    "BYMONTHDAY": st.lists(st.integers(1, 31) | st.integers(-3, -1), min_size=1, max_size=3),
    "BYDAY": st.lists(weekdays, min_size=1, max_size=3),
    "BYSETPOS": st.lists(st.sampled_from([1, 2, -1]), min_size=1, max_size=2),
    "BYYEARDAY": st.lists(st.integers(1, 366), min_size=1, max_size=2),
    "BYHOUR": st.just([10]),
}


@st.composite
def any_rules(draw: st.DrawFn) -> str:
    """What an RRULE may hold, of which Graph has a pattern for some."""
    named = draw(st.lists(st.sampled_from(sorted(PARTS)), max_size=2, unique=True))
    # What takes place in no year would be looked for to the end of the calendar.
    assume(set(named) != {"BYMONTH", "BYMONTHDAY"} and "BYYEARDAY" not in named[1:])
    by = [f"{name}={','.join(map(str, draw(PARTS[name])))}" for name in named]
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    week = draw(st.sampled_from(["", *(f"WKST={each}" for each in _SHORT)]))
    return ";".join(filter(None, [f"FREQ={frequency}", f"INTERVAL={draw(intervals)}", week, *by]))


ends = st.sampled_from(["", "", ";COUNT=1", ";COUNT=7", ";COUNT=200"]) | st.builds(
    lambda on, clock: f";UNTIL={on:%Y%m%d}{clock}",
    starts,
    st.sampled_from(["", "T000000Z", "T093000Z", "T235959Z"]),
)


def days_of(rule: str, when: When, most: int = _MOST) -> list[date]:
    """The days that dateutil finds, in the zone of the series."""
    if isinstance(when, AllDay):
        start = datetime.combine(when.start, datetime.min.time())
    else:
        start = when.start.replace(tzinfo=ZoneInfo(when.zone))
    days = (at.date() for at in rrulestr(rule, dtstart=start))
    return list(islice(takewhile(lambda on: on < HORIZON, days), most))


def begun(rule: str, end: str, when: When) -> tuple[When, Recurrence]:
    """The series from the first day on that its rule names."""
    try:
        recurrence_of([rule], (), when)
        first = days_of(rule, when, 1)
        assume(first)
        on = first[0]
        moved = when.moved_to(datetime.combine(on, when.start.time()) if isinstance(when, Timed) else on)
        made = recurrence_of([rule + end], (), moved)
    except InvalidValue:
        reject()
    assume(days_of(made.rules[0], moved, 1))
    return moved, made


def assert_alike(made: Recurrence, when: When) -> None:
    said = patterns.written(made, when, "UTC")
    usual = days_of(made.rules[0], when)
    assert expanded(said, _MOST) == usual
    read = rules.read(said, when)
    assert read.when == when
    assert days_of(read.recurrence.rules[0], when) == usual
    one, other = Content("", when, made), Content("", when, read.recurrence)
    assert likeness(TIME, one) == likeness(TIME, other)
    assert expanded(patterns.written(read.recurrence, when, "UTC"), _MOST) == usual


@settings(max_examples=150, deadline=None)
@given(fitting_rules(), ends, whens())
@example("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=2", "", AllDay(date(2028, 1, 2), date(2028, 1, 3)))
@example("FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=-1", "", AllDay(date(2028, 1, 31), date(2028, 2, 1)))
def test_a_rule_that_fits_keeps_every_occurrence(rule: str, end: str, when: When) -> None:
    moved, made = begun(rule, end, when)

    assume(isinstance(moved, AllDay) or is_plain(moved))
    assert fit(Content("Lesson", moved, made), _HERE) == []
    assert_alike(made, moved)


@settings(max_examples=150, deadline=None)
@given(any_rules(), ends, whens())
@example("FREQ=MONTHLY;INTERVAL=12", "", AllDay(date(2026, 1, 31), date(2026, 2, 1)))
def test_any_rule_keeps_every_occurrence_or_is_refused_with_a_reason(rule: str, end: str, when: When) -> None:
    moved, made = begun(rule, end, when)

    try:
        patterns.written(made, moved, "UTC")
    except Inexpressible as error:
        event(error.obstacle.name)
    else:
        assert_alike(made, moved)


@st.composite
def graph_patterns(draw: st.DrawFn) -> dict[str, Any]:
    """All members, as reads have them: those that are not used hold what stands for none."""
    kinds = ["daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"]
    kind = draw(st.sampled_from(kinds))
    unused = {"month": 0, "dayOfMonth": 0, "daysOfWeek": [], "firstDayOfWeek": "sunday", "index": "first"}
    made = {**unused, "type": kind, "interval": draw(intervals)}
    if kind == "weekly" or kind.startswith("relative"):
        made["daysOfWeek"] = draw(st.lists(st.sampled_from(_LONG), min_size=1, unique=True))
    if kind == "weekly":
        made["firstDayOfWeek"] = draw(st.sampled_from(_LONG))
    if kind.startswith("relative"):
        made["index"] = draw(st.sampled_from(_INDEXES))
    if kind.startswith("absolute"):
        made["dayOfMonth"] = draw(st.integers(1, 31))
    if kind.endswith("Yearly"):
        made["month"] = draw(st.integers(1, 12))
    return made


@st.composite
def graph_ranges(draw: st.DrawFn) -> dict[str, Any]:
    """Sentinels included: a range without an end has a date and a number of its own."""
    start = draw(starts)
    made = {"startDate": start.isoformat(), "endDate": "0001-01-01", "numberOfOccurrences": 0}
    match draw(st.sampled_from(["noEnd", "numbered", "endDate"])):
        case "numbered":
            return {**made, "type": "numbered", "numberOfOccurrences": draw(st.integers(1, 60))}
        case "endDate":
            end = start + timedelta(days=draw(st.integers(0, 1500)))
            return {**made, "type": "endDate", "endDate": end.isoformat()}
    return {**made, "type": "noEnd"}


@settings(max_examples=150, deadline=None)
@given(graph_patterns(), graph_ranges(), whens())
def test_what_graph_says_is_read_day_by_day(
    pattern: Mapping[str, Any], reach: Mapping[str, Any], when: When
) -> None:
    said = {"pattern": pattern, "range": reach}
    usual = expanded(said, _MOST)
    assume(usual)
    first = usual[0]
    started = when.moved_to(datetime.combine(first, when.start.time()) if isinstance(when, Timed) else first)

    read = rules.read(said, started)

    assert read.when == started
    assert days_of(read.recurrence.rules[0], started) == usual
    again = patterns.written(read.recurrence, started, "UTC")
    assert expanded(again, _MOST) == usual


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles", "Asia/Kolkata"])
@pytest.mark.parametrize("hour", [0, 9, 23])
def test_the_last_day_is_that_of_the_last_occurrence_wherever_it_is(zone: str, hour: int) -> None:
    when = Timed(datetime(2028, 3, 7, hour), datetime(2028, 3, 7, hour, 30), zone)  # noqa: DTZ001 - wall time
    last = datetime(2028, 3, 21, hour, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    for until, end in [(last, "2028-03-21"), (last - timedelta(seconds=1), "2028-03-14")]:
        made = recurrence_of([f"FREQ=WEEKLY;UNTIL={until:%Y%m%dT%H%M%SZ}"], (), when)

        said = patterns.written(made, when, "UTC")

        assert said["range"]["endDate"] == end
        assert rules.read(said, when).when == when
