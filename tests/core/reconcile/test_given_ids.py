"""Copies at a provider that gives ids of its own: they are known by the identity they were created with."""

from dataclasses import replace
from uuid import UUID

from tests.core.pairs import KEY, ROW, TRAINING, appointment, foreign, lone, marker, terms, unborn

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Mapping, Sent
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.importing import ABSORBED
from metonic_core.reconcile.onesided import Lone, decide_event
from metonic_core.reconcile.step import Step

YOGA = replace(TRAINING, title="Yoga")
OTHER_ROW = UUID(int=77)


def waiting() -> Mapping:
    """The row of the appointment, which has no event yet."""
    return replace(unborn(), id=OTHER_ROW)


def met(event: StoredEvent, one: Appointment, claim: Mapping) -> Step:
    return decide_event(Lone(lone(event), one, claim), terms())


def given(content: Content = TRAINING, operation: str = "op1") -> StoredEvent:
    """A copy at a provider that gives ids of its own."""
    made = marker(operation)
    return replace(foreign(content), id="given", identity=str(made.identity), marker=KEY.sign(made))


def test_our_copy_is_known_by_the_identity_it_was_created_with() -> None:
    step = met(given(YOGA), appointment(), waiting())

    (adopter,) = step.others
    assert (adopter.id, adopter.event_id) == (OTHER_ROW, "given")
    assert (step.mapping.id, step.mapping.closed) == (ROW, ABSORBED)


def test_a_users_duplicate_of_our_copy_is_their_own_event() -> None:
    assert met(replace(given(), identity=None), appointment(), waiting()).is_import


def test_a_copy_that_its_row_remembers_to_have_sent_is_merged_from_what_was_sent() -> None:
    sent = Sent("op1", TRAINING, TRAINING.groups())
    edited_there = replace(TRAINING, notes="Bring water")

    step = met(given(edited_there), appointment(), replace(waiting(), unconfirmed=(sent,)))
    following = decide(step.others[0], appointment(), terms())

    assert step.operations == ()
    assert following.write is None
    assert following.appointment
    assert following.appointment.content == edited_there
