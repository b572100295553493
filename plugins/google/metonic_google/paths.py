"""Addresses within the API: ids hold ``@`` and ``#``, so every segment is encoded."""

import re
from datetime import datetime
from urllib.parse import quote, urlencode

from metonic_core.model.when import AllDay, Slot, instant_of
from metonic_core.spi import Timed

_API = "/calendar/v3"
# Google's JSON may hold what UTF-8 has no bytes for: it is not found then, and that is all.
_WHOLE = "surrogatepass"
CALENDARS = f"{_API}/users/me/calendarList"
CHANNEL_STOP = f"{_API}/channels/stop"
# How Google names the second half of a series that was changed from one occurrence on.
_SPLIT = re.compile(r"_R[0-9]{8}(T[0-9]{6}Z?)?\Z")

Parameter = str | int | tuple[str, ...]
"""A tuple is sent as several parameters of one name."""


def calendars(**query: Parameter) -> str:
    """The user's list of calendars."""
    return _with(CALENDARS, query)


def primary_calendar() -> str:
    return f"{CALENDARS}/primary"


def events(calendar_id: str, **query: Parameter) -> str:
    """The events of a calendar."""
    return _with(f"{_API}/calendars/{_segment(calendar_id)}/events", query)


def event(calendar_id: str, event_id: str, **query: Parameter) -> str:
    """One event, or one occurrence of a series."""
    return _with(f"{events(calendar_id)}/{_segment(event_id)}", query)


def watch(calendar_id: str) -> str:
    return f"{events(calendar_id)}/watch"


def instance_id(series_id: str, slot: Slot, when: Timed | AllDay) -> str:
    """The id of an occurrence: that of its series, and its original start in UTC."""
    if isinstance(slot, datetime) and isinstance(when, Timed):
        return f"{series_id}_{instant_of(slot, when.zone):%Y%m%dT%H%M%SZ}"
    return f"{series_id}_{slot:%Y%m%d}"


def is_half(event_id: str) -> bool:
    """Whether the id is that of the second half of a series that was split."""
    return _SPLIT.search(event_id) is not None


def _segment(text: str) -> str:
    return quote(text, safe="", errors=_WHOLE)


def _with(path: str, query: dict[str, Parameter]) -> str:
    return f"{path}?{urlencode(query, doseq=True, errors=_WHOLE)}" if query else path
