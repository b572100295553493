"""Users' own rules: what they match, and what is said of a pattern that cannot be used."""

import re
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.pairs import APPOINTMENT, LINK, OTHER_LINK, TRAINING, WINDOW, appointment, imported
from tests.core.pairs import TRAINER as USER

from metonic_core.model.content import Content
from metonic_core.model.errors import InvalidValue
from metonic_core.model.series import Override
from metonic_core.selection import (
    LONGEST_PATTERN,
    MOST_RULES,
    Choice,
    Exclusion,
    Filters,
    Rule,
    RuleField,
    Selection,
    Treatment,
    checked_rules,
)
from metonic_core.selection.rules import matches_any

THERAPY = Rule(RuleField.TITLE, "therapy")
CALENDAR = Selection(LINK, USER, WINDOW, rules=(THERAPY,))
MATCHING = replace(TRAINING, title="Group THERAPY II")


@pytest.mark.parametrize(
    ("rule", "content"),
    [
        (THERAPY, MATCHING),
        (Rule(RuleField.TITLE, "^Gr.*ii$"), MATCHING),
        (Rule(RuleField.TITLE, "(?-i)THERAPY"), MATCHING),
        (Rule(RuleField.TITLE, "schön"), replace(TRAINING, title="SCHÖN!")),
        (Rule(RuleField.NOTES, r"case\s+\d+"), replace(TRAINING, notes="see\nCase  12")),
        (Rule(RuleField.LOCATION, "clinic"), replace(TRAINING, location="The Clinic")),
        (Rule(RuleField.TYPE, "^train"), TRAINING),
        (THERAPY, replace(TRAINING, overrides=(Override(TRAINING.when.slot, title="Therapy"),))),
        (
            Rule(RuleField.LOCATION, "clinic"),
            replace(TRAINING, overrides=(Override(TRAINING.when.slot, location="Clinic"),)),
        ),
    ],
)
def test_a_pattern_is_found_anywhere_in_its_field_and_in_every_occurrence(
    rule: Rule, content: Content
) -> None:
    assert matches_any((rule,), appointment(content))
    nothing = replace(content, title="", notes="", location="", overrides=())
    assert not matches_any((rule,), replace(appointment(nothing), type=""))


@pytest.mark.parametrize(
    ("pattern", "field", "content"),
    [
        ("(?-i)therapy", RuleField.TITLE, MATCHING),
        ("therapy$", RuleField.TITLE, MATCHING),
        ("therapy", RuleField.NOTES, MATCHING),
    ],
)
def test_a_pattern_matches_only_what_it_says(pattern: str, field: RuleField, content: Content) -> None:
    assert not matches_any((Rule(field, pattern),), appointment(content))


def test_what_a_rule_matches_stays_out_whatever_else_is_chosen() -> None:
    always = replace(CALENDAR, choices={APPOINTMENT: Choice.ALWAYS})
    included = replace(CALENDAR, private=Treatment.INCLUDE)

    for selection in (CALENDAR, always, included, replace(CALENDAR, filters=Filters())):
        assert selection.excludes(appointment(MATCHING)) is Exclusion.MATCHES_RULE
    assert CALENDAR.excludes(appointment()) is None


def test_what_a_rule_matches_is_masked_where_private_appointments_are() -> None:
    masking = replace(CALENDAR, private=Treatment.MASK)

    assert masking.excludes(appointment(MATCHING)) is None
    assert masking.masks(appointment(MATCHING))
    assert not masking.masks(appointment())


def test_a_rule_takes_nothing_out_of_the_calendar_that_it_came_from() -> None:
    assert CALENDAR.excludes(imported(MATCHING)) is None
    elsewhere = replace(imported(MATCHING), imported_from=OTHER_LINK)
    assert replace(CALENDAR, forward_imported=True).excludes(elsewhere) is Exclusion.MATCHES_RULE


def test_good_rules_are_taken_as_they_are() -> None:
    assert checked_rules([("title", "therapy"), ("type", "^x|y$")]) == (
        THERAPY,
        Rule(RuleField.TYPE, "^x|y$"),
    )


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ("(abc", 5),
        ("a(b)(c", 7),
        ("a)", 2),
        ("(a)(?-i)x)", 10),
        ("[abc", 1),
        ("(x)[[:alpha:]", 4),
        ("ab**", 3),
        ("[**]a**", 6),
        ("\\*\\*x** y**", 6),
        ("a{2,1}", 2),
        ("x{3}a{1001}", 6),
        ("((a{100}){100}){100}", 10),
        ("\\", 1),
        ("a\\", 2),
        ("*a", 1),
        ("a|*", 3),
        ("é(*", 3),
        ("x[z-a]", 3),
        ("[[:foo:]]", 2),
        ("\\p{Foo}", 1),
        ("abc(?z)", 4),
        ("a(?<=b)", 2),
        ("a(?=b)", 2),
        ("(a)\\1", 4),
        ("\\d\\8", 3),
        ("(?P<n", 1),
        ("x\0y", 2),
        ("x\ud800", 2),
    ],
)
def test_a_pattern_that_does_not_compile_is_refused_with_its_place(pattern: str, place: int) -> None:
    with pytest.raises(InvalidValue, match=rf"At character {place}\b") as refused:
        checked_rules([("title", "good"), ("title", pattern)])

    assert refused.value.path == ("1", "pattern")


@given(st.text(alphabet="ab(){}[]*+?|\\^$-:=<>!Pdpi,019é", min_size=1, max_size=30))
def test_whatever_is_typed_is_taken_or_refused_with_a_place_in_it(pattern: str) -> None:
    said = ""
    try:
        rules = checked_rules([("notes", pattern)])
        matches_any(rules, appointment(replace(TRAINING, notes="a1b")))
    except InvalidValue as refused:
        said = refused.message

    place = re.fullmatch(r"At character (\d+): .+", said)
    assert not said or "memory" in said or (place and 1 <= int(place[1]) <= len(pattern) + 1), said


@pytest.mark.parametrize("pattern", ["[a-z]{900}[k-q]{900}[0-9]{900}" * 9, r"\pL{500}\pN{500}"])
def test_a_pattern_that_takes_too_much_memory_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidValue, match="too much memory") as refused:
        checked_rules([("title", pattern)])

    assert refused.value.path == ("0", "pattern")


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|aa)+$", "(.*a){20}b"])
def test_no_pattern_takes_long_over_a_long_text(pattern: str) -> None:
    rules = checked_rules([("notes", pattern)])
    began = time.monotonic()

    matches_any(rules, appointment(replace(TRAINING, notes="a" * 20_000)))

    assert time.monotonic() - began < 2


def test_rules_have_a_limit_in_number_and_in_length() -> None:
    fitting = ("title", "a" * LONGEST_PATTERN)
    assert len(checked_rules([fitting] * MOST_RULES)) == MOST_RULES

    for given_rules, path in [
        ([fitting] * (MOST_RULES + 1), ()),
        ([("title", "a" * (LONGEST_PATTERN + 1))], ("0", "pattern")),
        ([("title", "")], ("0", "pattern")),
        ([("client", "a")], ("0", "field")),
    ]:
        with pytest.raises(InvalidValue) as refused:
            checked_rules(given_rules)
        assert refused.value.path == path
