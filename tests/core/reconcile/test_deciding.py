"""What a pair's entry in the table means: erasing, withdrawing, creating, asking."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.core.pairs import (
    AGREED,
    CLIENT,
    KEY,
    TRAINING,
    appointment,
    copy,
    event_id,
    foreign,
    hour,
    imported,
    own,
    seen,
    shared,
    terms,
    unborn,
)

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import TIME, TITLE, Content, occurrence_group
from metonic_core.model.mapping import Absent, Hold, HoldKind, Illegible, Look, Mapping, Observed, WriteKind
from metonic_core.model.series import Override, Recurrence
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.step import Act, Conflict, ConflictType, Operation, Reason, Side, Step, Write
from metonic_core.selection import Exclusion

YOGA, BOXING = (replace(TRAINING, title=t) for t in ("Yoga", "Boxing"))
DISTANT = replace(TRAINING, when=TRAINING.when.moved_to(datetime(2030, 1, 1, 10)))  # noqa: DTZ001 - wall time
IN_CONFLICT = Hold(HoldKind.CONFLICT, ConflictType.DATA_MISMATCH)
MINE = event_id(unborn().marker("").identity)


def deleted(content: Content = TRAINING) -> Appointment:
    return replace(appointment(content), is_deleted=True)


def private(content: Content = TRAINING) -> Appointment:
    return appointment(replace(content, is_private=True))


def test_a_new_appointment_is_created_in_the_calendar() -> None:
    step = decide(unborn(), appointment(), terms())

    assert step.write == Write(WriteKind.CREATE, Reason.NEW_HERE, TRAINING, TRAINING.groups())
    assert (step.appointment, step.conflict, step.operations) == (None, None, ())


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (deleted(), Exclusion.CANCELLED),
        (private(), Exclusion.PRIVATE),
        (appointment(DISTANT), Exclusion.OUTSIDE_WINDOW),
    ],
)
def test_what_is_not_selected_is_not_created(one: Appointment, why: Exclusion) -> None:
    step = decide(unborn(), one, terms())

    assert (step.write, step.mapping.closed) == (None, why)


@pytest.mark.parametrize("observation", [Look(), Illegible("odd")])
def test_a_create_waits_for_what_is_to_be_read_at_its_place(observation: Look | Illegible) -> None:
    row = replace(unborn(), seen=observation)

    assert decide(row, appointment(), terms()) == Step(replace(row, wanted=None))


def test_our_copy_found_in_place_of_a_create_is_adopted_and_the_platform_wins() -> None:
    found = replace(foreign(YOGA), id=MINE, marker=KEY.sign(unborn().marker("op-of-another-life")))
    row = replace(unborn(), event_id=MINE, seen=Observed(found))

    step = decide(row, appointment(), terms())

    assert step.operations == (Operation(Side.EXTERNAL, Act.LINK, Reason.ADOPTED, before=YOGA),)
    assert step.write
    assert (step.write.kind, step.write.content, step.write.etag) == (WriteKind.UPDATE, TRAINING, "etag-new")


def test_an_event_of_somebody_else_in_place_of_a_create_makes_way_for_the_next_generation() -> None:
    row = replace(unborn(), event_id=MINE, seen=Observed(replace(foreign(), id=MINE)))

    step = decide(row, appointment(), terms())

    assert step.write
    assert step.write.kind is WriteKind.CREATE
    assert (step.mapping.generation, step.mapping.event_id, step.mapping.seen) == (2, None, None)


def test_a_deleted_appointment_takes_its_copy_and_the_event_it_was_imported_from_with_it() -> None:
    for row, one in ((copy(), deleted()), (own(), replace(imported(), is_deleted=True))):
        step = decide(row.due(), one, terms())

        assert step.write == Write(WriteKind.DELETE, Reason.DELETED_HERE, etag=AGREED)


def test_an_erasure_is_conditional_on_the_version_that_was_read() -> None:
    step = decide(seen(copy(), TRAINING, "etag-read"), deleted(), terms())

    assert step.write
    assert step.write.etag == "etag-read"
    assert step.mapping.etag == "etag-read"


def test_an_edit_there_outlives_a_deletion_here() -> None:
    step = decide(seen(copy(), YOGA), deleted(), terms())

    assert step.conflict == Conflict(ConflictType.DELETED, frozenset({TITLE}), TRAINING, None, YOGA)
    assert step.write is None


def test_a_foreign_edit_without_the_right_does_not_keep_a_deleted_appointments_copy() -> None:
    step = decide(seen(copy(), YOGA), replace(shared(), is_deleted=True), terms(CLIENT))

    assert step.write
    assert (step.write.kind, step.write.before) == (WriteKind.DELETE, YOGA)


@pytest.mark.parametrize("one", [deleted(), private()])
@pytest.mark.parametrize("row", [copy(), own()], ids=["copy", "own"])
def test_what_is_gone_on_both_sides_is_closed(row: Mapping, one: Appointment) -> None:
    step = decide(replace(row, seen=Absent()).due(), one, terms())

    assert step == Step(row.due().closing(Reason.DELETED_THERE))


def test_what_leaves_the_selection_is_erased_if_it_is_ours_and_kept_if_it_is_not() -> None:
    withdrawn = decide(copy().due(), private(), terms())
    unlinked = decide(own().due(), private(), terms())

    assert withdrawn.write == Write(WriteKind.DELETE, Reason.HIDDEN, etag=AGREED)
    assert unlinked.write is None
    assert unlinked.mapping == replace(
        own().due(), wanted=None, hold=Hold(HoldKind.UNLINKED, Reason.DESELECTED)
    )
    assert [o.act for o in unlinked.operations] == [Act.UNLINK]


def test_what_was_unlinked_merges_when_it_is_selected_again() -> None:
    unlinked = decide(own().due(), private(), terms()).mapping

    step = decide(seen(unlinked, YOGA), imported(replace(TRAINING, notes="Towel")), terms())

    assert step.appointment
    assert step.appointment.content == replace(YOGA, notes="Towel")
    assert step.mapping.hold is None


def test_an_edit_there_is_pulled_before_the_copy_goes() -> None:
    step = decide(seen(copy(), YOGA), private(), terms())

    assert step.appointment
    assert step.appointment.content == replace(YOGA, is_private=True)
    assert step.write == Write(WriteKind.DELETE, Reason.HIDDEN, etag="etag-new")
    assert step.mapping.external_base == YOGA


def test_where_both_edited_before_it_left_the_event_is_in_the_before_image() -> None:
    step = decide(seen(copy(), YOGA), private(BOXING), terms())

    assert (step.appointment, step.conflict) == (None, None)
    assert step.write
    assert (step.write.kind, step.write.before) == (WriteKind.DELETE, YOGA)


def test_the_same_group_edited_on_both_sides_is_a_conflict_that_freezes_the_item() -> None:
    step = decide(seen(copy(), YOGA), appointment(BOXING), terms())

    assert step.conflict == Conflict(ConflictType.DATA_MISMATCH, frozenset({TITLE}), TRAINING, BOXING, YOGA)
    assert (step.write, step.appointment, step.mapping.hold) == (None, None, IN_CONFLICT)
    assert step.mapping.wanted is None


def test_two_times_for_one_appointment_are_a_conflict_of_time() -> None:
    step = decide(
        seen(copy(), replace(TRAINING, when=hour(2))), appointment(replace(TRAINING, when=hour(3))), terms()
    )

    assert step.conflict
    assert (step.conflict.type, step.conflict.groups) == (ConflictType.TIME_CHANGE, frozenset({TIME}))


def test_a_conflict_follows_the_live_versions() -> None:
    frozen = decide(seen(copy(), YOGA), appointment(BOXING), terms()).mapping

    step = decide(frozen.due(), appointment(replace(BOXING, title="Pilates")), terms())

    assert step.conflict
    assert step.conflict.local
    assert (step.conflict.local.title, step.conflict.external) == ("Pilates", YOGA)


def test_a_conflict_ends_when_the_sides_agree() -> None:
    frozen = decide(seen(copy(), YOGA), appointment(BOXING), terms()).mapping

    step = decide(frozen.due(), appointment(YOGA), terms())

    assert step == Step(replace(step.mapping, wanted=None, hold=None))
    assert (step.mapping.local_base, step.mapping.external_base) == (YOGA, YOGA)


def test_a_conflict_ends_when_one_side_takes_its_edit_back() -> None:
    frozen = decide(seen(copy(), YOGA), appointment(BOXING), terms()).mapping

    step = decide(seen(frozen, TRAINING, AGREED), appointment(BOXING), terms())

    assert (step.conflict, step.mapping.hold) == (None, None)
    assert step.write
    assert step.write.content == BOXING


def test_a_deletion_that_is_asked_about_stays_asked_about() -> None:
    frozen = decide(replace(copy(), seen=Absent()).due(), appointment(), terms()).mapping

    again = decide(frozen.due(), appointment(YOGA), terms())

    assert again.conflict
    assert (again.conflict.type, again.conflict.local) == (ConflictType.DELETED, YOGA)


SERIES = replace(TRAINING, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=6",)))
THIRD = TRAINING.when.slot + timedelta(days=14)
CANCELLED = replace(SERIES, overrides=(Override(THIRD, is_cancelled=True),))


@pytest.mark.parametrize(("count", "collides"), [(2, True), (9, False)])
def test_a_new_schedule_against_an_edited_occurrence_is_a_conflict_unless_its_slot_is_still_there(
    count: int, *, collides: bool
) -> None:
    changed = replace(SERIES, recurrence=Recurrence((f"FREQ=WEEKLY;COUNT={count}",)))

    for here, there in ((changed, CANCELLED), (CANCELLED, changed)):
        step = decide(seen(copy(SERIES), there), appointment(here), terms())

        assert (step.conflict is not None) is collides
        if step.conflict:
            assert step.conflict.type is ConflictType.TIME_CHANGE
            assert step.conflict.groups == {TIME, occurrence_group(THIRD)}


def test_edits_of_different_occurrences_are_merged() -> None:
    other = Override(TRAINING.when.slot, title="Trial")

    step = decide(seen(copy(SERIES), CANCELLED), appointment(replace(SERIES, overrides=(other,))), terms())

    assert step.appointment
    assert step.appointment.content.overrides == (other, *CANCELLED.overrides)
    assert step.write
    assert step.write.groups == {occurrence_group(TRAINING.when.slot)}


def test_a_write_that_did_not_land_is_due_again_by_itself() -> None:
    row = replace(copy(), local_base=YOGA, etag="etag-2").due()

    step = decide(row, appointment(YOGA), terms())

    assert step.write
    assert (step.write.groups, step.write.etag) == (frozenset({TITLE}), "etag-2")


def test_the_form_in_which_a_provider_stores_a_text_is_no_edit() -> None:
    sent = replace(TRAINING, notes="Towel")
    stored_so = replace(sent, notes="Towel\n")

    step = decide(seen(copy(sent), stored_so), appointment(sent), terms())

    assert (step.appointment, step.write, step.conflict) == (None, None, None)
    assert step.mapping.external_base == stored_so


def test_the_write_carries_the_whole_projection_and_names_what_changed() -> None:
    step = decide(copy().due(), appointment(replace(YOGA, notes="Towel")), terms())

    assert step.write
    assert step.write.content == replace(YOGA, notes="Towel")
    assert step.write.groups == {TITLE, "notes"}
