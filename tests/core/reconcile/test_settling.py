"""What became of a write: created, updated or erased; found, absent or another's; refused or unknown."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.core.pairs import (
    KEY,
    NOW,
    TRAINING,
    appointment,
    copy,
    event_id,
    foreign,
    own,
    sending,
    stored,
    terms,
    unborn,
)

from metonic_core.model.content import TITLE, Content
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import (
    Absent,
    HoldKind,
    Illegible,
    Look,
    Mapping,
    Sent,
    WriteKind,
)
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.landing import ERASED, outcome_of, settle
from metonic_core.reconcile.observe import take
from metonic_core.reconcile.step import Act, Operation, Reason, Side
from metonic_core.spi import (
    AccessDenied,
    CalendarGone,
    EtagMismatch,
    Failed,
    Foreign,
    Gone,
    IdentityTaken,
    NotFound,
    ProviderError,
    RateLimited,
    Removed,
    Seen,
    Stored,
    Unacceptable,
    Unavailable,
    Unknown,
    Unreadable,
)

YOGA, BOXING = (replace(TRAINING, title=title) for title in ("Yoga", "Boxing"))
FIRST = Sent("op1", TRAINING, TRAINING.groups(), reason=Reason.NEW_HERE)
LAG = timedelta(minutes=1)
EVENT_ID = event_id(unborn().marker("").identity)
MISSING = Gone(EVENT_ID, is_firm=False)


def creating() -> Mapping:
    return sending(replace(unborn(), event_id=EVENT_ID), FIRST, kind=WriteKind.CREATE)


def updating() -> Mapping:
    return sending(copy(), Sent("op1", YOGA, frozenset({TITLE})))


def erasing() -> Mapping:
    return sending(copy(), kind=WriteKind.DELETE)


WRITES = {"create": creating(), "update": updating(), "delete": erasing()}
every_write = pytest.mark.parametrize("row", WRITES.values(), ids=WRITES)


def made_by(operation: str, content: Content = TRAINING) -> StoredEvent:
    return stored(replace(unborn(), event_id=EVENT_ID), content, "etag-1", operation)


def test_a_create_that_is_found_with_its_stamp_landed() -> None:
    made, done = settle(creating(), Seen(made_by("op1")), terms())

    assert (made.intent, made.seen, made.unconfirmed, made.wanted) == (None, None, (), None)
    assert (made.local_base, made.external_base, made.etag) == (TRAINING, TRAINING, "etag-1")
    assert done == (Operation(Side.EXTERNAL, Act.CREATE, Reason.NEW_HERE, TRAINING.groups(), after=TRAINING),)


def test_a_create_that_is_absent_is_made_again_with_the_same_identity() -> None:
    made, done = settle(creating(), MISSING, terms())
    step = decide(made, appointment(), terms())

    assert (made.intent, made.generation, done) == (None, 1, ())
    assert step.write
    assert (step.write.kind, step.mapping.generation) == (WriteKind.CREATE, 1)


@pytest.mark.parametrize(
    "marker", [None, "a marker nobody signed", KEY.sign(replace(unborn().marker("op1"), generation=9))]
)
def test_a_create_that_finds_another_event_there_tries_the_next_generation(marker: str | None) -> None:
    taken = replace(foreign(), id=EVENT_ID, marker=marker)

    made, done = settle(creating(), Seen(taken), terms())

    assert (made.generation, made.event_id, made.unconfirmed, made.intent) == (2, None, (), None)
    assert made.wanted is not None
    assert done == ()


def test_a_create_that_finds_our_copy_of_another_life_adopts_it_and_the_platform_wins() -> None:
    found = made_by("op-of-another-life", YOGA)

    made, done = settle(creating(), Seen(found), terms())
    step = decide(made, appointment(), terms())

    assert done == (Operation(Side.EXTERNAL, Act.LINK, Reason.ADOPTED, before=YOGA),)
    assert (made.local_base, made.external_base, made.wrote_at) == (YOGA, YOGA, NOW)
    assert made.unconfirmed == ()
    assert step.write
    assert (step.write.kind, step.write.groups, step.write.content) == (
        WriteKind.UPDATE,
        frozenset({TITLE}),
        TRAINING,
    )
    assert (step.conflict, step.appointment) == (None, None)


def test_an_earlier_create_of_the_row_is_recognised_by_its_stamp() -> None:
    row = sending(replace(creating(), intent=None), Sent("op2", YOGA, YOGA.groups()), kind=WriteKind.CREATE)

    made, _ = settle(row, Seen(made_by("op1")), terms())

    assert (made.local_base, made.external_base) == (TRAINING, TRAINING)
    assert [s.operation for s in made.unconfirmed] == ["op2"]
    assert made.wanted is not None


@every_write
def test_a_write_that_may_still_be_invisible_is_left_open(row: Mapping) -> None:
    assert settle(row, MISSING, terms(lag=LAG)) == (row, ())
    assert settle(row, Gone(EVENT_ID), terms(lag=LAG)) == (row, ())


def test_an_update_whose_event_is_absent_has_it_read_once_more() -> None:
    made, done = settle(updating(), MISSING, terms())

    assert (made.seen, made.intent, done) == (Look(), None, ())
    assert made.closed is None


def test_a_delete_whose_event_is_absent_landed() -> None:
    made, done = settle(erasing(), MISSING, terms())

    assert made.closed == ERASED
    assert done[0].before == TRAINING
    assert done[0].act is Act.DELETE


def test_a_delete_whose_event_is_still_there_is_decided_anew() -> None:
    row = erasing()

    made, done = settle(row, Seen(stored(row, YOGA)), terms())
    gone = replace(appointment(), is_deleted=True)

    assert (made.intent, made.closed, done) == (None, None, ())
    assert decide(made, gone, terms()).conflict


@every_write
def test_an_event_that_cannot_be_read_leaves_its_write_unconfirmed_and_is_shown(row: Mapping) -> None:
    made, _ = settle(row, Unreadable(EVENT_ID, "odd", "It has no start."), terms())

    assert made.intent is None
    assert made.unconfirmed == row.unconfirmed
    assert made.seen == Illegible("odd")
    assert made.hold
    assert (made.hold.kind, made.hold.reason) == (HoldKind.QUARANTINE, "It has no start.")


def test_a_write_to_an_unreadable_event_is_recognised_once_it_can_be_read() -> None:
    row, _ = settle(updating(), Unreadable(EVENT_ID, "odd", "It has no start."), terms())

    step = decide(take(row, Seen(stored(row, YOGA, "new", "op1")), terms()), appointment(YOGA), terms())

    assert (step.write, step.conflict, step.mapping.hold) == (None, None, None)
    assert (step.mapping.local_base, step.mapping.unconfirmed) == (YOGA, ())


def test_something_that_is_no_event_in_place_of_a_copy_is_left_alone() -> None:
    made, _ = settle(updating(), Foreign(EVENT_ID, "task"), terms())

    assert made.hold
    assert (made.hold.kind, made.intent, made.wanted) == (HoldKind.IGNORED, None, None)


@every_write
def test_an_unknown_outcome_leaves_the_intent_open_and_counts(row: Mapping) -> None:
    counted = replace(row, attempts=row.attempts + 1)
    assert outcome_of(row, Unknown(Unavailable("The connection was cut.")), terms()) == (counted, ())


def test_what_the_provider_removed_is_a_tombstone_with_its_before_image() -> None:
    made, done = outcome_of(erasing(), Removed(), terms())

    assert (made.closed, made.intent, made.wanted, made.external_base) == (ERASED, None, None, TRAINING)
    assert done[0].before == TRAINING


@pytest.mark.parametrize("error", [EtagMismatch("It moved."), NotFound("It is not there.")])
def test_an_event_that_moved_under_a_write_is_read_again(error: ProviderError) -> None:
    made, done = outcome_of(updating(), Failed(error), terms())

    assert (made.seen, made.intent, made.unconfirmed, done) == (Look(), None, (), ())
    assert made.wanted is not None


def test_a_taken_identity_makes_way_for_the_next_generation() -> None:
    made, _ = outcome_of(creating(), Failed(IdentityTaken("A deleted event has it.")), terms())

    assert (made.generation, made.event_id, made.unconfirmed) == (2, None, ())
    assert made.wanted is not None


@pytest.mark.parametrize("error", [Unacceptable("The title is too long."), AccessDenied("It is read-only.")])
def test_what_the_provider_will_never_take_is_quarantined_with_its_sentence(error: ProviderError) -> None:
    made, _ = outcome_of(updating(), Failed(error), terms())

    assert made.hold
    assert (made.hold.kind, made.hold.reason) == (HoldKind.QUARANTINE, error.message)
    assert (made.wanted, made.intent, made.unconfirmed) == (None, None, ())


@pytest.mark.parametrize("error", [RateLimited("Slower.", 30), CalendarGone("It is gone.")])
def test_any_other_refusal_leaves_the_decision_due(error: ProviderError) -> None:
    made, _ = outcome_of(updating(), Failed(error), terms())

    assert (made.hold, made.intent, made.seen) == (None, None, None)
    assert made.wanted is not None


def test_a_refused_write_leaves_earlier_ones_unconfirmed() -> None:
    earlier = Sent("op0", YOGA, frozenset({TITLE}))
    row = replace(updating(), unconfirmed=(earlier, *updating().unconfirmed))

    made, _ = outcome_of(row, Failed(EtagMismatch("It moved.")), terms())

    assert made.unconfirmed == (earlier,)


@pytest.mark.parametrize("whose", [copy, own])
def test_an_earlier_write_that_landed_after_all_is_journalled_for_its_own_reason(
    whose: Callable[[Content], Mapping],
) -> None:
    revert = Sent("op0", TRAINING, frozenset({TITLE}), reason=Reason.NOT_YOURS_TO_EDIT)
    edit = Sent("op1", BOXING, frozenset({TITLE}))
    row = sending(replace(whose(TRAINING), external_base=YOGA), revert, edit)

    _, done = settle(row, Seen(stored(row, TRAINING, operation="op0")), terms())

    assert [operation.reason for operation in done] == [Reason.NOT_YOURS_TO_EDIT]


def test_a_quarantined_write_is_tried_again_when_the_appointment_moves() -> None:
    row, _ = outcome_of(updating(), Failed(Unacceptable("Too long.")), terms())

    step = decide(row.due(), appointment(replace(TRAINING, title="Short")), terms())

    assert step.write
    assert step.mapping.hold is None


def test_a_create_that_was_refused_is_tried_again_when_the_appointment_moves() -> None:
    row, _ = outcome_of(creating(), Failed(Unacceptable("Too long.")), terms())

    step = decide(row.due(), appointment(), terms())

    assert step.write
    assert (step.write.kind, step.mapping.hold) == (WriteKind.CREATE, None)


def test_a_create_whose_identity_is_deleted_at_the_provider_waits_for_nothing() -> None:
    row = replace(creating(), intent=None, seen=Absent())

    step = decide(row, appointment(), terms())

    assert step.write
    assert step.mapping.seen is None


def test_an_answer_for_a_users_own_event_is_compared_not_stamped() -> None:
    row = sending(own(), Sent("op1", YOGA, frozenset({TITLE})))

    made, _ = outcome_of(row, Stored(stored(row, YOGA)), terms())

    assert (made.local_base, made.seen, made.wanted) == (YOGA, None, None)
