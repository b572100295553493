"""From our content to the fields of an event resource: of an update only those of its groups.

A patch keeps what it does not name and replaces arrays whole; so guests, reminders, categories and the
meeting are not touched, because they are not sent. Attendees are never written: Graph would mail them.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from metonic_core.model.content import GROUPS, STATUS, TIME, VISIBILITY, Content, Group, Status, slot_of
from metonic_core.model.series import has_slot
from metonic_core.model.when import Slot, Timed
from metonic_core.spi import Create, Unacceptable, Update
from metonic_outlook import bodies, patterns
from metonic_outlook.conference import body_with, notes_of
from metonic_outlook.fit import fit
from metonic_outlook.items import (
    ATTEMPT,
    IDENTITY,
    KEPT,
    MARKER,
    PART,
    ZONE,
    Item,
    clean,
    is_series,
    list_of,
    text_of,
)
from metonic_outlook.moments import beside, name_for, said
from metonic_outlook.obstacles import Inexpressible
from metonic_outlook.reading import PRIVATE, TENTATIVE, is_busy, status_of
from metonic_outlook.zones import Mailbox

_NEW: Item = {}
# Whether a property can be empty is not said anywhere.
NOTHING_KEPT = "{}"


def created(write: Create, mailbox: Mailbox) -> dict[str, Any]:
    """A new event: nobody is invited, and asked for twice it is made once. Raises Unacceptable.

    Its occurrences are written by themselves once it is there.
    """
    content, identity = write.content, str(write.identity)
    check(content, content.groups(), mailbox)
    stamp = {MARKER: _mark(write.marker, is_partial=has_varied(content)), IDENTITY: identity}
    fields = edited(content, GROUPS, _NEW, mailbox)
    return {**fields, "transactionId": identity, **_beside(stamp | _zone(content, GROUPS, mailbox))}


def patched(
    write: Update, current: Item, mailbox: Mailbox, *, is_partial: bool = False, kept: str = ""
) -> dict[str, Any]:
    """The fields of its groups that differ from what stands there, with our mark. Raises Unacceptable.

    The content is all that the event is to say, ``current`` the event, or master, as it was read in HTML.
    ``is_partial``: occurrences are still to be written; ``kept``: what is to be given back to them.
    """
    check(write.content, write.groups, mailbox)
    stamp = {} if write.marker is None else {MARKER: _mark(write.marker, is_partial=is_partial)}
    if kept:
        stamp[KEPT] = kept
    fields = edited(write.content, write.groups, current, mailbox)
    return {**fields, **_beside(stamp | _zone(write.content, write.groups, mailbox))}


def attempted(fields: dict[str, Any]) -> dict[str, Any]:
    """A new event that no other attempt has asked for in the same words.

    Problem: Graph answers a create that comes again as it did the first time, whatever became of the event.
    Solution: one that differs it refuses, and then what is there is looked at.
    """
    told = [*fields["singleValueExtendedProperties"], {"id": ATTEMPT, "value": uuid4().hex}]
    return {**fields, "singleValueExtendedProperties": told}


def rhythm(content: Content, mailbox: Mailbox) -> dict[str, Any]:
    """When a series takes place, alone."""
    return edited(content, {TIME}, _NEW, mailbox)


def with_properties(item: Item, known: Item, sent: Item) -> Item:
    """The event in the answer to a write, with our properties: Graph does not show them there.

    They are those that it had, and those that were sent.
    """
    properties: dict[str, Any] = {}
    for each in (known, sent):
        told = list_of(each, "singleValueExtendedProperties")
        properties |= {text_of(one, "id").casefold(): one for one in told if isinstance(one, dict)}
    return {**item, "singleValueExtendedProperties": [*properties.values()]}


def check(content: Content, groups: Collection[Group], mailbox: Mailbox) -> None:
    """Raise Unacceptable for what ``fit`` says of these groups, before anything is written."""
    found = [unfit for unfit in fit(content, mailbox) if _is_meant(unfit.group, groups)]
    if found:
        raise Unacceptable(f"{found[0].reason} {found[0].suggestion}")


def _is_meant(group: Group, groups: Collection[Group]) -> bool:
    """Whether it is written with these: a series that moves takes its occurrences along."""
    return group in groups or (TIME in groups and slot_of(group) is not None)


def has_varied(content: Content) -> bool:
    """Whether occurrences have to be written by themselves: Graph takes none of them with the series."""
    return content.recurrence is not None and bool(content.overrides)


def stamped(marker: str | None, *, is_kept: bool = False) -> dict[str, Any]:
    """The field that holds our mark alone, once all occurrences are written, and have back what was kept."""
    mark = {} if marker is None else {MARKER: marker}
    return _beside({**mark, **({KEPT: NOTHING_KEPT} if is_kept else {})})


def _mark(marker: str, *, is_partial: bool) -> str:
    return f"{PART}{marker}" if is_partial else marker


def _zone(content: Content, groups: Collection[Group], mailbox: Mailbox) -> dict[str, str]:
    told = beside(content.when, mailbox) if TIME in groups else None
    return {ZONE: told} if told else {}


def _beside(properties: dict[str, str]) -> dict[str, Any]:
    told = [{"id": name, "value": value} for name, value in properties.items()]
    return {"singleValueExtendedProperties": told} if told else {}


def edited(content: Content, groups: Collection[Group], current: Item, mailbox: Mailbox) -> dict[str, Any]:
    """The fields of these groups, which fit, occurrences apart; raises Unacceptable."""
    fields: dict[str, Any] = {}
    for group in sorted(groups):
        match group:
            case "title":
                fields["subject"] = clean(content.title)
            case "location":
                fields["location"] = {"displayName": clean(content.location)}
            case "notes":
                fields |= body(content.notes, current)
            case "status" | "visibility":
                fields |= _shown(content, groups, current)
            case "time":
                fields |= {**said(content.when, mailbox), **_recurrence(content, current, mailbox)}
    return fields


def body(notes: str, current: Item) -> dict[str, Any]:
    """The body, if it says something else: one that stands there has forms and pictures of its own."""
    if current and bodies.likeness(notes) == bodies.likeness(notes_of(current)):
        return {}
    try:
        return {"body": body_with(clean(notes), current)}
    except Inexpressible as error:
        raise Unacceptable(f"{error.obstacle.reason} {error.obstacle.suggestion}") from error


def _shown(content: Content, groups: Collection[Group], current: Item) -> dict[str, str]:
    """How sure, how busy and who sees it: of the words that mean the same to us the one there stays."""
    status = content.status if STATUS in groups else status_of(current)
    busy = content.is_busy if VISIBILITY in groups else is_busy(current)
    fields = {}
    if not current or (status, busy) != (status_of(current), is_busy(current)):
        fields["showAs"] = _word(status, is_busy=busy)
    known = text_of(current, "sensitivity")
    if VISIBILITY in groups and (not known or content.is_private != (known in PRIVATE)):
        fields["sensitivity"] = "private" if content.is_private else "normal"
    return fields


def _word(status: Status, *, is_busy: bool) -> str:
    """What takes no time is free, however sure: that is what others plan by."""
    if not is_busy:
        return "free"
    return TENTATIVE if status is Status.TENTATIVE else "busy"


def _recurrence(content: Content, current: Item, mailbox: Mailbox) -> dict[str, Any]:
    if content.recurrence is None:
        return {"recurrence": None} if is_series(current) else {}
    zone = name_for(content.when, mailbox)
    return {"recurrence": patterns.written(content.recurrence, content.when, zone)}


def fitting(content: Content) -> Content:
    """Without overrides of occurrences that the series does not have: Graph has none for them."""
    is_timed = isinstance(content.when, Timed)
    kept = tuple(o for o in content.overrides if _is_one(o.slot, content, is_timed=is_timed))
    return replace(content, overrides=kept)


def _is_one(slot: Slot, content: Content, *, is_timed: bool) -> bool:
    return isinstance(slot, datetime) == is_timed and has_slot(content.when, content.recurrence, slot)
