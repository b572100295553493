"""Events that a feed only hints at and that no row knows are read before the page is recorded.

So a row that says no more than "look there" is not stored for each of them first. If the run ends in between,
the page comes again, and what was read by then is known as it is. While one batch is stored, the next one is
on its way already.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from metonic_core.reconcile.observe import stranger, take
from metonic_core.spi.changes import Change, Gone, Reading, Touched
from metonic_core.sync.context import Run
from metonic_core.sync.ports import Link
from metonic_core.sync.progress import Progress


async def read_unknown(this: Run, link: Link, changes: Sequence[Change], progress: Progress) -> set[str]:
    """Read and store them, a batch at a time; returns the ids of those that are recorded by that."""
    hinted = list(dict.fromkeys(change.id for change in changes if isinstance(change, Touched)))
    unknown = await _unknown(this, hinted) if hinted else ()
    size = this.capabilities.batch_size
    parts = [unknown[start : start + size] for start in range(0, len(unknown), size)]
    read: set[str] = set()
    coming: asyncio.Task[Sequence[Reading]] | None = None
    try:
        for part, following in pairwise([*parts, ()]):
            readings = await (coming or _begin(this, part))
            coming = _begin(this, following) if following else None
            stored = await _store(this, link, dict(zip(part, readings, strict=True)))
            read.update(stored)
            await progress.add(len(stored))
    finally:
        if coming:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
    return read


def _begin(this: Run, ids: Sequence[str]) -> "asyncio.Task[Sequence[Reading]]":
    return asyncio.ensure_future(this.adapter.hydrate(this.calendar_id, ids))


async def _unknown(this: Run, ids: Sequence[str]) -> Sequence[str]:
    async with this.ledger.transaction():
        return await this.ledger.unknown(ids)


async def _store(this: Run, link: Link, met: Mapping[str, Reading]) -> Collection[str]:
    """But for what is not there when it is read: that stays a hint."""
    there = {event_id: reading for event_id, reading in met.items() if not isinstance(reading, Gone)}
    async with this.ledger.transaction():
        terms = await this.terms()
        for event_id in await this.ledger.unknown(there):
            # As if an earlier read had met it: this one names it when its page is recorded, and not before.
            made = replace(take(stranger(event_id, terms), there[event_id], terms), read_round=link.round - 1)
            this.report.count_hold(None, made)
            await this.ledger.save([made])
    return there
