"""Events as other clients of Google Calendar write them: made from our terms by hand, not by the plugin."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from metonic_core.model.content import Content
from metonic_core.model.series import Override
from metonic_core.model.when import AllDay, Slot, Timed, When

Body = dict[str, Any]


def body_of(content: Content) -> Body:
    """The fields of an event, or of the master of a series."""
    return {
        "summary": content.title,
        "location": content.location,
        "description": content.notes,
        "status": content.status.value,
        "visibility": "private" if content.is_private else "default",
        "transparency": "opaque" if content.is_busy else "transparent",
        **times(content.when),
        **({"recurrence": _lines(content)} if content.recurrence else {}),
    }


def _lines(content: Content) -> list[str]:
    assert content.recurrence is not None
    rdates = [f"RDATE;TZID=Europe/Berlin:{slot:%Y%m%dT%H%M%S}" for slot in content.recurrence.rdates]
    return [*(f"RRULE:{rule}" for rule in content.recurrence.rules), *rdates]


def times(when: When) -> Body:
    return {"start": _point(when.start, when), "end": _point(when.end, when)}


def _point(at: Slot, when: When) -> Body:
    if isinstance(when, AllDay):
        return {"date": at.isoformat()}
    return {"dateTime": at.isoformat(), "timeZone": when.zone}


def instance_id(series: str, slot: Slot, when: When) -> str:
    if isinstance(slot, datetime) and isinstance(when, Timed):
        instant = slot.replace(tzinfo=ZoneInfo(when.zone)).astimezone(UTC)
        return f"{series}_{instant:%Y%m%dT%H%M%SZ}"
    return f"{series}_{slot:%Y%m%d}"


def override_body(override: Override) -> Body:
    """What a patch of that occurrence says."""
    if override.is_cancelled:
        return {"status": "cancelled"}
    texts = {"summary": override.title, "location": override.location}
    said = {name: text for name, text in texts.items() if text is not None}
    return said | (times(override.when) if override.when else {})


def at(text: str) -> datetime:
    """A moment on the wire."""
    return datetime.fromisoformat(text)


HOUR = timedelta(hours=1)
