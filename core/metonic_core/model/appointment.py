"""The platform's record: the hub that every calendar is kept in step with."""

from dataclasses import dataclass, replace
from uuid import UUID

from metonic_core.model.content import Content

EXTERNAL_TYPE = "external"
"""The type of an appointment that was imported from somebody's calendar."""


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
    loaded for a calendar that shows them, never stored with it.
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

    def is_same_as(self, other: "Appointment") -> bool:
        """Whether the two say the same; participants are in no order."""
        is_alike = replace(self, participants=()) == replace(other, participants=())
        return is_alike and set(self.participants) == set(other.participants)

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
