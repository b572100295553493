"""Items of all shapes: whatever stands in them, reading answers, and never raises."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz.bounds import bounded
from tests.plugins.google.scripted import exception, series
from tests.plugins.outside import NOBODY, account

from metonic_core.spi import Foreign, Seen, Unreadable, Window
from metonic_google.changes import Page
from metonic_google.items import FIELDS, Item
from metonic_google.provider import PROVIDER
from metonic_google.reading import Whole

_WINDOW = Window(datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
_CASES = [json.loads(file.read_text())["items"] for file in (Path(__file__).parent / "golden").glob("*.json")]
_TEXTS = st.sampled_from(
    [
        "",
        "2028-03-07",
        "2028-03-07T10:00:00+01:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "2028-02-30",
        "cancelled",
        "Europe/Berlin",
        "../../etc/passwd",
        "RRULE:FREQ=DAILY;COUNT=10000",
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "RDATE:20280307T100000Z,99991231T000000",
        "EXDATE;TZID=Nowhere:20280307T100000",
        "RRULE:" + "FREQ=DAILY;" * 50,
        "\ud800",
        "default",
    ]
)
_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS | st.text(max_size=5)
_POINTS = st.dictionaries(st.sampled_from(["date", "dateTime", "timeZone"]), _TEXTS, max_size=3)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
_NAMES = [name.partition("(")[0] for name in FIELDS.split(",")]
_CHANGES = st.dictionaries(
    st.sampled_from(_NAMES), _JSON | _POINTS | st.lists(_TEXTS, max_size=3), max_size=3
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(_CASES), st.lists(_CHANGES, min_size=1, max_size=4))
def test_whatever_an_item_holds_is_read_or_said_to_be_unreadable(
    items: list[Item], changes: list[dict[str, Any]]
) -> None:
    changed = [{**item, **change} for item, change in zip(items * 4, changes, strict=False)]
    master, *exceptions = changed

    read = Whole(master, exceptions, "Europe/Berlin").read

    assert isinstance(read, Seen | Unreadable | Foreign)
    Page.of(changed)
    if isinstance(read, Seen):
        # What the engine asks next.
        read.event.content.occurs_in(_WINDOW)
        read.event.content.ends_at()
        adapter = PROVIDER.adapter(NOBODY, account("https://www.googleapis.com"))
        assert all(
            adapter.same(g, read.event.content, read.event.content) for g in read.event.content.groups()
        )


@pytest.mark.parametrize(
    "lines", [["EXDATE:" + ",".join(["20280314T090000Z"] * 3001)], ["EXDATE:20280314T090000Z"] * 3001]
)
def test_a_series_with_more_dates_than_can_mean_anything_is_set_aside(lines: list[str]) -> None:
    read = Whole(series("lessons", recurrence=["RRULE:FREQ=WEEKLY", *lines])).read

    assert isinstance(read, Unreadable)


def test_a_series_with_more_exceptions_than_can_mean_anything_is_set_aside() -> None:
    read = Whole(series("lessons"), [exception("lessons", 14)] * 3001).read

    assert isinstance(read, Unreadable)


@pytest.mark.parametrize("rule", ["FREQ=DAILY;COUNT=10000", "FREQ=MONTHLY", "FREQ=YEARLY;INTERVAL=2"])
def test_thousands_of_excluded_dates_are_compared_in_a_moment(rule: str) -> None:
    days = (date(2028, 3, 7) + timedelta(days=3 * i) for i in range(2900))
    dates = ",".join(f"{day:%Y%m%d}T090000Z" for day in days)
    adapter = PROVIDER.adapter(NOBODY, account("https://www.googleapis.com"))

    with bounded(4):
        read = Whole(series("lessons", recurrence=[f"RRULE:{rule}", f"EXDATE:{dates}"])).read
        assert isinstance(read, Seen)
        content = read.event.content
        assert all(adapter.same(group, content, content) for group in content.groups())
