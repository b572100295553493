"""The guard: what counts, how much is allowed, and what becomes of an item, by law rather than by example."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.pairs import CLIENT, OTHER_LINK, TRAINING, appointment, copy, imported, own, seen, terms

from metonic_core.model.appointment import Appointment
from metonic_core.model.mapping import Absent, Answer, Hold, HoldKind, Mapping
from metonic_core.model.resolution import ResolutionKind
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.guard import (
    Allowance,
    Held,
    Judged,
    Kind,
    Load,
    allowance,
    counted,
    inferred,
    judge,
    kinds,
    planned,
    presented,
)
from metonic_core.reconcile.step import Act, Operation, Reason, Side, Step
from metonic_core.selection import Direction

CANCELLED = replace(appointment(), is_deleted=True)
PRIVATE = appointment(replace(TRAINING, is_private=True))
LEFT = replace(appointment(), imported_from=OTHER_LINK)
OTHERS = replace(appointment(), owner_id=CLIENT)
MOVED = replace(TRAINING, title="Yoga")
GONE = replace(own(), seen=Absent()).due()
FREE = Allowance(dict.fromkeys(Kind, 100), {})
FULL = Allowance(dict.fromkeys(Kind, 0), {})
CAUSES = {Kind.DELETION: Reason.MANY_DELETIONS, Kind.EDIT: Reason.MANY_EDITS}
STRICT = Allowance(dict.fromkeys(Kind, 0), CAUSES)
EMPTIED = Allowance(dict.fromkeys(Kind, 0), {Kind.DELETION: Reason.EMPTY_CALENDAR})

DESTRUCTIVE: list[tuple[Mapping, Appointment, Kind]] = [
    (GONE, imported(), Kind.DELETION),
    (copy().due(), CANCELLED, Kind.DELETION),
    (copy().due(), LEFT, Kind.DELETION),
    (seen(own(), MOVED), imported(), Kind.EDIT),
    (seen(copy(), MOVED), appointment(), Kind.EDIT),
]
HARMLESS: list[tuple[Mapping, Appointment]] = [
    (copy().due(), appointment()),
    (copy().due(), appointment(MOVED)),
    (replace(copy(), seen=Absent()).due(), appointment()),
    (replace(copy(), seen=Absent()).due(), CANCELLED),
    (own().due(), replace(imported(), content=MOVED)),
    (own().due(), PRIVATE),
    (copy().due(), PRIVATE),
    (copy().due(), replace(PRIVATE, is_deleted=True)),
    (copy().due(), OTHERS),
    (copy().due(), replace(OTHERS, is_deleted=True)),
    (seen(copy(), MOVED), OTHERS),
]

rows = st.frozensets(st.integers(0, 60).map(lambda n: UUID(int=n)))
found = st.fixed_dictionaries(dict.fromkeys(Kind, rows))


@st.composite
def loads(draw: st.DrawFn, *, is_suspect: bool | None = None) -> Load:
    suspicion = st.booleans() if is_suspect is None else st.just(is_suspect)
    pairs, due = draw(st.integers(0, 200)), draw(st.integers(0, 60))
    return Load(pairs, due, draw(found), draw(found), draw(suspicion))


def judged(row: Mapping, here: Appointment, allowed: Allowance) -> Step | Held | None:
    step = decide(presented(row, here, terms()), here, terms())
    return judge(Judged(row, step, here), allowed, terms())


@given(loads(is_suspect=False), found)
def test_nothing_is_held_up_to_ten_where_more_than_those_stand(
    load: Load, due: dict[Kind, frozenset[UUID]]
) -> None:
    load = replace(load, pairs=load.pairs + 11)
    allowed = allowance(load, due)

    for kind in Kind:
        if len(load.done[kind] | load.held[kind] | due[kind]) <= 10:
            assert kind not in allowed.causes
            assert allowed.room[kind] >= len(due[kind])


@given(loads(), found)
def test_all_of_a_kind_is_allowed_or_nothing_of_it(load: Load, due: dict[Kind, frozenset[UUID]]) -> None:
    allowed = allowance(load, due)

    for kind in Kind:
        number = len(load.done[kind] | load.held[kind] | due[kind])
        is_too_much = bool(due[kind]) and number > load.most(kind)
        assert (kind in allowed.causes) == is_too_much
        assert is_too_much or allowed.room[kind] >= len(due[kind])


@given(loads(), found, rows)
def test_what_is_held_is_held_all_the_more_with_more_of_it(
    load: Load, due: dict[Kind, frozenset[UUID]], more: frozenset[UUID]
) -> None:
    before = allowance(load, due)
    after = allowance(load, {kind: ids | more for kind, ids in due.items()})

    assert before.causes.keys() <= after.causes.keys()


@given(loads(), found)
def test_what_is_light_is_never_too_much_whatever_is_decided(
    load: Load, due: dict[Kind, frozenset[UUID]]
) -> None:
    if load.is_light and all(len(ids) <= load.due for ids in due.values()):
        assert not allowance(load, due).causes
        assert all(allowance(load).room[kind] >= load.due for kind in Kind)


@given(loads(), st.sampled_from([Kind.DELETION]))
def test_the_last_pair_of_three_or_more_is_not_deleted_without_asking(load: Load, kind: Kind) -> None:
    stood = load.pairs + len(load.done[kind])

    assert load.most(kind) < stood or stood < 3
    assert load.most(kind) == 0 or not load.is_suspect


@pytest.mark.parametrize(("row", "here", "kind"), DESTRUCTIVE)
def test_what_is_destructive_is_counted_and_held_or_left_due_as_it_was(
    row: Mapping, here: Appointment, kind: Kind
) -> None:
    step = decide(row, here, terms())
    assert counted(step) == {kind}
    assert judged(row, here, Allowance(dict.fromkeys(Kind, 1), {})) == step
    assert judged(row, here, FULL) is None

    held = judged(row, here, STRICT)

    assert isinstance(held, Held)
    assert (held.cause, held.is_news) == (CAUSES[kind], True)
    assert held.mapping == replace(
        row, hold=Hold(HoldKind.GUARDED, held.cause), wanted=None, fingerprint=held.mapping.fingerprint
    )


@pytest.mark.parametrize(("row", "here"), HARMLESS)
def test_what_is_harmless_is_done_whatever_is_allowed(row: Mapping, here: Appointment) -> None:
    step = decide(row, here, terms())

    assert not kinds(step)
    assert judged(row, here, STRICT) == step


@pytest.mark.parametrize(("row", "here", "kind"), DESTRUCTIVE)
def test_what_a_person_commanded_is_not_counted_but_what_was_done_there_is(
    row: Mapping, here: Appointment, kind: Kind
) -> None:
    step = decide(replace(row, is_commanded=True), here, terms())

    assert counted(step) == ({kind} if row.seen else frozenset())


@pytest.mark.parametrize(("row", "here", "kind"), DESTRUCTIVE)
def test_what_is_approved_is_done_and_counts_for_nothing(row: Mapping, here: Appointment, kind: Kind) -> None:
    held = judged(row, here, STRICT)
    assert isinstance(held, Held)
    approved = replace(held.mapping, hold=None, answer=Answer.APPROVED).due()

    step = judged(approved, here, STRICT)

    assert isinstance(step, Step)
    assert kind not in counted(step)
    assert all(inferred(p.operation, step.mapping) is None for p in planned(step))


@pytest.mark.parametrize(("row", "here", "kind"), DESTRUCTIVE)
@pytest.mark.parametrize("answer", Answer)
def test_an_answer_is_about_the_versions_that_were_shown(
    row: Mapping, here: Appointment, kind: Kind, answer: Answer
) -> None:
    held = judged(row, here, STRICT)
    assert isinstance(held, Held)
    moved = replace(held.mapping, answer=answer, external_base=replace(TRAINING, location="Elsewhere")).due()

    again = judged(moved, here, STRICT)

    assert isinstance(again, Held)
    assert (again.is_news, CAUSES[kind]) == (True, again.cause)


@pytest.mark.parametrize(("row", "here", "kind"), DESTRUCTIVE)
def test_what_is_rejected_rests_and_counts_for_nothing(row: Mapping, here: Appointment, kind: Kind) -> None:
    held = judged(row, here, STRICT)
    assert isinstance(held, Held)
    ignored = Hold(HoldKind.IGNORED, Reason.REJECTED)
    rejected = replace(held.mapping, hold=ignored, answer=Answer.REJECTED).due()

    for allowed in (FREE, STRICT):
        step = judged(rejected, here, allowed)
        assert isinstance(step, Step)
        assert (step.mapping.hold, step.mapping.wanted, step.write, step.appointment) == (
            ignored,
            None,
            None,
            None,
        )
    assert kind not in counted(decide(presented(rejected, here, terms()), here, terms()))


def test_what_was_rejected_of_a_policy_is_not_asked_again_once_the_policy_is_gone() -> None:
    gone = replace(copy(), seen=Absent()).due()
    selection = replace(terms().selection, conflict_policy=ResolutionKind.KEEP_EXTERNAL)
    by_policy = replace(terms(), selection=selection)
    held = judge(Judged(gone, decide(gone, appointment(), by_policy), appointment()), STRICT, by_policy)
    assert isinstance(held, Held)
    ignored = Hold(HoldKind.IGNORED, Reason.REJECTED)
    rejected = replace(held.mapping, hold=ignored, answer=Answer.REJECTED).due()

    step = judged(rejected, appointment(), FREE)

    assert isinstance(step, Step)
    assert (step.mapping.hold, step.mapping.answer, step.conflict) == (ignored, Answer.REJECTED, None)


@pytest.mark.parametrize(("row", "here", "kind"), DESTRUCTIVE)
def test_what_is_held_stays_held_until_it_is_answered_and_is_no_news(
    row: Mapping, here: Appointment, kind: Kind
) -> None:
    held = judged(row, here, STRICT)
    assert isinstance(held, Held)

    again = judged(held.mapping.due(), here, FREE)

    assert isinstance(again, Held)
    assert (again.mapping.hold, again.is_news) == (held.mapping.hold, False)
    assert again.cause is CAUSES[kind]


def test_what_is_held_is_not_asked_about_again_for_another_cause() -> None:
    held = judged(copy().due(), CANCELLED, STRICT)
    assert isinstance(held, Held)

    again = judged(held.mapping.due(), CANCELLED, EMPTIED)

    assert isinstance(again, Held)
    assert (again.cause, again.mapping.hold) == (Reason.MANY_DELETIONS, held.mapping.hold)
    assert not again.is_news


def test_what_comes_back_is_held_no_more() -> None:
    held = judged(GONE, imported(), STRICT)
    assert isinstance(held, Held)
    step = judged(seen(held.mapping, TRAINING), imported(), STRICT)

    assert isinstance(step, Step)
    assert (step.mapping.hold, step.mapping.fingerprint) == (None, None)


def test_what_nobody_is_asked_about_any_more_is_decided_as_if_it_had_not_been_held() -> None:
    held = judged(copy().due(), CANCELLED, STRICT)
    assert isinstance(held, Held)
    forgotten = replace(held.mapping, fingerprint=None).due()

    step = decide(presented(forgotten, CANCELLED, terms()), CANCELLED, terms(direction=Direction.PULL))

    assert (step.mapping.hold, step.write) == (None, None)


def test_an_approval_says_nothing_once_the_appointment_is_left_out_for_another_reason() -> None:
    held = judged(copy().due(), LEFT, STRICT)
    assert isinstance(held, Held)
    approved = replace(held.mapping, hold=None, answer=Answer.APPROVED).due()

    assert presented(approved, LEFT, terms()).answer is Answer.APPROVED
    assert presented(approved, replace(LEFT, is_deleted=True), terms()).answer is None


@pytest.mark.parametrize(("side", "act"), [(side, act) for side in Side for act in Act])
def test_creates_links_and_updates_in_a_calendar_never_count(side: Side, act: Act) -> None:
    may_count = act is Act.DELETE or (side is Side.LOCAL and act is Act.UPDATE)

    counts = {inferred(Operation(side, act, reason), copy()) for reason in Reason} - {None}

    assert bool(counts) == may_count


def test_an_orphan_is_erased_without_asking() -> None:
    assert inferred(Operation(Side.EXTERNAL, Act.DELETE, Reason.ORPHAN), copy()) is None


def test_a_calendar_that_is_only_read_plans_no_erasure() -> None:
    assert not planned(decide(copy().due(), CANCELLED, terms(direction=Direction.PULL)))
