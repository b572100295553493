"""Who may edit what, and what may be written where."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from tests.core.pairs import (
    AGREED,
    CLIENT,
    TRAINING,
    appointment,
    copy,
    foreign,
    imported,
    own,
    seen,
    sending,
    shared,
    stored,
    terms,
)

from metonic_core.model.content import NOTES, TITLE
from metonic_core.model.mapping import Absent, Hold, HoldKind, Sent, WriteKind
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.landing import outcome_of
from metonic_core.reconcile.observe import take
from metonic_core.reconcile.step import Act, ConflictType, Reason, Side
from metonic_core.selection import Choice, Filters
from metonic_core.spi import Seen, Stored

YOGA = replace(TRAINING, title="Yoga")
DETACHED = replace(copy(), hold=Hold(HoldKind.DETACHED, Reason.DELETED_THERE))
CLIENTS = terms(CLIENT)


def test_an_edit_by_somebody_who_may_not_is_reverted_and_reported() -> None:
    step = decide(seen(copy(), YOGA), shared(), CLIENTS)

    assert (step.appointment, step.conflict) == (None, None)
    assert step.write
    assert step.write.reason is Reason.NOT_YOURS_TO_EDIT
    assert (step.write.groups, step.write.content, step.write.etag) == (
        frozenset({TITLE}),
        TRAINING,
        "etag-new",
    )


def test_what_was_reverted_is_in_the_journal() -> None:
    step = decide(seen(copy(), YOGA), shared(), CLIENTS)
    row = sending(step.mapping, Sent("op1", TRAINING, frozenset({TITLE})))

    made, (operation,) = outcome_of(row, Stored(stored(row, TRAINING, "etag-2", "op1")), CLIENTS)

    assert (operation.act, operation.before) == (Act.UPDATE, YOGA)
    assert (made.local_base, made.external_base) == (TRAINING, TRAINING)


def test_an_edit_here_and_a_reverted_one_there_go_out_together() -> None:
    step = decide(seen(copy(), YOGA), shared(replace(TRAINING, notes="Towel")), CLIENTS)

    assert step.write
    assert step.write.groups == {TITLE, NOTES}


def test_an_edit_by_somebody_who_may_is_pulled() -> None:
    step = decide(seen(copy(), YOGA), shared(may_edit=True), CLIENTS)

    assert step.appointment
    assert step.appointment.content == YOGA
    assert step.write is None


def test_a_deletion_by_somebody_who_may_not_detaches_the_copy_and_touches_nobody_else() -> None:
    step = decide(replace(copy(), seen=Absent()).due(), shared(), CLIENTS)

    assert step.mapping.hold
    assert step.mapping.hold.kind is HoldKind.DETACHED
    assert (step.appointment, step.write, step.conflict) == (None, None, None)
    assert [(o.side, o.act, o.before) for o in step.operations] == [(Side.EXTERNAL, Act.UNLINK, TRAINING)]


def test_a_deletion_by_somebody_who_may_is_asked_about() -> None:
    step = decide(replace(copy(), seen=Absent()).due(), shared(may_edit=True), CLIENTS)

    assert step.conflict
    assert step.conflict.type is ConflictType.DELETED
    assert (step.conflict.local, step.conflict.external) == (TRAINING, None)
    assert step.appointment is None


def test_an_edit_outlives_a_deletion() -> None:
    for row, one in ((copy(), appointment(YOGA)), (own(), imported(YOGA))):
        step = decide(replace(row, seen=Absent()).due(), one, terms())

        assert step.conflict
        assert (step.conflict.type, step.conflict.local, step.appointment) == (
            ConflictType.DELETED,
            YOGA,
            None,
        )


def test_the_deletion_of_an_imported_event_cancels_its_appointment() -> None:
    step = decide(replace(own(), seen=Absent()).due(), imported(), terms())

    assert step.appointment
    assert step.appointment.is_deleted
    assert step.mapping.closed == Reason.DELETED_THERE
    assert [(o.side, o.act, o.before) for o in step.operations] == [(Side.LOCAL, Act.DELETE, TRAINING)]


def test_the_deletion_of_an_imported_event_asks_if_anybody_else_takes_part() -> None:
    step = decide(replace(own(), seen=Absent()).due(), imported(TRAINING, *shared().participants), terms())

    assert step.conflict
    assert step.conflict.type is ConflictType.DELETED
    assert step.appointment is None


def test_the_deletion_of_a_copy_never_cancels_an_appointment() -> None:
    step = decide(replace(copy(), seen=Absent()).due(), appointment(), terms())

    assert step.conflict
    assert step.appointment is None


def test_a_detached_copy_comes_back_with_a_version_that_was_never_agreed() -> None:
    row = take(DETACHED, Seen(stored(copy(), YOGA)), terms())

    step = decide(row, appointment(), terms())

    assert step.mapping.hold is None
    assert step.appointment
    assert step.appointment.content == YOGA


def test_a_detached_copy_stays_detached_by_edits_here() -> None:
    step = decide(DETACHED.due(), appointment(YOGA), terms())

    assert (step.mapping.hold, step.write, step.mapping.wanted) == (DETACHED.hold, None, None)


def test_a_detached_copy_that_comes_back_as_it_was_is_synced_again() -> None:
    row = take(DETACHED, Seen(stored(copy(), TRAINING, AGREED)), terms())

    step = decide(row, appointment(YOGA), terms())

    assert (step.mapping.hold, step.write and step.write.kind) == (None, WriteKind.UPDATE)


def test_a_detached_copy_that_comes_back_when_its_appointment_is_private_is_taken_out() -> None:
    row = take(DETACHED, Seen(stored(copy(), TRAINING, AGREED)), terms())

    step = decide(row, appointment(replace(TRAINING, is_private=True)), terms())

    assert (step.mapping.closed, step.write and step.write.kind) == (None, WriteKind.DELETE)


def test_filters_that_leave_it_out_for_a_while_do_not_bring_a_detached_copy_back() -> None:
    none = replace(terms(), selection=replace(terms().selection, filters=Filters()))

    left_out = decide(DETACHED.due(), appointment(), none).mapping
    let_in = decide(left_out.due(), appointment(), terms())

    assert (left_out.closed, left_out.hold) == (None, DETACHED.hold)
    assert (let_in.mapping.hold, let_in.write) == (DETACHED.hold, None)


def test_a_detached_row_is_closed_where_its_user_never_wants_it_or_is_no_part_of_it_any_more() -> None:
    never = replace(terms().selection, choices={appointment().id: Choice.NEVER})
    for selection in (never, replace(terms().selection, user_id=uuid4())):
        assert decide(DETACHED.due(), appointment(), replace(terms(), selection=selection)).mapping.closed


def test_a_detached_row_is_closed_with_its_appointment() -> None:
    assert decide(DETACHED.due(), replace(appointment(), is_deleted=True), terms()).mapping.closed


@pytest.mark.parametrize(("has_guests", "silent", "can_write"), [(True, False, False), (True, True, True)])
def test_an_event_with_guests_can_be_written_only_where_nobody_is_notified(
    *, has_guests: bool, silent: bool, can_write: bool
) -> None:
    row = take(own(), Seen(replace(foreign(), has_guests=has_guests)), terms(silent=silent))

    assert row.can_write is can_write


def test_to_an_event_with_guests_nothing_is_sent() -> None:
    row = take(own(), Seen(replace(foreign(), has_guests=True)), terms())

    step = decide(row, imported(YOGA), terms())

    assert (step.write, step.conflict) == (None, None)


def test_what_guests_events_change_is_pulled() -> None:
    row = take(own(), Seen(replace(foreign(YOGA), has_guests=True)), terms())

    step = decide(row, imported(replace(TRAINING, title="Mine")), terms())

    assert step.appointment
    assert step.appointment.content.get(TITLE) == "Yoga"


def test_where_the_time_cannot_be_written_the_rest_is_sent() -> None:
    row = take(own(), Seen(replace(foreign(), can_write_time=False)), terms())
    moved = replace(YOGA, when=TRAINING.when.moved_to(TRAINING.when.slot + timedelta(hours=2)))

    step = decide(row, imported(moved), terms())

    assert step.write
    assert step.write.groups == {TITLE}


def test_a_group_that_flows_neither_way_does_not_move_its_bases() -> None:
    row = replace(take(copy(), Seen(replace(stored(copy(), YOGA), has_guests=True)), CLIENTS), wanted=1)

    step = decide(row, shared(), CLIENTS)

    assert (step.appointment, step.write, step.conflict) == (None, None, None)
    assert (step.mapping.local_base, step.mapping.external_base) == (TRAINING, TRAINING)
    assert step.mapping.etag == "etag-new"
