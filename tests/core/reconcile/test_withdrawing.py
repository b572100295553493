"""A copy is withdrawn while it is edited on both sides: what collides is not taken for agreed.

And once that is resolved, what came in by it may be what leaves the appointment out.
"""

from dataclasses import replace

import pytest
from tests.core.pairs import TRAINING, appointment, copy, seen, terms
from tests.core.resolutions import EXACT, EXTERNAL, LOCAL, MERGE, deleted, resolved

from metonic_core.model.content import TITLE
from metonic_core.model.mapping import WriteKind
from metonic_core.model.resolution import ResolutionKind
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.step import Reason, Side
from metonic_core.selection import Direction, Rule, RuleField

RULES = (Rule(RuleField.TITLE, "boxing"),)
RULED = replace(EXACT, selection=replace(EXACT.selection, rules=RULES))
YOGA, BOXING, PILATES = (replace(TRAINING, title=t) for t in ("Yoga", "Boxing", "Pilates"))


def test_what_collides_as_a_copy_is_withdrawn_does_not_come_in_with_the_next_edit() -> None:
    private = appointment(replace(YOGA, is_private=True))

    withdrawn = decide(seen(copy(), BOXING), private, terms())
    # The erasure is refused, because the copy was edited once more.
    step = decide(seen(withdrawn.mapping, PILATES), private, terms())

    assert withdrawn.write
    assert step.write
    assert (withdrawn.appointment, step.appointment) == (None, None)
    assert step.write.before == PILATES


def test_what_collided_is_asked_about_if_the_copy_may_stay_after_all() -> None:
    private = appointment(replace(YOGA, is_private=True))

    withdrawn = decide(seen(copy(), BOXING), private, terms())
    # The erasure is refused, or was not even tried, and the appointment is not private any more.
    for row in (seen(withdrawn.mapping, BOXING), withdrawn.mapping.due()):
        step = decide(row, appointment(YOGA), terms())

        assert step.conflict
        assert (step.conflict.local, step.conflict.external) == (YOGA, BOXING)


@pytest.mark.parametrize(("way", "picks"), [(EXTERNAL, None), (MERGE, {TITLE: Side.EXTERNAL})])
def test_a_copy_goes_whose_side_is_kept_and_says_what_a_rule_leaves_out(
    way: ResolutionKind, picks: dict[str, Side] | None
) -> None:
    step = resolved(seen(copy(), BOXING), appointment(YOGA), way, RULED, picks)

    assert step.appointment
    assert step.appointment.content == BOXING
    assert step.write
    assert (step.write.kind, step.write.reason) == (WriteKind.DELETE, Reason.HIDDEN)
    assert step.mapping.external_base == BOXING
    assert [o.reason for o in step.operations] == [Reason.RESOLVED]
    assert step.mapping.hold is None


def test_what_was_edited_here_meanwhile_is_not_sent_to_a_copy_that_goes_by_a_decision() -> None:
    here = appointment(replace(YOGA, location="At home"))

    step = resolved(seen(copy(), BOXING), here, EXTERNAL, RULED)

    assert step.write
    assert (step.write.kind, step.write.content) == (WriteKind.DELETE, None)


def test_a_copy_goes_whose_location_comes_in_beside_what_is_kept_and_matches_a_rule() -> None:
    rules = (Rule(RuleField.LOCATION, "gym"),)
    under = replace(EXACT, selection=replace(EXACT.selection, rules=rules))

    step = resolved(seen(copy(), replace(BOXING, location="Gym")), appointment(YOGA), LOCAL, under)

    assert step.appointment
    assert step.appointment.content == replace(YOGA, location="Gym")
    assert step.write
    assert step.write.kind is WriteKind.DELETE


def test_a_copy_goes_whose_appointment_stands_again_as_a_rule_leaves_it_out() -> None:
    step = resolved(seen(copy(), BOXING), deleted(appointment()), EXTERNAL, RULED)

    assert step.appointment
    assert not step.appointment.is_deleted
    assert step.write
    assert (step.write.kind, step.write.reason) == (WriteKind.DELETE, Reason.HIDDEN)


def test_what_was_decided_is_not_asked_about_again_if_the_copy_may_stay_after_all() -> None:
    withdrawn = resolved(seen(copy(), BOXING), appointment(YOGA), EXTERNAL, RULED)
    assert withdrawn.appointment

    step = decide(withdrawn.mapping.due(), withdrawn.appointment, EXACT)

    assert (step.conflict, step.write, step.appointment) == (None, None, None)


def test_nothing_is_taken_out_by_that_of_a_calendar_that_is_only_read() -> None:
    read_only = replace(RULED, selection=replace(RULED.selection, direction=Direction.PULL))

    step = decide(seen(copy(), BOXING), appointment(), read_only)

    assert step.appointment
    assert step.write is None
