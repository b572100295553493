"""A series that was split in a calendar: its second half goes on as the first, or is the user's own."""

from dataclasses import replace
from uuid import UUID

import pytest
from tests.core.pairs import (
    CLIENT,
    KEY,
    LINK,
    TRAINING,
    copy,
    foreign,
    hour,
    lone,
    marker,
    seen,
    shared,
    terms,
)
from tests.core.strategies import SERIES

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import Content, Status
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import HoldKind, Mapping, Observed, Origin, WriteKind
from metonic_core.model.series import Override, Recurrence
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.observe import take
from metonic_core.reconcile.onesided import Lone, decide_event
from metonic_core.reconcile.step import Reason, Step, Write
from metonic_core.selection import Direction, Treatment, masked
from metonic_core.spi import Seen

FIRST = replace(SERIES, recurrence=Recurrence(("FREQ=WEEKLY;UNTIL=20261214T225959Z",)))
SECOND = replace(SERIES, when=hour(15, 12), recurrence=Recurrence(("FREQ=WEEKLY;COUNT=4",)))


def second_half(content: Content = SECOND) -> StoredEvent:
    """The new event, as Apple's clients make it: with everything that the first one has."""
    return replace(foreign(content), marker=KEY.sign(marker()), is_split=True)


def truncated(base: Content = SERIES, now: Content = FIRST) -> Mapping:
    """The row of the copy that was split, whose end nobody has decided about yet."""
    return seen(copy(base), now)


def met(
    event: StoredEvent,
    appointment: Appointment | None = None,
    claim: Mapping | None = None,
    direction: Direction = Direction.BOTH,
) -> Step:
    one = appointment or shared(SERIES)
    return decide_event(Lone(lone(event), one, claim or truncated()), terms(direction=direction))


def test_the_second_half_is_an_appointment_like_the_first_with_everybody_in_it() -> None:
    step = met(second_half())

    assert step.is_import
    assert step.appointment
    first = shared(SERIES)
    assert step.appointment == replace(first, id=step.appointment.id, version=1, content=SECOND)
    assert step.appointment.id != first.id
    assert step.appointment.imported_from is None


def test_its_event_becomes_a_copy_and_is_stamped_as_that() -> None:
    event = second_half()

    step = met(event)

    assert step.write == Write(WriteKind.UPDATE, Reason.ADOPTED, SECOND, frozenset(), event.etag)
    assert (step.mapping.origin, step.mapping.event_id) == (Origin.COPY, event.id)
    assert (step.mapping.local_base, step.mapping.external_base) == (SECOND, SECOND)


def test_the_order_in_which_the_halves_are_decided_says_nothing() -> None:
    pulled = decide(truncated(), shared(SERIES), terms())
    assert pulled.appointment

    after = met(second_half(), pulled.appointment, pulled.mapping)

    assert pulled.appointment.content == FIRST
    assert after.is_import
    assert after.mapping.origin is Origin.COPY


def test_a_pair_of_halves_is_at_rest() -> None:
    step = met(second_half())
    assert step.appointment

    again = decide(replace(step.mapping, wanted=1, drawn=1), step.appointment, terms())

    assert (again.write, again.conflict, again.operations) == (None, None, ())


def test_what_of_a_copy_does_not_flow_in_is_as_in_the_first_half() -> None:
    hidden = replace(SECOND, title="Training at noon", is_private=True, status=Status.TENTATIVE)

    step = met(second_half(hidden))

    assert step.appointment
    assert step.appointment.content == replace(hidden, is_private=False)
    assert step.write
    assert step.write.groups == frozenset({"visibility"})


def test_changes_of_single_occurrences_stay_with_the_half_that_has_them() -> None:
    early, late = Override(SERIES.when.slot, title="Trial"), Override(SECOND.when.slot, title="Exam")
    event = second_half(replace(SECOND, overrides=(late,)))
    both = replace(SERIES, overrides=(early,))

    step = met(event, shared(both), truncated(both, replace(FIRST, overrides=(early,))))

    assert step.appointment
    assert step.appointment.content.overrides == (late,)


PRIVATE = replace(SECOND, is_private=True, notes="SECRET")


def test_a_private_series_that_is_shown_whole_keeps_its_words_in_both_halves() -> None:
    series, included = replace(SERIES, is_private=True, notes="SECRET"), terms(private=Treatment.INCLUDE)
    claim = seen(copy(series), replace(FIRST, is_private=True, notes="SECRET"))
    row = take(replace(lone(), id=UUID(int=41)), Seen(second_half(PRIVATE)), included)

    step = decide_event(Lone(row, shared(series), claim), included)

    assert step.appointment
    assert step.appointment.content == PRIVATE
    assert step.write
    assert step.write.groups == frozenset()


def test_a_private_duplicate_says_no_more_than_that_its_owner_is_busy() -> None:
    row = take(lone(), Seen(second_half(PRIVATE)), terms())

    step = decide_event(Lone(row, None, None), terms())

    assert step.appointment
    assert step.appointment.content == replace(PRIVATE, title="Busy", notes="")


@pytest.mark.parametrize("treatment", [Treatment.MASK, Treatment.INCLUDE])
def test_the_second_half_of_a_masked_series_is_masked_and_takes_its_words_from_the_first(
    treatment: Treatment,
) -> None:
    late = Override(SECOND.when.slot, title="Exam")
    moved = replace(late, title=None, when=hour(15, 18))
    first = replace(SERIES, is_private=True, notes="SECRET", overrides=(late,))
    claim = replace(seen(copy(masked(first)), masked(FIRST)), is_masked=True)
    event = second_half(masked(replace(PRIVATE, overrides=(moved,))))
    row = take(lone(), Seen(event), terms(private=treatment))

    step = decide_event(Lone(row, shared(first), claim), terms(private=treatment))

    assert step.appointment
    assert step.appointment.content == replace(PRIVATE, overrides=(replace(late, when=moved.when),))
    assert step.write
    assert (step.write.is_masked, step.write.local) == (treatment is Treatment.MASK, None)
    assert step.mapping.is_masked
    assert "SECRET" not in repr(step.mapping)


DUPLICATES = {
    "a duplicate of a series that was never split": (second_half(), copy(SERIES)),
    "a duplicate of the first half": (second_half(FIRST), truncated()),
    "a duplicate where no client speaks of a split": (replace(second_half(), is_split=False), truncated()),
}


@pytest.mark.parametrize(("event", "claim"), DUPLICATES.values(), ids=DUPLICATES)
def test_a_duplicate_is_the_users_own_event(event: StoredEvent, claim: Mapping) -> None:
    step = met(event, claim=claim)

    assert step.appointment
    assert (step.mapping.origin, step.appointment.imported_from) == (Origin.OWN, LINK)
    assert (step.appointment.participants, step.write) == ((), None)


def test_a_duplicate_of_the_second_half_is_the_users_own_event() -> None:
    step = met(second_half())
    assert step.appointment
    stamped = replace(marker(), appointment_id=step.appointment.id)
    again = replace(second_half(), id="/calendar/again.ics", marker=KEY.sign(stamped))

    duplicate = decide_event(Lone(lone(again), step.appointment, step.mapping), terms())

    assert duplicate.mapping.origin is Origin.OWN


def test_who_may_not_edit_the_series_splits_only_their_own_calendar() -> None:
    guest = replace(shared(SERIES), owner_id=CLIENT, participants=(Participant(terms().selection.user_id),))

    step = met(second_half(), guest)

    assert step.appointment
    assert step.appointment.imported_from == LINK


def test_a_calendar_that_is_only_written_is_not_heard() -> None:
    step = met(second_half(), direction=Direction.PUSH)

    assert step.mapping.hold
    assert (step.appointment, step.mapping.hold.kind) == (None, HoldKind.IGNORED)


def test_a_half_with_guests_is_not_stamped() -> None:
    row = replace(lone(second_half()), can_write=False)

    step = decide_event(Lone(row, shared(SERIES), truncated()), terms())

    assert step.is_import
    assert step.write is None


def test_a_second_half_beyond_the_window_waits_until_it_enters() -> None:
    far = replace(TRAINING, when=TRAINING.when.moved_to(TRAINING.when.start.replace(year=2030)))

    step = met(second_half(far))

    assert step.mapping.hold
    assert step.mapping.hold.kind is HoldKind.OUTSIDE
    assert isinstance(truncated().seen, Observed)
