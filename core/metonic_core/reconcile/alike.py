"""Look-alikes: an appointment and a user's own event that say the same, and that nobody paired.

A person is asked whether they are one thing. Until then the event is not imported, and an appointment without
event gets none.
"""

import unicodedata
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Content
from metonic_core.model.mapping import Hold, HoldKind, Mapping, Observed, Origin
from metonic_core.model.series import Recurrence
from metonic_core.model.when import When
from metonic_core.reconcile.step import Conflict, ConflictType, Step
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Flow, flow

ALIKE = Hold(HoldKind.CONFLICT, ConflictType.CREATED_EXTERNALLY)

# Shorter titles say too little: every second calendar has a "1:1" at ten.
_LETTERS = 4


Likeness = tuple[str, type[When], datetime, datetime, Recurrence | None]
"""What two that look alike have in common: folded title, kind of time, start, end, recurrence."""


def likeness(content: Content) -> Likeness | None:
    """What it has in common with whatever looks like it; None if it says too little, or is private."""
    title = _folded(content.title)
    if content.is_private or sum(map(str.isalpha, title)) < _LETTERS:
        return None
    return title, type(content.when), content.when.starts_at, content.when.ends_at, content.recurrence


def _folded(title: str) -> str:
    folded = unicodedata.normalize("NFKC", title).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


@dataclass(frozen=True, slots=True)
class Standing:
    """An appointment, and the open row that stands for it in the link."""

    appointment: Appointment
    row: Mapping | None = None


@dataclass(frozen=True, slots=True)
class Twin:
    """An appointment of the platform's and an event that look like one thing.

    ``event`` is the event's row; ``imported`` the appointment that was made of it, if any was.
    """

    here: Standing
    event: Mapping
    imported: Appointment | None = None

    def borne_by(self, row: Mapping) -> "Twin":
        """The same, with the asking row as it is by now."""
        if self.imported is None:
            return replace(self, event=row)
        return replace(self, here=replace(self.here, row=row))

    def after(self, moved: Map[UUID, Mapping]) -> "Twin":
        """The same, with those rows as they are by now."""
        row = self.here.row and moved.get(self.here.row.id, self.here.row)
        return replace(self, here=replace(self.here, row=row), event=moved.get(self.event.id, self.event))

    @property
    def asked_about(self) -> UUID:
        """The appointment that the asking row names."""
        return self.imported.id if self.imported else self.here.appointment.id

    @property
    def row_here(self) -> Mapping:
        """The appointment's, which it has where it asks: only what is wanted in the calendar does."""
        if self.here.row is None:
            raise ValueError("an appointment that nobody wants here does not ask")
        return self.here.row

    @property
    def there(self) -> Content:
        """What the event says."""
        seen, base = self.event.seen, self.event.external_base
        if isinstance(seen, Observed):
            return seen.event.content
        if base is None:
            raise ValueError("an event that was never read looks like nothing")
        return base


def is_asking(row: Mapping) -> bool:
    """Whether the row bears the question; ``alike_id`` names what it looks like.

    It is the event's, or, where that was imported before, the row of the appointment that came later.
    """
    return row.hold == ALIKE and row.alike_id is not None and row.closed is None


def is_waiting(row: Mapping) -> bool:
    """Whether an appointment gets no event because one that looks like it is asked about."""
    return row.hold == ALIKE and row.alike_id is None and row.closed is None


def linked(twin: Twin) -> Mapping:
    """The event's row as that of the pair; its bases are still to be said."""
    generation = twin.here.row.generation if twin.here.row else 1
    return replace(
        twin.event,
        appointment_id=twin.here.appointment.id,
        origin=Origin.OWN,
        generation=generation,
        hold=None,
        alike_id=None,
        resolution=None,
    )


def ask(twin: Twin, conflict: Conflict) -> Step:
    """Hold what would make two of them."""
    here, row = twin.here.appointment, twin.here.row
    if twin.imported is None:
        others = (awaiting(row),) if row and row.external_base is None else ()
        asker = replace(twin.event, hold=ALIKE, alike_id=here.id, wanted=None)
        return Step(asker, conflict=conflict, others=others)
    asker = replace(twin.row_here, hold=ALIKE, alike_id=twin.imported.id, wanted=None)
    return Step(asker, conflict=conflict)


def conflict_of(twin: Twin, terms: Terms) -> Conflict:
    """What a person is asked about the two."""
    here, pair = twin.here.appointment, linked(twin)
    moved = terms.differing(here.content, twin.there)
    groups = frozenset(g for g in moved if flow(pair, here, terms.selection, g) is not Flow.NONE)
    seen = twin.event.seen
    if isinstance(seen, Observed):
        edited_there_at = seen.event.modified_at
    else:
        edited_there_at = twin.imported.last_edited_in(groups) if twin.imported else None
    return Conflict(
        ConflictType.CREATED_EXTERNALLY,
        groups,
        None,
        here.content,
        twin.there,
        here.last_edited_in(groups),
        edited_there_at,
        appointment_id=here.id,
        event_id=twin.event.event_id,
    )


def awaiting(row: Mapping) -> Mapping:
    """The row of an appointment that gets no event until it is known whether it has one."""
    return replace(row, hold=ALIKE, alike_id=None, wanted=None)


def freed(row: Mapping) -> Mapping:
    """That row when nobody asks any more."""
    return replace(row, hold=None, alike_id=None, resolution=None).due()
