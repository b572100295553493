"""An event that its user left out of the calendar is theirs alone, whatever becomes of the appointment."""

from dataclasses import replace

import pytest
from tests.core.pairs import APPOINTMENT, TRAINING, copy, imported, own, seen, terms

from metonic_core.model.mapping import HoldKind, Mapping
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.step import Act, Reason
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Choice, Direction

YOGA = replace(TRAINING, title="Yoga")
GONE = replace(imported(), is_deleted=True)


def left_out() -> Terms:
    return replace(terms(), selection=replace(terms().selection, choices={APPOINTMENT: Choice.NEVER}))


@pytest.mark.parametrize("row", [own().due(), seen(own(), YOGA)])
def test_it_stays_when_the_appointment_is_cancelled_before_any_run_heard_of_the_choice(row: Mapping) -> None:
    step = decide(row, GONE, left_out())

    assert (step.write, step.conflict) == (None, None)
    assert step.mapping.hold
    assert step.mapping.hold.kind is HoldKind.UNLINKED
    assert [operation.act for operation in step.operations] == [Act.UNLINK]


def test_an_edit_of_it_later_asks_nobody() -> None:
    unlinked = decide(own().due(), GONE, left_out()).mapping

    step = decide(seen(unlinked, YOGA), GONE, left_out())

    assert (step.write, step.conflict, step.operations) == (None, None, ())


def test_a_copy_of_a_cancelled_appointment_goes_whatever_was_chosen() -> None:
    assert decide(copy().due(), GONE, left_out()).write


@pytest.mark.parametrize("direction", [Direction.BOTH, Direction.PULL])
def test_an_edit_there_of_what_was_let_go_is_not_heard(direction: Direction) -> None:
    out = left_out()
    one_way = replace(out, selection=replace(out.selection, direction=direction))
    unlinked = decide(own().due(), imported(), out).mapping

    step = decide(seen(unlinked, YOGA), imported(), one_way)

    assert (step.write, step.appointment, step.operations) == (None, None, ())


def test_what_may_not_be_written_is_not_erased_with_its_appointment_either() -> None:
    step = decide(replace(own().due(), can_write=False), GONE, terms())

    assert step.write is None
    assert [(o.act, o.reason) for o in step.operations] == [(Act.UNLINK, Reason.NOT_WRITABLE)]
