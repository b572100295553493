"""What a run would do: one that stops where it has decided.

It needs a ledger that keeps to itself what it is told to store.
"""

from dataclasses import dataclass, field

from metonic_core.model.mapping import Mapping
from metonic_core.reconcile.alike import is_asking
from metonic_core.reconcile.guard import Held, Judged, Kind, Planned, allowance, counted, judge, planned
from metonic_core.reconcile.landing import confirm
from metonic_core.reconcile.restraint import restrained
from metonic_core.reconcile.step import Reason
from metonic_core.spi.adapter import CalendarAdapter
from metonic_core.spi.provider import Capabilities
from metonic_core.sync.context import Quarantined, Run
from metonic_core.sync.deciding import decided, gathered
from metonic_core.sync.ports import Clock, Ledger
from metonic_core.sync.run import caught_up, look

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Previewed:
    """What would be done to a side of a row; ``cause`` says why the guard would hold it, None if not."""

    mapping: Mapping
    planned: Planned
    cause: Reason | None = None


@dataclass(slots=True)
class Preview:
    """``conflicts`` is how many items would wait for a decision, ``left`` are those that are left alone."""

    steps: list[Previewed] = field(default_factory=list)
    conflicts: int = 0
    left: list[Quarantined] = field(default_factory=list)


async def preview(
    ledger: Ledger, adapter: CalendarAdapter, capabilities: Capabilities, clock: Clock
) -> Preview:
    """What a run would decide first; raises ProviderError where the calendar cannot be read."""
    this = await caught_up(ledger, adapter, capabilities, clock)
    await look(this)
    return await _previewed(this, await _all_decided(this))


async def _all_decided(this: Run) -> list[Judged]:
    """In the order of a run: what looks alike is met before it would be made."""
    return [*await _each_decided(this, is_lone=True), *await _each_decided(this, is_lone=False)]


async def _each_decided(this: Run, *, is_lone: bool) -> list[Judged]:
    found: list[Judged] = []
    after = None
    terms = await this.terms()
    while True:
        async with this.ledger.transaction():
            rows = await this.ledger.undecided(after, _AT_ONCE, is_lone=is_lone)
            if not rows:
                return found
            # What turns out to have been written before is not yet to be done.
            batch = await gathered(this, [confirm(row, terms)[0] for row in rows])
            for moved in batch.renamed:
                await this.ledger.save(moved)
            async for judged in decided(this, batch):
                batch.has_taken(judged.step)
                if is_asking(judged.step.mapping):
                    await this.ledger.save([judged.step.mapping, *judged.step.others])
                found.append(judged)
        after = rows[-1].id


async def _previewed(this: Run, found: list[Judged]) -> Preview:
    due = {kind: frozenset(j.row.id for j in found if kind in counted(j.step)) for kind in Kind}
    allowed = allowance(await this.ledger.load(), due)
    terms, made = await this.terms(), Preview()
    for judged in found:
        step = judge(judged, allowed, terms)
        if isinstance(step, Held):
            made.steps.append(Previewed(step.mapping, step.planned, step.cause))
            made.steps += [Previewed(step.mapping, one) for one in planned(step.step)]
        elif step is not None:
            done = restrained(step, terms)
            made.steps += [Previewed(step.mapping, one) for one in planned(done)]
            made.conflicts += step.conflict is not None
            this.report.count_hold(judged.row, done.mapping)
    made.left = this.report.quarantined
    return made
