"""Edits of single occurrences, once the series itself is written.

Graph makes an exception of what is patched, and a day of ``cancelledOccurrences`` of what is deleted. Whether
exceptions follow their series when it is edited is not said anywhere, so it is looked: what one only repeated
is brought along, what is its own stays.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from metonic_core.model.content import GROUPS, TIME, Content, Group, occurrence_group, slot_of
from metonic_core.model.series import Override, has_slot
from metonic_core.model.when import Slot, Timed
from metonic_outlook import bodies
from metonic_outlook.conference import notes_of
from metonic_outlook.items import Item, clean, etag_of, id_of, is_cancelled, text_of
from metonic_outlook.likeness import likeness
from metonic_outlook.moments import said, slot_on
from metonic_outlook.reading import Whole, location_of
from metonic_outlook.words import followed, own, waiting
from metonic_outlook.zones import Mailbox


@dataclass(frozen=True, slots=True)
class Edit:
    """A patch of one occurrence, or its deletion where ``fields`` is None.

    ``id`` is None where it does not differ yet: it has one among the instances of its series, by its slot.
    """

    slot: Slot
    id: str | None
    fields: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Aim:
    """What a series is to say, all of it, and the groups that are written.

    ``left`` is what occurrences may repeat that an earlier write did not reach (``Update.former``): nothing
    where that is not known, None where there was none.
    """

    content: Content
    groups: Collection[Group]
    left: Sequence[Content] | None = None


def scope(before: Content, goal: Content, groups: Collection[Group]) -> frozenset[Group]:
    """The groups to be written: with the time, where an occurrence that was cancelled is to take place again.

    Graph has no way back for one alone. It lets go of all of them where the recurrence is written.
    """
    wanted = frozenset(groups)
    named = {slot for group in wanted if (slot := slot_of(group)) is not None}
    back = [o.slot for o in before.overrides if o.is_cancelled and o.slot in named]
    is_back = any(not (goal.override(slot) or Override(slot)).is_cancelled for slot in back)
    return wanted | {TIME} if is_back else wanted


def edits(before: Whole | None, now: Whole, aim: Aim, mailbox: Mailbox) -> list[Edit]:
    """What brings the occurrences of a series to what its master says already, in an order.

    ``before`` is the series as it was when it was decided what to write. Raises Unacceptable.
    """
    goal = aim.content
    content = now.event.content
    if content.recurrence is None:
        return []
    exceptions = now.by_slot(content.when)
    lost = _lost(before, now, aim)
    slots = {*lost, *(slot for group in aim.groups if (slot := slot_of(group)) is not None)}
    if aim.left is not None or not set(GROUPS).isdisjoint(aim.groups):
        slots |= {*exceptions, *(o.slot for o in content.overrides), *(o.slot for o in goal.overrides)}
    made = []
    for slot in _in_order(slots, content, goal):
        exception = exceptions.get(slot)
        fields = _wanted(content, goal, slot, mailbox)
        if fields is not None and exception is not None and not is_cancelled(exception):
            fields = followed(before, now, exception, aim.left) | fields
        elif fields is not None:
            fields = lost.get(slot, {}) | fields
        if fields is None or fields:
            made.append(Edit(slot, id_of(exception) if exception else None, fields))
    return made


def is_undisturbed(before: Whole, now: Whole, slots: Collection[Slot], *, is_moved: bool) -> bool:
    """Whether nobody else edited the exceptions of these slots; ``is_moved``: the series was, by us.

    Their versions do not tell: those may change with the master's.
    """
    known = before.by_slot(before.event.content.when)
    there = now.by_slot(now.event.content.when)
    return all(
        _is_same(known.get(slot), exception, now.master, is_moved=is_moved)
        for slot, exception in there.items()
        if slot in slots
    )


def _is_same(before: Item | None, now: Item, master: Item, *, is_moved: bool) -> bool:
    if before is None:
        return is_moved
    if etag_of(before) == etag_of(now):
        return True
    words = (_subject, location_of, _words, is_cancelled)
    is_said = all(word(now) in {word(before), word(master)} for word in words)
    times = ("start", "end", "isAllDay")
    return is_said and (is_moved or all(now.get(name) == before.get(name) for name in times))


def _subject(item: Item) -> str:
    return text_of(item, "subject")


def _words(item: Item) -> str:
    return bodies.likeness(notes_of(item))


def _in_order(slots: Collection[Slot], now: Content, goal: Content) -> list[Slot]:
    """So that none comes onto the day of one that is still to leave it: what goes, moves on, moves back."""

    def place(slot: Slot) -> tuple[int, float]:
        wanted, known = goal.override(slot) or Override(slot), now.override(slot) or Override(slot)
        usual = goal.when.moved_to(slot)
        since, at = ((known.when or usual).starts_at, (wanted.when or usual).starts_at)
        if wanted.is_cancelled:
            return 0, 0.0
        return (1, -at.timestamp()) if at > since else (2, at.timestamp())

    fitting = [slot for slot in slots if isinstance(slot, datetime) == isinstance(goal.when, Timed)]
    return sorted(fitting, key=place)


def _wanted(now: Content, goal: Content, slot: Slot, mailbox: Mailbox) -> dict[str, Any] | None:
    """What an occurrence is to say that it does not say yet; None if it is to be deleted."""
    if not has_slot(now.when, now.recurrence, slot):
        # Left behind by a series that moved on: nothing stands for it any more.
        return {} if (now.override(slot) or Override(slot, is_cancelled=True)).is_cancelled else None
    group = occurrence_group(slot)
    wanted, known = goal.override(slot) or Override(slot), now.override(slot) or Override(slot)
    if known.is_cancelled or likeness(group, now) == likeness(group, goal):
        return {}
    if wanted.is_cancelled:
        return None
    fields: dict[str, Any] = {}
    if wanted.title != known.title:
        fields["subject"] = clean(goal.title if wanted.title is None else wanted.title)
    if wanted.location != known.location:
        place = goal.location if wanted.location is None else wanted.location
        fields["location"] = {"displayName": clean(place)}
    if wanted.when != known.when:
        fields |= said(wanted.when or goal.when.moved_to(slot), mailbox)
    return fields


def _lost(before: Whole | None, now: Whole, aim: Aim) -> dict[Slot, dict[str, Any]]:
    """What occurrences said of their own that Graph let go of with the rhythm of the series; by their day."""
    if before is None:
        return {}
    known = {**waiting(before), **(own(before, aim.left) if TIME in aim.groups else {})}
    content = now.event.content
    there = now.by_slot(content.when)
    found = {slot_on(day, content.when): fields for day, fields in known.items()}
    return {
        slot: fields
        for slot, fields in found.items()
        if slot not in there
        and has_slot(content.when, content.recurrence, slot)
        and not (content.override(slot) or Override(slot)).is_cancelled
    }
