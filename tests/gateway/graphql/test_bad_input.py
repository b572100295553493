"""What cannot be kept is answered with what is wrong, where, and what to do; nothing is written."""

from typing import Any

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import CREATE, READ, UPDATE, lesson, timed

WEEKLY = {"rules": ["FREQ=WEEKLY;COUNT=3"]}
DAYS = {"allDay": {"startDate": "2026-12-01", "endDate": "2026-12-02"}}

BAD: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "no type": ({"type": None}, ["type"], "empty"),
    "no title": ({"title": None}, ["title"], "empty"),
    "blank title": ({"title": " \n"}, ["title"], "empty"),
    "long title": ({"title": "x" * 1001}, ["title"], "1,001 characters"),
    "long notes": ({"notes": "x" * 32_769}, ["notes"], "32,769 characters"),
    "long location": ({"location": "x" * 1001}, ["location"], "1,001 characters"),
    "NUL": ({"notes": "a\0b"}, ["notes"], "control characters"),
    "half a surrogate pair": ({"title": "\ud800"}, ["title"], "half a character"),
    "type of imports": ({"type": "external"}, ["type"], "imported"),
    "type with spaces": ({"type": "One on one"}, ["type"], "a-z"),
    "no time": ({"when": None}, ["when"], "empty"),
    "ends before it starts": (
        {"when": timed("2026-12-01T11:00", "2026-12-01T10:00")},
        ["when", "timed", "end"],
        "ends before",
    ),
    "ends when it starts": (
        {"when": timed("2026-12-01T11:00", "2026-12-01T11:00")},
        ["when", "timed", "end"],
        "same time",
    ),
    "no day": (
        {"when": {"allDay": {"startDate": "2026-12-01", "endDate": "2026-12-01"}}},
        ["when", "allDay", "endDate"],
        "a day at least",
    ),
    "unknown zone": (
        {"when": timed("2026-12-01T11:00", "2026-12-01T12:00", "Mars/Olympus")},
        ["when", "timed", "timeZone"],
        "Mars/Olympus",
    ),
    "a path for a zone": (
        {"when": timed("2026-12-01T11:00", "2026-12-01T12:00", "../../etc/passwd")},
        ["when", "timed", "timeZone"],
        "no time zone",
    ),
    "starts in a gap": (
        {"when": timed("2027-03-28T02:30", "2027-03-28T04:00")},
        ["when", "timed", "start"],
        "from 02:00 to 03:00",
    ),
    "ends in a gap": (
        {"when": timed("2027-03-28T01:30", "2027-03-28T02:59")},
        ["when", "timed", "end"],
        "from 02:00 to 03:00",
    ),
    "an offset": (
        {"when": timed("2026-12-01T11:00Z", "2026-12-01T12:00")},
        ["when", "timed", "start"],
        "wall-clock",
    ),
    "no such day": (
        {"when": timed("2026-02-30T11:00", "2026-12-01T12:00")},
        ["when", "timed", "start"],
        "wall-clock",
    ),
    "a number for a time": (
        {"when": timed(5, "2026-12-01T12:00")},  # type: ignore[arg-type]
        ["when", "timed", "start"],
        "wall-clock",
    ),
    "a time for a date": (
        {"when": {"allDay": {"startDate": "2026-12-01T10:00", "endDate": "2026-12-02"}}},
        ["when", "allDay", "startDate"],
        "not a date",
    ),
    "long ago": (
        {"when": timed("1969-12-31T11:00", "2026-12-01T12:00")},
        ["when", "timed", "start"],
        "1969",
    ),
    "far ahead": (
        {"when": {"allDay": {"startDate": "2026-12-01", "endDate": "9999-12-31"}}},
        ["when", "allDay", "endDate"],
        "9999",
    ),
    "unparsable rule": ({"recurrence": {"rules": ["EVERY DAY"]}}, ["recurrence", "rules", "0"], "no part"),
    "unknown weekday": (
        {"recurrence": {"rules": ["FREQ=WEEKLY;BYDAY=XX"]}},
        ["recurrence", "rules"],
        "cannot be read",
    ),
    "several times a day": (
        {"recurrence": {"rules": ["FREQ=DAILY;BYHOUR=1,2"]}},
        ["recurrence", "rules", "0"],
        "BYHOUR",
    ),
    "hourly": ({"recurrence": {"rules": ["FREQ=HOURLY"]}}, ["recurrence", "rules"], "DAILY"),
    "a rule that never moves on": (
        {"recurrence": {"rules": ["FREQ=DAILY;INTERVAL=0"]}},
        ["recurrence", "rules", "0"],
        "INTERVAL",
    ),
    "a series over before it starts": (
        {"recurrence": {"rules": ["FREQ=DAILY;UNTIL=20261101"]}},
        ["recurrence", "rules", "0"],
        "ends before it starts",
    ),
    "no rule": ({"recurrence": {"rules": []}}, ["recurrence", "rules"], "needs a rule"),
    "a date among times": (
        {"recurrence": WEEKLY | {"rdates": ["2026-12-24"]}},
        ["recurrence", "rdates"],
        "times for all others",
    ),
    "no slot": (
        {"recurrence": WEEKLY | {"overrides": [{"occurrence": "2026-12-02T10:00", "isCancelled": True}]}},
        ["recurrence", "overrides", "0", "occurrence"],
        "no occurrence",
    ),
    "a slot of the wrong kind": (
        {"recurrence": WEEKLY | {"overrides": [{"occurrence": "2026-12-08", "isCancelled": True}]}},
        ["recurrence", "overrides", "0", "occurrence"],
        "no occurrence",
    ),
    "a slot twice": (
        {"recurrence": WEEKLY | {"overrides": [{"occurrence": "2026-12-08T10:00", "title": "A"}] * 2}},
        ["recurrence", "overrides", "1", "occurrence"],
        "named twice",
    ),
    "cancelled and changed": (
        {
            "recurrence": WEEKLY
            | {"overrides": [{"occurrence": "2026-12-08T10:00", "isCancelled": True, "title": "A"}]}
        },
        ["recurrence", "overrides", "0", "isCancelled"],
        "as well",
    ),
    "an occurrence like its series": (
        {"recurrence": WEEKLY | {"overrides": [{"occurrence": "2026-12-08T10:00"}]}},
        ["recurrence", "overrides", "0"],
        "differs in nothing",
    ),
    "an occurrence in a gap": (
        {
            "recurrence": WEEKLY
            | {
                "overrides": [
                    {"occurrence": "2026-12-08T10:00", "when": timed("2027-03-28T02:30", "2027-03-28T04:00")}
                ]
            }
        },
        ["recurrence", "overrides", "0", "when", "timed", "start"],
        "clocks go",
    ),
    "an all-day occurrence of a timed series": (
        {"recurrence": WEEKLY | {"overrides": [{"occurrence": "2026-12-08T10:00", "when": DAYS}]}},
        ["recurrence", "overrides", "0", "when"],
        "like its series",
    ),
    "a slot at the end of time": (
        {
            "recurrence": {
                "rules": ["FREQ=DAILY"],
                "overrides": [{"occurrence": "9999-12-31T10:00", "isCancelled": True}],
            }
        },
        ["recurrence", "overrides", "0", "occurrence"],
        "9999",
    ),
    "half a participant": ({"participantIds": ["\ud800"]}, ["participantIds", "0"], "no user of that id"),
    "an endless participant": (
        {"participantIds": ["x" * 256]},
        ["participantIds", "0"],
        "no user of that id",
    ),
    "unknown participant": (
        {"participantIds": ["trainer-1", "nobody"]},
        ["participantIds", "1"],
        "no user of that id",
    ),
}


@pytest.mark.parametrize(("fields", "path", "text"), BAD.values(), ids=BAD)
async def test_what_cannot_be_kept_is_refused_with_its_place(
    fields: dict[str, Any], path: list[str], text: str, api: Api
) -> None:
    made = await api.call(CREATE, appointment=lesson())

    created = await api.call(CREATE, appointment=lesson(**fields))
    updated = await api.call(UPDATE, id=made["id"], appointment=fields)

    assert (created["__typename"], created["code"]) == ("InvalidInput", "INVALID_INPUT"), created
    assert created["path"] == ["appointment", *path]
    assert text in created["message"]
    assert created["nextStep"].endswith(".")
    assert updated == created
    assert await api.call(READ, id=made["id"]) == made
    assert len((await api.call("{ appointments { nodes { id } } }"))["nodes"]) == 1


async def test_a_new_appointment_needs_type_title_and_when(api: Api) -> None:
    for name in ("type", "title", "when"):
        given = {key: value for key, value in lesson().items() if key != name}

        refused = await api.call(CREATE, appointment=given)

        assert (refused["__typename"], refused["path"]) == ("InvalidInput", ["appointment", name])


async def test_moving_a_series_away_from_its_changed_occurrences_says_what_to_send(api: Api) -> None:
    overrides = [{"occurrence": "2026-12-08T10:00", "title": "Match"}]
    made = await api.call(CREATE, appointment=lesson(recurrence=WEEKLY | {"overrides": overrides}))
    moved = timed("2026-12-01T12:00", "2026-12-01T13:00")

    refused = await api.call(UPDATE, id=made["id"], appointment={"when": moved})
    recurrence = WEEKLY | {"overrides": [{"occurrence": "2026-12-08T12:00", "title": "Match"}]}
    changed = await api.call(UPDATE, id=made["id"], appointment={"when": moved, "recurrence": recurrence})

    assert refused["path"] == ["appointment", "recurrence", "overrides", "0", "occurrence"]
    assert changed["recurrence"]["overrides"][0]["occurrence"] == "2026-12-08T12:00:00"


async def test_a_when_that_is_both_or_neither_is_refused(api: Api) -> None:
    for when in ({}, DAYS | timed("2026-12-01T10:00", "2026-12-01T11:00")):
        error = await api.refused(CREATE, appointment=lesson(when=when))

        assert "WhenInput" in error["message"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("query ($it: ProviderName!) { syncStatus(provider: $it) { state } }", "\ud800"),
        (
            "query ($it: ProviderName!) { appointments(filter: {importedFrom: $it}) { nodes { id } } }",
            "\ud800",
        ),
        (
            "query ($it: AppointmentTypeName!) { appointments(filter: {types: [$it]}) { nodes { id } } }",
            "a\0",
        ),
        ("query ($it: ProviderName!) { syncStatus(provider: $it) { state } }", "a" * 21),
        (
            "query ($it: AppointmentTypeName!) { appointments(filter: {types: [$it]}) { nodes { id } } }",
            "a" * 65,
        ),
    ],
)
async def test_a_name_that_no_database_knows_is_refused(query: str, name: str, api: Api) -> None:
    error = await api.refused(query, it=name)

    assert "NUL or half of one" in error["message"]
