"""What a person hands in is judged as a whole; what is kept already is not judged again."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from metonic_core.model.checks import MOST_OCCURRENCES, checked
from metonic_core.model.content import Content
from metonic_core.model.errors import InvalidValue
from metonic_core.model.series import Override, Recurrence
from metonic_core.model.when import AllDay, Timed


def at(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute)  # noqa: DTZ001 - wall time


LESSON = Content("Lesson", Timed(at(1, 10), at(1, 11), "Europe/Berlin"))
WEEKLY = replace(LESSON, recurrence=Recurrence(("FREQ=WEEKLY",)))


def test_texts_are_trimmed_and_rules_brought_into_one_form() -> None:
    content = replace(
        LESSON, title=" Squash ", notes="a\r\nb", recurrence=Recurrence(("interval=1;freq=weekly",))
    )

    kept = checked(content)

    assert (kept.title, kept.notes) == ("Squash", "a\nb")
    assert kept.recurrence == Recurrence(("FREQ=WEEKLY",))
    assert checked(kept) == kept


@pytest.mark.parametrize(
    ("local", "zone", "leap"),
    [
        (datetime(2026, 3, 29, 2, 30), "Europe/Berlin", "from 02:00 to 03:00"),  # noqa: DTZ001 - wall time
        (datetime(2026, 10, 4, 2, 15), "Australia/Lord_Howe", "from 02:00 to 02:30"),  # noqa: DTZ001
        (datetime(2011, 12, 30, 12), "Pacific/Apia", "from 2011-12-30 00:00 to 2011-12-31 00:00"),  # noqa: DTZ001
    ],
)
def test_a_time_in_a_gap_is_refused_with_the_gap(local: datetime, zone: str, leap: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        checked(Content("Lesson", Timed(local, local.replace(year=2027), zone)))

    assert leap in refused.value.message
    assert refused.value.path == ("when", "timed", "start")


def test_a_time_in_a_fold_is_the_first_of_the_two() -> None:
    folded = Timed(datetime(2026, 10, 25, 2, 15), datetime(2026, 10, 25, 2, 45), "Europe/Berlin")  # noqa: DTZ001

    assert checked(replace(LESSON, when=folded)).when.ends_at.hour == 0


def test_what_came_from_a_provider_stays_as_long_as_it_is_not_changed() -> None:
    odd = replace(LESSON, title="", when=Timed(at(29, 2, 30, 3), at(29, 4, 0, 3), "Europe/Berlin"))

    assert checked(replace(odd, location="Court 3"), odd) == replace(odd, location="Court 3")
    with pytest.raises(InvalidValue):
        checked(replace(odd, title=" "), odd)
    with pytest.raises(InvalidValue):
        checked(replace(odd, recurrence=Recurrence(("FREQ=WEEKLY",))), odd)


def test_a_thousand_occurrences_may_differ_and_no_more() -> None:
    days = replace(
        LESSON, when=AllDay(date(2026, 1, 1), date(2026, 1, 2)), recurrence=Recurrence(("FREQ=DAILY",))
    )
    first = date(2026, 1, 1).toordinal()
    slots = [date.fromordinal(first + n) for n in range(MOST_OCCURRENCES + 1)]
    overrides = tuple(Override(slot, is_cancelled=True) for slot in slots)

    assert checked(replace(days, overrides=overrides[:-1])).overrides == overrides[:-1]
    with pytest.raises(InvalidValue, match="1,001 occurrences"):
        checked(replace(days, overrides=overrides))


def test_occurrences_that_differ_need_a_series() -> None:
    with pytest.raises(InvalidValue, match="Only a series") as refused:
        checked(replace(LESSON, overrides=(Override(at(1, 10), is_cancelled=True),)))

    assert refused.value.path == ("recurrence", "overrides")


def test_an_extra_date_is_a_slot_as_well() -> None:
    recurrence = Recurrence((), (at(3, 18),))
    content = replace(LESSON, recurrence=recurrence, overrides=(Override(at(3, 18), title="Match"),))

    assert checked(content) == content


@pytest.mark.parametrize(
    ("rules", "rdates", "path"),
    [
        (("FREQ=DAILY",) * 11, (), ("recurrence", "rules")),
        ((), tuple(at(1, 10).replace(year=y) for y in range(1971, 2199)) * 5, ("recurrence", "rdates")),
        ((), (at(1, 10).replace(year=2201),), ("recurrence", "rdates", "0")),
        (("FREQ=DAILY;COUNT=99999",), (), ("recurrence", "rules", "0")),
        (("FREQ=YEARLY;BYEASTER=0",), (), ("recurrence", "rules", "0")),
    ],
    ids=["rules", "dates", "year", "count", "part"],
)
def test_a_series_is_bounded(
    rules: tuple[str, ...], rdates: tuple[datetime, ...], path: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidValue) as refused:
        checked(replace(LESSON, recurrence=Recurrence(rules, rdates)))

    assert refused.value.path == path


def test_both_ends_of_an_occurrence_are_judged() -> None:
    moved = Timed(at(9, 12), at(9, 11), "Europe/Berlin")

    with pytest.raises(InvalidValue) as refused:
        checked(replace(WEEKLY, overrides=(Override(at(8, 10), when=moved),)))

    assert refused.value.path == ("recurrence", "overrides", "0", "when", "timed", "end")
