"""A decision as a value: what becomes of the rows, what is written, what the journal says."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.codec import encode
from metonic_core.model.content import Content, Group
from metonic_core.model.mapping import Mapping, WriteKind
from metonic_core.model.resolution import Resolution
from metonic_core.selection import Choice


class Side(StrEnum):
    LOCAL = "local"
    EXTERNAL = "external"


class Act(StrEnum):
    """What was done to a side."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    LINK = "link"
    UNLINK = "unlink"


class Reason(StrEnum):
    """Why something was done or left alone: the codes of the journal and of ``Appointment.copies``."""

    NEW_HERE = "new_here"
    NEW_THERE = "new_there"
    EDITED_HERE = "edited_here"
    EDITED_THERE = "edited_there"
    SHOWN_OTHERWISE = "shown_otherwise"
    DELETED_HERE = "deleted_here"
    DELETED_THERE = "deleted_there"
    DESELECTED = "deselected"
    HIDDEN = "hidden"
    NOT_CONCERNED = "not_concerned"
    NOT_YOURS_TO_EDIT = "not_yours_to_edit"
    NOT_WRITABLE = "not_writable"
    KEPT_FROM_FLOWING = "kept_from_flowing"
    ADOPTED = "adopted"
    ORPHAN = "orphan"
    COPY_OF_ANOTHER_LINK = "copy_of_another_link"
    NO_EVENT = "no_event"
    OUTSIDE_WINDOW = "outside_window"
    PUSH_ONLY = "push_only"
    PULL_ONLY = "pull_only"
    DISCONNECTED = "disconnected"
    RESOLVED = "resolved"
    PAIRED = "paired"
    CALENDAR_LEFT = "calendar_left"
    OSCILLATES = "oscillates"
    MANY_DELETIONS = "many_deletions"
    MANY_EDITS = "many_edits"
    EMPTY_CALENDAR = "empty_calendar"
    REJECTED = "rejected"
    OVERWRITTEN_UNSEEN = "overwritten_unseen"
    UNDONE = "undone"


class ConflictType(StrEnum):
    """The specification's types of conflict. All but the last are brought forth by the pairs' table."""

    TIME_CHANGE = "time_change"
    DELETED = "deleted"
    DATA_MISMATCH = "data_mismatch"
    CREATED_EXTERNALLY = "created_externally"


@dataclass(frozen=True, slots=True)
class Said:
    """What the appointment said before and after; each holds the groups in which the two differ.

    ``before`` is None where there was nothing, and then ``after`` is all of it.
    """

    before: Content | None
    after: Content


@dataclass(frozen=True, slots=True)
class Former:
    """What its user had chosen for the appointment in this calendar before; None: nothing."""

    choice: Choice | None


@dataclass(frozen=True, slots=True)
class Operation:
    """A line of the journal; ``before`` is what stood on that side, ``after`` what stands there since.

    ``after`` holds the ``groups`` that were changed, and nothing of the others. ``said`` is for an update
    that was sent, as a calendar may be shown something else than the appointment says; None where the
    appointment had not changed. For what was done to an appointment that the calendar does not show whole, it
    is what the line does not tell and an undo needs. ``former`` is for what was done by choosing,
    ``appointment_id`` named where it is not the one of the row.
    """

    side: Side
    act: Act
    reason: Reason
    groups: frozenset[Group] = frozenset()
    before: Content | None = None
    after: Content | None = None
    said: Said | None = None
    former: Former | None = None
    appointment_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """What the provider shall be asked to do; the intent is made of it when it is announced.

    ``content`` is what the event shall hold in ``groups``, None for a delete; ``local`` what the appointment
    says, where the calendar is shown it otherwise; not where it ``is_masked``, shown as busy time only.
    ``before`` is what stands in the event, where that is not its base.
    """

    kind: WriteKind
    reason: Reason
    content: Content | None = None
    groups: frozenset[Group] = frozenset()
    etag: str | None = None
    local: Content | None = None
    is_masked: bool = False
    before: Content | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """``local`` or ``external`` is None where that side was deleted.

    When each side was last edited is None where that is not known. ``automatic_at`` is when the policy of the
    calendar may resolve it, where it has to wait for that.
    ``appointment_id`` and ``event_id`` are named where they are not those of the row that is held.
    """

    type: ConflictType
    groups: frozenset[Group]
    base: Content | None
    local: Content | None
    external: Content | None
    local_edited_at: datetime | None = None
    external_edited_at: datetime | None = None
    automatic_at: datetime | None = None
    appointment_id: UUID | None = None
    event_id: str | None = None

    @property
    def fingerprint(self) -> str:
        """Names what is resolved: which sides are there, and their values where they collide."""
        groups = sorted(self.groups)
        sides = (self.local, self.external)
        told = [[encode(side.get(g)) for g in groups] if side else None for side in sides]
        document = json.dumps([self.type, groups, told], sort_keys=True)
        return sha256(document.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Step:
    """The row as it shall be stored, and what goes with it.

    ``appointment`` is set where it changes, with the version it was read with; ``is_import`` where it is
    new. ``firsts`` and ``others`` are further rows that change, stored before this one and after it.
    ``resolved`` is what was carried out about ``conflict``; without it the item is left as it is.
    """

    mapping: Mapping
    appointment: Appointment | None = None
    is_import: bool = False
    write: Write | None = None
    conflict: Conflict | None = None
    resolved: Resolution | None = None
    operations: tuple[Operation, ...] = ()
    firsts: tuple[Mapping, ...] = field(default=())
    others: tuple[Mapping, ...] = field(default=())

    @property
    def is_unfit(self) -> bool:
        """Whether it erases what the calendar may not show."""
        return self.write is not None and self.write.reason in {Reason.HIDDEN, Reason.NOT_CONCERNED}

    @property
    def hides(self) -> bool:
        """Whether it takes out of the calendar what may not be shown there: that waits for nothing."""
        if self.write is None or self.mapping.is_masked or self.write.kind is not WriteKind.UPDATE:
            return self.is_unfit
        return self.is_unfit or self.write.is_masked
