"""Edits on both sides: what each way of resolving them makes of them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.pairs import (
    TRAINING,
    appointment,
    copy,
    hour,
    imported,
    own,
    seen,
)
from tests.core.resolutions import EXACT, EXTERNAL, HERE, LOCAL, MERGE, THERE, conflict_of, landed, resolved
from tests.core.strategies import versions

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import (
    NOTES,
    TIME,
    TITLE,
    VISIBILITY,
    Content,
    Group,
    all_groups,
    occurrence_group,
    slot_of,
)
from metonic_core.model.errors import InvalidValue
from metonic_core.model.mapping import HoldKind, Mapping, Origin
from metonic_core.model.resolution import ResolutionKind
from metonic_core.model.series import Override, Recurrence, has_slot, recurrence_of
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.step import Act, Reason, Side, Step
from metonic_core.selection import Treatment


@st.composite
def collisions(draw: st.DrawFn) -> tuple[Mapping, Appointment]:
    """A pair that was edited on both sides, so that it is in conflict."""
    origin = draw(st.sampled_from(Origin))
    base, here, there = draw(versions()), draw(versions()), draw(versions())
    if origin is Origin.COPY:
        here, there = here.take([VISIBILITY], base), there.take([VISIBILITY], base)
    made = (appointment if origin is Origin.COPY else imported)(here)
    row = seen(copy(base) if origin is Origin.COPY else own(base), there)
    return row, made


@given(collisions(), st.sampled_from([LOCAL, EXTERNAL]))
def test_whichever_side_is_kept_both_are_the_same_afterwards_and_nothing_is_left_to_do(
    pair: tuple[Mapping, Appointment], way: ResolutionKind
) -> None:
    row, one = pair
    conflict = decide(row, one, EXACT).conflict
    if conflict is None:
        return
    assert conflict.local is not None
    assert conflict.external is not None

    step = resolved(row, one, way)

    now = step.appointment or one
    kept = conflict.local if way is LOCAL else conflict.external
    assert {g: now.content.get(g) for g in conflict.groups} == {g: kept.get(g) for g in conflict.groups}
    after = landed(step, conflict.external)
    assert (after.local_base, after.external_base) == (now.content, now.content)
    assert decide(after.due(), now, EXACT) == Step(replace(after.due(), wanted=None))


@given(collisions(), st.data())
def test_a_merge_takes_each_colliding_group_from_the_side_that_was_picked(
    pair: tuple[Mapping, Appointment], data: st.DataObject
) -> None:
    row, one = pair
    conflict = decide(row, one, EXACT).conflict
    if conflict is None or conflict.local is None or conflict.external is None:
        return
    picks = {g: data.draw(st.sampled_from(Side)) for g in sorted(conflict.groups)}
    sides = {Side.LOCAL: conflict.local, Side.EXTERNAL: conflict.external}
    try:
        step = resolved(row, one, MERGE, picks=picks)
    except InvalidValue:
        # An occurrence of one side against the schedule of the other.
        assert TIME in picks
        assert len({*picks.values()}) > 1
        return

    now = step.appointment or one
    assert {g: now.content.get(g) for g in picks} == {g: sides[s].get(g) for g, s in picks.items()}
    after = landed(step, conflict.external)
    assert (after.local_base, after.external_base) == (now.content, now.content)


@given(collisions(), st.sampled_from([LOCAL, EXTERNAL]))
def test_no_occurrence_outlives_the_schedule_that_had_it(
    pair: tuple[Mapping, Appointment], way: ResolutionKind
) -> None:
    row, one = pair
    conflict = decide(row, one, EXACT).conflict
    if conflict is None or TIME not in conflict.groups:
        return
    kept = conflict.local if way is LOCAL else conflict.external
    assert kept is not None

    now = (resolved(row, one, way).appointment or one).content

    lost = [o for o in now.overrides if not has_slot(now.when, now.recurrence, o.slot)]
    assert [o for o in lost if o not in kept.overrides] == []


def test_what_does_not_collide_is_merged_as_ever() -> None:
    row = seen(copy(), replace(THERE, location="Gym"))
    one = appointment(replace(HERE, notes="Bring shoes"))

    step = resolved(row, one, LOCAL)

    assert step.appointment is not None
    assert step.appointment.content == replace(HERE, notes="Bring shoes", location="Gym")
    assert step.write is not None
    assert step.write.groups == {TITLE, NOTES}


def test_what_is_thrown_away_stands_in_the_journal_under_a_reason_of_its_own() -> None:
    row = seen(copy(), THERE)
    pulled = resolved(row, appointment(HERE), EXTERNAL)
    sent = resolved(row, appointment(HERE), LOCAL)

    (operation,) = pulled.operations
    assert (operation.side, operation.act, operation.reason) == (Side.LOCAL, Act.UPDATE, Reason.RESOLVED)
    assert operation.groups == {TITLE}
    assert operation.before == HERE
    assert sent.write is not None
    assert sent.write.reason is Reason.RESOLVED
    # What the intent's base holds is what the journal says that stood there.
    assert sent.mapping.external_base == THERE
    assert sent.operations == ()


def test_an_edit_there_that_comes_before_the_write_is_a_conflict_of_its_own() -> None:
    step = resolved(seen(copy(), THERE), appointment(HERE), LOCAL)

    again = decide(seen(step.mapping, replace(THERE, title="There too")), appointment(HERE), EXACT)

    assert again.conflict is not None
    assert again.resolved is None


WEEKLY = replace(TRAINING, recurrence=recurrence_of(["FREQ=WEEKLY;COUNT=4"], (), TRAINING.when))
SECOND = hour(8).start
MATCH = replace(WEEKLY, overrides=(Override(SECOND, title="Match"),))
MOVED = replace(WEEKLY, when=hour(2), recurrence=recurrence_of(["FREQ=WEEKLY;COUNT=4"], (), hour(2)))
AWAY = replace(MOVED, overrides=(Override(hour(9).start, title="Away"),))


@pytest.mark.parametrize(
    ("way", "expected", "groups"),
    [(LOCAL, AWAY, {TIME}), (EXTERNAL, MATCH, {TIME})],
)
def test_a_schedule_stands_with_its_own_occurrences(
    way: ResolutionKind, expected: Content, groups: set[Group]
) -> None:
    row = seen(copy(WEEKLY), MATCH)

    assert conflict_of(row, appointment(AWAY)).groups == groups | {occurrence_group(SECOND)}
    step = resolved(row, appointment(AWAY), way)

    assert (step.appointment or appointment(AWAY)).content == expected
    if way is LOCAL:
        assert step.write is not None
        assert step.write.groups == {g for g in all_groups(AWAY, MATCH) if slot_of(g)} | {TIME}
    else:
        assert step.write is None


@pytest.mark.parametrize("way", [LOCAL, EXTERNAL])
def test_a_schedule_that_both_sides_changed_alike_is_agreed_once_what_it_lost_is_resolved(
    way: ResolutionKind,
) -> None:
    later = replace(WEEKLY, when=hour(1, 15))
    lost = replace(later, overrides=(Override(SECOND, is_cancelled=True),))
    row, one = seen(copy(WEEKLY), lost), appointment(later)

    step = resolved(row, one, way)

    after = landed(step, lost)
    assert after.local_base is not None
    assert after.local_base.when == hour(1, 15)
    assert decide(after.due(), step.appointment or one, EXACT).conflict is None


def test_an_occurrence_cannot_be_picked_into_the_schedule_that_lost_it() -> None:
    row, one = seen(copy(WEEKLY), MATCH), appointment(MOVED)
    lost = occurrence_group(SECOND)

    with pytest.raises(InvalidValue, match="does not have the occurrence of 2026-12-08T10:00:00") as error:
        resolved(row, one, MERGE, picks={TIME: Side.LOCAL, lost: Side.EXTERNAL})

    assert error.value.path == ("picks", lost)
    step = resolved(row, one, MERGE, picks={TIME: Side.EXTERNAL, lost: Side.LOCAL})
    assert step.appointment is not None
    assert step.appointment.content == WEEKLY


@pytest.mark.parametrize(
    ("picks", "path"),
    [({}, ("picks",)), ({TITLE: Side.LOCAL, NOTES: Side.LOCAL}, ("picks", NOTES))],
)
def test_a_merge_picks_a_side_for_each_group_that_collides_and_for_no_other(
    picks: dict[Group, Side], path: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidValue) as error:
        resolved(seen(copy(), THERE), appointment(HERE), MERGE, picks=picks)

    assert error.value.path == path


def test_picks_are_for_a_merge_only() -> None:
    with pytest.raises(InvalidValue, match="Only MERGE"):
        resolved(seen(copy(), THERE), appointment(HERE), LOCAL, picks={TITLE: Side.LOCAL})


def test_notes_that_the_calendar_may_not_show_leave_a_copy_that_is_in_conflict() -> None:
    base = replace(TRAINING, notes="Diagnosis")
    row = seen(copy(base), replace(base, title="There", notes="Diagnosis, and more"))
    one = appointment(replace(base, title="Here"))
    hiding = replace(EXACT, selection=replace(EXACT.selection, include_notes=False))

    step = decide(row, one, hiding)

    assert step.conflict is not None
    assert step.conflict.groups == {TITLE}
    assert step.write is not None
    assert step.write.groups == {NOTES}
    assert (step.write.reason, step.write.etag) == (Reason.KEPT_FROM_FLOWING, "etag-new")
    assert step.mapping.hold is not None
    assert step.mapping.hold.kind is HoldKind.CONFLICT
    # The journal is to hold what is taken out, and the conflict stays what it was.
    assert step.mapping.external_base == replace(base, notes="Diagnosis, and more")
    after = landed(step, replace(base, title="There", notes="Diagnosis, and more"))
    again = decide(after, one, hiding)
    assert again.conflict is not None
    assert again.write is None
    assert again.conflict.groups == {TITLE}


def test_a_copy_in_conflict_becomes_private_when_its_appointment_does() -> None:
    showing = replace(EXACT, selection=replace(EXACT.selection, private=Treatment.INCLUDE))
    one = appointment(replace(HERE, is_private=True))

    step = decide(seen(copy(), THERE), one, showing)

    assert step.conflict is not None
    assert step.write is not None
    assert step.write.groups == {VISIBILITY}


@pytest.mark.parametrize("way", [LOCAL, EXTERNAL])
def test_a_schedule_that_both_changed_alike_is_agreed_once_the_slot_that_it_lost_is_decided(
    way: ResolutionKind,
) -> None:
    weekly = replace(TRAINING, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=6",)))
    shorter = replace(weekly, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=2",)))
    lost = replace(shorter, overrides=(Override(hour(15).start, is_cancelled=True),))
    row, one = seen(copy(weekly), lost), appointment(shorter)
    conflict = conflict_of(row, one)

    step = resolved(row, one, way)

    now = step.appointment or one
    after = landed(step, conflict.external or lost)
    assert now.content.recurrence == shorter.recurrence
    assert (after.local_base, after.external_base) == (now.content, now.content)
