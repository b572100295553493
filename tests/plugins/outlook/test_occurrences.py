"""Single occurrences: what is asked for each, in which order, and what brings one back."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.plugins.outlook.others_bodies import (
    JOIN,
    MASTER,
    MEETING,
    WEEKLY,
    at,
    cancelled,
    exception,
    html,
    pattern,
    reach,
    series,
)

from metonic_core.model.content import GROUPS, TIME, TITLE, Content, Status, occurrence_group, ordered
from metonic_core.model.series import Override
from metonic_core.model.when import Timed
from metonic_core.spi import Unacceptable
from metonic_outlook import words
from metonic_outlook.items import KEPT
from metonic_outlook.occurrences import Aim, Edit, edits, scope
from metonic_outlook.reading import Whole
from metonic_outlook.zones import Mailbox

HERE = Mailbox()
TEN = datetime(2028, 3, 7, 10)  # noqa: DTZ001 - wall time
WEEK, DAY = timedelta(days=7), timedelta(days=1)
SECOND, THIRD, FOURTH = (TEN + number * WEEK for number in (1, 2, 3))
PLAIN = Whole(series())
LESSONS = PLAIN.event.content
BERLIN = "W. Europe Standard Time"


def varied(*overrides: Override) -> Content:
    return replace(LESSONS, overrides=ordered(overrides))


def moved(slot: datetime, by: timedelta) -> Override:
    assert isinstance(LESSONS.when, Timed)
    return Override(slot, when=LESSONS.when.moved_to(slot + by))


def asked(now: Whole, goal: Content, *groups: str, before: Whole | None = None) -> list[Edit]:
    return edits(before or now, now, Aim(goal, groups or goal.groups()), HERE)


def test_an_occurrence_gets_only_what_is_its_own() -> None:
    assert asked(PLAIN, varied(Override(SECOND, title="Once"))) == [Edit(SECOND, None, {"subject": "Once"})]
    assert asked(PLAIN, varied(Override(SECOND, location="Pool"))) == [
        Edit(SECOND, None, {"location": {"displayName": "Pool"}})
    ]
    assert asked(PLAIN, varied(moved(SECOND, DAY))) == [
        Edit(
            SECOND,
            None,
            {
                "start": {"dateTime": "2028-03-15T10:00:00", "timeZone": BERLIN},
                "end": {"dateTime": "2028-03-15T11:00:00", "timeZone": BERLIN},
                "isAllDay": False,
            },
        )
    ]


def test_a_cancelled_occurrence_is_deleted_whether_it_differs_or_not() -> None:
    goal = varied(Override(SECOND, is_cancelled=True))

    assert asked(PLAIN, goal) == [Edit(SECOND, None, None)]
    assert asked(Whole(series(), [exception("14", subject="Once")]), goal) == [
        Edit(SECOND, f"{MASTER}.14", None)
    ]


def test_one_that_is_cancelled_already_is_left_alone() -> None:
    now = Whole(series(cancelledOccurrences=[cancelled("2028-03-14")]))

    assert asked(now, varied(Override(SECOND, is_cancelled=True))) == []


def test_one_that_shall_be_as_its_series_is_written_so() -> None:
    now = Whole(
        series(),
        [exception("14", subject="Once", start=at("2028-03-15T09:00:00"), end=at("2028-03-15T10:00:00"))],
    )

    (edit,) = asked(now, LESSONS)

    assert edit.fields is not None
    assert (edit.id, edit.fields["subject"]) == (f"{MASTER}.14", "Lesson")
    assert edit.fields["start"] == {"dateTime": "2028-03-14T10:00:00", "timeZone": BERLIN}


def test_only_named_occurrences_are_touched_unless_the_series_is_written() -> None:
    now = Whole(series(), [exception("14", subject="Once")])
    goal = varied(Override(THIRD, title="Twice"))

    assert [e.slot for e in asked(now, goal, occurrence_group(THIRD))] == [THIRD]
    assert [e.slot for e in asked(now, goal, TITLE)] == [SECOND, THIRD]


def test_what_moves_on_makes_room_first_and_what_moves_back_follows() -> None:
    goal = varied(
        Override(TEN + 5 * WEEK, is_cancelled=True),
        moved(SECOND, 8 * DAY),
        moved(THIRD, 8 * DAY),
        moved(FOURTH, 2 * DAY),
    )
    back = varied(moved(SECOND, -6 * DAY), moved(THIRD, -8 * DAY), moved(FOURTH, -8 * DAY))

    assert [e.slot for e in asked(PLAIN, goal)] == [TEN + 5 * WEEK, FOURTH, THIRD, SECOND]
    assert [e.slot for e in asked(PLAIN, back)] == [SECOND, THIRD, FOURTH]


def test_a_cancelled_one_comes_back_with_the_whole_series() -> None:
    gone = varied(Override(SECOND, is_cancelled=True), Override(THIRD, is_cancelled=True))
    group = occurrence_group(SECOND)

    assert scope(gone, varied(Override(THIRD, is_cancelled=True)), {group}) == {group, TIME}
    assert scope(gone, gone, {group}) == {group}
    assert scope(gone, LESSONS, {TITLE}) == {TITLE}


def test_what_stands_for_no_occurrence_any_more_is_deleted() -> None:
    fridays = {"pattern": pattern("weekly", daysOfWeek=["friday"]), "range": reach(startDate="2028-03-10")}
    times = {"start": at("2028-03-10T09:00:00"), "end": at("2028-03-10T10:00:00")}
    now = Whole(series(recurrence=fridays, **times), [exception("14", subject="Once")])

    assert asked(now, now.event.content.take(GROUPS, now.event.content), TIME) == [
        Edit(SECOND, f"{MASTER}.14", None)
    ]


@pytest.mark.parametrize(
    ("old", "new", "own", "fields"),
    [
        ({"showAs": "busy"}, {"showAs": "free"}, {"showAs": "busy"}, {"showAs": "free"}),
        ({"showAs": "busy"}, {"showAs": "free"}, {"showAs": "oof"}, {}),
        (
            {"sensitivity": "normal"},
            {"sensitivity": "private"},
            {"sensitivity": "normal"},
            {"sensitivity": "private"},
        ),
        (
            {"sensitivity": "normal"},
            {"sensitivity": "private"},
            {"sensitivity": "personal"},
            {"sensitivity": "private"},
        ),
        (
            {"body": html("Shoes")},
            {"body": html("Towel")},
            {"body": html("<p>Shoes</p>")},
            {"body": {"contentType": "text", "content": "Towel"}},
        ),
        ({"body": html("Shoes")}, {"body": html("Towel")}, {"body": html("Water")}, {}),
        ({"body": html("Shoes")}, {"body": html("Towel")}, {"body": html("Towel")}, {}),
    ],
)
def test_what_an_exception_only_repeated_is_brought_along(
    old: dict[str, Any], new: dict[str, Any], own: dict[str, Any], fields: dict[str, Any]
) -> None:
    exceptions = [exception("14", subject="Once", **own)]
    before, now = Whole(series(**old), exceptions), Whole(series(**new), exceptions)

    found = asked(now, now.event.content, "visibility", before=before)

    assert found == ([Edit(SECOND, f"{MASTER}.14", fields)] if fields else [])


def test_an_exception_whose_join_part_cannot_be_told_stops_the_edit_of_notes() -> None:
    exceptions = [{**exception("14"), **MEETING, "body": html("Shoes")}]
    before = Whole(series(**MEETING, body=html(f"<p>Shoes</p>{JOIN}")), exceptions)
    now = Whole(series(**MEETING, body=html(f"<p>Towel</p>{JOIN}")), exceptions)

    with pytest.raises(Unacceptable):
        asked(now, now.event.content, "notes", before=before)


def test_a_series_of_days_has_occurrences_as_well() -> None:
    days = {"isAllDay": True, "start": at("2028-03-07T00:00:00"), "end": at("2028-03-08T00:00:00")}
    now = Whole(series(**days, recurrence=WEEKLY))
    content = now.event.content
    slot = content.when.start + WEEK

    (edit,) = asked(
        now, replace(content, overrides=(Override(slot, when=content.when.moved_to(slot + DAY)),))
    )

    assert edit.slot == slot
    assert edit.fields is not None
    assert edit.fields["start"]["dateTime"] == "2028-03-15T00:00:00"


def test_where_it_is_not_known_what_a_series_said_before_nothing_is_brought_along() -> None:
    now = Whole(series(showAs="free"), [exception("14", subject="Once")])

    assert edits(None, now, Aim(now.event.content, GROUPS), HERE) == []


@pytest.mark.parametrize(
    ("own", "left", "fields"),
    [
        ({"showAs": "tentative"}, None, {}),
        ({"showAs": "tentative"}, [], {"showAs": "busy"}),
        ({"showAs": "tentative"}, [replace(LESSONS, status=Status.TENTATIVE)], {"showAs": "busy"}),
        ({"showAs": "tentative"}, [replace(LESSONS, is_busy=False)], {}),
        ({"showAs": "oof"}, [LESSONS], {}),
        ({"showAs": "oof"}, [], {}),
        ({"sensitivity": "private"}, [replace(LESSONS, is_private=True)], {"sensitivity": "normal"}),
        ({"sensitivity": "private"}, [LESSONS], {}),
        (
            {"body": html("Shoes")},
            [replace(LESSONS, notes="Shoes")],
            {"body": {"contentType": "text", "content": ""}},
        ),
        ({"body": html("Water")}, [replace(LESSONS, notes="Shoes")], {}),
    ],
)
def test_what_an_earlier_write_left_behind_is_brought_along(
    own: dict[str, Any], left: list[Content] | None, fields: dict[str, Any]
) -> None:
    now = Whole(series(), [exception("14", subject="Once", **own)])

    found = edits(now, now, Aim(now.event.content, frozenset(), left), HERE)

    assert found == ([Edit(SECOND, f"{MASTER}.14", fields)] if fields else [])


def test_a_word_that_means_what_the_series_says_is_none_that_was_left_behind() -> None:
    now = Whole(series())
    before = Whole(series(), [exception("14", showAs="oof")])

    found = edits(before, now, Aim(now.event.content, {TIME}, [LESSONS]), HERE)

    assert found == [Edit(SECOND, None, {"showAs": "oof"})]


def test_what_a_lesson_was_to_get_back_is_not_put_in_the_place_of_what_it_says_since() -> None:
    kept = words.kept({day.date(): {"body": html("Once")} for day in (SECOND, THIRD)})
    beside = [{"id": KEPT, "value": kept}]
    before = Whole(series(singleValueExtendedProperties=beside), [exception("14", subject="Another")])
    now = Whole(series())

    found = edits(before, now, Aim(now.event.content, {TIME}), HERE)

    assert found == [Edit(THIRD, None, {"body": html("Once")})]


def test_of_more_words_than_can_be_kept_the_long_ones_are_left_out() -> None:
    said = {day.date(): {"body": html("Once" * size)} for day, size in ((SECOND, 10_000), (THIRD, 1))}

    kept = words.kept(said)

    assert words.kept_beside({"singleValueExtendedProperties": [{"id": KEPT, "value": kept}]}) == {
        THIRD.date(): said[THIRD.date()]
    }
    assert words.kept({SECOND.date(): said[SECOND.date()]}) == words.kept({}) == ""


def test_what_is_hidden_is_not_shown_again_by_what_a_lesson_had_of_its_own() -> None:
    secret = exception("14", body=html("<p>Secret</p>"), sensitivity="normal")
    before = Whole(series(sensitivity="private", body=html("")), [secret])
    now = Whole(series(sensitivity="private", body=html("")))
    former = replace(LESSONS, notes="Secret")

    own = edits(before, now, Aim(now.event.content, {TIME}), HERE)
    left = edits(before, now, Aim(now.event.content, {TIME}, [former]), HERE)
    unknown = edits(before, now, Aim(now.event.content, {TIME}, []), HERE)

    assert [edit.fields for edit in own] == [{"body": html("<p>Secret</p>")}]
    assert [*left, *unknown] == []
