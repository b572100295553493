"""From our content to the fields of an event resource: of an update only those of its groups.

A patch merges objects, takes away what is null, and replaces arrays whole; so guests, reminders, colours,
other programs' properties and the conference are not touched, because they are not sent.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from metonic_core.model.content import GROUPS, TIME, Content, Group, Status
from metonic_core.model.series import Recurrence, has_slot
from metonic_core.model.when import Slot, Timed
from metonic_core.spi import Unacceptable
from metonic_google import rules
from metonic_google.conference import kept_within
from metonic_google.items import MARKER, PART, Item, clean, lines_of, text_of, words_of
from metonic_google.moments import said
from metonic_google.reading import PRIVATE


def created(content: Content, identity: UUID, marker: str) -> dict[str, Any]:
    """A new event: nobody is invited. What is cancelled of a series from the start is an EXDATE."""
    stamp = stamped(marker, is_partial=has_varied(content))
    fields = {**edited(content, GROUPS, {}), **recurrence(None, content, GROUPS, {}), **stamp}
    return _without_nulls({**fields, "id": identity.hex})


def _without_nulls(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _without_nulls(value) if isinstance(value, dict) else value
        for name, value in fields.items()
        if value is not None
    }


def has_varied(content: Content) -> bool:
    """Whether occurrences have to be written by themselves: they take place, and not as the series does."""
    return content.recurrence is not None and any(not one.is_cancelled for one in content.overrides)


def stamped(marker: str | None, *, is_partial: bool = False) -> dict[str, Any]:
    """The fields that hold our mark; none without one."""
    mark = f"{PART}{marker}" if is_partial else marker
    return {} if marker is None else {"extendedProperties": {"private": {MARKER: mark}}}


def edited(content: Content, groups: Collection[Group], current: Item) -> dict[str, Any]:
    """The fields of these groups, occurrences and recurrence apart; raises Unacceptable."""
    fields: dict[str, Any] = {}
    for group in sorted(groups):
        match group:
            case "title":
                fields["summary"] = clean(content.title)
            case "location":
                fields["location"] = clean(content.location)
            case "notes":
                fields["description"] = kept_within(clean(content.notes), words_of(current, "description"))
            case "status":
                fields["status"] = _status(content)
            case "visibility":
                fields |= _visibility(content, current)
            case "time":
                when = content.when
                fields |= {"start": said(when.start, when), "end": said(when.end, when)}
    return fields


def _status(content: Content) -> str:
    if content.status is Status.CANCELLED:
        raise Unacceptable("Google Calendar deletes what is cancelled.")
    return content.status.value


def _visibility(content: Content, current: Item) -> dict[str, str]:
    """Who sees it: of the words that mean the same to us, the one that stands there stays."""
    fields = {"transparency": "opaque" if content.is_busy else "transparent"}
    known = text_of(current, "visibility")
    if not known or content.is_private != (known in PRIVATE):
        fields["visibility"] = "private" if content.is_private else "default"
    return fields


def recurrence(old: Content | None, new: Content, groups: Collection[Group], current: Item) -> dict[str, Any]:
    """The lines of the recurrence where they have to change: with the time, or where EXDATE hides too much.

    ``old`` is None where the event has not been read, and is no series then.
    """
    if TIME in groups:
        if new.recurrence is None:
            return {"recurrence": None} if lines_of(current) else {}
        return {"recurrence": rules.written(new.recurrence, cancelled_in(new), new.when)}
    if old is None:
        return {}
    excluded = rules.read(lines_of(current), old.when).excluded
    kept = excluded & cancelled_in(new)
    if kept == excluded:
        return {}
    lines = rules.without(lines_of(current), "EXDATE")
    return {"recurrence": [*lines, *rules.written(Recurrence(()), kept, new.when)]}


def cancelled_in(content: Content) -> frozenset[Slot]:
    """The occurrences that do not take place."""
    return frozenset(override.slot for override in content.overrides if override.is_cancelled)


def fitting(content: Content) -> Content:
    """Without overrides of occurrences that the series does not have: Google knows none under such an id."""
    is_timed = isinstance(content.when, Timed)
    kept = tuple(
        o
        for o in content.overrides
        if isinstance(o.slot, datetime) == is_timed and has_slot(content.when, content.recurrence, o.slot)
    )
    return replace(content, overrides=kept)
