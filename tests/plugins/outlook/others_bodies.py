"""Bodies in the shape of Graph's, for tests that vary them: a single event and a weekly series of Berlin."""

from typing import Any

MASTER = "AAMkAGI1AAA="
NAMES = {
    "marker": "String {7c3f5b1e-0c0a-4d6b-9a3e-2f1d8c5e6b74} Name metonic",
    "identity": "String {7c3f5b1e-0c0a-4d6b-9a3e-2f1d8c5e6b74} Name metonic-identity",
    "zone": "String {7c3f5b1e-0c0a-4d6b-9a3e-2f1d8c5e6b74} Name metonic-zone",
}
"""Our properties as they are in people's calendars: they never change."""


def at(text: str, zone: str = "UTC") -> dict[str, str]:
    return {"dateTime": f"{text}.0000000", "timeZone": zone}


def event(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON has no narrower type
    """A lesson of an hour at ten in Berlin, as it is read with times in UTC."""
    return {
        "@odata.etag": 'W/"DwAAABYAAAB1"',
        "id": MASTER,
        "createdDateTime": "2028-01-01T09:00:00.1234567Z",
        "lastModifiedDateTime": "2028-01-01T10:00:00.1234567Z",
        "changeKey": "DwAAABYAAAB1",
        "categories": [],
        "transactionId": None,
        "originalStartTimeZone": "W. Europe Standard Time",
        "originalEndTimeZone": "W. Europe Standard Time",
        "iCalUId": "040000008200E00074C5B7101A82E008",
        "reminderMinutesBeforeStart": 15,
        "isReminderOn": True,
        "hasAttachments": False,
        "subject": "Lesson",
        "bodyPreview": "",
        "importance": "normal",
        "sensitivity": "normal",
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": True,
        "responseRequested": True,
        "seriesMasterId": None,
        "showAs": "busy",
        "type": "singleInstance",
        "webLink": "https://outlook.office365.com/owa/?itemid=AAMkAGI1AAA%3D",
        "onlineMeetingUrl": None,
        "isOnlineMeeting": False,
        "onlineMeetingProvider": "unknown",
        "allowNewTimeProposals": True,
        "hideAttendees": False,
        "isDraft": False,
        "recurrence": None,
        "onlineMeeting": None,
        "responseStatus": {"response": "organizer", "time": "0001-01-01T00:00:00Z"},
        "body": {"contentType": "html", "content": ""},
        "start": at("2028-03-07T09:00:00"),
        "end": at("2028-03-07T10:00:00"),
        "location": {"displayName": "", "locationType": "default", "uniqueIdType": "unknown", "address": {}},
        "locations": [],
        "attendees": [],
        "organizer": {"emailAddress": {"name": "Alice", "address": "alice@example.com"}},
        **fields,
    }


def all_day(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON has no narrower type
    times = {"start": at("2028-03-07T00:00:00"), "end": at("2028-03-08T00:00:00")}
    return event(**{"isAllDay": True, **times, **fields})


def pattern(kind: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON has no narrower type
    """All members, as reads have them."""
    unused = {"month": 0, "dayOfMonth": 0, "firstDayOfWeek": "sunday", "index": "first"}
    return {"type": kind, "interval": 1, **unused, **fields}


def reach(kind: str = "noEnd", **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON has no narrower type
    unused = {"endDate": "0001-01-01", "numberOfOccurrences": 0}
    zone = {"recurrenceTimeZone": "W. Europe Standard Time"}
    return {"type": kind, "startDate": "2028-03-07", **unused, **zone, **fields}


WEEKLY = {"pattern": pattern("weekly", daysOfWeek=["tuesday"]), "range": reach()}


def series(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON has no narrower type
    """Every Tuesday at ten in Berlin, from March 7th on."""
    asked = {"type": "seriesMaster", "recurrence": WEEKLY, "cancelledOccurrences": []}
    return event(**{**asked, **fields})


def exception(day: str, hour: int = 9, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON has no narrower type
    """The occurrence of that day in March, edited; ``hour`` is that of its slot in UTC."""
    slot = f"2028-03-{day}T{hour:02}:00:00"
    told = {"id": f"{MASTER}.{day}", "type": "exception", "seriesMasterId": MASTER}
    times = {"originalStart": f"{slot}Z", "start": at(slot), "end": at(f"2028-03-{day}T{hour + 1:02}:00:00")}
    return event(**{**told, **times, "@odata.etag": f'W/"{day}"', **fields})


def cancelled(day: str) -> str:
    return f"OID.{MASTER}.{day}"


def beside(**values: str) -> list[dict[str, str]]:
    """Our extended properties, as they come where they are expanded."""
    return [{"id": NAMES[name], "value": value} for name, value in values.items()]


JOIN = (
    '<div class="me-email-text" lang="en-GB"><div style="white-space:nowrap">' + "_" * 80 + "</div>"
    '<span class="me-email-text">Microsoft Teams</span> '
    '<a class="me-email-link" href="https://aka.ms/JoinTeamsMeeting">Need help?</a>'
    '<div><a id="meet_invite_block.action.join_link" class="me-email-headline" '
    'href="https://teams.microsoft.com/l/meetup-join/19%3ameeting_x/0">Join the meeting now</a></div>'
    "<div>Meeting ID: 271 908 343 52</div><div>" + "_" * 80 + "</div></div>"
)
"""The part of a body by which a meeting is joined."""

MEETING = {
    "isOnlineMeeting": True,
    "onlineMeetingProvider": "teamsForBusiness",
    "onlineMeeting": {"joinUrl": "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x/0"},
}


def html(content: str) -> dict[str, str]:
    """A body as Exchange stores it."""
    head = '<head><meta content="text/html; charset=utf-8"><style>p {margin:0}</style></head>'
    return {"contentType": "html", "content": f"<html>{head}<body>{content}</body></html>\r\n"}
