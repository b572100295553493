"""Each thing that cannot be kept is refused where it stands, in a sentence, with a next step."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.core.pairs import TRAINING, hour

from metonic_core.model.checks import LOCATION_LENGTH, NOTES_LENGTH, TITLE_LENGTH, checked
from metonic_core.model.content import Content
from metonic_core.model.errors import InvalidValue
from metonic_core.model.series import Override, Recurrence
from metonic_core.model.when import AllDay, Timed

WEEKLY = replace(TRAINING, recurrence=Recurrence(("FREQ=WEEKLY",)))
SLOT = TRAINING.when.slot
FIRST = ("recurrence", "overrides", "0")
START = hour(1).start
DAYS = replace(
    WEEKLY,
    when=AllDay(date(2026, 12, 1), date(2026, 12, 2)),
    overrides=(Override(date(2026, 12, 8), when=AllDay(date(2026, 12, 9), date(2026, 12, 9))),),
)


def differing(*overrides: Override) -> Content:
    return replace(WEEKLY, overrides=overrides)


def timed(start: timedelta, end: timedelta, zone: str = "Europe/Berlin") -> Content:
    return replace(TRAINING, when=Timed(START + start, START + end, zone))


HOUR, YEARS = timedelta(hours=1), timedelta(days=366 * 300)
REFUSED: dict[str, tuple[Content, tuple[str, ...]]] = {
    "no title": (replace(TRAINING, title=" \n"), ("title",)),
    "long title": (replace(TRAINING, title="x" * (TITLE_LENGTH + 1)), ("title",)),
    "long location": (replace(TRAINING, location="x" * (LOCATION_LENGTH + 1)), ("location",)),
    "long notes": (replace(TRAINING, notes="x" * (NOTES_LENGTH + 1)), ("notes",)),
    "control character": (replace(TRAINING, notes="bell \x07"), ("notes",)),
    "half a surrogate pair": (replace(TRAINING, notes="\ud800"), ("notes",)),
    "ends before": (timed(HOUR, timedelta(0)), ("when", "timed", "end")),
    "ends at once": (timed(HOUR, HOUR), ("when", "timed", "end")),
    "unknown zone": (timed(timedelta(0), HOUR, "Mars/Olympus"), ("when", "timed", "timeZone")),
    "far year": (timed(timedelta(0), YEARS), ("when", "timed", "end")),
    "no day": (
        replace(TRAINING, when=AllDay(date(2026, 12, 1), date(2026, 12, 1))),
        ("when", "allDay", "endDate"),
    ),
    "empty series": (replace(TRAINING, recurrence=Recurrence(())), ("recurrence", "rules")),
    "series that ends before": (
        replace(TRAINING, recurrence=Recurrence(("FREQ=DAILY;UNTIL=20261101",))),
        ("recurrence", "rules", "0"),
    ),
    "no such occurrence": (differing(Override(SLOT + HOUR, title="x")), (*FIRST, "occurrence")),
    "date in a timed series": (differing(Override(START.date(), title="x")), (*FIRST, "occurrence")),
    "named twice": (
        differing(Override(SLOT, title="x"), Override(SLOT, title="y")),
        ("recurrence", "overrides", "1", "occurrence"),
    ),
    "cancelled and changed": (
        differing(Override(SLOT, is_cancelled=True, title="x")),
        (*FIRST, "isCancelled"),
    ),
    "differs in nothing": (differing(Override(SLOT)), FIRST),
    "all-day in a timed series": (
        differing(Override(SLOT, when=AllDay(date(2026, 12, 1), date(2026, 12, 2)))),
        (*FIRST, "when"),
    ),
    "no day in an occurrence": (DAYS, (*FIRST, "when", "allDay", "endDate")),
    "occurrence without a title": (differing(Override(SLOT, title=" ")), (*FIRST, "title")),
    "occurrence with a long place": (
        differing(Override(SLOT, location="x" * (LOCATION_LENGTH + 1))),
        (*FIRST, "location"),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_kept_is_refused_where_it_stands(case: str) -> None:
    content, path = REFUSED[case]

    with pytest.raises(InvalidValue) as refused:
        checked(content)

    assert refused.value.path == path
    assert refused.value.message.endswith(".")
    assert refused.value.next_step


def test_the_texts_of_an_occurrence_are_trimmed() -> None:
    kept = checked(differing(Override(SLOT, title=" Trial ", location=" Court 3 ")))

    assert kept.overrides == (Override(SLOT, title="Trial", location="Court 3"),)


def test_a_refusal_never_repeats_a_text_of_the_event() -> None:
    for content, _ in REFUSED.values():
        with pytest.raises(InvalidValue) as refused:
            checked(replace(content, location=content.location or "SECRET", notes=content.notes or "SECRET"))

        assert "SECRET" not in refused.value.message


def test_an_occurrence_of_a_series_of_days_can_be_moved() -> None:
    moved = Override(date(2026, 12, 8), when=AllDay(date(2026, 12, 9), date(2026, 12, 10)))

    assert checked(replace(DAYS, overrides=(moved,))).overrides == (moved,)
