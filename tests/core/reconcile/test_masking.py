"""A masked copy says that somebody is busy, and nothing that stands in it ever comes back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from tests.core.pairs import (
    APPOINTMENT,
    KEY,
    LINK,
    TRAINING,
    appointment,
    copy,
    lone,
    sending,
    stored,
    terms,
    unborn,
)
from tests.core.reconcile.test_privacy import words
from tests.core.strategies import contents

from metonic_core.model.content import LOCATION, NOTES, TIME, TITLE, VISIBILITY, Content, occurrence_group
from metonic_core.model.mapping import Mapping, Observed, Origin, Sent, WriteKind
from metonic_core.model.marker import Marker, is_masking, operation_name
from metonic_core.model.series import Override, Recurrence
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.landing import outcome_of, settle
from metonic_core.reconcile.onesided import Lone, decide_event
from metonic_core.reconcile.step import Conflict, Reason, Step
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import BUSY, Flow, Treatment, flow, masked, projected
from metonic_core.spi import Seen, Stored

MASKING = operation_name(APPOINTMENT, is_masked=True)
SHOWING = operation_name(APPOINTMENT, is_masked=False)
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
MASKED = masked(SECRET)
TREATMENTS = [Treatment.MASK, Treatment.EXCLUDE, Treatment.INCLUDE]
TELLING = [TITLE, LOCATION, NOTES, occurrence_group(TRAINING.when.slot)]


def under(treatment: Treatment) -> Terms:
    return terms(private=treatment)


def masked_copy(base: Content = MASKED) -> Mapping:
    """A copy that says "Busy", agreed upon."""
    return replace(copy(base), is_masked=True)


def showing(row: Mapping, content: Content, operation: str) -> Mapping:
    """The row after its event was read, holding this, last written by that operation."""
    return replace(row, seen=Observed(stored(row, content, operation=operation))).due()


def edited(content: Content) -> Content:
    """Somebody wrote over the mask in the calendar."""
    return replace(content, title="Busy!", location="there", notes="mine")


def says(step: Step) -> str:
    """The title that the appointment has after the step."""
    return step.appointment.content.title if step.appointment else "as before"


@given(contents())
def test_a_mask_leaves_times_and_busy_and_nothing_else(content: Content) -> None:
    shown = masked(content)

    assert (shown.title, shown.location, shown.notes, shown.is_private) == (BUSY, "", "", True)
    assert (shown.when, shown.recurrence, shown.status, shown.is_busy) == (
        content.when,
        content.recurrence,
        content.status,
        content.is_busy,
    )
    told = {o.slot: (o.is_cancelled, o.when) for o in shown.overrides}
    assert told == {o.slot: (o.is_cancelled, o.when) for o in content.overrides if o.is_cancelled or o.when}
    assert all(o.title is None and o.location is None for o in shown.overrides)
    assert masked(shown) == shown


def test_a_private_appointment_goes_out_masked_without_contact_lines() -> None:
    private = replace(appointment(SECRET), contacts=("Cleo, cleo@example.org",))
    selection = replace(under(Treatment.MASK).selection, include_contact=True)

    step = decide(unborn(), private, replace(under(Treatment.MASK), selection=selection))

    assert step.write
    assert (step.write.content, step.write.is_masked) == (MASKED, True)
    assert not {"SECRET", "Cleo, cleo@example.org"} & words(step)


def test_putting_on_the_mask_rewrites_the_copy_and_is_no_edit() -> None:
    step = decide(copy(PUBLIC).due(), appointment(SECRET), under(Treatment.MASK))

    assert step.write
    assert step.write.content == MASKED
    assert step.write.groups == {TITLE, LOCATION, NOTES, VISIBILITY, TELLING[3]}
    assert (step.write.reason, step.appointment, step.conflict) == (Reason.SHOWN_OTHERWISE, None, None)


def test_a_row_whose_copy_is_masked_holds_nothing_of_the_appointment() -> None:
    sent = Sent(MASKING, MASKED, frozenset({TITLE, LOCATION, VISIBILITY, TELLING[3]}))
    row = sending(copy(PUBLIC), sent)
    row = replace(row, external_base=replace(PUBLIC, notes=""))
    event = stored(row, MASKED, operation=MASKING)

    made, _ = outcome_of(row, Stored(event), under(Treatment.MASK))

    assert (made.is_masked, made.local_base, made.external_base) == (True, MASKED, MASKED)
    assert "SECRET" not in words(made)


@pytest.mark.parametrize(("private", "treatment"), [(SECRET, Treatment.INCLUDE), (PUBLIC, Treatment.MASK)])
def test_lifting_the_mask_sends_what_it_hid_and_is_no_edit(private: Content, treatment: Treatment) -> None:
    step = decide(masked_copy().due(), appointment(private), under(treatment))

    assert step.write
    assert step.write.content == private
    assert set(TELLING) <= step.write.groups
    assert (step.write.reason, step.write.is_masked) == (Reason.SHOWN_OTHERWISE, False)
    assert (step.appointment, step.conflict) == (None, None)


STATES = [
    pytest.param(masked_copy(), MASKING, id="edited while masked"),
    pytest.param(copy(PUBLIC), MASKING, id="an old masked version came back"),
    pytest.param(masked_copy(), "", id="the stamp got lost"),
]


@pytest.mark.parametrize("content", [SECRET, PUBLIC, replace(SECRET, title="Changed here")])
@pytest.mark.parametrize("treatment", TREATMENTS)
@pytest.mark.parametrize(("row", "operation"), STATES)
def test_nothing_that_stands_in_a_masked_copy_flows_back(
    row: Mapping, operation: str, treatment: Treatment, content: Content
) -> None:
    moved = replace(edited(MASKED), overrides=(Override(TRAINING.when.slot, title="Busy!"),))
    looked = showing(row, moved, operation)
    if not operation:
        event = replace(stored(row, moved), marker=None)
        looked = replace(looked, seen=Observed(event))

    step = decide(looked, appointment(content), under(treatment))

    assert (says(step), step.conflict) == ("as before", None)
    assert step.write
    if step.write.kind is WriteKind.UPDATE:
        assert step.write.reason is Reason.KEPT_FROM_FLOWING
        assert step.write.content == projected(appointment(content), row.origin, under(treatment).selection)


@pytest.mark.parametrize("treatment", TREATMENTS)
def test_a_masked_copy_that_is_met_anew_gives_nothing_of_itself(treatment: Treatment) -> None:
    event = stored(masked_copy(), edited(MASKED), operation=MASKING)

    met = decide_event(Lone(lone(event), appointment(PUBLIC), unborn()), under(treatment))
    (row,) = met.others
    step = decide(row, appointment(PUBLIC), under(treatment))

    assert row.is_masked
    assert says(step) == "as before"
    assert step.write
    assert step.write.content == PUBLIC


@pytest.mark.parametrize("landed", [True, False])
def test_a_crash_while_the_mask_is_lifted_loses_nothing_and_lets_nothing_in(landed: bool) -> None:  # noqa: FBT001
    row = sending(masked_copy(), Sent(SHOWING, PUBLIC, PUBLIC.groups()))
    there = PUBLIC if landed else edited(MASKED)
    event = stored(row, there, operation=SHOWING if landed else MASKING)

    made, _ = settle(row, Seen(event), under(Treatment.MASK))
    step = decide(made.due(), appointment(PUBLIC), under(Treatment.MASK))

    assert made.is_masked is not landed
    assert says(step) == "as before"
    assert (step.write is None) is landed


def test_an_edit_of_a_copy_whose_mask_was_lifted_flows_again() -> None:
    row = showing(copy(PUBLIC), replace(PUBLIC, title="Yoga"), SHOWING)

    assert says(decide(row, appointment(PUBLIC), under(Treatment.MASK))) == "Yoga"


def test_a_masked_copy_can_still_be_moved() -> None:
    alone = replace(SECRET, recurrence=None, overrides=())
    moved = replace(masked(alone), when=TRAINING.when.moved_to(datetime(2026, 12, 1, 8)))  # noqa: DTZ001 - wall time
    row = masked_copy(masked(alone))

    step = decide(showing(row, moved, MASKING), appointment(alone), under(Treatment.MASK))

    assert step.appointment
    assert step.appointment.content == replace(alone, when=moved.when)
    assert "SECRET" not in words(step.operations) | words(step.mapping)
    assert (step.write, step.mapping.hold) == (None, None)


@pytest.mark.parametrize("treatment", [Treatment.MASK, Treatment.INCLUDE])
def test_an_occurrence_of_a_masked_copy_is_moved_and_keeps_the_title_it_has_here(
    treatment: Treatment,
) -> None:
    later = TRAINING.when.moved_to(datetime(2026, 12, 1, 18))  # noqa: DTZ001 - wall time
    (hidden,) = SECRET.overrides
    moved = replace(MASKED, overrides=(Override(hidden.slot, when=later, title="typed over the mask"),))
    row = showing(masked_copy(), moved, MASKING)

    step = decide(row, appointment(SECRET), under(treatment))

    assert step.appointment
    assert step.appointment.content == replace(SECRET, overrides=(replace(hidden, when=later),))
    assert step.write
    assert step.write.content == projected(step.appointment, row.origin, under(treatment).selection)
    assert "SECRET" not in words(step.mapping)


def test_a_new_schedule_drops_the_titles_of_occurrences_that_it_has_no_more() -> None:
    shifted = replace(MASKED, when=TRAINING.when.moved_to(datetime(2026, 12, 8, 10)))  # noqa: DTZ001 - wall time

    step = decide(showing(masked_copy(), shifted, MASKING), appointment(SECRET), under(Treatment.MASK))

    assert step.appointment
    assert step.appointment.content == replace(SECRET, when=shifted.when, overrides=())
    assert step.operations[0].groups == {TIME, TELLING[3]}


def test_a_conflict_about_a_masked_copy_holds_nothing_of_the_appointment_but_what_collides() -> None:
    there = replace(MASKED, when=TRAINING.when.moved_to(datetime(2026, 12, 1, 8)))  # noqa: DTZ001 - wall time
    here = replace(SECRET, when=TRAINING.when.moved_to(datetime(2026, 12, 1, 12)))  # noqa: DTZ001 - wall time

    step = decide(showing(masked_copy(), there, MASKING), appointment(here), under(Treatment.MASK))

    assert isinstance(step.conflict, Conflict)
    assert step.conflict.local == replace(MASKED, when=here.when)
    assert "SECRET" not in words(step)


@pytest.mark.parametrize("origin", Origin)
def test_only_what_tells_is_kept_from_flowing(origin: Origin) -> None:
    row = replace(copy(PUBLIC), origin=origin)
    selection = under(Treatment.MASK).selection
    flows = {g: flow(row, appointment(SECRET), selection, g) for g in [*TELLING, TIME]}

    assert flows.pop(TIME) is Flow.BOTH
    occurrence = flows.pop(TELLING[3])
    if origin is Origin.COPY:
        assert (set(flows.values()), occurrence) == ({Flow.OUT}, Flow.BOTH)
    else:
        assert (set(flows.values()), occurrence) == ({Flow.NONE}, Flow.NONE)


def test_the_stamp_tells_whether_a_version_is_masked() -> None:
    stamps: Sequence[str] = [KEY.sign(Marker(LINK, APPOINTMENT, 1, o)) for o in (MASKING, SHOWING)]
    read = [KEY.read(stamp) for stamp in stamps]

    assert [m.is_masked for m in read if m] == [True, False]
    assert (len(MASKING), is_masking(SHOWING)) == (16, False)
