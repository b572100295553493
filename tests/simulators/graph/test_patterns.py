"""Patterns and ranges of series, and the days that they make."""

from typing import Any

import pytest
from tests.simulators.graph.bodies import WEEKLY, daily, days, made, occurrences, series
from tests.simulators.graph.official import Client, at

from metonic_simulators.graph import Simulator


async def test_a_series_is_shown_with_all_members_of_its_pattern(alice: Client) -> None:
    event = await made(alice, series(WEEKLY))

    assert event["type"] == "seriesMaster"
    assert event["recurrence"]["pattern"] == {**WEEKLY, "month": 0, "dayOfMonth": 0, "index": "first"}
    assert event["recurrence"]["range"] == {
        "type": "numbered",
        "startDate": "2026-03-10",
        "endDate": "0001-01-01",
        "numberOfOccurrences": 5,
        "recurrenceTimeZone": "W. Europe Standard Time",
    }


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"type": "daily", "interval": 2}, ["2026-03-10", "2026-03-12", "2026-03-14"]),
        (WEEKLY, ["2026-03-10", "2026-03-17", "2026-03-24"]),
        (
            {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31},
            ["2026-03-31", "2026-04-30", "2026-05-31"],
        ),
        (
            {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["saturday", "sunday"], "index": "last"},
            ["2026-03-29", "2026-04-26", "2026-05-31"],
        ),
        (
            {"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["tuesday"], "index": "second"},
            ["2026-03-10", "2026-04-14", "2026-05-12"],
        ),
        (
            {"type": "absoluteYearly", "interval": 1, "dayOfMonth": 10, "month": 3},
            ["2026-03-10", "2027-03-10", "2028-03-10"],
        ),
        (
            {
                "type": "relativeYearly",
                "interval": 1,
                "daysOfWeek": ["tuesday"],
                "month": 3,
                "index": "second",
            },
            ["2026-03-10", "2027-03-09", "2028-03-14"],
        ),
    ],
)
async def test_a_pattern_makes_its_days(alice: Client, pattern: dict[str, Any], expected: list[str]) -> None:
    await made(alice, series(pattern, times=3))

    assert days(await occurrences(alice)) == expected


async def test_the_first_day_of_the_week_matters_with_an_interval(alice: Client) -> None:
    for first, expected in (("sunday", "2026-03-22"), ("monday", "2026-03-15")):
        pattern = {
            "type": "weekly",
            "interval": 2,
            "daysOfWeek": ["sunday", "tuesday"],
            "firstDayOfWeek": first,
        }
        event = await made(alice, series(pattern, times=2))

        assert days(await occurrences(alice)) == ["2026-03-10", expected]
        await alice.delete(at(event))


async def test_a_day_that_a_month_has_not_may_be_skipped(sim: Simulator, alice: Client) -> None:
    sim.turn_on("short-months-skipped")
    pattern = {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31}

    await made(alice, series(pattern, times=3))

    assert days(await occurrences(alice)) == ["2026-03-31", "2026-05-31", "2026-07-31"]


async def test_occurrences_keep_their_wall_time_in_the_zone_of_the_series(alice: Client) -> None:
    await made(alice, series(WEEKLY, times=4))
    abroad = series(WEEKLY, times=4, subject="Abroad")
    abroad["recurrence"]["range"]["recurrenceTimeZone"] = "Tokyo Standard Time"
    await made(alice, abroad)

    found = await occurrences(alice)

    hours = {
        subject: [one["start"]["dateTime"][11:13] for one in found if one["subject"] == subject]
        for subject in ("Training", "Abroad")
    }
    assert hours == {"Training": ["09", "09", "09", "08"], "Abroad": ["09"] * 4}


@pytest.mark.parametrize(
    ("pattern", "span", "code"),
    [
        ({"interval": 0}, {}, "ErrorPropertyValidationFailure"),
        ({"type": "weekly"}, {}, "ErrorPropertyValidationFailure"),
        ({"type": "absoluteMonthly"}, {}, "ErrorPropertyValidationFailure"),
        ({"type": "absoluteYearly", "dayOfMonth": 1}, {}, "ErrorPropertyValidationFailure"),
        ({"type": "relativeYearly", "month": 1}, {}, "ErrorPropertyValidationFailure"),
        ({"type": "hourly"}, {}, "RequestBodyRead"),
        ({"dayOfMonth": 32}, {}, "ErrorPropertyValidationFailure"),
        ({"index": "fifth"}, {}, "RequestBodyRead"),
        ({"type": "weekly", "daysOfWeek": "monday"}, {}, "RequestBodyRead"),
        ({}, {"startDate": None}, "ErrorRecurrenceEndDateTooBig"),
        ({}, {"startDate": "2026-03-11"}, "ErrorPropertyValidationFailure"),
        ({}, {"startDate": "soon"}, "RequestBodyRead"),
        ({}, {"numberOfOccurrences": 0}, "ErrorPropertyValidationFailure"),
        ({}, {"type": "endDate", "endDate": "2026-03-01"}, "ErrorRecurrenceHasNoOccurrence"),
        ({}, {"recurrenceTimeZone": "Mars"}, "TimeZoneNotSupportedException"),
        (
            {"type": "absoluteYearly", "dayOfMonth": 1, "month": 3},
            {"type": "endDate", "endDate": "2026-03-20"},
            "ErrorRecurrenceHasNoOccurrence",
        ),
    ],
)
async def test_a_recurrence_that_cannot_be_is_400(
    alice: Client, pattern: dict[str, Any], span: dict[str, Any], code: str
) -> None:
    body = daily()
    body["recurrence"]["pattern"] |= pattern
    body["recurrence"]["range"] |= span

    assert await alice.refused("POST", "/me/events", body) == (400, code)


async def test_ranges_end_on_a_day_or_never(alice: Client) -> None:
    body = daily()
    body["recurrence"]["range"] = {"type": "endDate", "startDate": "2026-03-10", "endDate": "2026-03-12"}
    event = await made(alice, body)
    assert days(await occurrences(alice)) == ["2026-03-10", "2026-03-11", "2026-03-12"]

    span = {"type": "noEnd", "startDate": "2026-03-10"}
    endless = await alice.patch(at(event), {"recurrence": {**body["recurrence"], "range": span}})
    assert endless["recurrence"]["range"]["endDate"] == "0001-01-01"
    assert len(await occurrences(alice, "2026-04-01", "2026-05-01")) == 30
