"""What an appointment and an event have in common, divided into field groups.

A field group is the unit of comparing, merging and sending: title, time (start, end, zone, recurrence),
location, notes, status, visibility (private and busy), and one per occurrence that differs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from metonic_core.model.series import Override, Recurrence, occurs_in, span_end
from metonic_core.model.when import Slot, When, Window, slot_from, slot_text

Group = str
"""Name of a field group: one of the constants below, or ``occurrence:`` with a slot."""

TITLE: Group = "title"
TIME: Group = "time"
LOCATION: Group = "location"
NOTES: Group = "notes"
STATUS: Group = "status"
VISIBILITY: Group = "visibility"
GROUPS: tuple[Group, ...] = (TITLE, TIME, LOCATION, NOTES, STATUS, VISIBILITY)
_OCCURRENCE = "occurrence:"


class Status(StrEnum):
    """RFC 5545 STATUS of an event."""

    CONFIRMED = "confirmed"
    TENTATIVE = "tentative"
    CANCELLED = "cancelled"


def occurrence_group(slot: Slot) -> Group:
    """The field group of one occurrence of a series."""
    return _OCCURRENCE + slot_text(slot)


def slot_of(group: Group) -> Slot | None:
    """The slot of an occurrence's group; None for any other group."""
    return slot_from(group.removeprefix(_OCCURRENCE)) if group.startswith(_OCCURRENCE) else None


@dataclass(frozen=True, slots=True)
class Content:
    """An appointment or event without its identity. Overrides are ordered by slot, one per slot."""

    title: str
    when: When
    recurrence: Recurrence | None = None
    location: str = ""
    notes: str = ""
    status: Status = Status.CONFIRMED
    is_private: bool = False
    is_busy: bool = True
    overrides: tuple[Override, ...] = field(default=())

    def get(self, group: Group) -> object:
        """The value of a field group; None for an occurrence that does not differ."""
        match group:
            case "title" | "location" | "notes" | "status":
                return getattr(self, group)
            case "time":
                return self.when, self.recurrence
            case "visibility":
                return self.is_private, self.is_busy
            case _:
                return self.override(slot_of(group))

    def override(self, slot: Slot | None) -> Override | None:
        """How that occurrence differs, if it does."""
        return next((o for o in self.overrides if o.slot == slot), None)

    def groups(self) -> frozenset[Group]:
        """Every group this content says something in."""
        return frozenset(GROUPS) | {occurrence_group(o.slot) for o in self.overrides}

    def take(self, groups: Iterable[Group], other: "Content") -> "Content":
        """This content, with these groups as they are in the other."""
        made = self
        for group in groups:
            made = made._take_one(group, other)
        return made

    def _take_one(self, group: Group, other: "Content") -> "Content":
        match group:
            case "title" | "location" | "notes" | "status":
                return replace(self, **{group: getattr(other, group)})
            case "time":
                return replace(self, when=other.when, recurrence=other.recurrence)
            case "visibility":
                return replace(self, is_private=other.is_private, is_busy=other.is_busy)
        slot = slot_of(group)
        kept = [o for o in self.overrides if o.slot != slot]
        theirs = other.override(slot)
        return replace(self, overrides=ordered([*kept, theirs] if theirs else kept))

    def only(self, groups: Iterable[Group]) -> "Content":
        """These groups alone: the others are empty, but for the times, which every content has."""
        return Content("", self.when).take(groups, self)

    def occurs_in(self, window: Window) -> bool:
        """Whether any of it lies in the window."""
        return occurs_in(window, self.when, self.recurrence, self.overrides)

    def ends_at(self) -> datetime | None:
        """The instant after the last occurrence, UTC; None for a series without end."""
        return span_end(self.when, self.recurrence, self.overrides)


def ordered(overrides: Iterable[Override]) -> tuple[Override, ...]:
    """By slot, without those that say nothing."""
    return tuple(sorted((o for o in overrides if o.says_something), key=lambda o: slot_text(o.slot)))


def all_groups(*contents: Content | None) -> frozenset[Group]:
    """Every group that any of them says something in."""
    return frozenset(GROUPS).union(*(c.groups() for c in contents if c))
