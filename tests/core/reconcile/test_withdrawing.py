"""A copy is withdrawn while it is edited on both sides: what collides is not taken for agreed."""

from dataclasses import replace

from tests.core.pairs import TRAINING, appointment, copy, seen, terms

from metonic_core.reconcile.decide import decide

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
