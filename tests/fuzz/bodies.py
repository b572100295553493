"""What must hold of any text that is handed out as an event: read or refused by name, and edited in place."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

from tests.fuzz.reasons import REASONS
from tests.plugins.apple.contents import canonical
from tests.plugins.apple.edits import EDITS, OF_FIELDS, edits_of, groups_of

from metonic_apple.contentlines import Component, Line, parse
from metonic_apple.errors import Incomprehensible
from metonic_apple.likeness import likeness
from metonic_apple.reading import reading
from metonic_apple.writing import updated
from metonic_core.model.codec import decode, encode
from metonic_core.model.content import all_groups, ordered
from metonic_core.spi import Content, Foreign, InvalidValue, StoredEvent, Unreadable, Window

ZONE = "Europe/Berlin"
_WINDOW = Window(datetime(2026, 11, 1, tzinfo=UTC), datetime(2027, 11, 1, tzinfo=UTC))
_MAY_TOUCH = {
    "title": {"SUMMARY"},
    "location": {"LOCATION", "SEQUENCE", "X-APPLE-STRUCTURED-LOCATION", "X-MICROSOFT-LOCATIONS"},
    "notes": {"DESCRIPTION", "X-ALT-DESC"},
    "visibility": {"CLASS", "X-CALENDARSERVER-ACCESS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS"},
}
# Two DTSTAMPs are made one, and an end is always said.
_ALWAYS = {"DTSTAMP", "DTEND"}


def judged_body(text: str, turn: int) -> str:
    """What became of the text, in a word or by the reason for which it is refused."""
    read = reading("/c/x.ics", '"1"', text, ZONE)
    if isinstance(read, Unreadable):
        assert read.reason in REASONS, f"no reason that is known: {read.reason}"
        return read.reason
    if isinstance(read, Foreign):
        return "no event"
    _check_kept(read.event)
    return _judged_edit(text, read.event, turn)


def _check_kept(event: StoredEvent) -> None:
    """The event goes through the store, and what is asked of each event can be asked of it."""
    document = json.dumps(encode(event), ensure_ascii=False)
    assert "\\u0000" not in document
    assert decode(json.loads(document.encode())) == event
    content = event.content
    content.occurs_in(_WINDOW)
    content.ends_at()


def _judged_edit(text: str, event: StoredEvent, turn: int) -> str:
    names = [name for name in edits_of(event.content) if event.can_write_time or name in OF_FIELDS]
    name = names[turn % len(names)]
    old = event.content
    if not event.can_write:
        return "read, not to be edited"
    try:
        wanted = EDITS[name](old)
    except (StopIteration, ValueError, OverflowError):
        return "read"
    groups = groups_of(old, name)
    try:
        edited = updated(text, wanted, groups, "v1;marker" if turn % 2 else None, ZONE)
    except (Incomprehensible, InvalidValue, ValueError, OverflowError) as error:
        _check_refusal(error)
        return f"read, its edit refused: {error}"
    _check_edited(edited, old, canonical(old.take(groups, wanted)))
    if name in _MAY_TOUCH:
        _check_touched(text, edited, _MAY_TOUCH[name] | _ALWAYS | {"X-METONIC-COPY"})
    return "read and edited"


def _check_refusal(error: Exception) -> None:
    if isinstance(error, Incomprehensible | InvalidValue):
        assert str(error) in REASONS, f"no reason that is known: {error}"


def _check_edited(edited: str, old: Content, wanted: Content) -> None:
    again = reading("/c/x.ics", '"2"', edited, ZONE)
    assert not isinstance(again, Unreadable), f"edited, and then refused: {again.reason}"
    assert not isinstance(again, Foreign)
    found = canonical(again.event.content)
    if found == wanted:
        return
    if wanted.is_private and not old.is_private:
        # A private occurrence is told apart no more once its whole series is private.
        found, wanted = _timed_alone(found), _timed_alone(wanted)
    differing = [g for g in all_groups(found, wanted) if likeness(g, found) != likeness(g, wanted)]
    assert not differing, f"edited, and it reads otherwise in {differing}"


def _timed_alone(content: Content) -> Content:
    """Of the occurrences that differ only when they take place."""
    occurrences = (replace(o, title=None, location=None) for o in content.overrides)
    return replace(content, overrides=ordered(occurrences))


def _check_touched(before: str, after: str, allowed: set[str]) -> None:
    old, new = (Counter(_lines(parse(text))) for text in (before, after))
    touched = {name for name, _ in (old - new) + (new - old)}
    assert touched <= allowed, f"lines were touched that had to stay: {touched - allowed}"


def _lines(component: Component) -> list[tuple[str, str]]:
    found = []
    for item in component.items:
        found += [(item.name, item.raw)] if isinstance(item, Line) else _lines(item)
    return found
