"""Which fields of an event can be written, and of what type each is: the rest of a body is ignored."""

from typing import Any

from metonic_simulators.google import errors

_TEXT, _FLAG, _NUMBER = str, bool, int
_MAP = {"*": _TEXT}
_TIME = {"date": _TEXT, "dateTime": _TEXT, "timeZone": _TEXT}
_PERSON = {"displayName": _TEXT, "email": _TEXT, "id": _TEXT}
_ATTENDEE = {
    **_PERSON,
    "additionalGuests": _NUMBER,
    "comment": _TEXT,
    "optional": _FLAG,
    "resource": _FLAG,
    "responseStatus": _TEXT,
}
_DECLINE = {"autoDeclineMode": _TEXT, "declineMessage": _TEXT}
_OFFICE = ("buildingId", "deskId", "floorId", "floorSectionId", "label")
_WORKING = {
    "type": _TEXT,
    "homeOffice": {},
    "customLocation": {"label": _TEXT},
    "officeLocation": dict.fromkeys(_OFFICE, _TEXT),
}
_ENTRY_POINT = dict.fromkeys(
    (
        "accessCode",
        "entryPointType",
        "label",
        "meetingCode",
        "passcode",
        "password",
        "pin",
        "regionCode",
        "uri",
    ),
    _TEXT,
)
_CONFERENCE = {
    "conferenceId": _TEXT,
    "notes": _TEXT,
    "signature": _TEXT,
    "conferenceSolution": {"iconUri": _TEXT, "name": _TEXT, "key": {"type": _TEXT}},
    "createRequest": {"requestId": _TEXT, "conferenceSolutionKey": {"type": _TEXT}},
    "entryPoints": [_ENTRY_POINT],
}
_GADGET = {
    **dict.fromkeys(("display", "iconLink", "link", "title", "type"), _TEXT),
    "height": _NUMBER,
    "width": _NUMBER,
    "preferences": _MAP,
}

WRITABLE: dict[str, Any] = {
    "anyoneCanAddSelf": _FLAG,
    "attachments": [{"fileUrl": _TEXT, "iconLink": _TEXT, "mimeType": _TEXT, "title": _TEXT}],
    "attendees": [_ATTENDEE],
    "attendeesOmitted": _FLAG,
    "birthdayProperties": {"type": _TEXT},
    "colorId": _TEXT,
    "conferenceData": _CONFERENCE,
    "description": _TEXT,
    "end": _TIME,
    "eventLabelId": _TEXT,
    "eventType": _TEXT,
    "extendedProperties": {"private": _MAP, "shared": _MAP},
    "focusTimeProperties": {**_DECLINE, "chatStatus": _TEXT},
    "gadget": _GADGET,
    "guestsCanInviteOthers": _FLAG,
    "guestsCanModify": _FLAG,
    "guestsCanSeeOtherGuests": _FLAG,
    "iCalUID": _TEXT,
    "id": _TEXT,
    "location": _TEXT,
    "organizer": _PERSON,
    "originalStartTime": _TIME,
    "outOfOfficeProperties": _DECLINE,
    "recurrence": [_TEXT],
    "reminders": {"useDefault": _FLAG, "overrides": [{"method": _TEXT, "minutes": _NUMBER}]},
    "sequence": _NUMBER,
    "source": {"title": _TEXT, "url": _TEXT},
    "start": _TIME,
    "status": _TEXT,
    "summary": _TEXT,
    "transparency": _TEXT,
    "visibility": _TEXT,
    "workingLocationProperties": _WORKING,
}

_CHOICES = {
    "status": {"confirmed", "tentative", "cancelled"},
    "transparency": {"opaque", "transparent"},
    "visibility": {"default", "public", "private", "confidential"},
    "eventType": {"default", "birthday", "focusTime", "fromGmail", "outOfOffice", "workingLocation"},
    "colorId": {str(number) for number in range(12)},
}
_UNSET = object()
_INT32 = 2**31 - 1


def accepted(body: dict[str, Any]) -> dict[str, Any]:
    """What of a body counts; what is null stays null. Raises Refused for a value of a wrong type."""
    found: dict[str, Any] = _shaped(body, WRITABLE, "")
    for name, known in _CHOICES.items():
        if found.get(name) is not None and found[name] not in known:
            raise errors.invalid(f"Invalid value for: {found[name]} is not a valid value")
    return found


def without_nulls(value: Any) -> Any:  # noqa: ANN401 - any part of a body
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [without_nulls(one) for one in value if one is not None]
    return value


def merged(old: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """PATCH: objects merge, null removes, lists are replaced whole."""
    found = dict(old)
    for name, value in patch.items():
        if value is None:
            found.pop(name, None)
        elif isinstance(value, dict) and isinstance(old.get(name), dict):
            found[name] = merged(old[name], value)
        else:
            found[name] = without_nulls(value)
    return found


def _shaped(value: Any, shape: Any, where: str) -> Any:  # noqa: ANN401 - any part of a body
    if value is None:
        return None
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise _wrong(where)
        wanted = {key: shape.get(key, shape.get("*", _UNSET)) for key in value}
        return {
            key: _shaped(value[key], below, f"{where}.{key}")
            for key, below in wanted.items()
            if below is not _UNSET
        }
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise _wrong(where)
        return [_shaped(one, shape[0], where) for one in value]
    if not isinstance(value, shape) or (shape is int and (isinstance(value, bool) or abs(value) > _INT32)):
        raise _wrong(where)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _wrong(where: str) -> errors.Refused:
    return errors.invalid(f"Invalid value for: {where.lstrip('.')}")
