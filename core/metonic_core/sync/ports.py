"""What a run needs of the world: a ledger of rows, and the time."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from metonic_core.model import mapping as rows
from metonic_core.model.appointment import Appointment
from metonic_core.model.marker import MarkerKey
from metonic_core.model.resolution import Resolution
from metonic_core.model.when import Window
from metonic_core.reconcile.guard import Held, Load
from metonic_core.reconcile.step import Conflict, Operation
from metonic_core.selection import Selection

Clock = Callable[[], datetime]
"""The present, aware and UTC."""


class LeaseLost(Exception):
    """Another run took this calendar over; whatever this one was about to store was not stored."""


class Due(StrEnum):
    """What a run has to do about a row first."""

    SETTLE = "settle"
    READ = "read"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class ToDo:
    """What a link has rows for that are due.

    ``decide_lone``: one without an appointment is to be decided. ``ripen``: a conflict waits for the policy
    of its calendar, whether or not its time has come.
    """

    settle: bool = False
    read: bool = False
    decide: bool = False
    decide_lone: bool = False
    ripen: bool = False


class Phase(StrEnum):
    """What a run is at."""

    SETTLE = "settle"
    PULL = "pull"
    READ = "read"
    APPLY = "apply"


@dataclass(frozen=True, slots=True)
class Link:
    """Where a run stands with the change feed of a calendar.

    ``window`` is the span of time to read; ``cursor_at`` is when the cursor was told at the end of the feed,
    None of one in its middle; ``round`` counts complete reads; ``window_end`` is how far ahead appointments
    were put to work. ``is_suspect``: the last complete read named nothing where pairs had been standing, and
    nothing was named since.
    """

    id: UUID
    calendar_id: str
    window: Window
    cursor: str | None = None
    cursor_at: datetime | None = None
    round: int = 0
    is_reading_completely: bool = False
    read_completely_at: datetime | None = None
    window_end: datetime | None = None
    is_suspect: bool = False


class Ledger(Protocol):
    """The rows of one link, as one run may see and change them.

    What is called inside ``transaction`` is stored all or not at all, and rows read there are locked until it
    ends; it raises LeaseLost when the run lost its lease. Outside it are called ``progress``, and what a run
    asks that finds nothing, as most do, or that decides nothing by itself: ``link``, ``to_do`` and ``load``.
    So is ``move_link``.
    """

    @property
    def markers(self) -> MarkerKey: ...

    def new_id(self) -> UUID: ...

    def transaction(self) -> AbstractAsyncContextManager[None]: ...

    async def link(self) -> Link: ...

    async def save_link(self, link: Link) -> None: ...

    async def move_link(self, link: Link) -> None:
        """The same as a transaction of its own."""
        ...

    async def selection(self) -> Selection:
        """What the calendar takes now."""
        ...

    async def to_do(self) -> ToDo: ...

    async def due(self, due: Due, after: UUID | None, limit: int) -> Sequence[rows.Mapping]:
        """Rows with that to be done, by id, beyond ``after``; tombstones only to be read.

        Fewer than ``limit`` only where there are no more, here and in the like of it.
        """
        ...

    async def undecided(self, after: UUID | None, limit: int, *, is_lone: bool) -> Sequence[rows.Mapping]:
        """Rows to be decided, by id, beyond ``after``: those without an appointment, or those with one."""
        ...

    async def count_due(self, due: Due) -> int:
        """How many rows have that to be done."""
        ...

    async def due_pairs(self, after: UUID | None, limit: int) -> Sequence[rows.Mapping]:
        """Rows to be decided whose both sides were seen, by id, beyond ``after``."""
        ...

    async def load(self) -> Load:
        """What the guard counts."""
        ...

    async def open_rows(self, after: UUID | None, limit: int) -> Sequence[rows.Mapping]:
        """All open rows by id, beyond ``after``."""
        ...

    async def reload(self, ids: Collection[UUID]) -> Sequence[rows.Mapping]: ...

    async def by_event(self, event_ids: Collection[str]) -> Mapping[str, rows.Mapping]:
        """The open row of each event, or else its youngest tombstone."""
        ...

    async def unknown(self, event_ids: Collection[str]) -> Sequence[str]:
        """Those of these events that no row names, tombstones included."""
        ...

    async def by_appointment(self, appointment_ids: Collection[UUID]) -> Mapping[UUID, rows.Mapping]:
        """The open row of each appointment."""
        ...

    async def by_uid(self, uids: Collection[str], but: Collection[UUID]) -> Sequence[rows.Mapping]:
        """Every open row whose event has one of these UIDs, without these rows."""
        ...

    async def asking(self, appointment_ids: Collection[UUID]) -> Sequence[rows.Mapping]:
        """The rows that are held because they look like one of these appointments."""
        ...

    async def starting_at(self, instants: Collection[datetime]) -> Sequence[UUID]:
        """The user's own appointments that begin just then; none that are deleted."""
        ...

    async def save(self, mappings: Sequence[rows.Mapping]) -> None:
        """Store rows in this order, new ones included."""
        ...

    async def reported(self, event_ids: Collection[str], read_round: int) -> None:
        """Note that a complete read named these events."""
        ...

    async def doubt_unreported(self, read_round: int) -> None:
        """Have every event read that the complete read of that number did not name."""
        ...

    async def is_suddenly_empty(self, read_round: int) -> bool:
        """Whether the complete read of that number named no event, while there are pairs."""
        ...

    async def bring_in(self, until: datetime, since: datetime | None) -> None:
        """Draw what enters the window up to ``until``, and what the provider had not taken so far."""
        ...

    async def appointments(self, ids: Collection[UUID]) -> Mapping[UUID, Appointment]: ...

    async def store_appointment(self, appointment: Appointment, paired: UUID, *, is_import: bool) -> bool:
        """Store it and draw work in its other calendars; False if its version moved meanwhile."""
        ...

    async def reopen(self, tombstone: rows.Mapping) -> None:
        """Open the next generation if the appointment of an erased copy is wanted here again."""
        ...

    async def hold(self, held: Held) -> None:
        """Put an item before a person, its conflict as being resolved; its row is saved apart."""
        ...

    async def ripen_conflicts(self) -> datetime | None:
        """Draw the items in conflict that their calendar's policy may resolve by now.

        Returns when the next one is due, if any waits for that.
        """
        ...

    async def note_conflict(
        self, mapping: rows.Mapping, conflict: Conflict, resolved: Resolution | None
    ) -> None:
        """Show a conflict as it is now; ``resolved`` is what was just carried out about it."""
        ...

    async def close_conflict(self, mapping: rows.Mapping) -> None:
        """The item is in no conflict any more, by itself."""
        ...

    async def journal(self, mapping: rows.Mapping, operations: Sequence[Operation]) -> None: ...

    async def progress(self, phase: Phase, done: int, total: int | None) -> None:
        """Tell who watches how far the run is; ``done`` begins anew with a phase. May be lost.

        ``total`` is None where it is not known, and what is done at the end of a phase.
        """
        ...
