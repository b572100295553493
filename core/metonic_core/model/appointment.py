"""The platform's record: the hub that every calendar is kept in step with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from metonic_core.model.content import Content, Group, all_groups

EXTERNAL_TYPE = "external"
"""The type of an appointment that was imported from somebody's calendar."""

ALL_ELSE: Group = "*"
"""In ``Appointment.edited_at``: every group that is not named."""

EXISTENCE: Group = "existence"
"""Likewise: whether it is cancelled."""


@dataclass(frozen=True, slots=True)
class Participant:
    """A user of an appointment, with the right to edit it or not.

    ``role`` is what they are in it, None if that is what they are anyway.
    """

    user_id: UUID
    may_edit: bool = False
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Appointment:
    """``version`` grows with every change (compare-and-set); ``imported_from`` is the link it came in by.

    A cancelled appointment is readable, its copies are erased. ``contacts`` are lines about its clients: only
    loaded for a calendar that shows them, never stored with it. ``edited_at`` says when field groups were
    last edited, by a user, the backend or a calendar; None where that is not known. It is no part of what the
    appointment says.
    """

    id: UUID
    version: int
    owner_id: UUID
    type: str
    content: Content
    participants: tuple[Participant, ...] = ()
    imported_from: UUID | None = None
    is_deleted: bool = False
    contacts: tuple[str, ...] = ()
    edited_at: Mapping[Group, datetime | None] = field(default_factory=dict, compare=False)

    def is_same_as(self, other: "Appointment") -> bool:
        """Whether the two say the same; participants are in no order."""
        is_alike = replace(self, participants=()) == replace(other, participants=())
        return is_alike and set(self.participants) == set(other.participants)

    def last_edited(self, group: Group) -> datetime | None:
        """When that group was last edited, if it is known."""
        return self.edited_at.get(group, self.edited_at.get(ALL_ELSE))

    def last_edited_in(self, groups: Iterable[Group]) -> datetime | None:
        """When the last of these groups was edited; None unless it is known of each."""
        times = [self.last_edited(group) for group in groups]
        known = [at for at in times if at is not None]
        return max(known) if known and len(known) == len(times) else None

    def concerns(self, user_id: UUID) -> bool:
        """Whether it belongs into that user's calendars."""
        return user_id == self.owner_id or any(p.user_id == user_id for p in self.participants)

    def may_edit(self, user_id: UUID) -> bool:
        """Whether that user is entitled: the owner always, participants where the platform says so."""
        return user_id == self.owner_id or any(p.user_id == user_id and p.may_edit for p in self.participants)

    @property
    def is_shared(self) -> bool:
        """Whether anybody besides the owner takes part."""
        return any(p.user_id != self.owner_id for p in self.participants)


def stamped(before: Appointment | None, after: Appointment, at: datetime | None) -> Appointment:
    """``after`` with the time at which it was edited, in every group that differs; None if nobody knows.

    Where there was nothing before, with the time from which on all of it is as it is.
    """
    if before is None:
        return replace(after, edited_at={ALL_ELSE: at, **after.edited_at})
    groups = all_groups(before.content, after.content)
    moved = [group for group in groups if before.content.get(group) != after.content.get(group)]
    if before.is_deleted is not after.is_deleted:
        moved.append(EXISTENCE)
    return replace(after, edited_at={**before.edited_at, **dict.fromkeys(moved, at)})
