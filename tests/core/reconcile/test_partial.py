"""A copied series of which a write reached only a part: what is missing is nobody's edit, and is written."""

from dataclasses import replace
from datetime import timedelta

from tests.core.pairs import (
    APPOINTMENT,
    TRAINING,
    appointment,
    copy,
    foreign,
    lone,
    own,
    sending,
    stored,
    terms,
    unborn,
)

from metonic_core.model.content import NOTES, TITLE, occurrence_group
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import Hold, HoldKind, Look, Mapping, Observed, Sent, WriteKind
from metonic_core.model.repeated import without_repeated
from metonic_core.model.series import Override, Recurrence
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.landing import outcome_of, settle
from metonic_core.reconcile.observe import take
from metonic_core.reconcile.restraint import is_given_up, restrained
from metonic_core.reconcile.step import Act, Reason, Side
from metonic_core.spi import RateLimited, Seen, Stored, Unavailable, Unknown, Unreadable

SERIES = replace(TRAINING, notes="Knee", recurrence=Recurrence(("FREQ=WEEKLY;COUNT=8",)))
SECOND, THIRD = (SERIES.when.start + timedelta(days=7 * n) for n in (1, 2))
MOVED = Override(SECOND, when=SERIES.when.moved_to(SECOND + timedelta(days=1)))
LATER = replace(SERIES, title="Yoga", overrides=(Override(THIRD, title="Exam"),))
SENT = Sent("op1", LATER, frozenset({TITLE, occurrence_group(THIRD)}))


def _half(row: Mapping, **fields: object) -> StoredEvent:
    """The series is written, and none of its occurrences."""
    content = replace(SERIES, title="Yoga", **fields)  # type: ignore[arg-type]
    return replace(stored(row, content, "etag-2", "op1"), is_partial=True)


def _settled(row: Mapping, event: StoredEvent) -> Mapping:
    return settle(row, Seen(event), terms())[0]


def test_occurrences_that_were_not_reached_are_sent_once_more() -> None:
    row = sending(copy(SERIES), SENT)

    step = decide(_settled(row, _half(row)), appointment(LATER), terms())

    assert step.appointment is None
    assert step.write
    assert step.write.groups == {occurrence_group(THIRD)}


def test_an_edit_of_the_series_meanwhile_is_one() -> None:
    row = sending(copy(SERIES), SENT)
    half = replace(_half(row), content=replace(SERIES, title="Boxing"))

    step = decide(_settled(row, half), appointment(LATER), terms())

    assert step.appointment
    assert step.appointment.content == replace(LATER, title="Boxing")


def test_a_series_is_written_to_its_end_where_nothing_differs_that_can_be_seen() -> None:
    quiet = replace(SERIES, notes="")
    row = sending(copy(SERIES), Sent("op1", quiet, frozenset({NOTES})))
    made = _settled(row, replace(stored(row, quiet, "etag-2", "op1"), is_partial=True))

    step = decide(made, appointment(quiet), terms())
    whole = take(step.mapping, Seen(stored(row, quiet, "etag-3", "op1")), terms())

    assert made.wanted is not None
    assert made.unfinished
    assert [former.notes for former in made.unfinished] == ["Knee", ""]
    assert step.write
    assert not step.write.groups
    assert whole.unfinished is None
    assert decide(whole, appointment(quiet), terms()).write is None


def test_what_an_occurrence_still_repeats_of_its_series_is_no_edit() -> None:
    agreed = replace(SERIES, overrides=(MOVED,))
    goal = replace(agreed, title="Yoga")
    row = sending(copy(agreed), Sent("op1", goal, frozenset({TITLE})))
    half = _half(row, overrides=(replace(MOVED, title=SERIES.title),))

    made = _settled(row, half)
    again = take(replace(made, seen=Look()), Seen(half), terms())

    for one in (made, again):
        step = decide(one, appointment(goal), terms())
        assert step.appointment is None
        assert step.write


def test_an_occurrence_that_was_edited_meanwhile_comes_in_without_what_it_repeats() -> None:
    agreed = replace(SERIES, overrides=(MOVED,))
    goal = replace(agreed, title="Yoga")
    theirs = replace(MOVED, when=SERIES.when.moved_to(SECOND + timedelta(days=2)))
    row = sending(copy(agreed), Sent("op1", goal, frozenset({TITLE})))
    half = _half(row, overrides=(replace(theirs, title=SERIES.title),))

    step = decide(_settled(row, half), appointment(goal), terms())

    assert step.appointment
    assert step.appointment.content == replace(goal, overrides=(theirs,))


def test_an_occurrence_edited_on_both_sides_meanwhile_is_a_conflict() -> None:
    row = sending(copy(SERIES), SENT)
    half = _half(row, overrides=(Override(THIRD, title="My exam"),))

    step = decide(_settled(row, half), appointment(LATER), terms())

    assert step.conflict
    assert step.conflict.groups == {occurrence_group(THIRD)}


def test_a_new_series_of_which_an_occurrence_is_missing_gets_it() -> None:
    row = replace(sending(unborn(), Sent("op1", LATER, LATER.groups()), kind=WriteKind.CREATE), uid=None)

    made, done = settle(row, Seen(_half(replace(row, event_id="event"))), terms())
    step = decide(made, appointment(LATER), terms())

    assert [operation.act for operation in done] == [Act.CREATE]
    assert step.write
    assert step.write.groups == {occurrence_group(THIRD)}


def test_what_may_have_been_written_over_before_somebody_edited_it_is_in_the_journal() -> None:
    theirs = replace(SERIES, overrides=(Override(THIRD, title="Theirs"),))
    row = replace(copy(SERIES), external_base=theirs)
    row = sending(row, Sent("op1", LATER, SENT.groups))

    _, done = settle(row, Seen(_half(row, overrides=(Override(THIRD, title="New"),))), terms())

    lost = [o for o in done if o.reason is Reason.OVERWRITTEN_UNSEEN]
    assert [(o.side, o.groups) for o in lost] == [(Side.EXTERNAL, frozenset({occurrence_group(THIRD)}))]


def test_what_the_provider_refuses_of_a_series_is_given_up_and_its_echo_changes_nothing() -> None:
    goal = replace(SERIES, title="Yoga")
    row = copy(SERIES)
    event = replace(stored(row, goal, "etag-2", "op1"), is_partial=True)
    for _ in range(3):
        row = sending(row, Sent("op1", goal, frozenset({TITLE})))
        row, _ = outcome_of(row, Stored(event), terms())
        row = decide(row, appointment(goal), terms()).mapping
    step = restrained(decide(row.due(), appointment(goal), terms()), terms())

    echoed = take(replace(step.mapping, seen=Look("hint")), Seen(event), terms())
    edited = take(replace(step.mapping, seen=Look("hint")), Seen(replace(event, etag="new")), terms())

    assert step.write is None
    assert step.mapping.hold
    assert echoed == step.mapping
    assert (edited.hold, edited.attempts) == (None, 0)
    assert edited.wanted is not None


def test_a_provider_that_asks_for_a_pause_has_refused_nothing() -> None:
    row = sending(copy(SERIES), SENT)

    assert outcome_of(row, Unknown(RateLimited("Slower.")), terms()) == (row, ())
    assert outcome_of(row, Unknown(Unavailable("Cut.")), terms())[0].attempts == 1


def test_a_write_stays_open_while_its_event_cannot_be_read() -> None:
    row = sending(copy(SERIES), SENT)

    passing = Unreadable("event", "", "503", is_passing=True)
    for attempts in (1, 2):
        row, done = settle(row, passing, terms())
        assert (row.intent is not None, row.attempts, done) == (True, attempts, ())

    given_up, _ = settle(row, passing, terms())
    assert (given_up.intent, given_up.hold and given_up.hold.kind) == (None, HoldKind.QUARANTINE)
    assert not is_given_up(given_up)
    assert settle(row, Unreadable("event", "", "It has no start."), terms())[0].hold == Hold(
        HoldKind.QUARANTINE, "It has no start."
    )


def test_a_users_own_event_with_such_a_mark_is_theirs() -> None:
    copied = replace(foreign(SERIES), is_partial=True)

    row = take(own(SERIES), Seen(copied), terms())

    assert not row.is_unfinished
    assert decide(row, appointment(SERIES), terms()).write is None
    assert not take(lone(), Seen(copied), terms()).is_unfinished


def test_a_copy_that_is_found_in_part_is_written_to_its_end() -> None:
    row = copy(SERIES)
    event = replace(stored(row, SERIES), is_partial=True)

    step = decide(take(row, Seen(event), terms()), appointment(SERIES), terms())

    assert isinstance(take(row, Seen(event), terms()).seen, Observed)
    assert step.write
    assert step.mapping.appointment_id == APPOINTMENT
    assert step.mapping.unfinished == ()


def test_an_occurrence_repeats_titles_places_and_times_of_its_series_as_it_was() -> None:
    usual = Override(SECOND, when=SERIES.when.moved_to(SECOND), title=SERIES.title, location=SERIES.location)
    said = Override(THIRD, when=MOVED.when, title="Exam", location="Gym")
    now = replace(SERIES, title="Yoga", location="Hall", overrides=(usual, said))

    assert without_repeated(now, [SERIES]).overrides == (said,)
    assert without_repeated(now, []) == now
