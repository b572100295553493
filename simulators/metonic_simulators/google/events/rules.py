"""What an event must be like to be written, and what is silently made of it: ``Events`` in the reference."""

import re
from collections.abc import Callable
from typing import Any

from metonic_simulators.google import errors
from metonic_simulators.google.calendars import Calendar
from metonic_simulators.google.people import User

_ID = re.compile(r"^[a-v0-9]{5,1024}$")
_CONFERENCE_BLOCK = re.compile(r"-::~[:~]*::-.*?-::~[:~]*::-\s*", re.DOTALL)
_KEY, _VALUE, _PROPERTIES, _BYTES = 44, 1024, 300, 32 * 1024
_OVERRIDES, _MINUTES = 5, 40_320
_RESTRICTED = {"focusTime", "outOfOffice", "workingLocation"}
_STRICTER = ("public", "default", "private")

Body = dict[str, Any]


def check_id(value: str) -> None:
    """Raises Refused for what a client may not choose."""
    if not _ID.match(value):
        raise errors.invalid("Invalid resource id value.")


def check_sequence(wanted: int | None, current: int) -> None:
    """Raises Refused for a number that lies behind."""
    if wanted is not None and wanted < current:
        raise errors.invalid(
            "Invalid sequence value. The specified sequence number is below the current sequence number of "
            "the resource. Re-fetch the resource and use its sequence number on the following request."
        )


def check_reminders(reminders: Body) -> None:
    """Raises Refused."""
    overrides = reminders.get("overrides") or []
    if reminders.get("useDefault") and overrides:
        raise errors.classic(
            400,
            "calendar",
            "cannotUseDefaultRemindersAndSpecifyOverride",
            "Cannot specify both default reminders and overrides at the same time.",
        )
    if len(overrides) > _OVERRIDES:
        raise errors.invalid("The maximum number of override reminders is 5.")
    for one in overrides:
        if one.get("method") not in {"email", "popup"} or not 0 <= one.get("minutes", -1) <= _MINUTES:
            raise errors.invalid("Invalid reminder override.")


def check_people(body: Body) -> None:
    """Raises Refused for an attendee without an address."""
    for one in body.get("attendees", []):
        if "@" not in one.get("email", ""):
            raise errors.invalid("Invalid attendee email.")


def check_type(body: Body, calendar: Calendar, user: User) -> None:
    """Raises Refused where an event of that type cannot be so, or cannot be there."""
    kind = body.get("eventType", "default")
    if kind in _RESTRICTED and not (calendar.is_primary and user.is_workspace):
        raise errors.bad_request(
            "This event type is only available on the primary calendars of eligible users."
        )
    if kind in _MALFORMED:
        reason, is_well = _MALFORMED[kind]
        if not is_well(body):
            raise errors.classic(
                400, "calendar", reason, f"A {kind} event with these properties is malformed."
            )


def check_creatable(body: Body) -> None:
    """Raises Refused."""
    if body.get("eventType") == "fromGmail":
        raise type_restricted()


def type_restricted() -> errors.Refused:
    message = "The event type does not allow this operation."
    return errors.classic(400, "calendar", "eventTypeRestriction", message)


def limited(body: Body) -> None:
    """Drops extended properties that are too many or too long, and cuts long values."""
    properties = body.get("extendedProperties")
    if not properties:
        return
    count = size = 0
    for scope in ("private", "shared"):
        kept: dict[str, str] = {}
        for key, value in properties.get(scope, {}).items():
            cut = value[:_VALUE]
            cost = len(key.encode()) + len(cut.encode())
            if len(key) <= _KEY and count < _PROPERTIES and size + cost <= _BYTES:
                kept[key], count, size = cut, count + 1, size + cost
        properties[scope] = kept
    body["extendedProperties"] = {key: value for key, value in properties.items() if value}


def without_conference_block(text: str) -> str:
    return _CONFERENCE_BLOCK.sub("", text).rstrip()


def is_stricter(one: str, other: str) -> bool:
    """Whether the one visibility shows less than the other."""
    return _rank(one) > _rank(other)


def _rank(visibility: str) -> int:
    return _STRICTER.index("private" if visibility == "confidential" else visibility)


def _is_timed(body: Body) -> bool:
    return "dateTime" in body["start"]


def _is_opaque(body: Body) -> bool:
    return bool(body.get("transparency", "opaque") == "opaque")


def _is_focus_time(body: Body) -> bool:
    return _is_timed(body) and _is_opaque(body) and not body.get("attendees")


def _is_out_of_office(body: Body) -> bool:
    return _is_focus_time(body) and not body.get("description")


def _is_working_location(body: Body) -> bool:
    is_open = body.get("visibility") == "public" and body.get("transparency") == "transparent"
    return is_open and bool(body.get("workingLocationProperties", {}).get("type"))


def _is_birthday(body: Body) -> bool:
    is_yearly = any("FREQ=YEARLY" in line for line in body.get("recurrence", []))
    is_quiet = body.get("visibility") == "private" and body.get("transparency") == "transparent"
    return not _is_timed(body) and is_yearly and is_quiet


_MALFORMED: dict[str, tuple[str, Callable[[Body], bool]]] = {
    "focusTime": ("malformedFocusTimeEvent", _is_focus_time),
    "outOfOffice": ("malformedOutOfOfficeEvent", _is_out_of_office),
    "workingLocation": ("malformedWorkingLocationEvent", _is_working_location),
    "birthday": ("malformedBirthdayEvent", _is_birthday),
}
