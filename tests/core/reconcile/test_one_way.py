"""What a run that goes one way takes of a step; whatever it leaves is decided as ever by the next one."""

from dataclasses import replace

import pytest
from tests.core.pairs import (
    CLIENT,
    TRAINING,
    appointment,
    copy,
    hour,
    imported,
    lone,
    own,
    seen,
    shared,
    terms,
    unborn,
)
from tests.core.reconcile.test_splits import second_half, truncated
from tests.core.strategies import SERIES

from metonic_core.model.appointment import Appointment
from metonic_core.model.mapping import Absent, Mapping
from metonic_core.model.resolution import ResolutionKind
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.onesided import Lone, decide_event
from metonic_core.reconcile.restraint import one_way
from metonic_core.reconcile.step import Reason
from metonic_core.selection import Direction, Treatment

YOGA = replace(TRAINING, title="Yoga")
ELSEWHERE = replace(TRAINING, when=hour(3))
OUT: list[tuple[Mapping, Appointment]] = [
    (unborn(), appointment()),
    (copy().due(), appointment(YOGA)),
    (copy().due(), replace(appointment(), is_deleted=True)),
]
IN: list[tuple[Mapping, Appointment]] = [
    (seen(own(), YOGA), imported()),
    (replace(own(), seen=Absent()).due(), imported()),
]
BOTH = (seen(copy(), ELSEWHERE), appointment(YOGA))
PRIVATE = replace(TRAINING, is_private=True)
ONE_WAY = [Direction.PUSH, Direction.PULL]


@pytest.mark.parametrize(("row", "here"), [*OUT, *IN, BOTH])
def test_a_run_that_goes_both_ways_takes_all_of_it(row: Mapping, here: Appointment) -> None:
    step = decide(row, here, terms())

    assert one_way(None, row, step) is step


@pytest.mark.parametrize(("row", "here"), OUT)
def test_what_goes_out_is_no_matter_of_a_run_that_takes_in(row: Mapping, here: Appointment) -> None:
    step = decide(row, here, terms())
    assert step.write

    assert one_way(Direction.PUSH, row, step) is step
    left = one_way(Direction.PULL, row, step)

    assert left
    assert (left.write, left.mapping.wanted) == (None, row.wanted)
    assert decide(left.mapping, here, terms()).write == step.write


@pytest.mark.parametrize(("row", "here"), IN)
def test_what_comes_in_is_no_matter_of_a_run_that_sends(row: Mapping, here: Appointment) -> None:
    step = decide(row, here, terms())
    assert step.appointment

    assert one_way(Direction.PULL, row, step) is step
    assert one_way(Direction.PUSH, row, step) is None


def test_what_moved_on_both_sides_comes_in_alone_and_then_goes_out() -> None:
    row, here = BOTH
    step = decide(row, here, terms())
    assert step.write

    left = one_way(Direction.PULL, row, step)

    assert left
    assert left.appointment
    assert decide(left.mapping, left.appointment, terms()).write == step.write
    assert one_way(Direction.PUSH, row, step) is None


def test_a_conflict_that_takes_words_out_of_the_calendar_does_so_in_the_next_run() -> None:
    row, here = seen(copy(), replace(YOGA, notes="Knee")), appointment(replace(TRAINING, title="Boxing"))
    under = replace(terms(), selection=replace(terms().selection, include_notes=False))
    step = decide(row, here, under)
    assert step.conflict
    assert step.write

    left = one_way(Direction.PULL, row, step)

    assert left
    again = decide(left.mapping, here, under)
    assert again.conflict
    assert (again.conflict.fingerprint, again.write) == (step.conflict.fingerprint, step.write)


@pytest.mark.parametrize("only", ONE_WAY)
@pytest.mark.parametrize("treatment", [Treatment.EXCLUDE, Treatment.MASK])
@pytest.mark.parametrize("row", [copy().due(), seen(copy(), ELSEWHERE)])
def test_what_is_hidden_by_now_is_taken_out_whichever_way_the_run_goes(
    only: Direction, treatment: Treatment, row: Mapping
) -> None:
    step = decide(row, appointment(PRIVATE), terms(private=treatment))
    assert step.write

    assert one_way(only, row, step) is step


@pytest.mark.parametrize("only", ONE_WAY)
def test_what_is_no_concern_of_its_user_is_taken_out_whichever_way_the_run_goes(only: Direction) -> None:
    row = copy().due()
    step = decide(row, appointment(), terms(CLIENT))
    assert step.write
    assert step.write.reason is Reason.NOT_CONCERNED

    assert one_way(only, row, step) is step


@pytest.mark.parametrize("only", ONE_WAY)
def test_the_second_half_of_a_series_comes_in_with_its_stamp_or_not_yet(only: Direction) -> None:
    row = lone(second_half())
    step = decide_event(Lone(row, shared(SERIES), truncated()), terms())
    assert step.is_import
    assert step.write

    assert one_way(only, row, step) is None


def test_what_was_resolved_is_carried_out_whole_or_not_yet() -> None:
    row, here = seen(copy(), replace(YOGA, location="Hall")), appointment(replace(TRAINING, title="Boxing"))
    under = replace(terms(), selection=replace(terms().selection, conflict_policy=ResolutionKind.KEEP_LOCAL))
    step = decide(row, here, under)
    assert step.resolved
    assert step.write

    assert one_way(Direction.PULL, row, step) is None
    taken = replace(under.selection, conflict_policy=ResolutionKind.KEEP_EXTERNAL)
    step = decide(row, here, replace(under, selection=taken))
    assert step.resolved
    assert one_way(Direction.PULL, row, step) is step
