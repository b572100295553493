"""Addresses within the API, without its version: ids hold ``/`` and ``+``, so every segment is encoded.

Events are always asked for by way of their calendar: those of a shared one are found in no other.
"""

from urllib.parse import quote

# Graph's JSON may hold what UTF-8 has no bytes for: it is not found then, and that is all.
_WHOLE = "surrogatepass"
ME = "/me"
MY_CALENDAR = f"{ME}/calendar"
CALENDARS = f"{ME}/calendars"
ZONES = f"{ME}/outlook/supportedTimeZones"
IANA_ZONES = f"{ZONES}(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')"
BATCH = "/$batch"


def with_query(path: str, query: dict[str, str]) -> str:
    """The path with these parameters, whose names may begin with a dollar."""
    return f"{path}?{'&'.join(f'{name}={_encoded(value)}' for name, value in query.items())}"


def calendar(calendar_id: str) -> str:
    return f"{CALENDARS}/{_encoded(calendar_id)}"


def events(calendar_id: str) -> str:
    """The events of a calendar: single ones and series."""
    return f"{calendar(calendar_id)}/events"


def event(calendar_id: str, event_id: str) -> str:
    """One event, a series, or one occurrence of it."""
    return f"{events(calendar_id)}/{_encoded(event_id)}"


def instances(calendar_id: str, event_id: str) -> str:
    """The occurrences of a series."""
    return f"{event(calendar_id, event_id)}/instances"


def changes(calendar_id: str) -> str:
    """What changed in a window of a calendar."""
    return f"{calendar(calendar_id)}/calendarView/delta"


def _encoded(text: str) -> str:
    return quote(text, safe="", errors=_WHOLE)
