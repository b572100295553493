"""One row per pair of appointment and event in a link, and all that is known about the two.

``local_base`` is the appointment as it was sent or taken when the sides last agreed, ``external_base`` the
event as the provider stored it then. They are two, because a calendar may not be shown all of an appointment,
and a provider may not store what it was sent.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from metonic_core.model.content import Content, Group
from metonic_core.model.event import StoredEvent
from metonic_core.model.marker import Marker, is_masking
from metonic_core.model.resolution import Resolution


class Origin(StrEnum):
    """Who made the event: we from an appointment, or the user, so that it was imported."""

    COPY = "copy"
    OWN = "own"


class HoldKind(StrEnum):
    """Why a row is left alone until something about it moves."""

    CONFLICT = "conflict"
    QUARANTINE = "quarantine"
    IGNORED = "ignored"
    DETACHED = "detached"
    UNLINKED = "unlinked"
    OUTSIDE = "outside"
    GUARDED = "guarded"


class Answer(StrEnum):
    """What a person said to an item that the guard had held."""

    APPROVED = "approved"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Hold:
    """``reason`` is a code of ``reconcile.step.Reason`` or a sentence, never an event's text."""

    kind: HoldKind
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """Something about the event is new or doubtful: read it. ``etag`` is the one reported, if any was."""

    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """The event as last read, not yet agreed."""

    event: StoredEvent


@dataclass(frozen=True, slots=True)
class Absent:
    """The provider stated that the event is deleted, or reading it found nothing."""


@dataclass(frozen=True, slots=True)
class Illegible:
    """With this etag the event could not be understood."""

    etag: str


Observation = Look | Observed | Absent | Illegible


class WriteKind(StrEnum):
    """What is done to an event."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Sent:
    """What one operation sends: the whole projection, of which ``groups`` are written.

    ``local`` is what the appointment said, where the calendar is not shown the same. ``reason`` is the code
    that the journal gets when it has landed.
    """

    operation: str
    content: Content
    groups: frozenset[Group]
    local: Content | None = None
    reason: str = "edited_here"

    @property
    def of_appointment(self) -> Content:
        """What the appointment said when this was sent; masked, if the calendar was shown it so."""
        return self.local or self.content

    @property
    def is_masked(self) -> bool:
        """Whether no more was sent than that somebody is busy."""
        return is_masking(self.operation)


@dataclass(frozen=True, slots=True)
class Intent:
    """A provider write about to happen, committed before it does.

    ``etag`` is the one the event must still have; ``prior`` what it held before; ``answers`` the ``wanted``
    number that this write satisfies; ``sent`` is None for a delete; ``reason`` is likewise for the journal.
    """

    kind: WriteKind
    operation: str
    at: datetime
    reason: str
    answers: int | None = None
    sent: Sent | None = None
    etag: str | None = None
    prior: Content | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A change that we wrote into one group of the event; ``change`` is a keyed digest of both its values."""

    group: Group
    change: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """A write that the provider will not take; ``attempt`` is a keyed digest of it, ``why`` a sentence."""

    attempt: str
    why: str


@dataclass(frozen=True, slots=True)
class Mapping:
    """A pair, or one half of one that is not there yet.

    ``wanted`` is set while a decision is due: a number drawn anew by every cause. ``unconfirmed`` holds
    what was sent and never seen to land, oldest first. ``read_round`` is the complete read in which the
    event was last reported, ``enters_at`` the start of an event that lies beyond the window.
    ``wrote_at`` is when we last wrote the event, ``met_at`` when it was first told of, or came back.
    ``attempts`` counts the writes that the provider did not take since one landed or somebody edited;
    ``is_recreated``: a push calendar once deleted the copy, and it was made anew. ``written`` are the
    writes that landed lately, ``refused`` the last one that the provider would not take. ``alike_id`` is
    the appointment that its event looks like: while it is held a person is asked, else they are two.
    ``can_write`` and ``can_write_time`` are as in the event last read. ``is_masked``: the copy as last
    agreed, and so either base, says no more than "Busy". ``unfinished`` is set where a write reached a series
    and not all of its occurrences, or may not have: what these may repeat of the series as it was since
    before the first such write; nothing, where that is not known. ``resolution`` is what was decided about
    its conflict and not done yet, ``resolved_at`` when one was last carried out, or rejected in a held run.
    ``is_commanded``: a person asked for the change that is due. ``fingerprint`` names the versions in
    which the guard held it, ``answer`` is what a person said to that. ``closed`` names why a row is a
    tombstone.
    """

    id: UUID
    link_id: UUID
    appointment_id: UUID | None = None
    event_id: str | None = None
    uid: str | None = None
    origin: Origin = Origin.COPY
    generation: int = 1
    local_base: Content | None = None
    external_base: Content | None = None
    etag: str | None = None
    revision: int | None = None
    can_write: bool = True
    can_write_time: bool = True
    seen: Observation | None = None
    wanted: int | None = None
    drawn: int = 0
    intent: Intent | None = None
    unconfirmed: tuple[Sent, ...] = ()
    hold: Hold | None = None
    read_round: int = 0
    wrote_at: datetime | None = None
    met_at: datetime | None = None
    attempts: int = 0
    is_recreated: bool = False
    written: tuple[Written, ...] = ()
    refused: Refused | None = None
    is_masked: bool = False
    unfinished: tuple[Content, ...] | None = None
    enters_at: datetime | None = None
    resolution: Resolution | None = None
    resolved_at: datetime | None = None
    alike_id: UUID | None = None
    is_commanded: bool = False
    fingerprint: str | None = None
    answer: Answer | None = None
    closed: str | None = None

    @property
    def is_in_conflict(self) -> bool:
        """Whether it rests until two sides agree, or somebody says which one stands."""
        return self.hold is not None and self.hold.kind is HoldKind.CONFLICT

    @property
    def is_unfinished(self) -> bool:
        """Whether a copied series is to be written once more, whatever it says, so that all of it says so."""
        return self.origin is Origin.COPY and self.unfinished is not None

    def due(self) -> "Mapping":
        """This row with a decision due, by a number never drawn before for it."""
        return replace(self, drawn=self.drawn + 1, wanted=self.drawn + 1)

    def closing(self, why: str) -> "Mapping":
        """This row as a tombstone: it keeps ids, bases and etag to know the event by, should it come back."""
        return replace(self, closed=why, seen=None, wanted=None, intent=None, hold=None, resolution=None)

    def marker(self, operation: str) -> Marker:
        """What the copy carries when that operation has written it."""
        if self.appointment_id is None:
            raise ValueError("a row without an appointment has no copy to mark")
        return Marker(self.link_id, self.appointment_id, self.generation, operation)
