"""When a decision about a conflict counts: a person's, and a policy's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.core.pairs import (
    NOW,
    TRAINING,
    appointment,
    copy,
    hour,
    imported,
    own,
    same,
    seen,
    stored,
    terms,
)
from tests.core.resolutions import (
    EXACT,
    EXTERNAL,
    HERE,
    LOCAL,
    RECENT,
    THERE,
    conflict_of,
    deleted,
    gone,
    held,
    resolved,
)

from metonic_core.model.appointment import EXISTENCE, Appointment
from metonic_core.model.content import (
    NOTES,
    TITLE,
)
from metonic_core.model.errors import InvalidValue
from metonic_core.model.mapping import Look, Mapping, Observed
from metonic_core.model.resolution import Resolution, ResolutionKind
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.merge import CLOCKS_APART
from metonic_core.reconcile.resolving import (
    COOL_DOWN,
    allowed,
    newer,
    resolution_of,
)
from metonic_core.reconcile.step import Side, Step
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import Direction

Moved = Callable[[Mapping, Appointment], tuple[Mapping, Appointment]]
MOVES: dict[str, Moved] = {
    "edited here": lambda row, one: (row, replace(one, content=replace(HERE, title="Here too"))),
    "edited there": lambda row, one: (seen(row, replace(THERE, title="There too"), "etag-2"), one),
    "in another group": lambda row, one: (seen(row, replace(THERE, when=hour(3)), "etag-2"), moved_here(one)),
    "gone there": lambda row, one: (gone(row), one),
    "gone here": lambda row, one: (row, deleted(one)),
}


@pytest.mark.parametrize("moved", MOVES)
def test_a_decision_about_something_else_is_dropped_and_asked_anew(moved: str) -> None:
    row, one = seen(copy(), THERE), appointment(HERE)
    decided = resolution_of(conflict_of(row, one), LOCAL)

    row, one = MOVES[moved](replace(held(row, one), resolution=decided), one)
    step = decide(row.due(), one, EXACT)

    assert step.conflict is not None
    assert (step.resolved, step.write, step.appointment, step.mapping.resolution) == (None, None, None, None)


def moved_here(one: Appointment) -> Appointment:
    return replace(one, content=replace(one.content, when=hour(4)))


def test_a_decision_counts_while_something_else_moves() -> None:
    row, one = seen(copy(), THERE), appointment(HERE)
    decided = resolution_of(conflict_of(row, one), LOCAL)

    row = seen(replace(row, resolution=decided), replace(THERE, location="Gym"), "etag-2")
    step = decide(row, replace(one, content=replace(HERE, notes="Bring shoes")), EXACT)

    assert step.resolved == decided
    assert step.mapping.resolution is None
    assert step.mapping.resolved_at == NOW


def test_a_decision_is_kept_while_the_event_has_to_be_read_first() -> None:
    row, one = seen(copy(), THERE), appointment(HERE)
    decided = resolution_of(conflict_of(row, one), LOCAL)

    step = decide(replace(row, seen=Look(), resolution=decided), one, EXACT)

    assert step.mapping.resolution == decided


def test_where_the_sides_agree_by_themselves_nothing_is_left_of_the_decision() -> None:
    row, one = seen(copy(), THERE), appointment(HERE)
    decided = resolution_of(conflict_of(row, one), LOCAL)

    step = decide(replace(held(row, one), resolution=decided), appointment(THERE), EXACT)

    assert (step.conflict, step.mapping.hold, step.mapping.resolution) == (None, None, None)


@pytest.mark.parametrize("direction", [Direction.PUSH, Direction.PULL])
def test_a_calendar_that_is_synced_one_way_by_now_is_in_no_conflict(direction: Direction) -> None:
    rows = [
        (seen(copy(), THERE), appointment(HERE)),
        (seen(own(), THERE), imported(HERE)),
        (seen(copy(), THERE), deleted(appointment())),
    ]
    for row, one in rows:
        step = decide(held(row, one).due(), one, replace(terms(direction=direction), same=same))

        assert step.conflict is None
        assert step.mapping.hold is None


def by_policy(policy: ResolutionKind, at: Terms = EXACT) -> Terms:
    return replace(at, selection=replace(at.selection, conflict_policy=policy))


@pytest.mark.parametrize(
    ("row", "one"),
    [
        (seen(copy(), THERE), appointment(HERE)),
        (gone(copy()), appointment(HERE)),
        (seen(copy(), THERE), deleted(appointment())),
    ],
)
@pytest.mark.parametrize("way", [LOCAL, EXTERNAL])
def test_a_policy_does_what_a_person_would(way: ResolutionKind, row: Mapping, one: Appointment) -> None:
    step = decide(row, one, by_policy(way))

    asked = resolved(row, one, way)
    assert step.resolved == Resolution(way, way, conflict_of(row, one).fingerprint, is_automatic=True)
    assert not step.mapping.is_commanded
    commanded = replace(step.mapping, is_commanded=True)
    assert replace(step, mapping=commanded, resolved=asked.resolved) == asked


def test_what_was_resolved_waits_an_hour_before_a_policy_resolves_it_again() -> None:
    row, one, at = seen(copy(), THERE), appointment(HERE), by_policy(LOCAL)
    row = replace(row, resolved_at=NOW - timedelta(minutes=59))

    early = decide(row, one, at)
    late = decide(row, one, replace(at, now=NOW + timedelta(minutes=1)))

    assert early.conflict is not None
    assert (early.resolved, early.conflict.automatic_at) == (None, NOW + timedelta(minutes=1))
    assert late.resolved is not None
    assert late.mapping.resolved_at == NOW + timedelta(minutes=1)
    assert timedelta(hours=1) == COOL_DOWN


def test_a_policy_does_not_wait_for_the_time_of_a_clock_that_was_ahead() -> None:
    row = replace(seen(copy(), THERE), resolved_at=NOW + timedelta(days=400))

    assert decide(row, appointment(HERE), by_policy(LOCAL)).resolved is not None


def test_within_the_hour_a_person_decides_all_the_same() -> None:
    row, one = replace(seen(copy(), THERE), resolved_at=NOW), appointment(HERE)
    decided = resolution_of(conflict_of(row, one), EXTERNAL)

    step = decide(replace(row, resolution=decided), one, by_policy(LOCAL))

    assert step.resolved == decided


def test_a_copy_that_was_made_anew_cools_down_as_well() -> None:
    step = decide(gone(copy()), appointment(), by_policy(LOCAL))

    assert step.mapping.resolved_at == NOW
    again = decide(gone(landed_create(step)), appointment(), by_policy(LOCAL))
    assert again.conflict is not None
    assert again.resolved is None


def landed_create(step: Step) -> Mapping:
    return replace(step.mapping, event_id="/x.ics", local_base=TRAINING, external_base=TRAINING, etag="e")


def edited(minutes_here: float | None, minutes_there: float | None) -> tuple[Mapping, Appointment]:
    """A pair in conflict about its title, edited so many minutes ago."""
    at = [None if m is None else NOW - timedelta(minutes=m) for m in (minutes_here, minutes_there)]
    row = copy()
    event = replace(stored(row, THERE), modified_at=at[1])
    one = replace(appointment(HERE), edited_at={TITLE: at[0], NOTES: NOW})
    return replace(row, seen=Observed(event)).due(), one


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        (10, 30, Side.LOCAL),
        (30, 10, Side.EXTERNAL),
        (10, 11, None),
        (12, 10, None),
        (12.1, 10, Side.EXTERNAL),
        (None, 10, None),
        (10, None, None),
    ],
)
def test_the_most_recent_side_is_known_where_clocks_cannot_deceive(
    here: float | None, there: float | None, expected: Side | None
) -> None:
    row, one = edited(here, there)
    conflict = conflict_of(row, one)

    assert newer(conflict) is expected
    assert (RECENT in allowed(conflict)) == (expected is not None)
    step = decide(row, one, by_policy(RECENT))
    if expected is None:
        assert step.resolved is None
        with pytest.raises(InvalidValue, match="not certain"):
            resolution_of(conflict, RECENT)
    else:
        way = LOCAL if expected is Side.LOCAL else EXTERNAL
        assert step.resolved is not None
        assert (step.resolved.asked, step.resolved.way) == (RECENT, way)


@pytest.mark.parametrize(("apart", "is_known"), [(timedelta(0), False), (CLOCKS_APART * 2, True)])
def test_a_time_at_which_we_wrote_the_event_says_nothing_about_people(
    apart: timedelta,
    is_known: bool,  # noqa: FBT001 - a fact
) -> None:
    row, one = edited(10, 30)

    row = replace(row, wrote_at=NOW - timedelta(minutes=30) - apart)

    assert (newer(conflict_of(row, one)) is not None) == is_known


def test_a_deletion_there_has_no_time_and_one_here_has() -> None:
    row, one = edited(10, 30)
    cancelled = replace(deleted(one), edited_at={EXISTENCE: NOW})

    assert newer(conflict_of(gone(row), one)) is None
    assert newer(conflict_of(row, cancelled)) is Side.LOCAL


def test_a_pull_takes_the_time_of_the_edit_along() -> None:
    row, _ = edited(None, 30)

    step = decide(row, appointment(), EXACT)

    assert step.appointment is not None
    assert step.appointment.last_edited(TITLE) == NOW - timedelta(minutes=30)
