"""Finding whom the rows of a batch look like: a few statements for all of them, by indexed columns."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from metonic_core.model import mapping as rows
from metonic_core.model.appointment import Appointment
from metonic_core.model.mapping import Observed
from metonic_core.reconcile.alike import Standing, freed, is_asking, is_waiting, likeness
from metonic_core.reconcile.decide import is_unborn
from metonic_core.reconcile.meeting import Meeting, Neighbours
from metonic_core.reconcile.terms import Terms
from metonic_core.sync.context import Run

Known = Mapping[UUID, Appointment]

Meetings = Mapping[UUID, Meeting]
"""Whom each row meets, by its id; rows that meet nobody may be left out."""


async def meetings(this: Run, batch: Sequence[rows.Mapping], known: Known, terms: Terms) -> Meetings:
    """Whom these rows look like; ``known`` are the appointments that are read already."""
    lone = [row for row in batch if _is_foreign(row, terms)]
    unborn = [row for row in batch if is_unborn(row) and row.appointment_id in known]
    said = [row.seen.event.content for row in lone if isinstance(row.seen, Observed)]
    said += [known[row.appointment_id].content for row in unborn if row.appointment_id]
    instants = {content.when.starts_at for content in said if likeness(content)}
    ids = {row.alike_id for row in batch if row.alike_id} | {row.appointment_id for row in unborn}
    ids |= set(await this.ledger.starting_at(instants)) if instants else set()
    found = {i for i in ids if i is not None}
    if not found:
        return {}
    nearby = await _neighbours(this, lone, found, known, terms)
    made = {row.id: nearby.of_event(row) for row in batch if row.appointment_id is None}
    return made | {
        row.id: nearby.of_appointment(row, known[row.appointment_id]) for row in unborn if row.appointment_id
    }


def _is_foreign(row: rows.Mapping, terms: Terms) -> bool:
    """Whether its event is one that the user made, and nobody paired.

    What was made out of a copy of ours carries its marker: that is a thing of its own and looks like nothing.
    """
    return (
        row.appointment_id is None
        and isinstance(row.seen, Observed)
        and terms.marker_on(row.seen.event) is None
    )


async def _neighbours(
    this: Run, lone: Sequence[rows.Mapping], ids: Collection[UUID], known: Known, terms: Terms
) -> Neighbours:
    absent = [i for i in ids if i not in known]
    here = {i: known[i] for i in ids if i in known}
    here |= await this.ledger.appointments(absent) if absent else {}
    standing = await this.ledger.by_appointment(ids)
    asking = [row for row in await this.ledger.asking(ids) if row.appointment_id is None]
    events = {row.id: row for row in [*asking, *lone]}
    return Neighbours(
        [Standing(appointment, standing.get(i)) for i, appointment in here.items()],
        list(events.values()),
        terms,
    )


async def let_go(this: Run, gone: Sequence[rows.Mapping]) -> None:
    """These rows are absorbed by others: what they asked about, nobody asks any more."""
    asked = [row for row in gone if is_asking(row)]
    for row in asked:
        await this.ledger.close_conflict(row)
    ids = [row.alike_id for row in asked if row.alike_id]
    waiting = (await this.ledger.by_appointment(ids)).values() if ids else ()
    await this.ledger.save([freed(row) for row in waiting if is_waiting(row)])
