"""Resources of all shapes: whatever stands in them, reading answers, and never raises."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plugins.outlook.others_bodies import event, exception, pattern, reach, series

from metonic_core.model.codec import decode, encode
from metonic_core.spi import Gone, Seen, Unreadable, Window
from metonic_outlook.errors import Flaw
from metonic_outlook.fit import fit
from metonic_outlook.items import Item
from metonic_outlook.likeness import likeness
from metonic_outlook.occurrences import Aim, edits
from metonic_outlook.reading import Whole
from metonic_outlook.zones import Mailbox

_WINDOW = Window(datetime(2028, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))
_CASES = [json.loads(file.read_text()) for file in (Path(__file__).parent / "golden").glob("*.json")]
_TEXTS = st.sampled_from(
    [
        "",
        "2028-03-07",
        "2028-03-07T10:00:00.0000000",
        "2028-03-14T09:00:00Z",
        "0001-01-01T00:00:00Z",
        "0001-01-01",
        "9999-12-31T23:59:59.9999999",
        "9998-12-31",
        "8999-12-31T23:59:59",
        "2028-02-30",
        "OID.x.2028-03-21",
        "OID.x.9999-03-21",
        "W. Europe Standard Time",
        "tzone://Microsoft/Custom",
        "../../etc/passwd",
        "monday",
        "relativeYearly",
        "absoluteMonthly",
        "numbered",
        "endDate",
        "exception",
        "occurrence",
        "\ud800",
        "<div>" * 20,
        "_" * 80,
    ]
)
_LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | _TEXTS | st.text(max_size=5)
_NAMES = [*event(), "originalStart", "cancelledOccurrences", "singleValueExtendedProperties"]
_WITHIN = [
    "dateTime",
    "timeZone",
    "contentType",
    "content",
    "displayName",
    "pattern",
    "range",
    "type",
    "interval",
]
_WITHIN += [
    "daysOfWeek",
    "firstDayOfWeek",
    "index",
    "month",
    "dayOfMonth",
    "startDate",
    "endDate",
    "id",
    "value",
]
_WITHIN += ["numberOfOccurrences", "recurrenceTimeZone", "joinUrl"]
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_WITHIN), inner, max_size=5),
    max_leaves=8,
)
_CHANGES = st.dictionaries(st.sampled_from(_NAMES), _JSON, max_size=3)
_RULES = st.dictionaries(st.sampled_from(_WITHIN), _LEAVES | st.lists(_TEXTS, max_size=3), max_size=4)


def assert_answers(whole: Whole) -> None:
    read = whole.read
    assert isinstance(read, Seen | Gone | Unreadable)
    if isinstance(read, Unreadable):
        assert read.reason in {flaw.value for flaw in Flaw}
    if isinstance(read, Seen):
        # What the engine asks next.
        content = read.event.content
        content.occurs_in(_WINDOW)
        content.ends_at()
        assert decode(encode(read.event)) == read.event
        assert all(likeness(g, content) == likeness(g, content) for g in content.groups())
        fit(content, Mailbox())
        edits(whole, whole, Aim(content, content.groups(), left=()), Mailbox())


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(_CASES), st.lists(_CHANGES, min_size=1, max_size=3))
def test_whatever_a_resource_holds_is_read_or_said_to_be_unreadable(
    case: dict[str, Any], changes: list[dict[str, Any]]
) -> None:
    items: list[Item] = [case["master"], *case["exceptions"], exception("14")]
    master, *exceptions = [{**item, **change} for item, change in zip(items, changes, strict=False)]

    assert_answers(Whole(master, exceptions))


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(_CASES), _RULES, _RULES)
def test_whatever_a_series_is_ruled_by_is_read_or_said_to_be_unreadable(
    case: dict[str, Any], pattern: dict[str, Any], reach: dict[str, Any]
) -> None:
    known = case["master"].get("recurrence") or series()["recurrence"]
    recurrence = {
        "pattern": {**(known["pattern"] or {}), **pattern},
        "range": {**(known["range"] or {}), **reach},
    }

    assert_answers(Whole({**case["master"], "recurrence": recurrence}, case["exceptions"]))


def test_a_series_with_more_exceptions_than_can_mean_anything_is_set_aside() -> None:
    many = ["OID.x.2028-03-21"] * 1501

    read = Whole(series(cancelledOccurrences=many), [exception("14")] * 1500).read

    assert isinstance(read, Unreadable)
    assert read.reason == Flaw.TOO_MANY.value


def test_a_number_that_nobody_can_write_is_set_aside() -> None:
    recurrence = {"pattern": pattern("daily", interval=10**5000), "range": reach()}

    read = Whole(series(recurrence=recurrence)).read

    assert isinstance(read, Unreadable)
    assert read.reason == Flaw.OUT_OF_RANGE.value
