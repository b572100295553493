"""The guard: deletions and edits that nobody commanded are held for a person where they come in masses.

Counted are, per link over a day, what was done, what waits for approval and all that is due now, before the
first of it is carried out. What a person commanded or approved is not counted. Creates, updates in a calendar
and imports are never held.
"""

import hashlib
import json
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from metonic_core.model.appointment import Appointment
from metonic_core.model.codec import encode
from metonic_core.model.content import Content
from metonic_core.model.mapping import Answer, Hold, HoldKind, Mapping, Observed, WriteKind
from metonic_core.model.resolution import Resolution
from metonic_core.reconcile.entries import withdraw
from metonic_core.reconcile.landing import confirm
from metonic_core.reconcile.merge import Comparison
from metonic_core.reconcile.resting import but_for_withheld, resting
from metonic_core.reconcile.step import Act, Conflict, Operation, Reason, Side, Step
from metonic_core.reconcile.terms import Terms

SPAN = timedelta(days=1)
"""How far back is counted."""

_ALWAYS_ALLOWED = 10
_PERCENT = 30
FEW = 3
"""From how many pairs on the deletion of all of them is too much."""


class Kind(StrEnum):
    """What is counted, each for itself."""

    DELETION = "deletion"
    EDIT = "edit"


INFERRED = {
    (Side.LOCAL, Act.DELETE, Reason.DELETED_THERE): Kind.DELETION,
    (Side.EXTERNAL, Act.DELETE, Reason.DELETED_HERE): Kind.DELETION,
    (Side.EXTERNAL, Act.DELETE, Reason.DESELECTED): Kind.DELETION,
    (Side.LOCAL, Act.UPDATE, Reason.EDITED_THERE): Kind.EDIT,
    (Side.LOCAL, Act.DELETE, Reason.RESOLVED): Kind.DELETION,
    (Side.LOCAL, Act.DELETE, Reason.PAIRED): Kind.DELETION,
    (Side.EXTERNAL, Act.DELETE, Reason.RESOLVED): Kind.DELETION,
    (Side.LOCAL, Act.UPDATE, Reason.RESOLVED): Kind.EDIT,
}
"""What may follow from something that nobody meant; what a policy resolves is one, what a person does is not.

Nor is an orphan: no appointment stands behind it. Nor is a copy in the calendar of somebody whom it does not
concern any more: a person took them off, and it is private.
"""

_DONE_THERE = frozenset({Reason.DELETED_THERE, Reason.EDITED_THERE})

CAUSES = {
    Reason.MANY_DELETIONS: Kind.DELETION,
    Reason.EMPTY_CALENDAR: Kind.DELETION,
    Reason.MANY_EDITS: Kind.EDIT,
}
"""Why something is held, and what."""


def inferred(operation: Operation, mapping: Mapping) -> Kind | None:
    """What an operation on that row counts as; None: as nothing, or a person asked for it.

    Nobody here can have commanded what was deleted or edited there: only who is asked can approve of that. An
    import that is given up for what looks like it leaves its event, and what it says, with that one.
    """
    if operation.appointment_id not in {None, mapping.appointment_id}:
        return None
    is_command = mapping.is_commanded and operation.reason not in _DONE_THERE
    if is_command or mapping.answer is Answer.APPROVED:
        return None
    return INFERRED.get((operation.side, operation.act, operation.reason))


@dataclass(frozen=True, slots=True)
class Planned:
    """An operation that a step comes to, with what that side would hold ``after`` it."""

    operation: Operation
    after: Content | None = None


def planned(step: Step) -> tuple[Planned, ...]:
    """All that a step would do to either side, in that order; of an update, only the groups that change.

    None change where a series is only written to its end.
    What else an appointment says the calendar may not be shown.
    """
    done = tuple(Planned(o, o.after) for o in step.operations)
    if step.write is None or (step.write.kind is WriteKind.UPDATE and not step.write.groups):
        return done
    write = step.write
    before = None if write.kind is WriteKind.CREATE else write.before or step.mapping.external_base
    sent = Operation(Side.EXTERNAL, Act(write.kind.value), write.reason, write.groups, before)
    after = write.content.only(write.groups) if write.content else None
    return (*done, Planned(sent, after))


def kinds(step: Step) -> dict[Kind, Planned]:
    """What of a step nobody commanded."""
    return {kind: p for p in planned(step) if (kind := inferred(p.operation, step.mapping))}


def counted(step: Step) -> frozenset[Kind]:
    """What of a step is to be counted: nothing of what was rejected, and so is not done."""
    return frozenset() if step.mapping.answer is Answer.REJECTED else frozenset(kinds(step))


@dataclass(frozen=True, slots=True)
class Load:
    """How a link stands: its ``pairs`` whose events are there, and how many pairs are due to be decided.

    ``done`` are the rows that something inferred was done to within ``SPAN``, ``held`` those that wait for
    approval. ``is_suspect``: a complete read named nothing where pairs had been standing.
    """

    pairs: int
    due: int
    done: Map[Kind, frozenset[UUID]]
    held: Map[Kind, frozenset[UUID]]
    is_suspect: bool = False

    def most(self, kind: Kind) -> int:
        """How many may be done without asking: 10 or 30 %, but not the deletion of all of 3 or more."""
        pairs = self.pairs + len(self.done[Kind.DELETION])
        most = max(_ALWAYS_ALLOWED, pairs * _PERCENT // 100)
        if kind is Kind.EDIT:
            return most
        if self.is_suspect:
            return 0
        return min(most, pairs - 1) if pairs >= FEW else most

    @property
    def is_light(self) -> bool:
        """Whether nothing can become too much, whatever is decided about the rows that are due."""
        return all(len(self.done[kind]) + len(self.held[kind]) + self.due <= self.most(kind) for kind in Kind)


@dataclass(slots=True)
class Allowance:
    """What may be done without asking: how many more of each kind, or why none of it is."""

    room: dict[Kind, int]
    causes: dict[Kind, Reason]


def allowance(load: Load, due: Map[Kind, frozenset[UUID]] | None = None) -> Allowance:
    """What is allowed, ``due`` being all rows that something inferred is to be done to; None if it is light.

    Either everything of a kind that is due now is allowed, or nothing of it.
    """
    made = Allowance({}, {})
    for kind in Kind:
        before = load.done[kind] | load.held[kind]
        now = due[kind] if due else frozenset[UUID]()
        free = load.most(kind) - len(before | now)
        made.room[kind] = max(0, free + len(now))
        if now and free < 0:
            made.causes[kind] = _cause(kind, load)
    return made


def _cause(kind: Kind, load: Load) -> Reason:
    if kind is Kind.EDIT:
        return Reason.MANY_EDITS
    return Reason.EMPTY_CALENDAR if load.is_suspect else Reason.MANY_DELETIONS


@dataclass(frozen=True, slots=True)
class Held:
    """An item that waits for approval: the step by which it rests, and what would be done to it.

    ``is_news``: nobody was asked about it in these versions before. ``conflict`` is the one that a policy
    would resolve by it, as ``resolved`` says.
    """

    step: Step
    cause: Reason
    planned: Planned
    is_news: bool
    conflict: Conflict | None = None
    resolved: Resolution | None = None

    @property
    def mapping(self) -> Mapping:
        return self.step.mapping


def fingerprint(row: Mapping, appointment: Appointment, terms: Terms) -> str:
    """Names all that decides about a pair: its bases, what was seen, the appointment, why it is left out."""
    pair = Comparison(row, appointment, terms)
    seen = row.seen.event.content if isinstance(row.seen, Observed) else row.seen
    sides = [row.local_base, row.external_base, seen, appointment.content]
    told = [encode(but_for_withheld(pair, s) if isinstance(s, Content) else s) for s in sides]
    excluded = terms.selection.excludes(appointment)
    text = json.dumps([row.generation, excluded, pair.is_veiled, *told], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def presented(row: Mapping, appointment: Appointment, terms: Terms) -> Mapping:
    """The row as it is decided: not held by the guard, and with an answer only to the versions of now."""
    if _is_guarded(row) or row.answer is Answer.REJECTED:
        row = replace(row, hold=None)
    if row.fingerprint is None:
        return row
    is_same = row.fingerprint == fingerprint(row, appointment, terms)
    return row if is_same else replace(row, fingerprint=None, answer=None)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row as it stands, and the step that was decided about it as it was ``presented``."""

    row: Mapping
    step: Step
    appointment: Appointment | None


def judge(judged: Judged, allowed: Allowance, terms: Terms) -> Step | Held | None:
    """The step if it may be taken, the item if it is held; None: not now, it has to be counted first."""
    row, step, appointment = judged.row, judged.step, judged.appointment
    if appointment is None or step.mapping.answer is Answer.APPROVED:
        # That it was approved has to be known still when its write has landed.
        return step
    found = kinds(step)
    if step.mapping.answer is Answer.REJECTED and (found or step.conflict):
        # A conflict is only the same deletion under another policy: whoever rejected it is not asked again.
        return _instead(judged, appointment, Hold(HoldKind.IGNORED, Reason.REJECTED), terms)
    if not found:
        return replace(step, mapping=replace(step.mapping, fingerprint=None, answer=None))
    cause = next((allowed.causes[kind] for kind in Kind if kind in found and kind in allowed.causes), None)
    if cause := cause or _former_cause(row, found):
        made = _instead(judged, appointment, Hold(HoldKind.GUARDED, cause), terms)
        return made if made.is_unfit else _held(judged, made, found, cause)
    if any(allowed.room[kind] < 1 for kind in found):
        return None
    for kind in found:
        allowed.room[kind] -= 1
    return step


def _instead(judged: Judged, appointment: Appointment, hold: Hold, terms: Terms) -> Step:
    """What is done where the step is not: what the calendar may not show is taken out, and nothing comes in.

    What is unfit by an edit alone, which is not taken over, stays there with it.
    """
    row, landed = confirm(judged.row, terms)
    pair = Comparison(row, appointment, terms)
    if judged.step.is_unfit and (made := withdraw(pair)).is_unfit:
        # What was typed there is kept by the journal.
        made = replace(made, mapping=replace(made.mapping, fingerprint=None, answer=None))
    else:
        made = resting(pair, hold)
        mark = fingerprint(made.mapping, appointment, terms)
        made = replace(made, mapping=replace(made.mapping, fingerprint=mark))
    return replace(made, operations=landed + made.operations)


def _former_cause(row: Mapping, found: Map[Kind, Planned]) -> Reason | None:
    """Why a row was held that is held no longer for its number: whoever was asked has not answered yet."""
    if not _is_guarded(row) or row.hold is None:
        return None
    cause = Reason(row.hold.reason)
    return cause if CAUSES[cause] in found else None


def _is_guarded(row: Mapping) -> bool:
    return row.hold is not None and row.hold.kind is HoldKind.GUARDED


def _held(judged: Judged, rests: Step, found: Map[Kind, Planned], cause: Reason) -> Held:
    """The item as it rests: where these versions were asked about already, for the cause that was given."""
    row, step = judged.row, judged.step
    former = _former_cause(row, found) if row.fingerprint == rests.mapping.fingerprint else None
    cause = former or cause
    hold = Hold(HoldKind.GUARDED, cause)
    rests = replace(rests, mapping=replace(rests.mapping, hold=hold, is_commanded=False, answer=None))
    return Held(rests, cause, found[CAUSES[cause]], former is None, step.conflict, step.resolved)
