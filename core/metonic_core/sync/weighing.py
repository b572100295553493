"""Counting what is due before the first of it is done.

Few rows cannot become too much and are not decided twice: an ordinary run costs a handful of statements more.
Where they are many, all are decided once without storing anything, by the same code that decides for good.
"""

from uuid import UUID

from metonic_core.reconcile.guard import Allowance, Kind, allowance, counted
from metonic_core.sync.context import Run
from metonic_core.sync.deciding import decided, gathered

_AT_ONCE = 500


async def weigh(this: Run) -> Allowance:
    """What may be done without asking about the pairs that are due now."""
    load = await this.ledger.load()
    return allowance(load, None if load.is_light else await _count(this))


async def _count(this: Run) -> dict[Kind, frozenset[UUID]]:
    found: dict[Kind, set[UUID]] = {kind: set() for kind in Kind}
    after = None
    while True:
        async with this.ledger.transaction():
            rows = await this.ledger.due_pairs(after, _AT_ONCE)
            if not rows:
                return {kind: frozenset(ids) for kind, ids in found.items()}
            async for judged in decided(this, await gathered(this, rows)):
                for kind in counted(judged.step):
                    found[kind].add(judged.row.id)
        after = rows[-1].id
