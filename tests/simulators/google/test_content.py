"""What an event may hold: times, sequence, properties, types, conferences, labels, attachments."""

from typing import Any

import pytest
from tests.simulators.google.bodies import all_day, daily, listed, made, timed
from tests.simulators.google.official import Client, refused
from tests.simulators.google.running import admin, advance

from metonic_simulators.google import Simulator


def inserted(service: Client, **body: Any) -> Any:  # noqa: ANN401 - a request
    return service.events().insert(calendarId="primary", body=timed(**body))


def point(day: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"dateTime": f"{day}T10:00:00", "timeZone": "Europe/Berlin", **more}


@pytest.mark.parametrize(
    ("body", "reason", "message"),
    [
        (
            {"end": {"date": "2026-03-11"}},
            "invalid",
            "Start and end times must either both be date or both be dateTime.",
        ),
        ({"end": point("2026-03-10")}, "timeRangeEmpty", "The specified time range is empty."),
        ({"end": point("2026-03-09")}, "timeRangeEmpty", "The specified time range is empty."),
        (
            {"start": {"date": "2026-03-10"}, "end": {"date": "2026-03-10"}},
            "timeRangeEmpty",
            "The specified time range is empty.",
        ),
        (
            {"start": {"dateTime": "2026-03-10T10:00:00"}},
            "required",
            "Missing time zone definition for start time.",
        ),
        (
            {"start": point("2026-03-10", timeZone="Mars/Base")},
            "invalid",
            "Invalid time zone definition for start time.",
        ),
        (
            {"recurrence": ["RRULE:FREQ=DAILY"], "start": {"dateTime": "2026-03-10T10:00:00+01:00"}},
            "required",
            "Missing time zone definition for start time.",
        ),
        ({"recurrence": ["DTSTART:20260310T100000"]}, "invalid", "Invalid recurrence rule."),
        ({"recurrence": ["RRULE:FREQ=SOMETIMES"]}, "invalid", "Invalid recurrence rule."),
    ],
)
def test_times_that_make_no_event_are_400(
    alice: Client, body: dict[str, Any], reason: str, message: str
) -> None:
    status, found, error = refused(inserted(alice, **body))

    assert (status, found, error["message"]) == (400, reason, message)


def test_an_event_without_length_may_be_taken(sim: Simulator, alice: Client) -> None:
    admin(sim, "DELETE", "quirks/zero-length-refused")

    event = inserted(alice, end=point("2026-03-10")).execute()

    assert event["start"] == event["end"]


def test_times_keep_their_moment_and_zone(alice: Client) -> None:
    start = {"dateTime": "2026-03-10T10:00:00.5-05:00"}
    end = {"dateTime": "2026-03-10T18:30:00", "timeZone": "Asia/Tokyo"}

    assert refused(inserted(alice, start=start, end=end))[1] == "timeRangeEmpty"
    event = inserted(alice, start=start, end={**end, "dateTime": "2026-03-11T18:30:00"}).execute()

    assert event["start"] == {"dateTime": "2026-03-10T16:00:00+01:00"}
    assert event["end"] == {"dateTime": "2026-03-11T10:30:00+01:00", "timeZone": "Asia/Tokyo"}


def test_the_sequence_grows_with_important_changes_and_never_falls(alice: Client) -> None:
    event = made(alice, timed())
    asked = {"calendarId": "primary", "eventId": event["id"]}
    assert event["sequence"] == 0
    assert alice.events().patch(**asked, body={"summary": "x"}).execute()["sequence"] == 0
    assert alice.events().patch(**asked, body={"location": "Gym"}).execute()["sequence"] == 1
    assert alice.events().patch(**asked, body={"sequence": 7}).execute()["sequence"] == 7

    for method in ("patch", "update"):
        status, reason, error = refused(getattr(alice.events(), method)(**asked, body=timed(sequence=3)))
        assert (status, reason) == (400, "invalid")
        assert error["message"].startswith("Invalid sequence value.")


def test_properties_that_are_too_long_are_dropped_or_cut_in_silence(alice: Client) -> None:
    private = {"k" * 45: "gone", "k" * 44: "kept", "long": "v" * 2000}

    event = made(alice, timed(extendedProperties={"private": private}))
    assert event["extendedProperties"]["private"] == {"k" * 44: "kept", "long": "v" * 1024}

    many = {"shared": {f"{at}": "" for at in range(400)}, "private": {}}
    assert len(made(alice, timed(extendedProperties=many))["extendedProperties"]["shared"]) == 300
    heavy = {"shared": {f"{at}": "v" * 1024 for at in range(40)}}
    assert len(made(alice, timed(extendedProperties=heavy))["extendedProperties"]["shared"]) == 31


@pytest.mark.parametrize(
    "reminders",
    [
        {"useDefault": True, "overrides": [{"method": "popup", "minutes": 5}]},
        {"useDefault": False, "overrides": [{"method": "popup", "minutes": at} for at in range(6)]},
        {"useDefault": False, "overrides": [{"method": "popup", "minutes": 40_321}]},
        {"useDefault": False, "overrides": [{"method": "sms", "minutes": 5}]},
    ],
)
def test_reminders_have_limits(alice: Client, reminders: dict[str, Any]) -> None:
    assert refused(inserted(alice, reminders=reminders))[0] == 400


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (timed(eventType="fromGmail"), "eventTypeRestriction"),
        (timed(eventType="outOfOffice", description="x"), "malformedOutOfOfficeEvent"),
        (all_day(eventType="outOfOffice"), "malformedOutOfOfficeEvent"),
        (all_day(eventType="focusTime"), "malformedFocusTimeEvent"),
        (timed(eventType="workingLocation"), "malformedWorkingLocationEvent"),
        (all_day(eventType="birthday"), "malformedBirthdayEvent"),
    ],
)
def test_an_event_of_a_type_must_be_like_it(alice: Client, body: dict[str, Any], reason: str) -> None:
    assert refused(alice.events().insert(calendarId="primary", body=body))[:2] == (400, reason)


def test_events_of_all_types_are_made_where_they_belong(alice: Client) -> None:
    open_: dict[str, Any] = {"visibility": "public", "transparency": "transparent"}
    office: dict[str, Any] = {"type": "homeOffice", "homeOffice": {}}
    quiet: dict[str, Any] = {
        "visibility": "private",
        "transparency": "transparent",
        "birthdayProperties": {"type": "birthday"},
    }
    for body in (
        timed(eventType="focusTime", focusTimeProperties={"autoDeclineMode": "declineNone"}),
        timed(eventType="outOfOffice", outOfOfficeProperties={"declineMessage": "Away"}),
        all_day(eventType="workingLocation", workingLocationProperties=office, **open_),
        all_day(eventType="birthday", recurrence=["RRULE:FREQ=YEARLY"], **quiet),
    ):
        event = made(alice, body)
        assert event["eventType"] == body["eventType"]
        changed = {"eventType": "default"}
        wrong = alice.events().patch(calendarId="primary", eventId=event["id"], body=changed)
        assert refused(wrong)[:2] == (400, "eventTypeRestriction")

    other = alice.calendars().insert(body={"summary": "Other"}).execute()["id"]
    assert refused(alice.events().insert(calendarId=other, body=timed(eventType="focusTime")))[0] == 400


def test_a_conference_counts_with_its_version_and_is_made_later(sim: Simulator, alice: Client) -> None:
    request = {"createRequest": {"requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}
    assert "conferenceData" not in made(alice, timed(conferenceData=request))

    event = made(alice, timed(conferenceData=request), conferenceDataVersion=1)
    assert event["conferenceData"]["createRequest"]["status"] == {"statusCode": "pending"}
    token = listed(alice)["nextSyncToken"]
    advance(sim, seconds=2)

    (done,) = listed(alice, syncToken=token)["items"]
    assert done["conferenceData"]["createRequest"]["status"] == {"statusCode": "success"}
    assert done["hangoutLink"].startswith("https://meet.google.com/")
    assert done["etag"] != event["etag"]
    asked = {"calendarId": "primary", "eventId": event["id"]}
    kept = alice.events().update(**asked, body=timed()).execute()
    assert kept["conferenceData"] == done["conferenceData"]
    same = alice.events().patch(**asked, body={"conferenceData": request}, conferenceDataVersion=1).execute()
    assert same["hangoutLink"] == done["hangoutLink"]
    gone = alice.events().patch(**asked, body={"conferenceData": None}, conferenceDataVersion=1).execute()
    assert "conferenceData" not in gone


def test_labels_and_attachments_count_for_who_knows_them(alice: Client) -> None:
    file = [{"fileUrl": "https://example.com/a.pdf", "title": "A"}]
    plain = made(alice, timed(colorId="3", eventLabelId="label", attachments=file))
    assert (plain["colorId"], "eventLabelId" in plain, "attachments" in plain) == ("3", False, False)
    asked = {"calendarId": "primary", "eventId": plain["id"]}

    known = {"eventLabelVersion": 1, "supportsAttachments": True}
    body = timed(colorId="5", eventLabelId="label", attachments=file)
    labelled = alice.events().update(**asked, body=body, **known).execute()
    assert (labelled["colorId"], labelled["eventLabelId"], labelled["attachments"]) == ("3", "label", file)

    kept = alice.events().update(**asked, body=timed(colorId="5")).execute()
    assert (kept["colorId"], kept["eventLabelId"], kept["attachments"]) == ("5", "label", file)
    assert "eventLabelId" not in alice.events().update(**asked, body=timed(), eventLabelVersion=1).execute()


def test_a_conferences_block_leaves_the_description(sim: Simulator, alice: Client) -> None:
    block = "-::~:~::~:~:~:~:~::~:~::-\nJoin with Google Meet\n-::~:~::~:~:~:~:~::~:~::-"
    text = f"Bring <b>shoes</b>\n\n{block}"

    assert made(alice, timed(description=text))["description"] == "Bring <b>shoes</b>"

    admin(sim, "DELETE", "quirks/conference-stripped")
    assert made(alice, timed(description=text))["description"] == text


def test_moments_are_shown_in_whole_seconds(alice: Client) -> None:
    event = made(alice, daily(2, start=point("2026-03-10", dateTime="2026-03-10T09:00:00.750+01:00")))

    assert event["start"]["dateTime"] == "2026-03-10T09:00:00+01:00"
