"""Which of our writes happened: told by stamps on copies, by comparing on the user's own events."""

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.core.pairs import (
    KEY,
    NOW,
    TRAINING,
    appointment,
    copy,
    foreign,
    imported,
    own,
    sending,
    stored,
    terms,
)

from metonic_core.model.content import LOCATION, NOTES, TITLE, Content, Group
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Look, Mapping, Observed, Sent
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.landing import confirm, outcome_of, settle
from metonic_core.reconcile.step import Act, Operation, Reason, Said, Side
from metonic_core.spi import Seen, Stored

YOGA, BOXING = (replace(TRAINING, title=t) for t in ("Yoga", "Boxing"))
TO_YOGA, TO_BOXING = Sent("op1", YOGA, frozenset({TITLE})), Sent("op2", BOXING, frozenset({TITLE}))
TO_TITLE = frozenset({TITLE})
UPDATED = Operation(
    Side.EXTERNAL,
    Act.UPDATE,
    Reason.EDITED_HERE,
    TO_TITLE,
    TRAINING,
    YOGA.only(TO_TITLE),
    Said(TRAINING.only(TO_TITLE), YOGA.only(TO_TITLE)),
)


def shows(row: Mapping, content: Content, operation: str = "op0", etag: str = "etag-new") -> StoredEvent:
    return stored(row, content, etag, operation)


def agreed(row: Mapping, content: Content) -> bool:
    return (
        (row.local_base, row.external_base) == (content, content)
        and row.seen is None
        and row.unconfirmed == ()
        and row.intent is None
    )


def test_the_stamp_of_an_operation_says_that_it_landed() -> None:
    row = sending(copy(), TO_YOGA)

    made, done = settle(row, Seen(shows(row, YOGA, "op1")), terms())

    assert agreed(made, YOGA)
    assert (made.etag, made.wanted) == ("etag-new", None)
    assert done == (UPDATED,)


def test_without_its_stamp_an_operation_has_not_landed() -> None:
    row = sending(copy(), TO_YOGA)

    made, done = settle(row, Seen(shows(row, TRAINING, "op0")), terms())

    assert (made.intent, made.local_base, made.unconfirmed) == (None, TRAINING, (TO_YOGA,))
    assert made.wanted is not None
    assert done == ()


def test_the_answer_to_a_write_is_an_observation_like_any_other() -> None:
    row = sending(copy(), TO_YOGA)
    event = shows(row, YOGA, "op1")

    assert outcome_of(row, Stored(event), terms()) == settle(row, Seen(event), terms())


def test_an_older_operation_that_lands_late_is_the_base_for_what_follows() -> None:
    row = sending(copy(), TO_YOGA, TO_BOXING)

    made, done = settle(row, Seen(shows(row, YOGA, "op1")), terms())
    step = decide(made, appointment(BOXING), terms())

    assert (made.local_base, made.external_base, made.unconfirmed) == (YOGA, YOGA, (TO_BOXING,))
    assert made.wanted is not None
    assert done == (UPDATED,)
    assert step.write
    assert (step.write.groups, step.conflict) == (frozenset({TITLE}), None)


def test_a_landing_that_is_seen_later_is_noticed_when_it_is_seen() -> None:
    row = replace(copy(), unconfirmed=(TO_YOGA, TO_BOXING))
    event = shows(row, YOGA, "op1")

    step = decide(replace(row, seen=Observed(event)).due(), appointment(BOXING), terms())

    assert step.mapping.local_base == YOGA
    assert step.operations == (UPDATED,)
    assert step.write
    assert step.write.content == BOXING


def test_the_landing_of_the_latest_operation_settles_the_earlier_ones() -> None:
    row = sending(copy(), TO_YOGA, TO_BOXING)

    made, _ = settle(row, Seen(shows(row, BOXING, "op2")), terms())

    assert agreed(made, BOXING)


def test_the_stamp_of_an_unknown_operation_says_nothing() -> None:
    row = sending(copy(), TO_YOGA)

    made, done = settle(row, Seen(shows(row, BOXING, "op9")), terms())

    assert (made.local_base, made.unconfirmed, done) == (TRAINING, (TO_YOGA,), ())


def test_the_stamp_of_another_copy_says_nothing() -> None:
    row = sending(copy(), TO_YOGA)
    event = replace(shows(row, YOGA), marker=KEY.sign(replace(row.marker("op1"), generation=2)))

    made, _ = settle(row, Seen(event), terms())

    assert (made.local_base, made.unconfirmed) == (TRAINING, (TO_YOGA,))


def test_a_stamp_that_somebody_removed_says_nothing() -> None:
    row = sending(copy(), TO_YOGA)

    made, _ = settle(row, Seen(replace(shows(row, YOGA, "op1"), marker=None)), terms())

    assert (made.local_base, made.unconfirmed) == (TRAINING, (TO_YOGA,))


def test_an_edit_on_top_of_a_stamped_write_is_an_edit() -> None:
    row = sending(copy(), TO_YOGA)
    edited = replace(YOGA, notes="Bring a towel")

    made, _ = settle(row, Seen(shows(row, edited, "op1")), terms())
    step = decide(made, appointment(YOGA), terms())

    assert (made.local_base, made.external_base) == (YOGA, YOGA)
    assert isinstance(made.seen, Observed)
    assert step.appointment
    assert (step.appointment.content, step.write) == (edited, None)


def test_what_a_provider_stores_in_a_form_of_its_own_has_landed() -> None:
    sent = replace(TRAINING, notes="Towel")
    row = sending(copy(), Sent("op1", sent, frozenset({NOTES})))

    made, _ = settle(row, Seen(shows(row, replace(sent, notes="Towel\n"), "op1")), terms())

    assert made.local_base == sent
    assert made.external_base == replace(sent, notes="Towel\n")
    assert made.seen is None


def test_on_a_users_event_what_equals_the_value_sent_has_landed() -> None:
    row = sending(own(), TO_YOGA)

    made, done = settle(row, Seen(shows(row, YOGA)), terms())

    assert agreed(made, YOGA)
    assert made.wanted is None
    assert done == (UPDATED,)


def test_on_a_users_event_what_equals_the_prior_base_has_not_landed() -> None:
    row = sending(own(), TO_YOGA)

    made, done = settle(row, Seen(shows(row, TRAINING, etag="etag-agreed")), terms())
    step = decide(made, imported(YOGA), terms())

    assert (made.local_base, made.unconfirmed, done) == (TRAINING, (TO_YOGA,), ())
    assert step.write
    assert step.write.groups == {TITLE}


def test_on_a_users_event_a_third_value_is_an_edit_on_top_of_ours() -> None:
    row = sending(own(), TO_YOGA)

    made, _ = settle(row, Seen(shows(row, BOXING)), terms())
    step = decide(made, imported(YOGA), terms())

    assert (made.local_base, made.external_base) == (YOGA, YOGA)
    assert step.conflict is None
    assert step.appointment
    assert step.appointment.content == BOXING


def test_on_a_users_event_a_third_value_is_no_edit_on_top_of_what_shows_nowhere() -> None:
    sent = replace(YOGA, notes="Towel")
    row = sending(own(), Sent("op1", sent, frozenset({TITLE, NOTES})))

    made, done = settle(row, Seen(shows(row, BOXING)), terms())
    step = decide(made, imported(sent), terms())

    assert (made.intent, made.local_base, done) == (None, TRAINING, ())
    assert step.conflict
    assert step.conflict.groups == {TITLE}


def test_a_users_event_is_recognised_group_by_group() -> None:
    sent = replace(YOGA, notes="Towel", location="Gym")
    row = sending(own(), Sent("op1", sent, frozenset({TITLE, NOTES, "location"})))
    there = replace(TRAINING, title="Yoga", location="Pool")

    made, done = settle(row, Seen(shows(row, there)), terms())
    step = decide(made, imported(sent), terms())

    assert done[0].groups == {TITLE, "location"}
    assert step.appointment
    assert step.appointment.content == replace(sent, location="Pool")
    assert step.write
    assert step.write.groups == {NOTES}


def test_a_users_event_shows_an_older_write_that_landed_late() -> None:
    row = sending(own(), TO_YOGA, TO_BOXING)

    made, _ = settle(row, Seen(shows(row, YOGA)), terms())
    step = decide(made, imported(BOXING), terms())

    assert (made.local_base, made.unconfirmed) == (YOGA, (TO_BOXING,))
    assert (step.conflict, step.write and step.write.content) == (None, BOXING)


@pytest.mark.parametrize(("first", "left"), [(TITLE, {TITLE, LOCATION}), (LOCATION, {TITLE})])
def test_what_an_older_write_did_not_bring_to_a_users_event_stays_due(first: Group, left: set[Group]) -> None:
    both = replace(BOXING, location="Ring")
    earlier = Sent("op1", replace(YOGA, location="Ring"), frozenset({first}))
    row = sending(own(), earlier, Sent("op2", both, frozenset({TITLE, LOCATION})))
    landed = TRAINING.take([first], earlier.content)

    made, _ = settle(row, Seen(foreign(landed)), terms())
    step = decide(made, appointment(both), terms())

    assert made.wanted is not None
    assert step.write
    assert step.write.groups == left


def test_much_later_a_third_value_is_somebodys_edit_and_collides() -> None:
    row = replace(own(), unconfirmed=(TO_YOGA,))

    step = decide(replace(row, seen=Observed(shows(row, BOXING))).due(), imported(YOGA), terms())

    assert step.conflict
    assert step.conflict.groups == {TITLE}


def test_an_edit_meanwhile_stays_due_when_an_older_write_is_answered() -> None:
    row = sending(copy(), TO_YOGA).due()

    made, _ = outcome_of(row, Stored(shows(row, YOGA, "op1")), terms())

    assert made.wanted == row.wanted


def test_without_anything_unconfirmed_there_is_nothing_to_ask() -> None:
    row = replace(copy(), seen=Observed(shows(copy(), YOGA)))

    assert confirm(row, terms()) == (row, ())
    assert confirm(replace(copy(), unconfirmed=(TO_YOGA,), seen=Look()), terms())[1] == ()


@pytest.mark.parametrize("row", [copy(), own()], ids=["copy", "own"])
def test_a_landing_that_became_known_is_fresh_from_then_on(row: Mapping) -> None:
    long_ago = replace(sending(row, TO_YOGA), wrote_at=NOW - timedelta(days=1))

    made, _ = settle(long_ago, Seen(shows(long_ago, YOGA, "op1")), terms(lag=timedelta(minutes=1)))

    assert made.wrote_at == NOW


def test_settling_takes_a_row_with_an_intent() -> None:
    with pytest.raises(ValueError, match="without an intent"):
        settle(copy(), Seen(shows(copy(), TRAINING)), terms())
