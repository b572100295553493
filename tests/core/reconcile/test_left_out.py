"""An event that its user left out of the calendar is theirs alone, whatever becomes of the appointment."""

from dataclasses import replace

import pytest
from tests.core.pairs import APPOINTMENT, OWN_ID, TRAINING, copy, imported, own, seen, terms

from metonic_core.model.mapping import Hold, HoldKind, Look, Mapping
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.observe import take
from metonic_core.reconcile.step import Act, Reason
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Choice, Direction
from metonic_core.spi import Unreadable

YOGA = replace(TRAINING, title="Yoga")
GONE = replace(imported(), is_deleted=True)
ODD = Unreadable(OWN_ID, "odd", "It has no start.")


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


def test_what_cannot_be_read_stays_let_go_while_nobody_wants_it_back() -> None:
    unlinked = decide(own().due(), GONE, left_out()).mapping
    unread = take(replace(unlinked, seen=Look()).due(), ODD, left_out())

    step = decide(unread, GONE, left_out())

    assert (step.mapping.hold, step.mapping.wanted) == (unlinked.hold, None)
    assert (step.write, step.operations) == (None, ())


@pytest.mark.parametrize("wanted_again", ["before it is read", "afterwards"])
@pytest.mark.parametrize("row", [own(), replace(copy(), can_write=False)], ids=["own", "copy"])
def test_what_cannot_be_read_and_is_wanted_again_is_set_aside(row: Mapping, wanted_again: str) -> None:
    unlinked = replace(decide(row.due(), GONE, left_out()).mapping, seen=Look())
    is_late = wanted_again == "afterwards"
    unread = take(unlinked, ODD, terms()).due() if is_late else take(unlinked.due(), ODD, terms())
    assert unread.wanted

    step = decide(unread, imported(), terms())

    assert (step.write, step.appointment, step.operations) == (None, None, ())
    assert take(step.mapping, ODD, terms()).hold == Hold(HoldKind.QUARANTINE, "It has no start.")
