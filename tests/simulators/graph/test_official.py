"""What holds the answers against Microsoft's types does notice what is wrong."""

import pytest
from tests.simulators.graph.official import check, check_answer, types


@pytest.mark.parametrize(
    "answer",
    [
        {"id": "A", "colour": "red"},
        {"id": 1},
        {"id": None},
        {"isAllDay": "true"},
        {"reminderMinutesBeforeStart": True},
        {"showAs": "away"},
        {"attendees": {"type": "required"}},
        {"attendees": [{"type": "required", "emailAddress": {"address": 1}}]},
        {"body": {"contentType": "HTML", "content": ""}},
        {"originalStart": "2026-03-10T10:00:00"},
        {"recurrence": {"pattern": {"type": "hourly", "interval": 1}}},
        {"exceptionOccurrences": [{"colour": "red"}]},
    ],
)
def test_an_answer_that_microsoft_does_not_know_is_noticed(answer: dict[str, object]) -> None:
    with pytest.raises(AssertionError):
        check("Event", answer)


def test_an_answer_as_microsoft_has_it_passes() -> None:
    event = {
        "@odata.etag": "W/1",
        "id": "A",
        "subject": None,
        "showAs": "free",
        "body": {"contentType": "html"},
    }

    check("Event", event)
    check_answer("/me/events?$top=1", {"value": [event, {"id": "B", "@removed": {"reason": "deleted"}}]})
    check_answer("/me/events/A", event)


def test_a_path_that_nobody_knows_is_noticed() -> None:
    with pytest.raises(AssertionError):
        check_answer("/me/messages", {"value": []})


def test_the_types_say_where_they_are_from() -> None:
    assert "@microsoft/microsoft-graph-types 2." in types()["source"]
