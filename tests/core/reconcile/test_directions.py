"""One way out, one way in, and what a calendar is not shown."""

from dataclasses import replace

import pytest
from tests.core.pairs import (
    APPOINTMENT,
    TRAINING,
    appointment,
    copy,
    deleted_there,
    event_id,
    foreign,
    imported,
    lone,
    marker,
    own,
    seen,
    stored,
    terms,
    unborn,
)

from metonic_core.model.content import NOTES, TITLE
from metonic_core.model.event import StoredEvent
from metonic_core.model.mapping import HoldKind, Mapping, Origin, Sent, WriteKind
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.landing import confirm
from metonic_core.reconcile.onesided import Lone, decide_event
from metonic_core.reconcile.step import Reason
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Choice, Direction, as_platform_knows, projected

YOGA, BOXING = (replace(TRAINING, title=t) for t in ("Yoga", "Boxing"))
OUT, IN = terms(direction=Direction.PUSH), terms(direction=Direction.PULL)
NOTED = replace(TRAINING, notes="Bring a towel")
LINE = "Clara, clara@example.org"


def under(**settings: object) -> Terms:
    made = terms()
    return replace(made, selection=replace(made.selection, **settings))  # type: ignore[arg-type]


def test_one_way_out_reverts_what_was_edited_there() -> None:
    step = decide(seen(copy(), YOGA), appointment(), OUT)

    assert step.write
    assert (step.write.content, step.write.groups) == (TRAINING, frozenset({TITLE}))
    assert (step.appointment, step.conflict, step.mapping.external_base) == (None, None, YOGA)


def test_one_way_out_never_asks_which_of_two_edits_stands() -> None:
    step = decide(seen(copy(), YOGA), appointment(BOXING), OUT)

    assert step.conflict is None
    assert step.write
    assert step.write.content == BOXING


def test_one_way_out_makes_a_deleted_copy_anew_once_and_then_gives_it_up() -> None:
    first = decide(deleted_there(copy()), appointment(), OUT)
    again = decide(deleted_there(replace(copy(), is_recreated=True)), appointment(), OUT)

    assert first.write
    assert first.write.kind is WriteKind.CREATE
    assert (first.mapping.generation, first.mapping.is_recreated, first.mapping.event_id) == (2, True, None)
    assert [o.before for o in first.operations] == [TRAINING]
    assert again.write is None
    assert again.mapping.hold
    assert again.mapping.hold.kind is HoldKind.DETACHED


def test_one_way_out_leaves_the_users_own_events_alone_and_merges_them_later_from_the_old_bases() -> None:
    for row in (seen(own(), YOGA), deleted_there(own()), own().due()):
        for one in (imported(), imported(BOXING), replace(imported(), is_deleted=True)):
            assert decide(row, one, OUT).mapping == replace(row, wanted=None)

    later = decide(decide(seen(own(), YOGA), imported(), OUT).mapping.due(), imported(), terms())

    assert later.appointment
    assert later.appointment.content == YOGA


def test_one_way_out_imports_nothing_and_says_why() -> None:
    step = decide_event(Lone(lone(foreign())), OUT)

    assert step.appointment is None
    assert step.mapping.hold
    assert (step.mapping.hold.kind, step.mapping.hold.reason) == (HoldKind.IGNORED, Reason.PUSH_ONLY)


def test_one_way_in_keeps_a_local_edit_until_the_event_is_edited_there() -> None:
    waiting = decide(copy().due(), appointment(YOGA), IN)
    pulled = decide(seen(waiting.mapping, BOXING), appointment(YOGA), IN)

    assert (waiting.write, waiting.appointment) == (None, None)
    assert pulled.appointment
    assert pulled.appointment.content == BOXING
    assert [o.before for o in pulled.operations] == [YOGA]
    assert pulled.write is None


def test_a_local_edit_that_waited_goes_out_when_both_ways_are_open_again() -> None:
    waiting = decide(copy().due(), appointment(YOGA), IN).mapping

    step = decide(waiting.due(), appointment(YOGA), terms())

    assert step.write
    assert step.write.content == YOGA


@pytest.mark.parametrize("row", [copy(), own()])
def test_one_way_in_erases_nothing_and_lets_a_deletion_wait(row: Mapping) -> None:
    gone = replace(imported() if row.origin is Origin.OWN else appointment(), is_deleted=True)

    waiting = decide(row.due(), gone, IN)
    later = decide(waiting.mapping.due(), gone, terms())

    assert (waiting.write, waiting.mapping) == (None, replace(row.due(), wanted=None))
    assert later.write
    assert later.write.kind is WriteKind.DELETE


def test_one_way_in_makes_no_copies_and_erases_no_orphans() -> None:
    mark = marker()
    event = StoredEvent(event_id(mark.identity), "e", TRAINING, marker=OUT.markers.sign(mark))

    unmade = decide(unborn(), appointment(), IN)
    orphan = decide_event(Lone(lone(event)), IN)

    assert (unmade.write, unmade.mapping.closed) == (None, "pull_only")
    assert orphan.write is None
    assert orphan.mapping.hold
    assert orphan.mapping.hold.reason == Reason.PULL_ONLY


def test_an_imported_appointment_that_its_user_left_out_rests_until_it_is_chosen_again() -> None:
    resting = decide(own().due(), replace(imported(), owner_id=unborn().id), terms()).mapping

    edited = decide(seen(resting, YOGA), replace(imported(), owner_id=unborn().id), terms())
    again = decide(edited.mapping.due(), imported(), terms())

    assert (edited.appointment, edited.operations) == (None, ())
    assert again.appointment
    assert again.appointment.content == YOGA


def test_an_event_that_was_deleted_while_it_was_left_out_cancels_its_appointment_when_chosen_again() -> None:
    left_out = replace(terms(), selection=replace(terms().selection, choices={APPOINTMENT: Choice.NEVER}))

    resting = decide(deleted_there(own()), imported(), left_out)
    again = decide(resting.mapping.due(), imported(), terms())

    assert resting.mapping.hold
    assert (resting.mapping.hold.kind, resting.mapping.closed) == (HoldKind.UNLINKED, None)
    assert again.appointment
    assert again.appointment.is_deleted


def test_notes_that_are_switched_off_are_not_sent_and_not_heard() -> None:
    without = under(include_notes=False)

    made = decide(unborn(), appointment(NOTED), without)
    step = decide(seen(copy(), NOTED), appointment(), without)

    assert made.write
    assert (made.write.content, made.write.local) == (TRAINING, NOTED)
    assert step.appointment is None
    assert step.write
    assert step.write.groups == {NOTES}


def test_the_base_is_what_the_appointment_said_so_that_switching_notes_on_is_no_edit() -> None:
    sent = Sent("op0", TRAINING, TRAINING.groups(), NOTED)
    row = replace(copy(), local_base=None, external_base=None, unconfirmed=(sent,))
    agreed, _ = confirm(seen(row, TRAINING), terms())

    step = decide(seen(agreed, replace(TRAINING, notes="Ask for Clara")), appointment(NOTED), terms())

    assert (agreed.local_base, agreed.external_base) == (NOTED, TRAINING)
    assert step.conflict is None


def test_notes_written_into_a_copy_that_showed_none_do_not_go_over_those_that_there_are() -> None:
    row = replace(copy(), local_base=NOTED)

    step = decide(seen(row, replace(TRAINING, notes="Ask for Clara")), appointment(NOTED), terms())

    assert (step.appointment, step.conflict) == (None, None)
    assert step.write
    assert step.write.content == NOTED


def test_contact_details_are_added_to_copies_and_never_flow_in() -> None:
    contacts = under(include_contact=True)
    one = replace(appointment(NOTED), contacts=(LINE,))
    shown = projected(one, Origin.COPY, contacts.selection)
    row = replace(copy(shown), local_base=NOTED)
    edited = replace(shown, notes=shown.notes.replace("towel", "mat") + "\nSee you")

    idle = decide(row.due(), one, contacts)
    pulled = decide(seen(row, edited), one, contacts)

    assert LINE in shown.notes
    assert as_platform_knows(shown, row) == NOTED
    assert idle.write is None
    assert pulled.appointment
    assert pulled.appointment.content.notes.splitlines() == ["Bring a mat", "", "See you"]


def test_a_line_of_the_platforms_own_that_looks_like_a_contact_stays() -> None:
    noted = replace(TRAINING, notes="\N{BLACK TELEPHONE} 555\nBring a towel")
    row = copy(noted)

    step = decide(seen(row, replace(noted, notes=noted.notes + " and a mat")), appointment(noted), terms())

    assert step.appointment
    assert step.appointment.content.notes == noted.notes + " and a mat"


def test_an_edit_of_the_contact_line_alone_is_put_right_and_is_no_edit_of_the_notes() -> None:
    contacts = under(include_contact=True)
    one = replace(appointment(NOTED), contacts=(LINE,))
    shown = projected(one, Origin.COPY, contacts.selection)
    row = replace(copy(shown), local_base=NOTED)

    step = decide(seen(row, replace(shown, notes=shown.notes + " (mobile)")), one, contacts)

    assert step.appointment is None
    assert step.write
    assert (step.write.content, step.write.groups) == (shown, frozenset({NOTES}))


def test_a_contact_that_changed_does_not_collide_with_an_edit_of_the_notes() -> None:
    contacts = under(include_contact=True)
    before = replace(appointment(NOTED), contacts=(LINE,))
    shown = projected(before, Origin.COPY, contacts.selection)
    row = replace(copy(shown), local_base=NOTED)
    edited = replace(shown, notes="Ask for Clara\n\n" + shown.notes)

    step = decide(seen(row, edited), replace(before, contacts=("Clara, 555",)), contacts)

    assert step.conflict is None
    assert step.appointment
    assert step.write
    assert "555" in (step.write.content.notes if step.write.content else "")


def test_nothing_is_added_to_the_users_own_event() -> None:
    one = replace(imported(), contacts=(LINE,))

    assert projected(one, Origin.OWN, under(include_contact=True).selection) is one.content
    assert stored(own(), TRAINING).marker is None


def test_an_event_that_its_user_left_out_outlives_its_appointment() -> None:
    left_out = under(choices={APPOINTMENT: Choice.NEVER})
    resting = decide(own().due(), imported(), left_out).mapping

    step = decide(resting.due(), replace(imported(), is_deleted=True), left_out)

    assert step.write is None
    assert step.mapping.hold == resting.hold


def test_one_way_out_makes_nothing_anew_that_left_the_window() -> None:
    past = replace(TRAINING, when=TRAINING.when.moved_to(TRAINING.when.start.replace(year=2020)))

    step = decide(deleted_there(copy(past)), appointment(past), OUT)

    assert step.write is None
    assert step.mapping.hold
    assert step.mapping.hold.kind is HoldKind.DETACHED


def test_what_an_unconfirmed_write_may_have_overwritten_is_told_when_the_event_goes() -> None:
    row = replace(deleted_there(copy(YOGA)), unconfirmed=(Sent("op0", TRAINING, frozenset({TITLE})),))

    step = decide(row, replace(appointment(), is_deleted=True), terms())

    assert step.mapping.closed
    assert [o.before for o in step.operations] == [YOGA]
