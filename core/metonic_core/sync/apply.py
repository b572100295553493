"""Deciding and acting, a batch at a time.

One transaction reads rows, appointments and settings as they are now, decides, stores what was pulled and
announces what is to be written. Then the provider writes. Then one transaction takes the answers. Because a
decision is made in the transaction that announces it, no plan can be stale.
"""

from collections.abc import Collection, Sequence

from metonic_core.model.mapping import Absent, Mapping
from metonic_core.reconcile.decide import is_unborn
from metonic_core.reconcile.entries import reborn
from metonic_core.reconcile.guard import Allowance, Held, judge
from metonic_core.reconcile.restraint import one_way, restrained
from metonic_core.reconcile.step import Step
from metonic_core.reconcile.terms import Terms
from metonic_core.sync.announce import Announced, announce, carry_out
from metonic_core.sync.context import Run
from metonic_core.sync.deciding import decided, gathered
from metonic_core.sync.meetings import let_go
from metonic_core.sync.ports import Due, Phase, ToDo
from metonic_core.sync.progress import Progress
from metonic_core.sync.weighing import weigh


async def apply(this: Run, left: ToDo) -> None:
    """Decide every row that is due, and carry the decisions out."""
    progress = Progress(this.ledger, Phase.APPLY)
    allowed = await weigh(this)
    # Events first: one that looks like a new appointment is met before that one gets a copy. They may become
    # pairs by that.
    if left.decide_lone:
        await _apply_each(this, progress, allowed, is_lone=True)
    await _apply_each(this, progress, allowed, is_lone=False)
    await progress.end()


async def _apply_each(this: Run, progress: Progress, allowed: Allowance, *, is_lone: bool) -> None:
    after = None
    while True:
        async with this.ledger.transaction():
            rows = await this.ledger.undecided(after, this.capabilities.batch_size, is_lone=is_lone)
            is_last = len(rows) < this.capabilities.batch_size
            await progress.expect(Due.DECIDE, rows, is_all=is_last and not is_lone)
            announced = await _decide_all(this, rows, allowed) if rows else []
        if announced:
            await progress.begin()
            await carry_out(this, announced)
        if rows:
            after = rows[-1].id
            await progress.add(len(rows))
        if is_last:
            return


async def _decide_all(this: Run, rows: Sequence[Mapping], allowed: Allowance) -> list[Announced]:
    batch = await gathered(this, rows)
    for moved in batch.renamed:
        await this.ledger.save(moved)
    await let_go(this, batch.absorbed)
    occupied = await _occupied(this, rows, batch.terms)
    announced = []
    async for judged in decided(this, batch):
        row, step = judged.row, judge(judged, allowed, batch.terms)
        if isinstance(step, Held):
            made = await _hold(this, row, step, batch.terms)
        elif step is not None and (step := _its_part(this, row, step)) is not None:
            batch.has_taken(step)
            made = await _store_step(this, row, step, batch.terms, occupied)
        else:
            made = None
        if made:
            announced.append(made)
    return announced


def _its_part(this: Run, row: Mapping, step: Step) -> Step | None:
    """What of a step goes the way of the run."""
    part = one_way(this.only, row, step)
    this.report.is_owing |= step.write is not None and (part is None or part.write is None)
    return part


async def _hold(this: Run, row: Mapping, held: Held, terms: Terms) -> Announced | None:
    """Store the item as it rests, and announce what is taken out of it meanwhile; then it is asked anew."""
    step = _its_part(this, row, held.step) or held.step
    write = restrained(step, terms).write
    announced = announce(this, step.mapping, write, terms) if write else None
    await this.ledger.save([announced.mapping.due() if announced else step.mapping])
    await this.ledger.hold(held)
    if row.is_in_conflict and held.conflict is None:
        await this.ledger.close_conflict(held.mapping)
    this.report.count(step.operations)
    await this.ledger.journal(step.mapping, step.operations)
    return announced


async def _occupied(this: Run, rows: Sequence[Mapping], terms: Terms) -> set[str]:
    """Ids that creates of these rows would use and that are seen at events still to be judged."""
    made = [row for row in rows if is_unborn(row)]
    made += [reborn(row) for row in rows if row.appointment_id and isinstance(row.seen, Absent)]
    named = [(terms.event_id(row.marker("").identity), row.id) for row in made]
    ids = {event_id: row_id for event_id, row_id in named if event_id is not None}
    found = await this.ledger.by_event(ids) if ids else {}
    return {i for i, row in found.items() if row.closed is None and row.id != ids[i]}


async def _store_step(
    this: Run, row: Mapping, step: Step, terms: Terms, occupied: Collection[str]
) -> Announced | None:
    """Store a decision and announce its write; where the appointment moved meanwhile, the row stays due."""
    if step.appointment and step.is_import:
        await this.ledger.store_appointment(step.appointment, step.mapping.id, is_import=True)
    elif step.appointment and not await this.ledger.store_appointment(
        step.appointment, row.id, is_import=False
    ):
        return None
    step = restrained(step, terms)
    announced = announce(this, step.mapping, step.write, terms) if step.write else None
    if announced and announced.mapping.event_id in occupied:
        announced = None
    await this.ledger.save([*step.firsts, announced.mapping if announced else step.mapping, *step.others])
    await _note_conflict(this, row, step)
    this.report.count(step.operations)
    this.report.count_hold(row, step.mapping)
    await this.ledger.journal(step.mapping, step.operations)
    return announced


async def _note_conflict(this: Run, row: Mapping, step: Step) -> None:
    if step.conflict:
        await this.ledger.note_conflict(row, step.conflict, step.resolved)
        this.report.conflicts += not row.is_in_conflict
    elif (row.is_in_conflict or row.fingerprint) and not step.mapping.is_in_conflict:
        # What the guard had held may have been a conflict that its policy resolved.
        await this.ledger.close_conflict(step.mapping)
