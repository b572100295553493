"""Calendar objects as another client writes them: nothing of this is the plugin's."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache

import icalendar

from metonic_core.model.content import Content, Status
from metonic_core.model.series import Override
from metonic_core.model.when import Slot, Timed, When

FOREIGN = (
    "X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC",
    "X-ACME-COLOR;X-SHADE=dark:green",
    "CATEGORIES:Sport",
    "URL:https://example.com/lessons/7",
    "CREATED:20271224T080000Z",
)
ALARM = ("BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder", "TRIGGER:-PT15M", "END:VALARM")


def calendar_object(uid: str, content: Content, more: Sequence[str] = ()) -> str:
    """A series with its exceptions, or a single event; ``more`` are further lines of the master."""
    events = [_master(uid, content, more), *(_exception(uid, content, o) for o in content.overrides)]
    zones = sorted({zone for zone in _zones(content) if zone != "UTC"})
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Another//Client//EN"]
    for zone in zones:
        lines += _zone(zone)
    lines += [line for event in events for line in event]
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in _folded(line))


@cache
def _zone(name: str) -> list[str]:
    """To describe one takes longer than all else that a test of it does."""
    text: bytes = icalendar.Timezone.from_tzid(name).to_ical()
    return text.decode().split("\r\n")[:-1]


def _folded(line: str) -> Iterator[str]:
    yield line[:60]
    yield from (f" {line[i : i + 60]}" for i in range(60, len(line), 60))


def unfolded(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "")


def lines_of(text: str, name: str) -> list[str]:
    """The lines of that property, whole."""
    return [line for line in unfolded(text).split("\n") if line.split(":")[0].split(";")[0] == name]


def _zones(content: Content) -> Iterator[str]:
    for when in (content.when, *(o.when for o in content.overrides)):
        if isinstance(when, Timed):
            yield when.zone


def _event(uid: str, lines: Iterable[str]) -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20280101T000000Z", *lines, "END:VEVENT"]


def _master(uid: str, content: Content, more: Sequence[str]) -> list[str]:
    lines = [*_texts(content.title, content.location), *_span(content.when), *more]
    lines += [f"DESCRIPTION:{_escaped(content.notes)}"] if content.notes else []
    lines += ["CLASS:PRIVATE"] if content.is_private else []
    lines += [] if content.is_busy else ["TRANSP:TRANSPARENT"]
    lines += [] if content.status is Status.CONFIRMED else [f"STATUS:{content.status.upper()}"]
    lines += [f"RRULE:{rule}" for rule in content.recurrence.rules] if content.recurrence else []
    cancelled = [o.slot for o in content.overrides if o.is_cancelled]
    lines += [_moment("EXDATE", slot, content.when) for slot in cancelled]
    return _event(uid, lines)


def _exception(uid: str, content: Content, override: Override) -> list[str]:
    if override.is_cancelled:
        return []
    title = content.title if override.title is None else override.title
    location = content.location if override.location is None else override.location
    when = override.when or content.when.moved_to(override.slot)
    return _event(
        uid,
        [
            _moment("RECURRENCE-ID", override.slot, content.when),
            *_texts(title, location),
            *_span(when),
        ],
    )


def _texts(title: str, location: str) -> list[str]:
    return [f"SUMMARY:{_escaped(title)}", *([f"LOCATION:{_escaped(location)}"] if location else [])]


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _span(when: When) -> list[str]:
    return [_moment("DTSTART", when.start, when), _moment("DTEND", when.end, when)]


def _moment(name: str, at: Slot | date, when: When) -> str:
    if not isinstance(at, datetime) or not isinstance(when, Timed):
        return f"{name};VALUE=DATE:{at:%Y%m%d}"
    if when.zone == "UTC":
        return f"{name}:{at:%Y%m%dT%H%M%SZ}"
    return f"{name};TZID={when.zone}:{at:%Y%m%dT%H%M%S}"
