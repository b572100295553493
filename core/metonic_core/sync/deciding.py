"""What would be done about rows that are due: read as they are now, and decided; nothing is stored here."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.mapping import Hold, HoldKind, Mapping, Observed
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.guard import Judged, presented
from metonic_core.reconcile.meeting import NOBODY, Meeting
from metonic_core.reconcile.onesided import Lone, decide_event, renames
from metonic_core.reconcile.step import Step
from metonic_core.reconcile.terms import Terms
from metonic_core.sync.context import Run
from metonic_core.sync.meetings import Meetings, meetings


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows by id as they are after ``renamed`` joined events that only changed their id to their pairs.

    ``absorbed`` are the rows that gave way to these, as they were; ``met`` is whom each row looks like, and
    ``moved`` further rows as decisions of this batch have left them.
    """

    terms: Terms
    rows: dict[UUID, Mapping]
    appointments: dict[UUID, Appointment]
    renamed: Sequence[tuple[Mapping, Mapping]]
    absorbed: Sequence[Mapping]
    met: Meetings
    moved: dict[UUID, Mapping] = field(default_factory=dict)

    def meeting(self, row: Mapping) -> Meeting:
        """Whom a row meets by now."""
        met = self.met.get(row.id, NOBODY)
        return met.after(self.moved) if self.moved else met

    def has_taken(self, step: Step) -> None:
        """The decisions to come see what this one changed."""
        self.rows.update({other.id: other for other in step.others if other.id in self.rows})
        self.moved.update({other.id: other for other in (*step.firsts, *step.others)})
        if step.appointment and not step.is_import:
            made = replace(step.appointment, version=step.appointment.version + 1)
            self.appointments[made.id] = made


async def gathered(this: Run, rows: Sequence[Mapping]) -> Batch:
    """All that decides about these rows, read in the present transaction."""
    terms = await this.terms()
    concerned = {a for row in rows if (a := _concerned(row, terms))}
    appointments = dict(await this.ledger.appointments(concerned))
    kin = await _kin(this, rows)
    renamed = list(renames(kin))
    gone = {former.id for former, _ in renamed}
    current = {row.id: row for row in rows}
    current |= {row.id: row for moved in renamed for row in moved if row.id in current}
    met = await meetings(this, list(current.values()), appointments, terms)
    absorbed = [row for row in kin if row.id in gone]
    return Batch(terms, current, appointments, renamed, absorbed, met)


async def _kin(this: Run, rows: Sequence[Mapping]) -> list[Mapping]:
    """The rows whose events have a UID, and all others with the same UIDs."""
    uids = {row.id: row.uid for row in rows if row.uid}
    others = await this.ledger.by_uid(set(uids.values()), uids) if uids else ()
    return [*(row for row in rows if row.uid), *others]


async def decided(this: Run, batch: Batch) -> AsyncIterator[Judged]:
    """Each row that is due and what is decided about it, in order."""
    for row_id in list(batch.rows):
        row = batch.rows[row_id]
        if not row.closed and row.wanted is not None:
            yield await _decide_one(this, row, batch)


def _concerned(row: Mapping, terms: Terms) -> UUID | None:
    """The appointment of a row, or the one that the marker on its event names."""
    if row.appointment_id or not isinstance(row.seen, Observed):
        return row.appointment_id
    marker = terms.marker_on(row.seen.event)
    return marker.appointment_id if marker else None


async def _decide_one(this: Run, row: Mapping, batch: Batch) -> Judged:
    terms, concerned = batch.terms, _concerned(row, batch.terms)
    appointment = batch.appointments.get(concerned) if concerned else None
    meeting = batch.meeting(row)
    if row.appointment_id is not None and appointment is not None:
        asked = presented(row, appointment, terms)
        return Judged(
            row, _decided_or_set_aside(row, lambda: decide(asked, appointment, terms, meeting)), appointment
        )
    claim = (await this.ledger.by_appointment([concerned])).get(concerned) if concerned else None
    lone = Lone(row, appointment, claim, meeting)
    return Judged(row, _decided_or_set_aside(row, lambda: decide_event(lone, terms)), appointment)


def _decided_or_set_aside(row: Mapping, decision: Callable[[], Step]) -> Step:
    """One item that cannot be decided stops no other: it is left alone until something about it moves."""
    try:
        return decision()
    except Exception as error:  # noqa: BLE001 - whatever an event from outside brings about
        hold = Hold(
            HoldKind.QUARANTINE, f"It cannot be compared with its other side ({type(error).__name__})."
        )
        return Step(replace(row, hold=hold, wanted=None, resolution=None))
