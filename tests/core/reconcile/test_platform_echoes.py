"""What the platform only repeats from the feed takes nothing back that somebody did since."""

from dataclasses import replace

from hypothesis import given
from tests.core.platform_states import OWNERS, appointments, as_stored, states
from tests.core.strategies import SERIES

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import NOTES, TITLE
from metonic_core.reconcile.platform import (
    PRIVATE,
    Heard,
    PlatformState,
    Told,
    changed_groups,
    merge_platform,
    state_of,
)

BASE = PlatformState("one_on_one", SERIES, OWNERS[0])


def at(title: str, state: PlatformState = BASE) -> PlatformState:
    return replace(state, content=replace(state.content, title=title))


def told(version: int, title: str) -> Told:
    """Somebody else changed the title, and the feed said so."""
    return Told(version, frozenset({TITLE}), at(title))


def test_a_move_that_was_moved_on_is_not_undone_by_who_heard_of_the_first_only() -> None:
    heard = Heard([told(2, "First"), told(3, "Second")])

    made = merge_platform(BASE, at("First"), as_stored(at("Second")), heard)

    assert made.appointment == as_stored(at("Second"))
    assert (made.kept, made.overwrote, made.taken) == (frozenset({TITLE}), frozenset(), frozenset())


def test_a_move_that_was_taken_back_is_not_made_again_by_who_heard_of_it_only() -> None:
    heard = Heard([told(2, "First"), told(3, SERIES.title)])

    made = merge_platform(BASE, at("First"), as_stored(BASE), heard)

    assert made.appointment == as_stored(BASE)
    assert made.kept == {TITLE}


def test_what_was_hidden_again_is_not_shown_by_who_heard_only_that_it_was_shown() -> None:
    hidden = replace(BASE, content=replace(SERIES, is_private=True))
    heard = Heard([Told(2, frozenset({PRIVATE}), BASE), Told(3, frozenset({PRIVATE}), hidden)])

    made = merge_platform(hidden, BASE, as_stored(hidden), heard)

    assert made.appointment.content.is_private
    assert made.kept == {PRIVATE}


def test_the_last_thing_that_was_told_is_no_echo() -> None:
    heard = Heard([told(2, "First"), told(3, "Second")])

    made = merge_platform(BASE, at("Second"), as_stored(at("Second")), heard)

    assert (made.appointment, made.kept) == (as_stored(at("Second")), frozenset())


def test_what_the_platform_said_itself_since_is_its_own_to_change() -> None:
    heard = Heard([told(2, "First"), told(3, "Second")], {TITLE: 4})

    made = merge_platform(at("Own"), at("First"), as_stored(at("Own")), heard)

    assert made.appointment == as_stored(at("First"))
    assert (made.kept, made.taken) == (frozenset(), frozenset({TITLE}))


def test_a_value_that_stood_in_the_feed_beside_another_change_was_not_told_by_it() -> None:
    notes = Told(2, frozenset({NOTES}), at("Eleven"))
    heard = Heard([notes, told(3, "Sixteen")])

    made = merge_platform(at("Twelve"), at("Eleven"), as_stored(at("Sixteen")), heard)

    assert made.appointment == as_stored(at("Eleven"))
    assert (made.kept, made.overwrote) == (frozenset(), frozenset({TITLE}))


@given(states, states, appointments)
def test_what_the_feed_told_first_and_the_platform_only_repeats_overwrites_nothing(
    base: PlatformState, repeated: PlatformState, current: Appointment
) -> None:
    everything = changed_groups(None, repeated) | changed_groups(state_of(current), repeated)
    heard = Heard([Told(2, everything, repeated), Told(3, everything, state_of(current))])

    made = merge_platform(base, repeated, current, heard)

    # What is there already is no echo.
    assert made.overwrote == frozenset()
    assert not made.taken & changed_groups(state_of(current), repeated)
