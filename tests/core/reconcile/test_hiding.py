"""What is hidden of an appointment whose event is the user's own, and of one that came from elsewhere."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest
from tests.core.pairs import (
    CLIENT,
    OTHER_LINK,
    TRAINING,
    appointment,
    copy,
    foreign,
    imported,
    lone,
    own,
    seen,
    shared,
    terms,
    unborn,
)

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import LOCATION, NOTES, TITLE, Content
from metonic_core.model.mapping import Absent, Mapping
from metonic_core.model.series import Override, Recurrence
from metonic_core.reconcile.alike import Standing
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.meeting import Neighbours
from metonic_core.reconcile.step import Step
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Rule, RuleField, Treatment, masked, projected

THIRD = UUID(int=51)
SERIES = replace(TRAINING, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=4",)))
SECRET = replace(
    SERIES,
    title="SECRET",
    location="SECRET",
    notes="SECRET",
    is_private=True,
    overrides=(Override(TRAINING.when.slot, title="SECRET", location="SECRET"),),
)
PUBLIC = replace(SECRET, is_private=False)


def under(treatment: Treatment) -> Terms:
    return terms(private=treatment)


def around(rules: tuple[Rule, ...], standing: Sequence[Standing], *events: Mapping) -> Neighbours:
    selection = replace(terms().selection, rules=rules)
    return Neighbours(standing, events, replace(terms(), selection=selection))


def edited(content: Content) -> Content:
    """Somebody wrote over the mask in the calendar."""
    return replace(content, title="Busy!", location="there", notes="mine")


def says(step: Step) -> str:
    """The title that the appointment has after the step."""
    return step.appointment.content.title if step.appointment else "as before"


@pytest.mark.parametrize("treatment", [Treatment.MASK, Treatment.EXCLUDE])
@pytest.mark.parametrize("group", [TITLE, LOCATION, NOTES])
def test_an_own_event_and_its_appointment_are_kept_apart_while_it_is_private_here(
    group: str, treatment: Treatment
) -> None:
    here = SECRET.take([group], edited(SECRET))
    there = PUBLIC.take([group], replace(PUBLIC, title="theirs", location="theirs", notes="theirs"))
    row = replace(seen(own(PUBLIC), there), can_write=False)

    step = decide(row, imported(here), under(treatment))

    assert says(step) == "as before"
    assert (step.write, step.conflict) == (None, None)
    assert step.mapping.seen == row.seen


def test_what_an_own_event_said_meanwhile_comes_in_once_the_appointment_is_public() -> None:
    there = replace(PUBLIC, title="Yoga")
    row = replace(seen(own(PUBLIC), there), can_write=False)
    rested = decide(row, imported(SECRET), under(Treatment.MASK)).mapping

    step = decide(rested.due(), imported(PUBLIC), under(Treatment.MASK))

    assert says(step) == "Yoga"
    assert step.mapping.seen is None


def test_an_own_event_brings_its_appointment_out_of_hiding() -> None:
    rules = (Rule(RuleField.TITLE, "secret"),)
    ruled = replace(terms(), selection=replace(terms().selection, rules=rules))

    renamed = decide(seen(own(PUBLIC), TRAINING), imported(PUBLIC), ruled)
    kept = decide(seen(own(PUBLIC), replace(PUBLIC, title="More secret")), imported(PUBLIC), ruled)
    public = decide(seen(own(SECRET), PUBLIC), imported(SECRET), under(Treatment.MASK))

    assert says(renamed) == "Training"
    assert says(kept) == "as before"
    assert public.appointment
    assert public.appointment.content == PUBLIC


def test_an_event_of_somebody_without_the_right_brings_nothing_out_of_hiding() -> None:
    theirs = replace(
        under(Treatment.MASK), selection=replace(under(Treatment.MASK).selection, user_id=CLIENT)
    )
    block = replace(SECRET, title="Block")
    row = replace(own(SECRET), external_base=block)

    step = decide(seen(row, replace(block, is_private=False)), shared(SECRET), theirs)

    assert (step.appointment, step.conflict) == (None, None)
    assert step.write is None or not set(map(str, step.write.groups)) & {TITLE, LOCATION, NOTES}


def elsewhere(content: Content) -> Appointment:
    return replace(imported(content), imported_from=OTHER_LINK)


def test_what_came_from_a_private_event_is_masked_elsewhere_even_where_private_is_included() -> None:
    forwarding = replace(under(Treatment.INCLUDE).selection, forward_imported=True)
    known = replace(SECRET, overrides=())

    assert projected(elsewhere(known), copy().origin, forwarding) == masked(known)
    assert forwarding.excludes(elsewhere(known)) is None
    assert not forwarding.masks(elsewhere(PUBLIC))


@pytest.mark.parametrize("treatment", [Treatment.MASK, Treatment.EXCLUDE])
def test_a_copy_in_place_of_an_own_event_is_masked_while_the_appointment_is_private(
    treatment: Treatment,
) -> None:
    step = decide(unborn(), imported(SECRET), under(treatment))

    assert step.write
    assert (step.write.content, step.write.is_masked) == (masked(SECRET), True)


def test_a_deleted_forwarded_copy_never_cancels_what_it_came_from() -> None:
    forwarding = replace(terms().selection, forward_imported=True)
    gone = replace(copy(), seen=Absent()).due()

    step = decide(gone, elsewhere(TRAINING), replace(terms(), selection=forwarding))

    assert step.appointment is None
    assert step.conflict


def test_what_matches_a_rule_looks_like_nothing_on_either_side() -> None:
    secret, rules = replace(TRAINING, notes="therapy"), (Rule(RuleField.NOTES, "therapy"),)
    pair, former = replace(own(secret), id=THIRD, appointment_id=THIRD), replace(imported(secret), id=THIRD)
    told, hidden = lone(foreign()), lone(foreign(secret))

    met = [
        around(rules, [Standing(appointment())], hidden).of_event(hidden),
        around(rules, [Standing(appointment(secret))], told).of_event(told),
        around(rules, [Standing(appointment(), unborn()), Standing(former, pair)]).of_appointment(
            unborn(), appointment()
        ),
    ]

    assert [meeting.twin for meeting in met] == [None, None, None]
    assert around((), [Standing(appointment())], hidden).of_event(hidden).twin
