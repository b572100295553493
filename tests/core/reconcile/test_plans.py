"""What a plan shows of what a run would do."""

from dataclasses import replace

from tests.core.pairs import TRAINING, appointment, copy, hour, imported, own, seen, terms

from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.guard import planned
from metonic_core.selection import Treatment, masked


def test_a_plan_holds_nothing_of_what_the_calendar_is_not_shown() -> None:
    secret = replace(TRAINING, notes="SECRET", is_private=True)
    moved = replace(TRAINING, when=hour(2))
    masked_copy = replace(seen(copy(masked(secret)), masked(moved)), is_masked=True)
    own_event = replace(seen(own(secret), replace(secret, when=moved.when)), can_write=True)
    busy = (own(secret).due(), imported(replace(secret, when=moved.when, title="SECRET")))
    for row, here in [(masked_copy, appointment(secret)), (own_event, imported(secret)), busy]:
        steps = planned(decide(row, here, terms(private=Treatment.MASK)))

        assert steps
        assert [step.after.when for step in steps if step.after] == [moved.when]
        assert "SECRET" not in repr([step.after for step in steps])
