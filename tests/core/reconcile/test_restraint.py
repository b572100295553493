"""Writes that lead nowhere: the provider will not take them, or what they write does not stay."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.pairs import (
    KEY,
    NOW,
    TRAINING,
    appointment,
    copy,
    deleted_there,
    foreign,
    own,
    seen,
    sending,
    stored,
    terms,
)

from metonic_core.model.content import NOTES, TITLE, Content
from metonic_core.model.mapping import HoldKind, Mapping, Observed, Sent, WriteKind
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.landing import outcome_of
from metonic_core.reconcile.observe import take
from metonic_core.reconcile.restraint import restrained
from metonic_core.reconcile.step import Reason, Step
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Direction
from metonic_core.spi import AccessDenied, Failed, ProviderError, Seen, Stored, Unacceptable

YOGA, BOXING = replace(TRAINING, title="Yoga"), replace(TRAINING, title="Boxing")
REFUSALS = [Unacceptable("Too long."), AccessDenied("Read only.")]


def out(now: datetime = NOW) -> Terms:
    """A calendar that is only written to, so that whatever is edited there is put right."""
    return replace(terms(direction=Direction.PUSH), now=now)


def decided(row: Mapping, one: Content = TRAINING, at: Terms | None = None) -> Step:
    at = at or out()
    return restrained(decide(row, appointment(one), at), at)


def landed(step: Step, number: int, at: Terms | None = None) -> Mapping:
    """The row after the write of a step was carried out."""
    assert step.write
    assert step.write.content
    operation = f"op{number}"
    row = sending(step.mapping, Sent(operation, step.write.content, step.write.groups))
    answer = Stored(stored(row, step.write.content, f"etag-{number}", operation))
    return outcome_of(row, answer, at or out())[0]


def put_right(row: Mapping, there: Content, times: int, at: Terms | None = None) -> Mapping:
    """Somebody puts this into the event so often, and each time we write what the appointment says."""
    for number in range(times):
        row = landed(decided(seen(row, there, f"theirs-{number}"), at=at), number, at)
    return row


def why_held(step: Step) -> str | None:
    return step.mapping.hold.reason if step.mapping.hold else None


def test_the_third_time_the_same_value_is_put_back_it_is_left_there() -> None:
    row = put_right(copy(), YOGA, 2)

    step = decided(seen(row, YOGA, "theirs"))

    assert step.write is None
    assert step.mapping.hold
    assert (step.mapping.hold.kind, step.mapping.hold.reason) == (HoldKind.QUARANTINE, Reason.OSCILLATES)
    assert (step.mapping.wanted, step.mapping.seen) == (None, None)


def test_a_frozen_item_stays_frozen_whatever_draws_it() -> None:
    frozen = decided(seen(put_right(copy(), YOGA, 2), YOGA, "theirs")).mapping

    again = decided(frozen.due())

    assert (again.write, again.mapping.hold) == (None, frozen.hold)


def test_a_new_value_there_is_put_right_as_ever() -> None:
    frozen = decided(seen(put_right(copy(), YOGA, 2), YOGA, "theirs")).mapping

    step = decided(seen(frozen, BOXING, "another"))

    assert step.write
    assert step.mapping.hold is None


def test_a_new_value_here_is_written_as_ever() -> None:
    frozen = decided(seen(put_right(copy(), YOGA, 2), YOGA, "theirs")).mapping

    step = decided(frozen.due(), BOXING)

    assert step.write
    assert step.write.content == BOXING


def test_a_frozen_item_thaws_when_the_calendar_gives_in() -> None:
    frozen = decided(seen(put_right(copy(), YOGA, 2), YOGA, "theirs")).mapping

    step = decided(seen(frozen, TRAINING, "at last"))

    assert (step.write, step.mapping.hold) == (None, None)


def test_after_a_day_it_is_tried_again() -> None:
    frozen = decided(seen(put_right(copy(), YOGA, 2), YOGA, "theirs")).mapping

    early = decided(frozen.due(), at=out(NOW + timedelta(hours=23, minutes=59)))
    late = decided(frozen.due(), at=out(NOW + timedelta(hours=24)))

    assert early.write is None
    assert late.write
    assert landed(late, 9, out(NOW + timedelta(hours=24))).written[0].at == NOW + timedelta(hours=24)


def test_what_a_clock_wrote_that_was_ahead_freezes_nothing() -> None:
    frozen = decided(seen(put_right(copy(), YOGA, 2), YOGA, "theirs")).mapping

    step = decided(frozen.due(), at=out(NOW - timedelta(days=400)))

    assert step.write


def test_a_frozen_copy_can_still_be_erased() -> None:
    frozen = decided(seen(put_right(copy(), YOGA, 2), YOGA, "theirs")).mapping

    step = restrained(decide(frozen.due(), replace(appointment(), is_deleted=True), out()), out())

    assert step.write
    assert step.write.kind is WriteKind.DELETE


def test_other_groups_of_the_same_event_do_not_add_up() -> None:
    row = put_right(put_right(copy(), YOGA, 2), replace(TRAINING, notes="Towel"), 1)

    assert decided(seen(row, replace(TRAINING, notes="Towel"), "theirs")).write


def test_what_was_written_is_known_by_digests_only() -> None:
    row = put_right(copy(), replace(TRAINING, title="Secret", notes="Hidden"), 2)

    assert {w.group for w in row.written} == {TITLE, NOTES}
    assert "Secret" not in str(row.written)
    assert len({w.change for w in row.written}) == 2
    assert KEY.digest("x") != KEY.digest("y")


@given(there=st.lists(st.sampled_from([YOGA, BOXING]), max_size=12))
def test_no_change_is_written_more_than_twice_a_day(there: list[Content]) -> None:
    row, written = copy(), list[Content]()
    for number, content in enumerate(there):
        step = decided(seen(row, content, f"theirs-{number}"))
        if step.write:
            written.append(content)
            row = landed(step, number)
        else:
            row = step.mapping

    assert all(written.count(content) == min(2, there.count(content)) for content in (YOGA, BOXING))


def refused(row: Mapping, one: Content, error: ProviderError) -> Mapping:
    step = decided(row, one, terms())
    assert step.write
    assert step.write.content
    sent = Sent("op1", step.write.content, step.write.groups)
    return outcome_of(sending(step.mapping, sent), Failed(error), terms())[0]


def test_a_write_that_was_not_taken_three_times_in_a_row_is_set_aside() -> None:
    step = decided(replace(copy().due(), attempts=3), YOGA, terms())

    assert step.write is None
    assert why_held(step) == "The provider has not taken this change 3 times in a row."


def test_what_may_not_be_shown_is_never_given_up() -> None:
    private = appointment(replace(TRAINING, is_private=True))

    step = restrained(decide(replace(copy().due(), attempts=3), private, terms()), terms())

    assert step.write
    assert step.write.kind is WriteKind.DELETE


@pytest.mark.parametrize("error", REFUSALS)
@pytest.mark.parametrize("row", [copy(), own()])
def test_a_refused_write_is_not_repeated_whatever_draws_the_row(row: Mapping, error: ProviderError) -> None:
    held = refused(row.due(), YOGA, error)

    step = decided(replace(held.due(), attempts=0), YOGA, terms())

    assert step.write is None
    assert (why_held(step), step.mapping.wanted) == (error.message, None)


@pytest.mark.parametrize("error", REFUSALS)
def test_a_refused_write_is_not_repeated_when_the_event_is_only_read_again(error: ProviderError) -> None:
    held = refused(copy().due(), YOGA, error)

    step = decided(replace(seen(held, TRAINING, held.etag or ""), hold=None, attempts=0), YOGA, terms())

    assert (step.write, why_held(step)) == (None, error.message)


def test_what_differs_from_the_refused_write_is_tried_at_once() -> None:
    held = refused(copy().due(), YOGA, REFUSALS[0])

    assert decided(held.due(), BOXING, terms()).write
    assert decided(seen(held, replace(TRAINING, notes="Towel"), "moved"), YOGA, terms()).write


def test_a_refused_erasure_is_not_repeated_until_the_event_moves() -> None:
    gone = replace(appointment(), is_deleted=True)
    row = sending(decide(copy().due(), gone, terms()).mapping, kind=WriteKind.DELETE)
    held = outcome_of(row, Failed(REFUSALS[1]), terms())[0]

    again = restrained(decide(held.due(), gone, terms()), terms())

    assert (again.write, why_held(again)) == (None, "Read only.")


def test_a_write_that_lands_forgets_what_was_refused() -> None:
    held = refused(copy().due(), YOGA, REFUSALS[0])

    assert landed(decided(held.due(), BOXING, terms()), 1, terms()).refused is None


def test_a_create_of_another_generation_is_another_write() -> None:
    made = decide(deleted_there(copy()), appointment(), out())

    assert restrained(made, out()).write


def test_a_write_that_is_answered_with_what_was_there_before_is_given_up_in_the_end() -> None:
    row, edited = own(), appointment(YOGA)
    for attempt in (1, 2, 3):
        row = replace(sending(row, Sent(f"op{attempt}", YOGA, frozenset({TITLE}))), wanted=attempt)
        answer = Stored(replace(foreign(TRAINING, f"etag-{attempt}"), id=row.event_id or ""))
        row, _ = outcome_of(row, answer, terms())
        assert row.attempts == attempt
        row = decide(row, edited, terms()).mapping

    step = restrained(decide(row, edited, terms()), terms())

    assert step.write is None
    assert step.mapping.hold
    assert step.mapping.hold.kind is HoldKind.QUARANTINE


def test_what_somebody_edited_while_a_write_was_given_up_is_taken_up() -> None:
    row = replace(copy(), attempts=3)
    edited = Seen(replace(foreign(YOGA, row.etag or ""), id=row.event_id or ""))

    taken = take(row, edited, terms())

    assert isinstance(taken.seen, Observed)
    assert taken.wanted is not None
