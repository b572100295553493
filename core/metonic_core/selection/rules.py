"""Users' own rules: what matches one of them is treated as private.

Patterns are RE2, because they come from users: a search takes time in proportion to the text, whatever the
pattern, and a pattern that would need too much memory is refused when it is set.
https://github.com/google/re2/wiki/Syntax
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import re2

from metonic_core.model.appointment import Appointment
from metonic_core.model.content import Content
from metonic_core.model.errors import InvalidValue

MOST_RULES = 20
LONGEST_PATTERN = 500
_MOST_MEMORY = 1 << 18
_KEPT_COMPILED = 256
_KEPT_VERDICTS = 64


class RuleField(StrEnum):
    """What a pattern is looked for in; occurrences have titles and locations of their own."""

    TITLE = "title"
    NOTES = "notes"
    LOCATION = "location"
    TYPE = "type"


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that was tried before: ``checked_rules`` makes them."""

    field: RuleField
    pattern: str


def matches_any(rules: tuple[Rule, ...], appointment: Appointment) -> bool:
    """Whether one of the patterns is found anywhere in its field. One occurrence that matches is enough."""
    return bool(rules) and _is_any_found(rules, appointment.type, appointment.content)


@lru_cache(maxsize=_KEPT_VERDICTS)
def _is_any_found(rules: tuple[Rule, ...], appointment_type: str, content: Content) -> bool:
    """A decision about one pair asks this a dozen times in a row."""
    return any(_is_found(rule, appointment_type, content) for rule in rules)


def _is_found(rule: Rule, appointment_type: str, content: Content) -> bool:
    found = _compiled(rule.pattern).search
    return any(
        found(text.encode(errors="replace")) is not None
        for text in _texts(rule.field, appointment_type, content)
    )


def _texts(field: RuleField, appointment_type: str, content: Content) -> Iterable[str]:
    match field:
        case RuleField.TITLE:
            return [content.title, *(o.title for o in content.overrides if o.title is not None)]
        case RuleField.LOCATION:
            return [content.location, *(o.location for o in content.overrides if o.location is not None)]
        case RuleField.NOTES:
            return [content.notes]
        case RuleField.TYPE:
            return [appointment_type]


def checked_rules(given: Sequence[tuple[str, str]]) -> tuple[Rule, ...]:
    """Rules of pairs of field and pattern; raises InvalidValue, whose path leads to the one that is wrong."""
    if len(given) > MOST_RULES:
        raise InvalidValue(f"At most {MOST_RULES} rules can be set.", (), "Join some of them with `|`.")
    return tuple(_checked(str(index), *each) for index, each in enumerate(given))


def _checked(index: str, field: str, pattern: str) -> Rule:
    if field not in set(RuleField):
        named = ", ".join(RuleField)
        raise InvalidValue("There is no such field to look in.", (index, "field"), f"Use one of: {named}.")
    if not 0 < len(pattern) <= LONGEST_PATTERN:
        raise InvalidValue(
            f"A pattern has 1 to {LONGEST_PATTERN} characters.", (index, "pattern"), "Make it fit."
        )
    fault = _fault(pattern)
    if fault is not None:
        raise InvalidValue(fault, (index, "pattern"), "Correct the pattern; its syntax is that of RE2.")
    return Rule(RuleField(field), pattern)


@lru_cache(maxsize=_KEPT_COMPILED)
def _compiled(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    options.max_mem = _MOST_MEMORY
    # A user's pattern is nobody else's to read.
    options.log_errors = False
    return re2.compile(pattern, options)


_FAULTS = {
    "missing ]": "a character class is not closed",
    "missing )": "a `)` is missing",
    "unexpected )": "this `)` closes nothing",
    "trailing \\": "a single backslash says nothing",
    "no argument for repetition operator": "there is nothing to repeat",
    "bad repetition operator": "a repetition is repeated",
    "invalid repetition size": "this is repeated too often",
    "invalid character class range": "there is no such range or class of characters",
    "invalid escape sequence": "there is no such escape sequence",
    "invalid named capture group": "this is no name of a group",
    "invalid perl operator": "there is no such operator",
}
_TOO_LARGE = "pattern too large"


def _fault(pattern: str) -> str | None:
    """What is wrong with a pattern, and at which character, the first being 1."""
    unsaid = next((n for n, c in enumerate(pattern) if c == "\0" or "\ud800" <= c <= "\udfff"), None)
    if unsaid is not None:
        return f"At character {unsaid + 1} is no character."
    refusal = _refusal(pattern)
    if refusal is None:
        return None
    code, fragment = refusal
    if code.startswith(_TOO_LARGE):
        return "The pattern takes too much memory: repeat less."
    place = _place(pattern, code, fragment) + 1
    return f"At character {place}: {_FAULTS.get(code, 'this cannot be understood')}."


def _refusal(pattern: str) -> tuple[str, str] | None:
    """RE2's complaint and the fragment that it complains of; None if it takes the pattern."""
    try:
        _compiled(pattern)
    except re2.error as error:
        code, _, fragment = error.args[0].decode(errors="replace").partition(": ")
        return code, fragment
    return None


def _place(pattern: str, code: str, fragment: str) -> int:
    """Where the offending fragment stands.

    Problem: RE2 names the fragment, but not where it is, and the same text may stand at several places.
    Solution: it reads from left to right, so the shortest beginning with that complaint ends with it.
    """
    if code == "missing )":
        return len(pattern)
    if code == "missing ]":
        return len(pattern) - len(fragment)
    is_about_all = code == "unexpected )"
    low, high = 0, len(pattern)
    while low < high:
        middle = (low + high) // 2
        refusal = _refusal(pattern[:middle])
        is_in = refusal is not None and refusal[0] == code and (is_about_all or refusal[1] == fragment)
        low, high = (low, middle) if is_in else (middle + 1, high)
    return high - 1 if is_about_all or not fragment else max(pattern.rfind(fragment, 0, high), 0)
