"""Which parameters a call may have, and which parts an answer: Google's discovery document says so."""

from metonic_simulators.google.events.shape import WRITABLE

PARAMETERS = frozenset(
    {
        *("alt", "fields", "key", "oauth_token", "prettyPrint", "quotaUser", "userIp", "alwaysIncludeEmail"),
        *(
            "conferenceDataVersion",
            "destination",
            "eventLabelVersion",
            "eventTypes",
            "iCalUID",
            "maxAttendees",
        ),
        *(
            "maxResults",
            "minAccessRole",
            "orderBy",
            "originalStart",
            "pageToken",
            "privateExtendedProperty",
            "q",
        ),
        *(
            "sendNotifications",
            "sendUpdates",
            "sharedExtendedProperty",
            "showDeleted",
            "showHidden",
            "syncToken",
        ),
        *(
            "showHiddenInvitations",
            "showOwnOrganizationOnly",
            "singleEvents",
            "supportsAttachments",
            "timeMax",
        ),
        *("timeMin", "timeZone", "updatedMin", "colorRgbFormat"),
    }
)

_SAME = ("kind", "etag", "id")
EVENT = frozenset(
    {
        *_SAME,
        *WRITABLE,
        *("created", "creator", "endTimeUnspecified", "hangoutLink", "htmlLink", "locked", "privateCopy"),
        *("recurringEventId", "updated"),
    }
)
_PAGE = frozenset({"kind", "etag", "items", "nextPageToken", "nextSyncToken"})
_EVENTS = _PAGE | {"accessRole", "defaultReminders", "description", "summary", "timeZone", "updated"}
_CALENDAR = frozenset(
    {*_SAME, "summary", "description", "location", "timeZone", "dataOwner", "conferenceProperties"}
)
_ENTRY = _CALENDAR | {
    *("accessRole", "backgroundColor", "colorId", "defaultReminders", "deleted", "foregroundColor", "hidden"),
    *("notificationSettings", "primary", "selected", "summaryOverride"),
}
_CHANNEL = frozenset(
    {*_SAME, "address", "expiration", "params", "resourceId", "resourceUri", "token", "type"}
)

PARTS = {
    **dict.fromkeys(("events.list", "events.instances"), _EVENTS),
    **dict.fromkeys(("calendarList.watch", "events.watch"), _CHANNEL),
    "calendarList.list": _PAGE,
    "colors.get": frozenset({"kind", "updated", "calendar", "event"}),
}
_OF_A_RESOURCE = {"events": EVENT, "calendars": _CALENDAR, "calendarList": _ENTRY}


def parts(operation: str) -> frozenset[str]:
    """What the answer of an operation may have at its top."""
    return PARTS.get(operation) or _OF_A_RESOURCE.get(operation.partition(".")[0], frozenset())


def items(operation: str) -> frozenset[str]:
    """What an item of its list may have."""
    return _OF_A_RESOURCE.get(operation.partition(".")[0], frozenset())
