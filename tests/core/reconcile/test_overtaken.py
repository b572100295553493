"""What a late write of ours may have overwritten unseen is in the journal before the base moves on."""

from dataclasses import replace

import pytest
from tests.core.pairs import CLIENT, TRAINING, appointment, copy, seen, shared, terms

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import TITLE, Content
from metonic_core.model.mapping import Mapping, Sent
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.step import Operation, Reason
from metonic_core.reconcile.terms import Terms

FOREIGN, FIRST = replace(TRAINING, title="Party"), replace(TRAINING, title="Draft")
REVERT = Sent("op9", TRAINING, frozenset({TITLE}))


def reverting(here: Appointment, on: Terms) -> Mapping:
    """A copy that somebody retitled who may not, and whose revert was sent and never seen to land."""
    step = decide(seen(copy(), FOREIGN, "etag-2"), here, on)
    assert step.write
    assert step.write.reason is Reason.NOT_YOURS_TO_EDIT
    assert step.mapping.external_base == FOREIGN
    return replace(step.mapping, unconfirmed=(REVERT,))


def overwritten(operations: tuple[Operation, ...]) -> list[Content | None]:
    return [o.before for o in operations if o.reason is Reason.OVERWRITTEN_UNSEEN]


@pytest.mark.parametrize("restored", [TRAINING, FIRST])
def test_a_text_that_was_never_agreed_is_kept_when_another_stands_in_its_place(restored: Content) -> None:
    row = reverting(shared(), terms(CLIENT))

    step = decide(seen(row, restored, "etag-3"), shared(), terms(CLIENT))

    assert overwritten(step.operations) == [FOREIGN]


def test_it_is_kept_when_the_copy_is_erased_too() -> None:
    row = reverting(shared(), terms(CLIENT))
    gone = replace(shared(), participants=())

    step = decide(seen(row, TRAINING, "etag-3"), gone, terms(CLIENT))

    assert step.write
    assert overwritten(step.operations) == [FOREIGN]


def test_a_text_that_still_stands_there_is_not_journalled() -> None:
    row = reverting(shared(), terms(CLIENT))

    assert overwritten(decide(seen(row, FOREIGN, "etag-3"), shared(), terms(CLIENT)).operations) == []


def test_what_both_sides_had_agreed_on_is_not_journalled() -> None:
    row = replace(copy(), unconfirmed=(Sent("op9", FIRST, frozenset({TITLE})),))

    step = decide(seen(row, FOREIGN), appointment(), terms())

    assert overwritten(step.operations) == []
