"""Open intents: find out which of the writes that were about to happen did."""

from functools import partial

from metonic_core.model.mapping import Mapping
from metonic_core.reconcile.landing import settle as settled
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
            await progress.expect(Due.SETTLE, rows)
        if not rows:
            return await progress.end()
        await progress.begin()
        after = rows[-1].id
        await _settle_batch(this, [row for row in rows if _is_ripe(this, row)])
        if not all(_is_ripe(this, row) for row in rows):
            this.report.look_again = this.capabilities.settle_after
        await progress.add(len(rows))


def _is_ripe(this: Run, row: Mapping) -> bool:
    return row.intent is not None and this.clock() - row.intent.at >= this.capabilities.settle_after


async def _settle_batch(this: Run, rows: list[Mapping]) -> None:
    if not rows:
        return
    readings = await this.adapter.hydrate(this.calendar_id, [row.event_id or "" for row in rows])
    answers = [(row, partial(settled, reading=reading)) for row, reading in zip(rows, readings, strict=True)]
    if await store_answers(this, answers):
        this.report.look_again = this.capabilities.settle_after
