"""What the platform sends is merged three ways: taken is what it changed, and nothing else."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import assume, given
from tests.core.platform_states import OTHERS, OWNERS, appointments, as_stored, state_with, states
from tests.core.strategies import SERIES, SLOTS

from metonic_core.model.appointment import Appointment, Participant
from metonic_core.model.content import (
    GROUPS,
    STATUS,
    TIME,
    TITLE,
    VISIBILITY,
    occurrence_group,
)
from metonic_core.model.series import Override, Recurrence, has_slot
from metonic_core.reconcile.platform import (
    OWNER,
    PARTICIPANTS,
    TYPE,
    PlatformState,
    merge_platform,
    state_of,
)


def same(a: PlatformState, b: PlatformState) -> bool:
    """Participants are in no order."""
    bare = replace(a, participants=()) == replace(b, participants=())
    return bare and set(a.participants) == set(b.participants)


@given(states, appointments)
def test_sending_the_last_state_again_changes_nothing(base: PlatformState, current: Appointment) -> None:
    made = merge_platform(base, base, current)

    assert made.appointment == current
    assert made.overwrote == frozenset()


@given(states, states)
def test_what_nobody_else_changed_becomes_exactly_what_is_sent(
    base: PlatformState, sent: PlatformState
) -> None:
    made = merge_platform(base, sent, as_stored(base))

    assert same(state_of(made.appointment), sent)
    assert made.overwrote == frozenset()


@given(states, states, appointments)
def test_merging_twice_is_merging_once(
    base: PlatformState, sent: PlatformState, current: Appointment
) -> None:
    made = merge_platform(base, sent, current).appointment

    assert merge_platform(base, sent, made).appointment == made
    assert merge_platform(sent, sent, made).appointment == made


@given(states, states, appointments)
def test_what_the_platform_did_not_change_stays_as_it_is(
    base: PlatformState, sent: PlatformState, current: Appointment
) -> None:
    made = merge_platform(base, sent, current).appointment

    kept = [g for g in GROUPS if base.content.get(g) == sent.content.get(g)]
    assert all(made.content.get(g) == current.content.get(g) for g in kept)
    for name in ("type", "owner_id"):
        if getattr(base, name) == getattr(sent, name):
            assert getattr(made, name) == getattr(current, name)
    if base.is_cancelled == sent.is_cancelled:
        assert made.is_deleted == current.is_deleted


@given(states, states, appointments)
def test_only_what_differs_on_all_three_sides_is_overwritten(
    base: PlatformState, sent: PlatformState, current: Appointment
) -> None:
    overwrote = merge_platform(base, sent, current).overwrote

    for group in GROUPS:
        b, s, c = (x.content.get(group) for x in (base, sent, state_of(current)))
        assert (group in overwrote) == (group != VISIBILITY and len({b, s, c}) == 3)
    for group, name in ((TYPE, "type"), (OWNER, "owner_id")):
        three = {getattr(x, name) for x in (base, sent, state_of(current))}
        assert (group in overwrote) == (len(three) == 3)


@given(states, states, appointments)
def test_an_occurrence_that_a_new_schedule_lost_is_overwritten_if_the_platform_had_not_seen_it(
    base: PlatformState, sent: PlatformState, current: Appointment
) -> None:
    assume(sent.content.get(TIME) != base.content.get(TIME))

    made = merge_platform(base, sent, current)

    content = made.appointment.content
    for o in current.content.overrides:
        if content.override(o.slot) is None and sent.content.override(o.slot) == base.content.override(
            o.slot
        ):
            assert not has_slot(content.when, content.recurrence, o.slot)
            assert (occurrence_group(o.slot) in made.overwrote) == (base.content.override(o.slot) != o)


def test_a_move_in_a_calendar_outlives_a_new_title_of_the_platform() -> None:
    base = state_with(SERIES)
    moved = replace(SERIES, when=SERIES.when.moved_to(SERIES.when.slot + timedelta(hours=3)))
    current = as_stored(state_with(moved))

    made = merge_platform(base, state_with(replace(SERIES, title="Yoga")), current)

    assert made.appointment.content == replace(moved, title="Yoga")
    assert made.overwrote == frozenset()


def test_who_hides_an_appointment_does_not_say_that_it_blocks_time() -> None:
    free = as_stored(state_with(replace(SERIES, is_busy=False)))

    made = merge_platform(state_with(SERIES), state_with(replace(SERIES, is_private=True)), free)

    assert made.appointment.content.get(VISIBILITY) == (True, False)


def test_the_order_of_participants_is_no_change() -> None:
    two = (Participant(OTHERS[0]), Participant(OTHERS[1]))
    base = replace(state_with(SERIES), participants=two)
    nobody = as_stored(state_with(SERIES))

    made = merge_platform(base, replace(base, participants=two[::-1]), nobody)

    assert made.appointment.participants == ()


def test_a_participant_who_differs_on_all_three_sides_is_overwritten() -> None:
    seat = Participant(OTHERS[0])
    current = replace(state_with(SERIES), participants=(replace(seat, may_edit=True),))
    sent = replace(state_with(SERIES), participants=(seat,))

    made = merge_platform(state_with(SERIES), sent, as_stored(current))

    assert made.appointment.participants == sent.participants
    assert made.overwrote == {PARTICIPANTS}


def test_a_participant_who_becomes_the_owner_takes_part_no_longer() -> None:
    base = replace(state_with(SERIES), participants=(Participant(OWNERS[1]),))

    made = merge_platform(base, replace(base, owner_id=OWNERS[1]), as_stored(base))

    assert (made.appointment.owner_id, made.appointment.participants) == (OWNERS[1], ())


def test_what_was_cancelled_here_stays_so_until_the_platform_says_otherwise() -> None:
    base, cancelled = state_with(SERIES), replace(as_stored(state_with(SERIES)), is_deleted=True)
    renamed = state_with(replace(SERIES, title="Yoga"))

    kept = merge_platform(base, renamed, cancelled).appointment
    restored = merge_platform(replace(base, is_cancelled=True), renamed, cancelled).appointment

    assert (kept.is_deleted, kept.content.title) == (True, "Yoga")
    assert restored.is_deleted is False


def test_a_shorter_series_drops_a_move_that_a_calendar_made_of_a_lost_occurrence() -> None:
    elsewhere = Override(SLOTS[3], location="Park")
    current = as_stored(
        state_with(replace(SERIES, overrides=(Override(SLOTS[1], is_cancelled=True), elsewhere)))
    )
    shorter = replace(SERIES, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=2",)))

    made = merge_platform(state_with(SERIES), state_with(shorter), current)

    assert made.appointment.content.overrides == (Override(SLOTS[1], is_cancelled=True),)
    assert made.overwrote == {occurrence_group(SLOTS[3])}


def test_an_occurrence_that_the_platform_changes_now_stays_even_where_a_calendar_moved_the_series() -> None:
    moved = replace(SERIES, when=SERIES.when.moved_to(SERIES.when.slot + timedelta(hours=3)))
    sent = replace(SERIES, overrides=(Override(SLOTS[1], is_cancelled=True),))

    made = merge_platform(state_with(SERIES), state_with(sent), as_stored(state_with(moved)))

    assert made.appointment.content == replace(moved, overrides=sent.overrides)


def test_the_groups_of_a_content_and_of_a_state_have_different_names() -> None:
    assert {TYPE, OWNER, PARTICIPANTS}.isdisjoint({*GROUPS, STATUS, TITLE})


def test_participants_are_merged_one_by_one() -> None:
    kim, lee = Participant(OTHERS[0], role="client"), Participant(OTHERS[1], role="client")
    base = replace(state_with(SERIES), participants=(kim,))
    sent = replace(state_with(SERIES), participants=(replace(kim, may_edit=True),))

    made = merge_platform(base, sent, as_stored(replace(state_with(SERIES), participants=(kim, lee))))

    assert set(made.appointment.participants) == {replace(kim, may_edit=True), lee}
    assert made.overwrote == frozenset()
