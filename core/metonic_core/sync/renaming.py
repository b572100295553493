"""Events that their provider names otherwise than before, as servers spell one address in several ways.

The row goes along: it takes the id of the last answer, by which the event is asked for from then on. Else the
event would be met as a stranger beside its own row, and become a second appointment.
"""

from collections.abc import Mapping as Named
from collections.abc import Sequence
from dataclasses import replace

from metonic_core.model.mapping import Mapping
from metonic_core.reconcile.observe import changed_id
from metonic_core.spi.changes import Change
from metonic_core.sync.context import Run


async def rename(this: Run, changes: Sequence[Change]) -> None:
    """Give the ids in these changes to the rows that know their events by others, a batch at a time."""
    ids = dict.fromkeys(changed_id(change) for change in changes)
    several = [i for i in ids if this.adapter.other_ids(i)]
    size = this.capabilities.batch_size
    for start in range(0, len(several), size):
        others = {i: this.adapter.other_ids(i) for i in several[start : start + size]}
        async with this.ledger.transaction():
            known = await this.ledger.by_event({name for i, found in others.items() for name in (i, *found)})
            rows = {i: _former(known, i, found) for i, found in others.items()}
            await this.ledger.save([replace(row, event_id=i) for i, row in rows.items() if row is not None])


def _former(known: Named[str, Mapping], event_id: str, others: Sequence[str]) -> Mapping | None:
    """The row that knows the event by another id, if none does by this one; an open one before tombstones."""
    own = known.get(event_id)
    if own is not None and own.closed is None:
        return None
    former = [known[other] for other in others if other in known]
    standing = next((row for row in former if row.closed is None), None)
    return standing or (former[0] if former and own is None else None)
