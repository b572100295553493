"""Events that a feed only hints at and that no row knows are read before the page is recorded.

So a row that says no more than "look there" is not stored for each of them first. If the run ends in between,
the page comes again, and what was read by then is known as it is.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace

from metonic_core.reconcile.observe import stranger, take
from metonic_core.spi.changes import Change, Gone, Reading, Touched
from metonic_core.sync.context import Run
from metonic_core.sync.ports import Link


async def read_unknown(this: Run, link: Link, changes: Sequence[Change]) -> AsyncIterator[Collection[str]]:
    """Read and store them, a batch at a time; yields the ids of each batch that are recorded by that."""
    hinted = list(dict.fromkeys(change.id for change in changes if isinstance(change, Touched)))
    unknown = await _unknown(this, hinted) if hinted else ()
    size = this.capabilities.batch_size
    for start in range(0, len(unknown), size):
        part = unknown[start : start + size]
        readings = await this.adapter.hydrate(this.calendar_id, part)
        yield await _store(this, link, dict(zip(part, readings, strict=True)))


async def _unknown(this: Run, ids: Sequence[str]) -> Sequence[str]:
    async with this.ledger.transaction():
        return await this.ledger.unknown(ids)


async def _store(this: Run, link: Link, met: Mapping[str, Reading]) -> Collection[str]:
    """But for what is not there when it is read: that stays a hint."""
    there = {event_id: reading for event_id, reading in met.items() if not isinstance(reading, Gone)}
    async with this.ledger.transaction():
        terms = await this.terms()
        for event_id in await this.ledger.unknown(there):
            row = stranger(event_id, terms)
            made = replace(take(row, there[event_id], terms), read_round=link.round)
            this.report.count_hold(row, made)
            await this.ledger.save([made])
    return there
