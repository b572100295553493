"""Times, zones, and events of whole days."""

from typing import Any

import pytest
from tests.simulators.graph.bodies import all_day, made, point, timed
from tests.simulators.graph.official import Client, at, view

from metonic_simulators.graph import Simulator

UNSUPPORTED = (400, "TimeZoneNotSupportedException")


async def test_times_are_utc_unless_a_zone_is_preferred(alice: Client) -> None:
    event = await made(alice, timed())
    assert event["start"] == {"dateTime": "2026-03-10T09:00:00.0000000", "timeZone": "UTC"}

    answer = await alice.ask("GET", at(event), prefer='outlook.timezone="Tokyo Standard Time"')
    assert answer.body["start"] == {
        "dateTime": "2026-03-10T18:00:00.0000000",
        "timeZone": "Tokyo Standard Time",
    }
    assert answer.headers["Preference-Applied"] == 'outlook.timezone="Tokyo Standard Time"'
    assert answer.body["originalStartTimeZone"] == "W. Europe Standard Time"


async def test_preferences_come_in_one_header(alice: Client) -> None:
    event = await made(alice, timed())
    wanted = (
        'odata.maxpagesize=50, outlook.timezone="UTC", outlook.body-content-type="text", IdType="ImmutableId"'
    )

    answer = await alice.ask("GET", at(event), prefer=wanted)

    assert answer.body["id"] != event["id"]
    assert answer.body["body"]["contentType"] == "text"
    assert answer.headers["Preference-Applied"] == 'outlook.timezone="UTC", outlook.body-content-type="text"'


@pytest.mark.parametrize("zone", ["", "undefined", "Europe/Atlantis", "Europe/Amsterdam"])
async def test_a_zone_that_there_is_not_is_400(alice: Client, zone: str) -> None:
    body = timed() | {"start": point("2026-03-10", 10, zone)}

    assert await alice.refused("POST", "/me/events", body) == UNSUPPORTED
    assert await alice.refused("GET", "/me/events", prefer=f'outlook.timezone="{zone}"') == UNSUPPORTED


async def test_windows_names_and_listed_iana_names_are_taken(sim: Simulator, alice: Client) -> None:
    for zone in ("Pacific Standard Time", "America/Los_Angeles", "Europe/Berlin", "UTC"):
        body = timed(start=point("2026-03-10", 10, zone), end=point("2026-03-10", 11, zone))
        assert (await made(alice, body))["originalStartTimeZone"] == zone

    listed = [one["alias"] for one in (await alice.get("/me/outlook/supportedTimeZones"))["value"]]
    assert "W. Europe Standard Time" in listed
    path = "/me/outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')"
    assert "Europe/Berlin" in [one["alias"] for one in (await alice.get(path))["value"]]
    assert (await alice.get("/me/outlook/supportedTimeZones()"))["value"]

    sim.turn_on("all-iana-zones")
    zone = "Europe/Amsterdam"
    await made(alice, timed(start=point("2026-03-10", 10, zone), end=point("2026-03-10", 11, zone)))


async def test_a_time_may_have_fractions_or_an_offset(alice: Client) -> None:
    start = {"dateTime": "2026-03-10T10:00:00.0000000", "timeZone": "UTC"}
    end = {"dateTime": "2026-03-10T13:00:00+01:00", "timeZone": "Tokyo Standard Time"}

    event = await made(alice, timed(start=start, end=end))

    assert event["end"]["dateTime"] == "2026-03-10T12:00:00.0000000"


async def test_an_event_ends_after_it_begins_or_at_once(sim: Simulator, alice: Client) -> None:
    event = await made(alice, timed(end=point("2026-03-10", 10)))
    assert event["start"] == event["end"]

    backwards = timed(end=point("2026-03-10", 9))
    code = "ErrorCalendarEndDateIsEarlierThanStartDate"
    assert await alice.refused("POST", "/me/events", backwards) == (400, code)
    sim.turn_off("own-date-codes")
    code = "ErrorPropertyValidationFailure"
    assert await alice.refused("POST", "/me/events", backwards) == (400, code)


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": point("2026-03-10", 1)},
        {"end": point("2026-03-11", 1)},
        {"end": point("2026-03-10")},
        {"end": point("2026-03-11", zone="UTC")},
    ],
)
async def test_a_whole_day_is_from_midnight_to_midnight(alice: Client, wrong: dict[str, Any]) -> None:
    assert await alice.refused("POST", "/me/events", all_day() | wrong) == (
        400,
        "ErrorPropertyValidationFailure",
    )


async def test_a_whole_day_is_the_same_day_for_everybody(alice: Client) -> None:
    event = await made(alice, all_day())

    for zone in ("UTC", "Tokyo Standard Time", "Hawaiian Standard Time"):
        found = await alice.get(at(event), prefer=f'outlook.timezone="{zone}"')
        assert found["start"] == {"dateTime": "2026-03-10T00:00:00.0000000", "timeZone": zone}
        assert found["end"]["dateTime"] == "2026-03-11T00:00:00.0000000"
    by_moment = "/me/events?$filter=start/dateTime ge '2026-03-10T00:00:00'".replace(" ", "%20")
    assert (await alice.get(by_moment))["value"] == []


async def test_whole_days_come_and_go_with_both_times(alice: Client) -> None:
    event = await made(alice, timed())

    assert (await alice.refused("PATCH", at(event), {"isAllDay": True}))[0] == 400
    changed = await alice.patch(
        at(event), {"isAllDay": True, "start": point("2026-03-10"), "end": point("2026-03-12")}
    )
    assert changed["isAllDay"] is True
    assert len((await alice.get(view("2026-03-11", "2026-03-12")))["value"]) == 1


async def test_original_zones_may_be_nobodys(sim: Simulator, alice: Client) -> None:
    sim.turn_on("custom-zones")

    assert (await made(alice, timed()))["originalEndTimeZone"] == "tzone://Microsoft/Custom"
    sim.turn_on("custom-zones", name="tzone://Microsoft/Utc")
    assert (await made(alice, timed()))["originalStartTimeZone"] == "tzone://Microsoft/Utc"
