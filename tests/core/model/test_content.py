"""Field groups: the unit in which contents are compared, merged and sent."""

from dataclasses import replace
from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st
from tests.core.strategies import SERIES, SLOTS, contents, versions

from metonic_core.model.content import GROUPS, TIME, Content, all_groups, occurrence_group, ordered, slot_of
from metonic_core.model.series import Override
from metonic_core.model.when import AllDay


@given(contents(), contents())
def test_taking_every_group_makes_the_other(mine: Content, theirs: Content) -> None:
    assert mine.take(all_groups(mine, theirs), theirs) == theirs


@given(contents(), contents(), st.data())
def test_what_was_taken_is_theirs_and_the_rest_stays_mine(
    mine: Content, theirs: Content, data: st.DataObject
) -> None:
    every = sorted(all_groups(mine, theirs))
    some = data.draw(st.sets(st.sampled_from(every)))

    made = mine.take(some, theirs)

    assert {g: made.get(g) for g in every} == {g: (theirs if g in some else mine).get(g) for g in every}


@given(versions(), versions(), st.data())
def test_the_order_in_which_groups_are_taken_does_not_matter(
    mine: Content, theirs: Content, data: st.DataObject
) -> None:
    every = sorted(all_groups(mine, theirs))

    assert mine.take(data.draw(st.permutations(every)), theirs) == mine.take(every, theirs)


@given(contents())
def test_taking_from_itself_or_taking_nothing_changes_nothing(content: Content) -> None:
    assert content.take(content.groups(), content) == content
    assert content.take([], replace(content, title="other")) == content


@given(contents())
def test_every_content_speaks_in_the_fixed_groups_and_one_per_override(content: Content) -> None:
    assert content.groups() == {*GROUPS, *(occurrence_group(o.slot) for o in content.overrides)}
    assert all_groups(None, content) == content.groups()


@given(contents())
def test_two_contents_are_equal_if_all_their_groups_are(content: Content) -> None:
    rebuilt = Content("", content.when).take(content.groups(), content)

    assert rebuilt == content


def test_only_the_group_of_an_occurrence_has_a_slot() -> None:
    assert slot_of(TIME) is None
    assert slot_of(occurrence_group(SLOTS[1])) == SLOTS[1]
    assert slot_of(occurrence_group(date(2026, 12, 1))) == date(2026, 12, 1)


def test_a_date_and_midnight_name_different_occurrences() -> None:
    day, midnight = date(2026, 12, 1), datetime(2026, 12, 1)  # noqa: DTZ001 - wall time
    content = replace(SERIES, overrides=(Override(day, is_cancelled=True),))

    assert content.override(midnight) is None
    assert content.get(occurrence_group(day)) == Override(day, is_cancelled=True)
    assert content.take([occurrence_group(midnight)], SERIES) == content


def test_an_override_that_says_nothing_is_none() -> None:
    assert ordered([Override(SLOTS[1]), Override(SLOTS[0], title="Sparring")]) == (
        Override(SLOTS[0], title="Sparring"),
    )


def test_taking_an_occurrence_that_does_not_differ_there_takes_the_difference_away() -> None:
    mine = replace(SERIES, overrides=(Override(SLOTS[1], is_cancelled=True),))

    assert mine.take([occurrence_group(SLOTS[1])], SERIES) == SERIES


def test_a_content_ends_with_its_last_occurrence() -> None:
    assert Content("Camp", AllDay(date(2026, 12, 1), date(2026, 12, 4))).ends_at() is not None
    assert replace(SERIES, recurrence=None).ends_at() == SERIES.when.ends_at
