"""What an event must be like to be written: https://learn.microsoft.com/en-us/graph/api/resources/event."""

from collections.abc import Callable, Mapping
from typing import Any

from metonic_simulators.graph import errors
from metonic_simulators.graph.events import zones
from metonic_simulators.graph.mailbox import Body
from metonic_simulators.wire.faults import Switches

ENUMS: dict[str, tuple[str, ...]] = {
    "importance": ("low", "normal", "high"),
    "sensitivity": ("normal", "personal", "private", "confidential"),
    "showAs": ("unknown", "free", "tentative", "busy", "oof", "workingElsewhere"),
    "onlineMeetingProvider": ("unknown", "skypeForBusiness", "skypeForConsumer", "teamsForBusiness"),
}
ATTENDEE_TYPES = ("required", "optional", "resource")
LOCATION_TYPES = (
    *("default", "conferenceRoom", "homeAddress", "businessAddress", "geoCoordinates", "streetAddress"),
    *("hotel", "restaurant", "localBusiness", "postalAddress"),
)
_TYPES: dict[str, type] = {
    **dict.fromkeys(("subject", "transactionId"), str),
    **dict.fromkeys(("allowNewTimeProposals", "hideAttendees", "isAllDay", "isOnlineMeeting"), bool),
    **dict.fromkeys(("isReminderOn", "responseRequested"), bool),
    "reminderMinutesBeforeStart": int,
    **dict.fromkeys(("attendees", "categories", "locations", "extensions"), list),
    **dict.fromkeys(("singleValueExtendedProperties", "multiValueExtendedProperties"), list),
    **dict.fromkeys(("body", "location", "start", "end", "recurrence"), dict),
}
READ_ONLY = frozenset(
    {
        *("id", "createdDateTime", "lastModifiedDateTime", "changeKey", "iCalUId", "type", "webLink"),
        *("organizer", "responseStatus", "isOrganizer", "isCancelled", "isDraft", "bodyPreview"),
        *("hasAttachments", "seriesMasterId", "originalStart", "originalStartTimeZone"),
        *("originalEndTimeZone", "onlineMeeting", "onlineMeetingUrl", "cancelledOccurrences"),
        *("exceptionOccurrences", "calendar", "instances", "attachments", "uid", "occurrenceId"),
    }
)
BESIDES = ("singleValueExtendedProperties", "multiValueExtendedProperties", "extensions")
"""What is kept apart from the members of an event."""

_MOST_ATTENDEES = 500
_NEVER_NULL = frozenset({"body", "start", "end", "isAllDay"})
USUAL: Mapping[str, Any] = {
    "subject": "",
    "body": {"contentType": "html", "content": ""},
    "importance": "normal",
    "sensitivity": "normal",
    "showAs": "busy",
    "isAllDay": False,
    "isReminderOn": True,
    "reminderMinutesBeforeStart": 15,
    "responseRequested": True,
    "allowNewTimeProposals": True,
    "hideAttendees": False,
    "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown",
    "categories": [],
    "attendees": [],
    "location": {"displayName": ""},
    "locations": [],
    "recurrence": None,
    "transactionId": None,
}


def read(asked: Body, quirks: Switches) -> Body:
    """What of a body is written, each member as it is kept; null is what is usual. Raises Refused."""
    found: Body = {}
    for name, value in asked.items():
        if "@" in name or name in READ_ONLY or name in BESIDES:
            continue
        if name not in _TYPES and name not in ENUMS:
            if quirks.is_on("members-refused"):
                message = f"The property '{name}' does not exist on type 'Microsoft.OutlookServices.Event'."
                raise errors.unreadable(message)
            continue
        found[name] = _member(name, value, quirks)
    if "location" in found and "locations" not in found:
        found["locations"] = [found["location"]] if found["location"].get("displayName") else []
    elif "locations" in found and "location" not in found:
        found["location"] = found["locations"][0] if found["locations"] else {"displayName": ""}
    return found


def _member(name: str, value: Any, quirks: Switches) -> Any:  # noqa: ANN401 - any member
    if value is None:
        if name in _NEVER_NULL:
            raise errors.invalid_request(f"The value of '{name}' cannot be null.")
        return None if name == "subject" else USUAL[name]
    if name in ENUMS:
        return enum(name, value, ENUMS[name])
    wanted = _TYPES[name]
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise errors.unreadable(f"Property {name} in payload has a value that does not match schema.")
    if name in {"start", "end"}:
        return zones.stored(value, name, quirks)
    return _KEPT[name](value) if name in _KEPT else value


def enum(name: str, value: object, words: tuple[str, ...]) -> str:
    """The word as it is spelled, found in any case; raises Refused."""
    for word in words:
        if isinstance(value, str) and word.lower() == value.lower():
            return word
    raise errors.unreadable(f"Requested value '{value}' was not found in {name}.")


def _body(value: Body) -> Body:
    content = value.get("content", "")
    if not isinstance(content, str):
        raise errors.unreadable("Property content in payload has a value that does not match schema.")
    return {
        "contentType": enum("contentType", value.get("contentType", "text"), ("text", "html")),
        "content": content,
    }


def _location(value: Body) -> Body:
    found = _plain(value, ("displayName", "locationUri", "locationEmailAddress", "uniqueId"))
    found.setdefault("displayName", "")
    if value.get("locationType"):
        found["locationType"] = enum("locationType", value["locationType"], LOCATION_TYPES)
    for name in ("address", "coordinates"):
        if isinstance(value.get(name), dict):
            found[name] = value[name]
    return found


def _locations(value: list[Any]) -> list[Body]:
    return [_location(one) for one in _objects(value, "locations")]


def _categories(value: list[Any]) -> list[str]:
    if not all(isinstance(one, str) for one in value):
        raise errors.unreadable("Property categories in payload has a value that does not match schema.")
    return list(dict.fromkeys(value))


def _attendees(value: list[Any]) -> list[Body]:
    if len(value) > _MOST_ATTENDEES:
        raise errors.invalid_request("The number of attendees is larger than 500.")
    found = []
    for one in _objects(value, "attendees"):
        address = one.get("emailAddress")
        if not isinstance(address, dict) or "@" not in str(address.get("address", "")):
            raise errors.invalid_property("At least one recipient is not valid.")
        person = _plain(address, ("name", "address"))
        person.setdefault("name", person["address"])
        kind = enum("type", one.get("type") or "required", ATTENDEE_TYPES)
        status = {"response": "none", "time": zones.NO_TIME}
        found.append({"type": kind, "status": status, "emailAddress": person})
    return found


def _objects(value: list[Any], name: str) -> list[Body]:
    if not all(isinstance(one, dict) for one in value):
        raise errors.unreadable(f"Property {name} in payload has a value that does not match schema.")
    return value


def _plain(value: Body, names: tuple[str, ...]) -> Body:
    """Those members of it that are texts."""
    return {name: value[name] for name in names if isinstance(value.get(name), str)}


_KEPT: dict[str, Callable[[Any], Any]] = {
    "body": _body,
    "location": _location,
    "locations": _locations,
    "categories": _categories,
    "attendees": _attendees,
}


def check(body: Mapping[str, Any]) -> None:
    """Raises Refused for times that make no event."""
    start, end = body.get("start"), body.get("end")
    if start is None or end is None:
        raise errors.invalid_property("The start time and the end time of the event must be given.")
    if zones.length(body).total_seconds() < 0:
        message = "The end time of the event must not be earlier than its start time."
        raise errors.bad_request(message, "ErrorCalendarEndDateIsEarlierThanStartDate")
    if not body["isAllDay"]:
        return
    if start["timeZone"] != end["timeZone"]:
        raise errors.invalid_property("Start and end of an all-day event must be in the same time zone.")
    if any(one.time() != one.time().min for one in (zones.wall(start), zones.wall(end))):
        message = "The Event.Start property for an all-day event needs to be set to midnight."
        raise errors.invalid_property(message)
    if zones.wall(end) <= zones.wall(start):
        message = "The duration of an event marked as All day must be at least 24 hours."
        raise errors.invalid_property(message)
