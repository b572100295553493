"""Open intents: find out which of the writes that were about to happen did."""

from collections.abc import Sequence
from functools import partial

from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Mapping
from metonic_core.reconcile.landing import settle as settled
from metonic_core.spi.changes import Gone, Reading, Seen
from metonic_core.sync.context import Run
from metonic_core.sync.outcomes import store_answers
from metonic_core.sync.ports import Due, Phase
from metonic_core.sync.progress import Progress


async def settle(this: Run) -> None:
    """Read the event of every open intent and take the answer; one too young to tell is left for later."""
    progress = Progress(this.ledger, Phase.SETTLE)
    after = None
    while True:
        async with this.ledger.transaction():
            rows = await this.ledger.due(Due.SETTLE, after, this.capabilities.batch_size)
            is_last = len(rows) < this.capabilities.batch_size
            await progress.expect(Due.SETTLE, rows, is_all=is_last)
        if rows:
            await progress.begin()
            after = rows[-1].id
            ripe = [row for row in rows if _is_ripe(this, row)]
            await _settle_batch(this, ripe)
            this.report.leave_open(len(rows) - len(ripe), this.capabilities.settle_after)
            await progress.add(len(rows))
        if is_last:
            return await progress.end()


def _is_ripe(this: Run, row: Mapping) -> bool:
    # Of a clock that was ahead nobody waits until that time has come.
    return row.intent is not None and abs(this.clock() - row.intent.at) >= this.capabilities.settle_after


async def _settle_batch(this: Run, rows: list[Mapping]) -> None:
    if not rows:
        return
    asked_at = this.clock()
    readings = await _read(this, rows)
    answers = [(row, partial(settled, reading=reading)) for row, reading in zip(rows, readings, strict=True)]
    this.report.leave_open(await store_answers(this, answers, asked_at), this.capabilities.settle_after)


async def _read(this: Run, rows: Sequence[Mapping]) -> Sequence[Reading]:
    """The event of each row, in their order. A create that was given no id yet is found by its identity."""
    ids = [row.event_id for row in rows if row.event_id is not None]
    identities = [row.marker("").identity for row in rows if row.event_id is None]
    known = iter(await this.adapter.hydrate(this.calendar_id, ids) if ids else ())
    found = iter(await this.adapter.find_events(this.calendar_id, identities) if identities else ())
    return [next(known) if row.event_id is not None else _first(next(found)) for row in rows]


def _first(found: Sequence[StoredEvent]) -> Reading:
    """Of several, the feed brings the others, to be judged as copies that no row knows."""
    return Seen(found[0]) if found else Gone("", is_firm=False)
