"""Deciding and acting, a batch at a time.

One transaction reads rows, appointments and settings as they are now, decides, stores what was pulled and
announces what is to be written. Then the provider writes. Then one transaction takes the answers. Because a
decision is made in the transaction that announces it, no plan can be stale.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.mapping import Absent, Hold, HoldKind, Mapping, Observed
from metonic_core.reconcile.decide import decide, is_unborn
from metonic_core.reconcile.entries import reborn
from metonic_core.reconcile.meeting import NOBODY, Meeting
from metonic_core.reconcile.onesided import Lone, decide_event, renames
from metonic_core.reconcile.restraint import restrained
from metonic_core.reconcile.step import Step
from metonic_core.reconcile.terms import Terms
from metonic_core.sync.announce import Announced, announce, carry_out
from metonic_core.sync.context import Run
from metonic_core.sync.meetings import let_go, meetings
from metonic_core.sync.ports import Due, Phase
from metonic_core.sync.progress import Progress


async def apply(this: Run) -> None:
    """Decide every row that is due, and carry the decisions out."""
    progress = Progress(this.ledger, Phase.APPLY)
    # Events first: one that looks like a new appointment is met before that one gets a copy.
    for is_lone in (True, False):
        await _apply_each(this, progress, is_lone=is_lone)
    await progress.end()


async def _apply_each(this: Run, progress: Progress, *, is_lone: bool) -> None:
    after = None
    while True:
        async with this.ledger.transaction():
            rows = await this.ledger.undecided(after, this.capabilities.batch_size, is_lone=is_lone)
            await progress.expect(Due.DECIDE, rows)
            announced = await _decide_all(this, rows) if rows else []
        if not rows:
            return
        await progress.begin()
        after = rows[-1].id
        await carry_out(this, announced)
        await progress.add(len(rows))


async def _decide_all(this: Run, rows: Sequence[Mapping]) -> list[Announced]:
    terms = await this.terms()
    appointments = dict(await this.ledger.appointments({a for row in rows if (a := _concerned(row, terms))}))
    current = await _follow_renames(this, rows)
    occupied = await _occupied(this, rows, terms)
    met = await meetings(this, list(current.values()), appointments, terms)
    announced = []
    for row_id in [row.id for row in rows]:
        row = current[row_id]
        if row.closed or row.wanted is None:
            continue
        step = await _decide_one(this, row, appointments, met.get(row.id, NOBODY), terms)
        if made := await _store_step(this, row, step, terms, occupied):
            announced.append(made)
        current |= {other.id: other for other in step.others if other.id in current}
    return announced


async def _follow_renames(this: Run, rows: Sequence[Mapping]) -> dict[UUID, Mapping]:
    """The rows by id, after events that only changed their id were joined to their pairs."""
    current = {row.id: row for row in rows}
    uids = {row.uid for row in rows if row.uid}
    kin = await this.ledger.by_uid(uids) if uids else []
    for moved in renames(kin):
        await this.ledger.save(moved)
        await let_go(this, [row for row in kin if row.id == moved[0].id])
        current |= {row.id: row for row in moved if row.id in current}
    return current


async def _occupied(this: Run, rows: Sequence[Mapping], terms: Terms) -> set[str]:
    """Ids that creates of these rows would use and that are seen at events still to be judged."""
    made = [row for row in rows if is_unborn(row)]
    made += [reborn(row) for row in rows if row.appointment_id and isinstance(row.seen, Absent)]
    ids = {terms.event_id(row.marker("").identity): row.id for row in made}
    found = await this.ledger.by_event(ids) if ids else {}
    return {i for i, row in found.items() if row.closed is None and row.id != ids[i]}


def _concerned(row: Mapping, terms: Terms) -> UUID | None:
    """The appointment of a row, or the one that the marker on its event names."""
    if row.appointment_id or not isinstance(row.seen, Observed):
        return row.appointment_id
    marker = terms.marker_on(row.seen.event)
    return marker.appointment_id if marker else None


async def _decide_one(
    this: Run, row: Mapping, appointments: dict[UUID, Appointment], meeting: Meeting, terms: Terms
) -> Step:
    concerned = _concerned(row, terms)
    appointment = appointments.get(concerned) if concerned else None
    if row.appointment_id is not None and appointment is not None:
        step = _guarded(row, lambda: decide(row, appointment, terms, meeting))
        if changed := step.appointment:
            appointments[changed.id] = replace(changed, version=changed.version + 1)
        return step
    claim = (await this.ledger.by_appointment([concerned])).get(concerned) if concerned else None
    return _guarded(row, lambda: decide_event(Lone(row, appointment, claim, meeting), terms))


def _guarded(row: Mapping, decided: Callable[[], Step]) -> Step:
    """One item that cannot be decided stops no other: it is left alone until something about it moves."""
    try:
        return decided()
    except Exception as error:  # noqa: BLE001 - whatever an event from outside brings about
        hold = Hold(
            HoldKind.QUARANTINE, f"It cannot be compared with its other side ({type(error).__name__})."
        )
        return Step(replace(row, hold=hold, wanted=None))


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
        this.report.conflicts += not _is_in_conflict(row)
    elif _is_in_conflict(row) and not _is_in_conflict(step.mapping):
        await this.ledger.close_conflict(step.mapping)


def _is_in_conflict(row: Mapping) -> bool:
    return row.hold is not None and row.hold.kind is HoldKind.CONFLICT
