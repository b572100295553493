"""A deletion against what the other side says: what each way of resolving it makes of it."""

from dataclasses import replace
from itertools import product

import pytest
from tests.core.pairs import (
    CLIENT,
    TRAINING,
    appointment,
    copy,
    imported,
    own,
    same,
    seen,
    shared,
    terms,
)
from tests.core.resolutions import (
    EXACT,
    EXTERNAL,
    HERE,
    LOCAL,
    MERGE,
    THERE,
    conflict_of,
    deleted,
    gone,
    resolved,
)

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import (
    NOTES,
)
from metonic_core.model.errors import InvalidValue
from metonic_core.model.mapping import HoldKind, Mapping, Origin, WriteKind
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.resolving import (
    RESOLVED,
    Quarrel,
    allowed,
    quarrel,
    resolution_of,
)
from metonic_core.reconcile.step import Act, Reason, Side
from metonic_core.selection import Direction


@pytest.mark.parametrize(
    ("row", "one"), [(copy(), appointment(HERE)), (own(), imported(HERE, *shared().participants))]
)
def test_a_deleted_event_is_made_anew_as_a_copy_of_the_next_generation(
    row: Mapping, one: Appointment
) -> None:
    step = resolved(gone(row), one, LOCAL)

    assert step.write is not None
    assert (step.write.kind, step.write.reason, step.write.content) == (
        WriteKind.CREATE,
        Reason.RESOLVED,
        HERE,
    )
    assert (step.mapping.origin, step.mapping.generation) == (Origin.COPY, row.generation + 1)
    assert (step.mapping.event_id, step.mapping.external_base, step.appointment) == (None, None, None)
    (lost,) = step.operations
    assert (lost.side, lost.act, lost.before) == (Side.EXTERNAL, Act.UNLINK, TRAINING)


def test_a_calendar_that_is_only_read_gives_the_copy_up_where_the_appointment_is_kept() -> None:
    at = terms(direction=Direction.PULL)

    step = resolved(gone(copy()), appointment(), LOCAL, at)

    assert (step.write, step.appointment) == (None, None)
    assert step.mapping.hold is not None
    assert step.mapping.hold.kind is HoldKind.DETACHED


def test_the_appointment_goes_with_its_event_where_that_is_kept() -> None:
    step = resolved(gone(copy()), appointment(HERE), EXTERNAL)

    assert step.appointment is not None
    assert step.appointment.is_deleted
    assert (step.mapping.closed, step.write) == (Reason.DELETED_THERE, None)
    (done,) = step.operations
    assert (done.side, done.act, done.reason, done.before) == (
        Side.LOCAL,
        Act.DELETE,
        Reason.RESOLVED,
        HERE,
    )


def test_who_lost_the_right_meanwhile_cancels_nothing() -> None:
    row, at = gone(copy()), replace(terms(CLIENT), same=same)
    decided = resolution_of(conflict_of(row, shared(may_edit=True), at), EXTERNAL)

    step = decide(replace(row, resolution=decided), shared(may_edit=False), at)

    assert (step.appointment, step.resolved, step.mapping.resolution) == (None, None, None)
    assert step.mapping.hold is not None
    assert step.mapping.hold.kind is HoldKind.DETACHED


def test_an_event_edited_there_is_erased_where_the_deletion_is_kept() -> None:
    row = seen(copy(), THERE)

    step = resolved(row, deleted(appointment()), LOCAL)

    assert step.write is not None
    assert (step.write.kind, step.write.reason, step.write.etag) == (
        WriteKind.DELETE,
        Reason.RESOLVED,
        "etag-new",
    )
    assert step.write.before == THERE


def test_a_linked_event_of_the_users_own_is_let_go_where_the_deletion_is_kept() -> None:
    step = resolved(seen(own(), THERE), deleted(appointment()), LOCAL)

    assert step.write is None
    assert step.mapping.hold is not None
    assert step.mapping.hold.kind is HoldKind.UNLINKED


def test_the_appointment_stands_again_with_what_the_event_says() -> None:
    row = seen(copy(), replace(THERE, location="Gym"))
    one = deleted(appointment(replace(HERE, notes="Bring shoes")))

    step = resolved(row, one, EXTERNAL)

    assert step.appointment is not None
    assert not step.appointment.is_deleted
    assert step.appointment.content == replace(THERE, location="Gym", notes="Bring shoes")
    assert [(o.act, o.reason) for o in step.operations] == [
        (Act.CREATE, Reason.RESOLVED),
        (Act.UPDATE, Reason.RESOLVED),
    ]
    assert step.write is not None
    assert step.write.groups == {NOTES}


def test_nothing_is_asked_about_a_deleted_appointment_that_would_not_be_in_the_calendar_anyway() -> None:
    secret = replace(TRAINING, is_private=True)

    step = decide(seen(copy(), THERE), deleted(appointment(secret)), EXACT)

    assert step.conflict is None
    assert step.write is not None
    assert (step.write.kind, step.write.before) == (WriteKind.DELETE, THERE)


def test_every_way_has_a_meaning_wherever_it_is_one() -> None:
    one_sided = set(product([Quarrel.DELETED_HERE, Quarrel.DELETED_THERE], [LOCAL, EXTERNAL]))

    assert set(RESOLVED) == set(product([Quarrel.EDITS], [LOCAL, EXTERNAL, MERGE])) | one_sided


def test_a_deletion_cannot_be_merged() -> None:
    conflict = conflict_of(gone(copy()), appointment())

    assert quarrel(conflict) is Quarrel.DELETED_THERE
    assert allowed(conflict) == {LOCAL, EXTERNAL}
    with pytest.raises(InvalidValue, match="nothing to merge"):
        resolution_of(conflict, MERGE)
