"""The laws of the three-way merge, for edits by somebody with full rights and without deletions."""

from dataclasses import dataclass, replace
from functools import cached_property

from hypothesis import given
from hypothesis import strategies as st
from tests.core.pairs import appointment, copy, imported, own, same, seen, sending, stored, terms
from tests.core.strategies import versions

from metonic_core.model.content import TIME, VISIBILITY, Content, Group, all_groups, slot_of
from metonic_core.model.mapping import Mapping, Origin, Sent
from metonic_core.model.series import has_slot
from metonic_core.reconcile.decide import decide
from metonic_core.reconcile.landing import outcome_of
from metonic_core.reconcile.step import Act, Side, Step
from metonic_core.reconcile.terms import Terms
from metonic_core.spi import Stored

EXACT = replace(terms(), same=same)


@dataclass(frozen=True)
class Edits:
    """What the sides agreed on, and what each of them holds now."""

    origin: Origin
    base: Content
    here: Content
    there: Content

    @cached_property
    def row(self) -> Mapping:
        agreed = copy(self.base) if self.origin is Origin.COPY else own(self.base)
        return agreed.due() if self.there == self.base else seen(agreed, self.there)

    @cached_property
    def step(self) -> Step:
        make = appointment if self.origin is Origin.COPY else imported
        return decide(self.row, make(self.here), EXACT)

    @property
    def mirrored(self) -> "Edits":
        return replace(self, here=self.there, there=self.here)

    @cached_property
    def edited_here(self) -> frozenset[Group]:
        return differing(self.base, self.here)

    @cached_property
    def edited_there(self) -> frozenset[Group]:
        return differing(self.base, self.there)

    @property
    def pulled(self) -> frozenset[Group]:
        return frozenset().union(*(o.groups for o in self.step.operations if o.side is Side.LOCAL))

    @property
    def sent(self) -> frozenset[Group]:
        return self.step.write.groups if self.step.write else frozenset()

    @property
    def outcome(self) -> Content:
        """What the appointment holds in the end."""
        return self.step.appointment.content if self.step.appointment else self.here


def differing(a: Content, b: Content) -> frozenset[Group]:
    return frozenset(g for g in all_groups(a, b) if a.get(g) != b.get(g))


@st.composite
def edits(draw: st.DrawFn) -> Edits:
    origin = draw(st.sampled_from(Origin))
    base, here, there = draw(versions()), draw(versions()), draw(versions())
    # The visibility of a copy flows out only: there it has no mirror.
    return Edits(origin, base, here, there.take([VISIBILITY], base) if origin is Origin.COPY else there)


@given(edits())
def test_swapping_the_sides_mirrors_the_outcome(pair: Edits) -> None:
    if pair.origin is Origin.COPY:
        pair = replace(pair, here=pair.here.take([VISIBILITY], pair.base))
    other = pair.mirrored

    assert (pair.step.conflict is None) == (other.step.conflict is None)
    assert (pair.pulled, pair.sent) == (other.sent, other.pulled)
    if pair.step.conflict and other.step.conflict:
        assert pair.step.conflict.type is other.step.conflict.type
        assert pair.step.conflict.groups == other.step.conflict.groups
        assert (pair.step.conflict.local, pair.step.conflict.external) == (
            other.step.conflict.external,
            other.step.conflict.local,
        )
    else:
        assert pair.outcome == other.outcome


@given(edits())
def test_there_is_a_conflict_if_a_group_was_edited_to_two_values_or_an_edited_slot_was_lost(
    pair: Edits,
) -> None:
    both = pair.edited_here & pair.edited_there
    apart = {g for g in both if pair.here.get(g) != pair.there.get(g)}
    lost = lost_slots(pair.here, pair.edited_here, pair.edited_there - pair.edited_here) | lost_slots(
        pair.there, pair.edited_there, pair.edited_here - pair.edited_there
    )

    if pair.step.conflict:
        assert pair.step.conflict.groups == apart | lost | ({TIME} if lost else set())
    assert (pair.step.conflict is not None) == bool(apart or lost)


def lost_slots(schedule: Content, edited: frozenset[Group], others: frozenset[Group]) -> set[Group]:
    """Occurrences that one side edited and the other's new schedule no longer has."""
    if TIME not in edited:
        return set()
    slots = {group: slot for group in others if (slot := slot_of(group))}
    return {g for g, slot in slots.items() if not has_slot(schedule.when, schedule.recurrence, slot)}


@given(edits())
def test_a_conflict_freezes_both_sides(pair: Edits) -> None:
    if pair.step.conflict:
        assert (pair.step.appointment, pair.step.operations) == (None, ())
        assert pair.step.mapping.local_base == pair.base
        # What only flows out of a copy does not wait for a person.
        sent = pair.step.write.groups if pair.step.write else frozenset()
        assert sent <= {VISIBILITY}
        assert pair.step.mapping.external_base == pair.base.take(sent, pair.there)


@given(versions(), st.sampled_from(Origin))
def test_where_nothing_moved_nothing_is_pulled_or_sent(base: Content, origin: Origin) -> None:
    step = Edits(origin, base, base, base).step

    assert step == Step(replace(step.mapping, wanted=None))


@given(versions(), st.sampled_from(Origin))
def test_an_event_read_again_unchanged_is_agreed_upon_in_silence(base: Content, origin: Origin) -> None:
    agreed = copy(base) if origin is Origin.COPY else own(base)

    step = decide(seen(agreed, base), appointment(base), EXACT)

    assert step == Step(replace(step.mapping, wanted=None))
    assert (step.mapping.etag, step.mapping.seen) == ("etag-new", None)


@given(edits())
def test_edits_of_different_groups_both_arrive(pair: Edits) -> None:
    if pair.edited_here & pair.edited_there or pair.step.conflict:
        return

    merged = pair.base.take(pair.edited_here, pair.here).take(pair.edited_there, pair.there)
    assert pair.outcome == merged
    assert (pair.pulled, pair.sent) == (pair.edited_there, pair.edited_here)


@given(versions(), versions(), st.sampled_from(Origin))
def test_equal_edits_settle_without_a_conflict(base: Content, both: Content, origin: Origin) -> None:
    both = both.take([VISIBILITY], base) if origin is Origin.COPY else both

    pair = Edits(origin, base, both, both)

    assert (pair.step.conflict, pair.step.write, pair.step.appointment) == (None, None, None)
    assert (pair.step.mapping.local_base, pair.step.mapping.external_base) == (both, both)


@given(edits())
def test_deciding_again_after_the_write_landed_does_nothing(pair: Edits) -> None:
    if pair.step.conflict:
        return
    now = appointment(pair.outcome) if pair.origin is Origin.COPY else imported(pair.outcome)

    row = landed(pair)
    again = decide(row.due(), now, EXACT)

    assert again == Step(replace(row.due(), wanted=None, hold=None))
    assert (row.local_base, row.external_base) == (pair.outcome, pair.outcome)


def landed(pair: Edits) -> Mapping:
    """The row after the provider stored what the step asked for."""
    row, write = pair.step.mapping, pair.step.write
    if write is None or write.content is None:
        return row
    sent = Sent("op1", write.content, write.groups)
    content = pair.there.take(write.groups, write.content)
    made, operations = outcome_of(
        sending(row, sent), Stored(stored(row, content, "etag-landed", "op1")), EXACT
    )
    assert [(o.side, o.act, o.groups) for o in operations] == [(Side.EXTERNAL, Act.UPDATE, write.groups)]
    return made


@given(edits())
def test_a_decision_does_not_depend_on_when_it_is_made(pair: Edits) -> None:
    make = appointment if pair.origin is Origin.COPY else imported

    assert decide(pair.row, make(pair.here), moved_on(EXACT)) == pair.step


def moved_on(at: Terms) -> Terms:
    return replace(at, now=at.now.replace(year=2028))


@given(edits())
def test_what_was_not_edited_is_neither_pulled_nor_sent(pair: Edits) -> None:
    assert pair.pulled <= pair.edited_there
    assert pair.sent <= pair.edited_here
