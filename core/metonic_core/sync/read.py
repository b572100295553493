"""Reading events that were reported, doubted or left open, a batch at a time."""

from collections.abc import Sequence
from datetime import datetime

from metonic_core.model.mapping import Absent, Look, Mapping
from metonic_core.reconcile.observe import (
    is_alive_again,
    is_echo,
    new_sighting,
    settled_tombstone,
    stranger,
    take,
)
from metonic_core.reconcile.onesided import revived
from metonic_core.reconcile.terms import Terms
from metonic_core.spi.changes import Gone, Reading, Unreadable
from metonic_core.sync.context import Run
from metonic_core.sync.ports import Due, Phase
from metonic_core.sync.progress import Progress


async def read(this: Run) -> bool:
    """Read every event that is to be looked at; returns whether one of them was not there any more."""
    progress = Progress(this.ledger, Phase.READ)
    after = None
    is_any_gone = False
    while True:
        async with this.ledger.transaction():
            rows = await this.ledger.due(Due.READ, after, this.capabilities.batch_size)
            is_last = len(rows) < this.capabilities.batch_size
            await progress.expect(Due.READ, rows, is_all=is_last)
        if rows:
            await progress.begin()
            after = rows[-1].id
            asked_at = this.clock()
            readings = await this.adapter.hydrate(this.calendar_id, [row.event_id or "" for row in rows])
            is_any_gone = await _take_readings(this, rows, readings, asked_at) or is_any_gone
            await progress.add(len(rows))
        if is_last:
            await progress.end()
            return is_any_gone


async def _take_readings(
    this: Run, rows: Sequence[Mapping], readings: Sequence[Reading], asked_at: datetime
) -> bool:
    async with this.ledger.transaction():
        terms = await this.terms(asked_at)
        fresh = {row.id: row for row in await this.ledger.reload([row.id for row in rows])}
        is_any_gone = False
        for looked, reading in zip(rows, readings, strict=True):
            row = fresh[looked.id]
            if row.intent or not isinstance(row.seen, Look):
                continue
            made = await _taken(this, row, reading, terms)
            this.report.count_hold(row, made[0])
            is_any_gone = is_any_gone or isinstance(made[0].seen, Absent)
            if isinstance(made[0].seen, Look) and isinstance(reading, Gone):
                # It may only not show yet: it is looked for again when it must.
                this.report.look_again = this.report.look_again or this.capabilities.visibility_lag
            await this.ledger.save(made)
        return is_any_gone


async def _taken(this: Run, row: Mapping, reading: Reading, terms: Terms) -> list[Mapping]:
    if row.closed is None:
        return [take(row, reading, terms)]
    return await _met_again(this, row, reading, terms)


async def _met_again(this: Run, tombstone: Mapping, reading: Reading, terms: Terms) -> list[Mapping]:
    """A tombstone's event was read; alive, the pair is taken up again or the event judged as a new one.

    One that nobody can read is a new one that is set aside, so that it is shown.
    """
    if isinstance(reading, Unreadable) and reading.is_passing:
        return [tombstone]
    if isinstance(reading, Unreadable) and not is_echo(tombstone, reading.etag, terms):
        sighting = take(stranger(reading.id, terms), reading, terms)
        return [settled_tombstone(tombstone), sighting]
    event = is_alive_again(tombstone, reading, terms)
    if event is None:
        return [settled_tombstone(tombstone)]
    if tombstone.appointment_id is not None:
        wanted = [tombstone.appointment_id]
        is_free = tombstone.appointment_id not in await this.ledger.by_appointment(wanted)
        appointment = (await this.ledger.appointments(wanted)).get(tombstone.appointment_id)
        if is_free and (row := revived(tombstone, appointment, event, terms)):
            return [take(row, reading, terms)]
    return [settled_tombstone(tombstone), new_sighting(event, terms)]
