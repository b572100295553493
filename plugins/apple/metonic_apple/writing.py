"""Edits of a calendar object in place: what was not asked for leaves as it came (RFC 5545 3.8).

Servers and clients put far more into an event than we know (alarms, travel times, guests). So an update
never rebuilds: it replaces the few lines whose meaning has to change.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from metonic_apple import occurrences
from metonic_apple.contentlines import Component, clean, line, parse, serialise
from metonic_apple.errors import Incomprehensible
from metonic_apple.moments import UTC_ZONE, written, written_all
from metonic_apple.properties import (
    keep_last,
    put_status,
    put_text,
    put_visibility,
    put_when,
    raise_sequence,
    say_end,
    seen_as,
)
from metonic_apple.reading import ACCESS, MARKER, UNDATED, Resource, content_of, resource_of, span_of
from metonic_apple.slots import Slots
from metonic_apple.zones import Zones
from metonic_core.model.content import Content, Group
from metonic_core.model.series import Recurrence, recurrence_of
from metonic_core.model.when import Timed, When, sorted_slots

_PRODID = "-//Metonic//Metonic//EN"


def created(identity: UUID, marker: str, content: Content) -> str:
    """The text of a new event: no guests, no alarms, no METHOD; the same for every attempt."""
    event = Component("VEVENT", [line("UID", str(identity)), line("DTSTAMP", UNDATED)])
    calendar = Component("VCALENDAR", [line("VERSION", "2.0"), line("PRODID", _PRODID), event])
    zones = Zones(calendar)
    event.put("DTSTART", [written("DTSTART", content.when.start, content.when, zones)])
    event.put("DTEND", [written("DTEND", content.when.end, content.when, zones)])
    event.put("STATUS", [line("STATUS", content.status.upper())])
    return _edited(resource_of(calendar), content, content.groups(), marker)


def updated(
    text: str,
    content: Content,
    groups: Collection[Group],
    marker: str | None,
    floating: str | None = UTC_ZONE,
) -> str:
    """The text, from a calendar of that zone, with these groups as in the content.

    Raises Incomprehensible and InvalidValue, and ZoneNeeded where the zone matters and is None.
    """
    return _edited(resource_of(parse(text), floating), content, groups, marker)


def _edited(resource: Resource, content: Content, groups: Collection[Group], marker: str | None) -> str:
    if resource.is_partial:
        raise Incomprehensible("The object holds occurrences of a series that is not in the calendar.")
    old = content_of(resource, span_of(resource.master, resource.zones).when)
    new = _fitting(old.take(groups, content))
    is_other = _edit_master(resource, old, new)
    if occurrences.apply(resource, old, new) or is_other:
        raise_sequence(resource.master)
    if marker is not None:
        resource.master.put(MARKER, [line(MARKER, clean(marker))])
    return serialise(resource.calendar)


def _fitting(content: Content) -> Content:
    """Without overrides that the series cannot have: a series of days has no occurrence at ten o'clock."""
    is_timed = isinstance(content.when, Timed)
    return replace(
        content, overrides=tuple(o for o in content.overrides if isinstance(o.slot, datetime) == is_timed)
    )


def _edit_master(resource: Resource, old: Content, new: Content) -> bool:
    """Bring the series from ``old`` to ``new``; whether that is a change which is counted."""
    master = resource.master
    keep_last(master, "DTSTAMP")
    put_text(master, "SUMMARY", new.title)
    put_text(master, "DESCRIPTION", new.notes)
    is_other = put_status(master, new.status)
    if old.is_private != new.is_private:
        resource.calendar.drop(ACCESS, "CLASS")
    put_visibility(master, seen_as(master, old, new))
    is_other |= put_text(master, "LOCATION", new.location)
    is_other |= put_when(master, new.when, resource.zones)
    say_end(master, resource.zones)
    return _put_recurrence(resource, old, new) or is_other


def _put_recurrence(resource: Resource, old: Content, new: Content) -> bool:
    """Bring rules and extra dates from ``old``, what the text says, to ``new``; whether they differ."""
    before, after = old.recurrence or Recurrence(()), new.recurrence or Recurrence(())
    # The same rule may end at another time now: a date in UNTIL is a day in the zone of the series.
    if before.rules != after.rules or _rules_said(resource, new.when) != after.rules:
        resource.master.put("RRULE", [line("RRULE", rule) for rule in after.rules])
    slots = Slots(new.when, resource.zones)
    told = slots.told_by(resource.master.lines("RDATE"))
    if told is None or sorted_slots(told) != after.rdates:
        rdates = [written_all("RDATE", after.rdates, new.when, resource.zones)] if after.rdates else []
        resource.master.put("RDATE", rdates)
    return before != after


def _rules_said(resource: Resource, when: When) -> tuple[str, ...]:
    """What the rules of the text mean for a series that takes place then."""
    rules = [found.value for found in resource.master.lines("RRULE")]
    return recurrence_of(rules, (), when).rules
