"""Where the guard holds: what may not be shown goes all the same, and nothing comes in with it."""

from dataclasses import replace

import pytest
from tests.core.pairs import TRAINING, appointment, copy, hour, seen, terms

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import NOTES, TIME, Content, occurrence_group
from metonic_core.model.mapping import Answer, Hold, HoldKind, Mapping, WriteKind
from metonic_core.model.series import Override, Recurrence
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.guard import Allowance, Held, Judged, Kind, fingerprint, judge, presented
from metonic_core.reconcile.step import Reason, Step
from metonic_core.reconcile.terms import Terms
from metonic_core.selection import BUSY, Rule, RuleField, Treatment, masked

CAUSES = {Kind.DELETION: Reason.MANY_DELETIONS, Kind.EDIT: Reason.MANY_EDITS}
STRICT = Allowance(dict.fromkeys(Kind, 0), CAUSES)
LATER = replace(TRAINING, when=hour(2))
NOTED = replace(TRAINING, notes="Knee injury")
SLOT = TRAINING.when.slot
SERIES = replace(TRAINING, recurrence=Recurrence(("FREQ=WEEKLY;COUNT=4",)))
WORDED = replace(SERIES, overrides=(Override(SLOT, title="SECRET"),))


def private(content: Content = TRAINING) -> Appointment:
    return appointment(replace(content, is_private=True))


def without_notes() -> Terms:
    made = terms()
    return replace(made, selection=replace(made.selection, include_notes=False))


def judged(row: Mapping, here: Appointment, under: Terms) -> Step | Held | None:
    return judge(Judged(row, decide(presented(row, here, under), here, under), here), STRICT, under)


def held(row: Mapping, here: Appointment, under: Terms) -> Held:
    made = judged(row, here, under)
    assert isinstance(made, Held)
    return made


def rejected(row: Mapping, here: Appointment, under: Terms) -> Mapping:
    mapping = held(row, here, under).mapping
    return replace(mapping, hold=Hold(HoldKind.IGNORED, Reason.REJECTED), answer=Answer.REJECTED).due()


@pytest.mark.parametrize("is_held", [True, False])
def test_what_goes_private_is_erased_and_what_was_typed_there_is_not_taken_over(is_held: bool) -> None:  # noqa: FBT001
    row = held(seen(copy(), LATER), appointment(), terms()).mapping if is_held else seen(copy(), LATER)

    made = judged(row.due(), private(), terms())

    assert isinstance(made, Step)
    assert made.write
    assert (made.write.kind, made.write.reason) == (WriteKind.DELETE, Reason.HIDDEN)
    assert (made.appointment, made.operations) == (None, ())
    assert (made.write.before, made.mapping.hold, made.mapping.fingerprint) == (LATER, None, None)


def test_what_was_typed_there_and_matches_a_rule_is_held_like_any_edit() -> None:
    rules = (Rule(RuleField.TITLE, "^Secret"),)
    under = replace(terms(), selection=replace(terms().selection, rules=rules))
    row = seen(copy(), replace(TRAINING, title="Secret"))
    assert decide(row, appointment(), under).write

    assert held(row, appointment(), under).step.write is None


def test_a_mask_takes_the_words_and_leaves_the_time_to_whoever_is_asked() -> None:
    under = terms(private=Treatment.MASK)

    waits = held(seen(copy(), replace(LATER, title="Garbage")), private(), under)

    write = waits.step.write
    assert write
    assert (write.is_masked, write.content and write.content.title) == (True, BUSY)
    assert TIME not in write.groups
    assert waits.planned.operation.groups == {TIME}


def test_a_mask_takes_the_words_of_an_occurrence_even_where_it_was_moved_there() -> None:
    under = terms(private=Treatment.MASK)
    moved = replace(WORDED, overrides=(Override(SLOT, when=hour(2), title="SECRET"),))

    waits = held(seen(copy(WORDED), moved), private(WORDED), under)

    assert waits.step.write
    assert occurrence_group(SLOT) in waits.step.write.groups
    assert waits.step.mapping.external_base
    assert waits.step.mapping.external_base.override(SLOT) == moved.override(SLOT), "The journal keeps it."
    assert waits.step.write.content
    assert masked(waits.step.write.content) == waits.step.write.content


@pytest.mark.parametrize(
    ("row", "here"),
    [
        (seen(copy(NOTED), replace(NOTED, location="Elsewhere")), appointment(NOTED)),
        (copy(NOTED).due(), replace(appointment(NOTED), is_deleted=True)),
    ],
)
def test_notes_that_are_off_go_and_what_was_held_or_rejected_is_the_same_to_whoever_was_asked(
    row: Mapping, here: Appointment
) -> None:
    waits, refused = held(row, here, terms()), rejected(row, here, terms())

    again, rests = (
        held(waits.mapping.due(), here, without_notes()),
        judged(refused, here, without_notes()),
    )

    assert isinstance(rests, Step)
    assert (again.is_news, rests.mapping.answer) == (False, Answer.REJECTED)
    assert (rests.appointment, rests.mapping.hold) == (None, refused.hold)
    for step in (again.step, rests):
        assert step.write
        assert (step.write.groups, step.write.reason) == (frozenset({NOTES}), Reason.KEPT_FROM_FLOWING)
        assert step.write.content
        assert step.write.content.notes == ""
        landed = replace(step.mapping, external_base=replace(NOTED, notes=""))
        assert fingerprint(landed, here, without_notes()) == waits.mapping.fingerprint
