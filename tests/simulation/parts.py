"""Writes of series that are many resources, of which some are not reached."""

from collections.abc import Iterator
from dataclasses import replace

from metonic_core.model.content import Content, all_groups, ordered
from metonic_core.model.event import StoredEvent
from metonic_core.model.series import Override
from metonic_core.model.when import Slot
from metonic_core.spi.writes import Create, Update, Write
from metonic_core.testing.calendar import MemoryCalendar
from metonic_core.testing.memory import written


def part_of(calendar: MemoryCalendar, write: Write) -> Create | Update | None:
    """The write of a copied series as far as it gets without every other occurrence; None if it is none."""
    if not calendar.conduct.of_series.is_of_parts or not isinstance(write, Create | Update):
        return None
    if isinstance(write, Create):
        taking_place = [o.slot for o in write.content.overrides if not o.is_cancelled]
        missed = _some(calendar, taking_place)
        kept = tuple(o for o in write.content.overrides if o.slot not in missed)
        return replace(write, content=replace(write.content, overrides=kept)) if missed else None
    event = calendar.live.get(write.id)
    if event is None or write.marker is None:
        return None
    before, goal = event.content, written(event, write)
    if goal.recurrence is None or type(goal.when) is not type(before.when):
        return None
    missed = _some(calendar, _written(before, goal))
    reached = [o for o in goal.overrides if o.slot not in missed]
    left = [made for slot in sorted(missed, key=str) if (made := _left(before, goal, slot))]
    content = replace(goal, overrides=ordered([*reached, *left]))
    return replace(write, content=content, groups=all_groups(before, content)) if missed else None


def _some(calendar: MemoryCalendar, slots: list[Slot]) -> set[Slot]:
    missed = {slot for number, slot in enumerate(slots, len(calendar.log)) if number % 2}
    return missed or set(slots)


def _written(before: Content, goal: Content) -> list[Slot]:
    """The occurrences that have to be written by themselves: each repeats its series, and may say more."""
    said = {o.slot: o for o in before.overrides}
    wanted = {o.slot: o for o in goal.overrides}
    slots = sorted({*said, *wanted}, key=str)
    is_standing = {slot for slot, o in said.items() if not o.is_cancelled}
    return [slot for slot in slots if slot in is_standing or said.get(slot) != wanted.get(slot)]


def _left(before: Content, goal: Content, slot: Slot) -> Override | None:
    """How an occurrence reads that stayed as it was while its series changed."""
    own = before.override(slot)
    if own is None or own.is_cancelled:
        return own
    when = own.when or before.when.moved_to(slot)
    title = before.title if own.title is None else own.title
    location = before.location if own.location is None else own.location
    return Override(
        slot,
        when=None if when == goal.when.moved_to(slot) else when,
        title=None if title == goal.title else title,
        location=None if location == goal.location else location,
    )


def leave_unfinished(calendar: MemoryCalendar, event: StoredEvent) -> None:
    """Have the version that was just stored tell that it is not all."""
    calendar.live[event.id] = replace(event, is_partial=True)
    calendar.log[-1] = replace(calendar.log[-1], event=calendar.live[event.id])


def unfinished(calendar: MemoryCalendar) -> Iterator[str]:
    """The copies of which a part is not written."""
    return (event.id for event in calendar.live.values() if event.is_partial)
