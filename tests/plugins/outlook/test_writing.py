"""What is sent: of an event that is made all of it, of one that is edited only what changes."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.plugins.outlook.others_bodies import (
    JOIN,
    MASTER,
    MEETING,
    NAMES,
    WEEKLY,
    beside,
    event,
    html,
    series,
)

from metonic_core.model.content import (
    GROUPS,
    LOCATION,
    NOTES,
    STATUS,
    TIME,
    TITLE,
    VISIBILITY,
    Content,
    Status,
)
from metonic_core.model.series import Override, Recurrence
from metonic_core.model.when import AllDay, Timed
from metonic_core.spi import Create, Unacceptable, Update
from metonic_outlook.items import can_write
from metonic_outlook.obstacles import Obstacle
from metonic_outlook.writing import created, patched, stamped
from metonic_outlook.zones import Mailbox

IDENTITY = UUID("0e6b4f6c-2d1a-5c51-9df0-1d5b7f0c1a11")
HERE = Mailbox(home="Europe/Berlin")
TEN = datetime(2028, 3, 7, 10)  # noqa: DTZ001 - wall time
LESSON = Content(
    "Lesson", Timed(TEN, TEN + timedelta(hours=1), "Europe/Amsterdam"), location="Gym", notes="Shoes"
)
BERLIN = "W. Europe Standard Time"


def made(content: Content, mailbox: Mailbox = HERE) -> dict[str, Any]:
    return created(Create(IDENTITY, "mark", content), mailbox)


def edited(
    content: Content, *groups: str, current: dict[str, Any], marker: str | None = None
) -> dict[str, Any]:
    return patched(Update(MASTER, "etag", content, frozenset(groups), marker), current, HERE)


def test_a_new_event_holds_all_and_invites_nobody() -> None:
    assert made(LESSON) == {
        "subject": "Lesson",
        "body": {"contentType": "text", "content": "Shoes"},
        "location": {"displayName": "Gym"},
        "start": {"dateTime": "2028-03-07T10:00:00", "timeZone": BERLIN},
        "end": {"dateTime": "2028-03-07T11:00:00", "timeZone": BERLIN},
        "isAllDay": False,
        "showAs": "busy",
        "sensitivity": "normal",
        "transactionId": str(IDENTITY),
        "singleValueExtendedProperties": beside(
            marker="mark", identity=str(IDENTITY), zone=f"Europe/Amsterdam;{BERLIN}"
        ),
    }


def test_the_same_create_asks_for_the_same_event() -> None:
    assert made(LESSON) == made(LESSON)
    assert (
        made(LESSON)["transactionId"] != created(Create(UUID(int=1), "mark", LESSON), HERE)["transactionId"]
    )


def test_days_are_midnights_of_the_mailbox_and_have_no_zone_of_their_own() -> None:
    fields = made(replace(LESSON, when=AllDay(date(2028, 3, 7), date(2028, 3, 9))))

    assert fields["isAllDay"] is True
    assert fields["start"] == {"dateTime": "2028-03-07T00:00:00", "timeZone": BERLIN}
    assert fields["end"] == {"dateTime": "2028-03-09T00:00:00", "timeZone": BERLIN}
    assert NAMES["zone"] not in [p["id"] for p in fields["singleValueExtendedProperties"]]


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("2028-10-29T02:30", "2028-10-29T04:00", ("2028-10-29T00:30:00", "2028-10-29T03:00:00")),
        ("2028-10-29T01:30", "2028-10-29T02:30", ("2028-10-28T23:30:00", "2028-10-29T00:30:00")),
        ("2028-03-26T02:30", "2028-03-26T04:00", ("2028-03-26T01:30:00", "2028-03-26T02:00:00")),
    ],
)
def test_a_time_that_clocks_show_twice_or_skip_is_written_in_utc(
    start: str, end: str, told: tuple[str, str]
) -> None:
    when = Timed(datetime.fromisoformat(start), datetime.fromisoformat(end), "Europe/Amsterdam")

    fields = made(replace(LESSON, when=when))

    assert [fields[name] for name in ("start", "end")] == [{"dateTime": at, "timeZone": "UTC"} for at in told]
    assert beside(zone="Europe/Amsterdam;UTC")[0] in fields["singleValueExtendedProperties"]


def test_a_zone_that_the_mailbox_does_not_take_is_written_in_utc() -> None:
    fields = made(replace(LESSON, when=Timed(TEN, TEN, "Antarctica/Troll")))

    assert fields["start"] == {"dateTime": "2028-03-07T10:00:00", "timeZone": "UTC"}
    assert beside(zone="Antarctica/Troll;UTC")[0] in fields["singleValueExtendedProperties"]


def test_an_iana_name_is_written_where_it_is_taken() -> None:
    fields = made(LESSON, Mailbox(frozenset({"Europe/Amsterdam"})))

    assert fields["start"]["timeZone"] == "Europe/Amsterdam"


def test_a_series_is_written_with_its_rule_and_is_not_done_before_its_occurrences_are() -> None:
    skipped = Override(TEN + timedelta(days=7), is_cancelled=True)
    lessons = replace(LESSON, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=5",)), overrides=(skipped,))

    fields = made(lessons)

    assert fields["recurrence"] == {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"], "firstDayOfWeek": "monday"},
        "range": {
            "type": "numbered",
            "startDate": "2028-03-07",
            "numberOfOccurrences": 5,
            "recurrenceTimeZone": BERLIN,
        },
    }
    assert beside(marker="part;mark")[0] in fields["singleValueExtendedProperties"]


@pytest.mark.parametrize(
    ("group", "fields"),
    [
        (TITLE, {"subject": "New"}),
        (LOCATION, {"location": {"displayName": "Pool"}}),
        (NOTES, {"body": {"contentType": "text", "content": "Towel"}}),
        (STATUS, {"showAs": "tentative"}),
        (VISIBILITY, {"showAs": "free", "sensitivity": "private"}),
    ],
)
def test_an_edit_holds_its_group_alone(group: str, fields: dict[str, Any]) -> None:
    content = replace(
        LESSON,
        title="New",
        location="Pool",
        notes="Towel",
        status=Status.TENTATIVE,
        is_private=True,
        is_busy=False if group == VISIBILITY else LESSON.is_busy,
    )

    assert edited(content, group, current=event()) == fields


def test_a_mark_is_renewed_beside_the_edit_and_a_users_own_event_gets_none() -> None:
    assert edited(LESSON, TITLE, current=event(), marker="next") == {
        "subject": "Lesson",
        "singleValueExtendedProperties": beside(marker="next"),
    }
    assert edited(LESSON, TITLE, current=event()) == {"subject": "Lesson"}


def test_times_go_together_and_carry_their_zone_beside() -> None:
    fields = edited(LESSON, TIME, current=event())

    assert set(fields) == {"start", "end", "isAllDay", "singleValueExtendedProperties"}
    assert fields["singleValueExtendedProperties"] == beside(zone=f"Europe/Amsterdam;{BERLIN}")


def test_a_series_becomes_single_and_a_single_event_is_not_told_that_it_is() -> None:
    assert edited(LESSON, TIME, current=series())["recurrence"] is None
    assert "recurrence" not in edited(LESSON, TIME, current=event())


@pytest.mark.parametrize(
    ("showing", "content", "group", "fields"),
    [
        ("oof", LESSON, VISIBILITY, {}),
        ("oof", LESSON, STATUS, {}),
        ("workingElsewhere", replace(LESSON, is_busy=False), VISIBILITY, {}),
        ("workingElsewhere", LESSON, VISIBILITY, {"showAs": "busy"}),
        ("tentative", LESSON, STATUS, {"showAs": "busy"}),
        ("tentative", LESSON, VISIBILITY, {}),
        ("free", replace(LESSON, status=Status.TENTATIVE), STATUS, {"showAs": "free"}),
        ("free", replace(LESSON, status=Status.TENTATIVE), VISIBILITY, {"showAs": "busy"}),
    ],
)
def test_of_the_words_that_mean_the_same_the_one_there_stays(
    showing: str, content: Content, group: str, fields: dict[str, Any]
) -> None:
    assert edited(content, group, current=event(showAs=showing)) == fields


@pytest.mark.parametrize(("sensitivity", "is_private"), [("confidential", True), ("personal", False)])
def test_likewise_of_who_sees_it(sensitivity: str, is_private: bool) -> None:  # noqa: FBT001 - a case of a table
    content = replace(LESSON, is_private=is_private)

    assert edited(content, VISIBILITY, current=event(sensitivity=sensitivity)) == {}


def test_notes_that_stand_there_already_are_not_written_over_their_forms() -> None:
    current = event(body=html("<p>Bring&nbsp;<b>shoes</b></p><p>&nbsp;</p><p>and water</p>"))

    assert edited(replace(LESSON, notes="Bring shoes\nand water"), NOTES, current=current) == {}


def test_notes_of_an_online_meeting_keep_the_part_by_which_it_is_joined() -> None:
    current = event(**MEETING, body=html(f"<div>Shoes</div>{JOIN}"))

    body = edited(replace(LESSON, notes="Towel <b>\nWater"), NOTES, current=current)["body"]

    assert body["contentType"] == "html"
    assert body["content"].count(JOIN) == 1
    assert body["content"].startswith("<html><body><div>Towel &lt;b&gt;</div><div>Water</div>")


@pytest.mark.parametrize(
    "body",
    [
        html("<div>Shoes</div>"),
        {"contentType": "text", "content": "Shoes\n" + "_" * 80 + "\nJoin\n" + "_" * 80},
        None,
    ],
)
def test_where_it_cannot_be_told_they_are_not_written(body: object) -> None:
    with pytest.raises(Unacceptable) as refused:
        edited(replace(LESSON, notes="Towel"), NOTES, current=event(**MEETING, body=body))

    assert refused.value.message == " ".join(Obstacle.NO_JOIN_PART.value)


def test_a_rule_that_does_not_fit_stops_an_edit_of_the_time_alone() -> None:
    lessons = replace(LESSON, recurrence=Recurrence(("FREQ=YEARLY;BYWEEKNO=10",)))

    with pytest.raises(Unacceptable):
        edited(lessons, TIME, current=series())
    assert edited(lessons, TITLE, current=series()) == {"subject": "Lesson"}


def test_a_series_that_moves_is_stopped_by_an_occurrence_that_would_not_fit() -> None:
    late = Override(TEN + timedelta(days=7), when=LESSON.when.moved_to(TEN + timedelta(days=15)))
    lessons = replace(LESSON, recurrence=Recurrence(("FREQ=WEEKLY",)), overrides=(late,))

    with pytest.raises(Unacceptable):
        edited(lessons, TIME, current=series(recurrence=WEEKLY))


def test_once_all_is_written_the_mark_says_so() -> None:
    assert stamped("mark") == {"singleValueExtendedProperties": beside(marker="mark")}


@pytest.mark.parametrize(
    ("fields", "is_ours"),
    [
        ({}, True),
        ({"isOrganizer": None}, True),
        ({"isOrganizer": False}, False),
        ({"isCancelled": True}, False),
    ],
)
def test_what_somebody_else_organizes_or_called_off_is_not_written(
    fields: dict[str, Any],
    is_ours: bool,  # noqa: FBT001 - a case of a table
) -> None:
    assert can_write(event(**fields)) is is_ours


def test_neither_guests_nor_reminders_are_ever_written() -> None:
    written = {*made(LESSON), *edited(LESSON, *GROUPS, current=event())}

    assert {"attendees", "isReminderOn", "reminderMinutesBeforeStart", "responseRequested"}.isdisjoint(
        written
    )
