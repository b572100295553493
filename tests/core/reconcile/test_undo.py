"""What takes a line of the journal back: the former state where nothing moved since, and nothing else."""

from dataclasses import replace
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.pairs import CLIENT, LINK, TRAINER, TRAINING, appointment, imported, shared, terms
from tests.core.strategies import versions

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import LOCATION, TIME, TITLE, Content, all_groups
from metonic_core.reconcile.step import Act, Former, Operation, Reason, Said, Side
from metonic_core.reconcile.undo import NOTHING, UNDOING, Left, Line, Standing, undo
from metonic_core.selection import Choice

YOGA = replace(TRAINING, title="Yoga")


def line(operation: Operation, link: UUID = LINK) -> Line:
    return Line(operation, link)


def now(
    here: Appointment | None, choice: Choice | None = None, user: UUID = TRAINER, *, is_paired: bool = True
) -> Standing:
    choices = {here.id: choice} if here and choice else {}
    return Standing(user, here, choice, replace(terms(user).selection, choices=choices), is_paired)


def pulled(before: Content, after: Content) -> Line:
    groups = frozenset(g for g in all_groups(before, after) if before.get(g) != after.get(g))
    return line(Operation(Side.LOCAL, Act.UPDATE, Reason.EDITED_THERE, groups, before, after.only(groups)))


def sent(before: Content, after: Content) -> Line:
    groups = frozenset(g for g in all_groups(before, after) if before.get(g) != after.get(g))
    said = Said(before.only(groups), after.only(groups)) if groups else None
    return line(
        Operation(Side.EXTERNAL, Act.UPDATE, Reason.EDITED_HERE, groups, before, after.only(groups), said)
    )


def test_every_side_and_act_has_its_entry() -> None:
    assert set(UNDOING) == set(product(Side, Act))


@given(before=versions(), after=versions())
def test_an_edit_that_came_in_or_went_out_leads_back_to_the_state_before_it(
    before: Content, after: Content
) -> None:
    for did in (pulled(before, after), sent(before, after)):
        undone = undo(did, now(appointment(after)))

        if before == after:
            assert undone.appointment is None
        elif undone.left is None:
            assert undone.appointment is not None
            assert undone.appointment.content == before
            again = undo(line(undone.operation), now(undone.appointment)) if undone.operation else NOTHING
            assert again.appointment is None or again.appointment.content == after


@given(before=versions(), after=versions(), since=versions())
def test_what_moved_since_is_never_touched(before: Content, after: Content, since: Content) -> None:
    did = pulled(before, after)

    undone = undo(did, now(appointment(since)))

    made = undone.appointment.content if undone.appointment else since
    for group in all_groups(before, after, since):
        is_standing = group in did.operation.groups and since.get(group) == after.get(group)
        assert made.get(group) == since.get(group) or (is_standing and made.get(group) == before.get(group))


@given(before=versions(), after=versions(), since=versions())
def test_what_was_taken_back_is_not_taken_back_again(before: Content, after: Content, since: Content) -> None:
    did = pulled(before, after)
    once = undo(did, now(appointment(since)))

    again = undo(did, now(once.appointment or appointment(since)))

    assert again.appointment is None


def test_part_of_a_line_is_taken_back_where_the_rest_has_moved() -> None:
    hall = replace(YOGA, location="Hall 2")
    since = replace(hall, title="Boxing")

    undone = undo(pulled(TRAINING, hall), now(appointment(since)))

    assert undone.appointment == appointment(replace(since, location=TRAINING.location))
    assert undone.left is Left.MOVED_SINCE
    assert undone.operation
    assert undone.operation.groups == {LOCATION}


@pytest.mark.parametrize(
    ("here", "user", "left"),
    [
        (None, TRAINER, Left.NOT_CONCERNED),
        (appointment(YOGA), CLIENT, Left.NOT_CONCERNED),
        (shared(YOGA), CLIENT, Left.NOT_ENTITLED),
        (replace(appointment(YOGA), is_deleted=True), TRAINER, Left.MOVED_SINCE),
    ],
)
def test_rights_are_those_of_any_edit(here: Appointment | None, user: UUID, left: Left) -> None:
    undone = undo(pulled(TRAINING, YOGA), now(here, user=user))

    assert (undone.left, undone.appointment, undone.operation) == (left, None, None)


def test_what_only_the_calendar_was_shown_was_no_edit() -> None:
    revert = Operation(
        Side.EXTERNAL, Act.UPDATE, Reason.KEPT_FROM_FLOWING, frozenset({TITLE}), YOGA, TRAINING
    )

    assert undo(line(revert), now(appointment())).left is Left.ONLY_THERE


def test_an_import_is_cancelled_and_left_out_at_once() -> None:
    did = line(Operation(Side.LOCAL, Act.CREATE, Reason.NEW_THERE, TRAINING.groups(), after=TRAINING))

    undone = undo(did, now(imported()))

    assert undone.appointment == replace(imported(), is_deleted=True)
    assert undone.chosen == Former(Choice.NEVER)
    assert undone.operation
    assert (undone.operation.act, undone.operation.former) == (Act.DELETE, Former(None))


@pytest.mark.parametrize("here", [imported(YOGA), imported(TRAINING, *shared().participants)])
def test_an_import_that_somebody_worked_with_stays(here: Appointment) -> None:
    did = line(Operation(Side.LOCAL, Act.CREATE, Reason.NEW_THERE, TRAINING.groups(), after=TRAINING))

    assert undo(did, now(here)).left is Left.MOVED_SINCE


CREATED = Operation(Side.EXTERNAL, Act.CREATE, Reason.NEW_HERE, TRAINING.groups(), after=TRAINING)
ERASED = Operation(Side.EXTERNAL, Act.DELETE, Reason.DESELECTED, before=TRAINING)


@pytest.mark.parametrize("former", [None, Choice.ALWAYS])
def test_a_copy_is_taken_out_by_choosing_and_the_former_choice_comes_back(former: Choice | None) -> None:
    undone = undo(line(CREATED), now(appointment(), former))
    assert undone.chosen == Former(Choice.NEVER)
    assert undone.operation

    again = undo(line(undone.operation), now(appointment(), Choice.NEVER, is_paired=False))

    assert again.chosen == Former(former)
    assert again.operation
    assert undo(line(again.operation), now(appointment(), former)).chosen == Former(Choice.NEVER)


@pytest.mark.parametrize(
    ("standing", "left"),
    [
        (now(appointment(), is_paired=True), None),
        (now(appointment(), Choice.NEVER, is_paired=False), Left.NOT_WANTED),
        (now(None, is_paired=False), Left.NOT_CONCERNED),
        (replace(now(appointment(), is_paired=False), selection=None), Left.FORMER_CALENDAR),
    ],
)
def test_an_erased_copy_is_made_anew_only_where_it_is_wanted_and_missing(
    standing: Standing, left: Left | None
) -> None:
    undone = undo(line(ERASED), standing)

    assert (undone.left, undone.is_drawn, undone.operation) == (left, False, None)


def test_an_erased_copy_that_is_missing_is_made_anew() -> None:
    undone = undo(line(ERASED), now(appointment(), is_paired=False))

    assert (undone.is_drawn, undone.appointment, undone.left) == (True, None, None)


@pytest.mark.parametrize("side", Side)
def test_a_cancellation_that_was_passed_on_is_taken_back_with_an_event(side: Side) -> None:
    did = Operation(side, Act.DELETE, Reason.DELETED_HERE, before=TRAINING)
    gone = replace(imported(), is_deleted=True)

    undone = undo(line(did), now(gone, is_paired=False))

    assert undone.appointment == imported()
    assert undone.operation
    back = undo(line(undone.operation), now(imported()))
    assert (back.appointment, back.chosen) == (gone, None)


@pytest.mark.parametrize("reason", [Reason.DESELECTED, Reason.HIDDEN, Reason.DISCONNECTED])
def test_a_cancellation_after_a_run_that_took_the_copy_out_for_another_cause_stands(reason: Reason) -> None:
    did = Operation(Side.EXTERNAL, Act.DELETE, reason, before=TRAINING)
    gone = replace(appointment(), is_deleted=True)

    assert undo(line(did), now(gone, is_paired=False)) == replace(NOTHING, left=Left.MOVED_SINCE)


def test_a_cancellation_that_was_decided_for_is_taken_back_like_one_that_was_passed_on() -> None:
    did = Operation(Side.EXTERNAL, Act.DELETE, Reason.RESOLVED, before=TRAINING)
    gone = replace(appointment(), is_deleted=True)

    assert undo(line(did), now(gone, is_paired=False)).appointment == appointment()


@pytest.mark.parametrize("act", [Act.LINK, Act.UNLINK])
def test_what_was_linked_or_let_go_stays_so(act: Act) -> None:
    did = Operation(Side.EXTERNAL, act, Reason.ADOPTED, before=TRAINING)

    assert undo(line(did), now(appointment())).left is Left.LINKED


def test_an_orphan_is_not_made_anew() -> None:
    did = Operation(Side.EXTERNAL, Act.DELETE, Reason.ORPHAN, before=TRAINING)

    assert undo(line(did), now(None)).left is Left.ORPHAN


@given(st.sampled_from([CREATED, ERASED]))
def test_what_was_done_in_a_calendar_chosen_before_is_left_there(did: Operation) -> None:
    standing = now(appointment(), is_paired=False)

    assert undo(line(did, UUID(int=99)), standing).left is Left.FORMER_CALENDAR


@pytest.mark.parametrize(
    ("did", "link"), [(CREATED, LINK), (replace(ERASED, reason=Reason.CALENDAR_LEFT), UUID(int=99))]
)
def test_a_copy_that_moved_with_the_calendar_is_left_where_it_is(did: Operation, link: UUID) -> None:
    standing = replace(now(appointment()), is_elsewhere=True)

    assert undo(line(did, link), standing).left is Left.MOVED_CALENDAR


def test_the_after_image_holds_what_was_changed_and_nothing_else() -> None:
    secret = replace(YOGA, notes="Knee injury", location="Hall 2")

    kept = secret.only([TITLE])

    assert (kept.title, kept.notes, kept.location, kept.get(TIME)) == ("Yoga", "", "", secret.get(TIME))


def test_what_was_brought_back_is_cancelled_again_for_all_who_take_part() -> None:
    did = Operation(Side.LOCAL, Act.CREATE, Reason.UNDONE, TRAINING.groups(), after=TRAINING)

    undone = undo(line(did), now(shared()))

    assert (undone.appointment, undone.chosen) == (replace(shared(), is_deleted=True), None)


def test_the_second_half_of_a_split_series_goes_with_the_people_that_it_had_from_the_first() -> None:
    did = Operation(Side.LOCAL, Act.CREATE, Reason.NEW_THERE, TRAINING.groups(), after=TRAINING)
    untouched = replace(imported(TRAINING, *shared().participants), version=1)

    assert undo(line(did), now(untouched)).appointment == replace(untouched, is_deleted=True)


IMPORTED = Operation(Side.LOCAL, Act.CREATE, Reason.NEW_THERE, TRAINING.groups(), after=TRAINING)
CANCELLED = Operation(Side.LOCAL, Act.DELETE, Reason.DELETED_THERE, before=TRAINING)
UNSAID = Operation(Side.LOCAL, Act.UPDATE, Reason.EDITED_THERE, frozenset({TITLE}))


@pytest.mark.parametrize(
    ("did", "standing", "left"),
    [
        (IMPORTED, now(None), None),
        (IMPORTED, now(replace(imported(), is_deleted=True)), None),
        (IMPORTED, now(imported(), user=CLIENT), Left.NOT_CONCERNED),
        (CANCELLED, now(imported()), None),
        (CANCELLED, now(None), Left.NOT_CONCERNED),
        (CANCELLED, now(replace(shared(), is_deleted=True), user=CLIENT), Left.NOT_ENTITLED),
        (CREATED, now(None), Left.NOT_CONCERNED),
        (CREATED, now(appointment(), Choice.NEVER), None),
        (UNSAID, now(appointment(YOGA)), Left.MOVED_SINCE),
    ],
)
def test_nothing_is_done_where_it_is_so_already_or_is_not_the_users_to_do(
    did: Operation, standing: Standing, left: Left | None
) -> None:
    assert undo(line(did), standing) == replace(NOTHING, left=left)
