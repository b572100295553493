"""Reading events that were reported, doubted or left open, a batch at a time.

What is set aside may be what the provider fails at each time. It is asked for apart: a provider that fails at
many says that it is not there, and the others are to be read and written all the same.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Absent, Look, Mapping
from metonic_core.reconcile.observe import (
    is_echo,
    is_later_deletion,
    is_set_aside,
    new_sighting,
    settled_tombstone,
    stranger,
    take,
)
from metonic_core.reconcile.onesided import revived
from metonic_core.reconcile.terms import Terms
from metonic_core.spi.changes import Gone, Reading, Seen, Unreadable
from metonic_core.spi.errors import Unavailable
from metonic_core.sync.context import Run
from metonic_core.sync.ports import Due, Phase
from metonic_core.sync.progress import Progress

# A provider that fails at so few is not taken for one that is down.
_FEW = 5


@dataclass(slots=True)
class Found:
    """``is_any_gone``: an event was not there any more. ``is_any_known``: one need not be read again."""

    is_any_gone: bool = False
    is_any_known: bool = False

    def add(self, made: Mapping) -> None:
        self.is_any_gone |= isinstance(made.seen, Absent)
        self.is_any_known |= not isinstance(made.seen, Look)


async def read(this: Run) -> Found:
    """Read every event that is to be looked at."""
    progress = Progress(this.ledger, Phase.READ)
    after = None
    found = Found()
    while True:
        async with this.ledger.transaction():
            rows = await this.ledger.due(Due.READ, after, this.capabilities.batch_size)
            is_last = len(rows) < this.capabilities.batch_size
            await progress.expect(Due.READ, rows, is_all=is_last)
        if rows:
            await progress.begin()
            after = rows[-1].id
            await _ask(this, [row for row in rows if not is_set_aside(row)], found)
            await _ask_in_vain(this, [row for row in rows if is_set_aside(row)], found)
            await progress.add(len(rows))
        if is_last:
            await progress.end()
            return found


async def _ask_in_vain(this: Run, rows: Sequence[Mapping], found: Found) -> None:
    """Ask for what may fail again; raises nothing that only says that it did."""
    try:
        await _ask(this, rows, found)
    except Unavailable:
        with suppress(Unavailable):
            for start in range(0, len(rows) if len(rows) > _FEW else 0, _FEW):
                await _ask(this, rows[start : start + _FEW], found)


async def _ask(this: Run, rows: Sequence[Mapping], found: Found) -> None:
    if not rows:
        return
    asked_at = this.clock()
    readings = await this.adapter.hydrate(this.calendar_id, [row.event_id or "" for row in rows])
    await _take_readings(this, rows, readings, asked_at, found)


async def _take_readings(
    this: Run, rows: Sequence[Mapping], readings: Sequence[Reading], asked_at: datetime, found: Found
) -> None:
    async with this.ledger.transaction():
        terms = await this.terms(asked_at)
        fresh = {row.id: row for row in await this.ledger.reload([row.id for row in rows])}
        for looked, reading in zip(rows, readings, strict=True):
            row = fresh[looked.id]
            if row.intent or not isinstance(row.seen, Look):
                continue
            made = await _taken(this, row, reading, terms)
            this.report.count_hold(row, made[0])
            found.add(made[0])
            if isinstance(made[0].seen, Look) and isinstance(reading, Gone | Seen):
                # It may only not show yet, or still show: it is looked at again when what is so is shown.
                this.report.look_again = this.report.look_again or this.capabilities.visibility_lag
            if made != [row]:
                await this.ledger.save(made)


async def _taken(this: Run, row: Mapping, reading: Reading, terms: Terms) -> list[Mapping]:
    if row.closed is None:
        return [take(row, reading, terms)]
    return await _met_again(this, row, reading, terms)


async def _met_again(this: Run, tombstone: Mapping, reading: Reading, terms: Terms) -> list[Mapping]:
    """A tombstone's event was read; alive, the pair is taken up again or the event judged as a new one.

    One that nobody can read is a new one that is set aside, so that it is shown. What may only be invisible,
    or only seem to be there, is read again.
    """
    match reading:
        case Unreadable(is_passing=True):
            return [tombstone]
        case Seen(event=StoredEvent(etag=etag)) | Unreadable(etag=etag) if is_echo(tombstone, etag, terms):
            return [tombstone]
        case Gone() if terms.may_hide(tombstone) and not is_later_deletion(tombstone, reading):
            return [tombstone]
        case Unreadable():
            return [settled_tombstone(tombstone), take(stranger(reading.id, terms), reading, terms)]
        case Seen(event=event):
            return await _revived(this, tombstone, reading, event, terms)
        case _:
            return [settled_tombstone(tombstone)]


async def _revived(
    this: Run, tombstone: Mapping, reading: Seen, event: StoredEvent, terms: Terms
) -> list[Mapping]:
    if tombstone.appointment_id is not None:
        wanted = [tombstone.appointment_id]
        is_free = tombstone.appointment_id not in await this.ledger.by_appointment(wanted)
        appointment = (await this.ledger.appointments(wanted)).get(tombstone.appointment_id)
        if is_free and (row := revived(tombstone, appointment, event, terms)):
            return [take(row, reading, terms)]
    return [settled_tombstone(tombstone), new_sighting(event, terms)]
