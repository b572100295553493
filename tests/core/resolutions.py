"""What a run does about a conflict once somebody has decided about it, for tests to ask."""

from collections.abc import Mapping as Picks
from dataclasses import replace

from tests.core.pairs import (
    TRAINING,
    same,
    sending,
    stored,
    terms,
)

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import (
    Content,
    Group,
)
from metonic_core.model.mapping import Absent, Mapping, Sent
from metonic_core.model.resolution import ResolutionKind
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.landing import outcome_of
from metonic_core.reconcile.resolving import (
    resolution_of,
)
from metonic_core.reconcile.step import Conflict, Side, Step
from metonic_core.reconcile.terms import Terms
from metonic_core.spi import Stored

EXACT = replace(terms(), same=same)
HERE, THERE = replace(TRAINING, title="Here"), replace(TRAINING, title="There")
LOCAL, EXTERNAL = ResolutionKind.KEEP_LOCAL, ResolutionKind.KEEP_EXTERNAL
MERGE, RECENT = ResolutionKind.MERGE, ResolutionKind.MOST_RECENT


def conflict_of(row: Mapping, one: Appointment, at: Terms = EXACT) -> Conflict:
    conflict = decide(row, one, at).conflict
    assert conflict is not None
    return conflict


def resolved(
    row: Mapping,
    one: Appointment,
    way: ResolutionKind,
    at: Terms = EXACT,
    picks: Picks[Group, Side] | None = None,
) -> Step:
    """The step of a run after a person has decided so about what the run before showed."""
    decided = resolution_of(conflict_of(row, one, at), way, picks)
    return decide(replace(row, resolution=decided), one, at)


def held(row: Mapping, one: Appointment) -> Mapping:
    """The row as a run leaves it that meets the conflict."""
    return decide(row, one, EXACT).mapping


def deleted(one: Appointment) -> Appointment:
    return replace(one, is_deleted=True)


def landed(step: Step, there: Content) -> Mapping:
    """The row after the provider stored what the step asked for."""
    row, write = step.mapping, step.write
    if write is None or write.content is None:
        return row
    sent = Sent("op1", write.content, write.groups)
    content = there.take(write.groups, write.content)
    made, _ = outcome_of(sending(row, sent), Stored(stored(row, content, "etag-landed", "op1")), EXACT)
    return made


def gone(row: Mapping) -> Mapping:
    return replace(row, seen=Absent()).due()
