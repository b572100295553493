"""Edits of one VEVENT: a property is replaced only where its meaning has to change."""

import re
from dataclasses import replace

from metonic_apple.contentlines import Component, escaped, line
from metonic_apple.moments import Moment, moment, written
from metonic_apple.reading import ACCESS, is_busy, is_private, span_of, status_of, text_of, word_of
from metonic_apple.zones import Zones
from metonic_core.model.content import Content, Status
from metonic_core.model.when import AllDay, Slot, Timed, When

_NUMBER = re.compile(r"[0-9]{1,9}\Z")

# What clients keep beside a property in their own form and would go on showing: Apple's map, Outlook's HTML,
# and its busy status and all-day mark, which it prefers to TRANSP and to the value type ([MS-OXCICAL] 2.1.3).
_SHADOWS = {
    "SUMMARY": (),
    "LOCATION": ("X-APPLE-STRUCTURED-LOCATION", "X-MICROSOFT-LOCATIONS"),
    "DESCRIPTION": ("X-ALT-DESC",),
    "TRANSP": ("X-MICROSOFT-CDO-BUSYSTATUS",),
    "VALUE": ("X-MICROSOFT-CDO-ALLDAYEVENT",),
}


def put_text(event: Component, name: str, text: str) -> bool:
    """Let the property be that text; whether it was another. Its parameters described the old one and go."""
    if text_of(event, name) == text:
        return False
    event.put(name, [line(name, escaped(text))] if text else [])
    event.drop(*_SHADOWS[name])
    return True


def put_status(event: Component, status: Status) -> bool:
    """Let the event have that status; whether it had another."""
    if status_of(event) is status:
        return False
    event.put("STATUS", [line("STATUS", status.upper())])
    return True


def put_visibility(event: Component, content: Content) -> None:
    """Let the event be as private and as busy as the content."""
    if is_private(event) != content.is_private:
        event.drop(ACCESS)
        if is_private(event) != content.is_private:
            event.put("CLASS", [line("CLASS", "PRIVATE" if content.is_private else "PUBLIC")])
    if is_busy(event) != content.is_busy:
        event.put("TRANSP", [line("TRANSP", "OPAQUE" if content.is_busy else "TRANSPARENT")])
        event.drop(*_SHADOWS["TRANSP"])


def seen_as(event: Component, old: Content, new: Content) -> Content:
    """The new content, but as private or as busy as the VEVENT where that differs from the old series."""
    private, busy = is_private(event), is_busy(event)
    return replace(
        new,
        is_private=new.is_private if private == old.is_private else private,
        is_busy=new.is_busy if busy == old.is_busy else busy,
    )


def put_when(event: Component, when: When, zones: Zones) -> bool:
    """Let the event take place then, DTEND always said; whether it took place at another time.

    iCloud refuses events without DTEND, and says so with 404.
    """
    old = span_of(event, zones).when
    if old == when:
        return False
    if type(old) is not type(when):
        event.drop(*_SHADOWS["VALUE"])
    _put_moment(event, "DTSTART", when.start, when, zones)
    _put_moment(event, "DTEND", when.end, when, zones)
    event.drop("DURATION")
    return True


def say_end(event: Component, zones: Zones) -> None:
    """Write the end of an event that leaves it open: iCloud refuses those, and says so with 403 or 404."""
    start = event.first("DTSTART")
    if start is None or event.lines("DTEND", "DURATION"):
        return
    when = span_of(event, zones).when
    is_timed = isinstance(when, Timed)
    end = line("DTEND", start.value, start.params) if is_timed else written("DTEND", when.end, when, zones)
    event.put("DTEND", [end])


def _put_moment(event: Component, name: str, at: Slot, when: When, zones: Zones) -> None:
    found = event.first(name)
    wanted = Moment(at, None if isinstance(when, AllDay) else when.zone)
    if found is None or moment(found, zones) != wanted:
        event.put(name, [written(name, at, when, zones)])


def is_scheduled(event: Component) -> bool:
    """Whether anybody was invited to it."""
    return event.first("ORGANIZER") is not None or event.first("ATTENDEE") is not None


def raise_sequence(event: Component) -> None:
    """Count a change of time, place, status or rule, where somebody counts (RFC 5546 2.1.4)."""
    word = word_of(event, "SEQUENCE")
    if word or is_scheduled(event):
        event.put("SEQUENCE", [line("SEQUENCE", str(int(word) + 1 if _NUMBER.match(word) else 1))])


def keep_last(event: Component, name: str) -> None:
    """Drop all but the last property of that name.

    iCloud hands out two DTSTAMPs, the time of the request first, and clients refuse objects that have two.
    """
    event.remove(event.lines(name)[:-1])
