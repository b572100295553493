"""``$filter`` and ``$orderby`` of lists, as far as Outlook has them.

https://learn.microsoft.com/en-us/graph/filter-query-parameter
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Any

from metonic_simulators.graph import errors
from metonic_simulators.graph.events import zones
from metonic_simulators.graph.mailbox import Event

Test = Callable[[Event], bool]
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[()]|[A-Za-z_][\w/.]*(?=\s*\()|[^\s()]+)")
_ANY = re.compile(r"^(singleValueExtendedProperties|categories)/any$", re.IGNORECASE)
_COMPARES: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_VALUES: Mapping[str, Callable[[Event], Any]] = {
    "start/datetime": lambda one: zones.moment(one.body["start"]),
    "end/datetime": lambda one: zones.moment(one.body["end"]),
    "createddatetime": lambda one: one.created,
    "lastmodifieddatetime": lambda one: one.modified,
    "subject": lambda one: str(one.body["subject"] or ""),
    "icaluid": lambda one: one.uid,
    "type": lambda one: one.type,
    "isallday": lambda one: one.body["isAllDay"],
    "showas": lambda one: one.body["showAs"],
    "sensitivity": lambda one: one.body["sensitivity"],
    "importance": lambda one: one.body["importance"],
}
_MOMENTS = frozenset({"start/datetime", "end/datetime", "createddatetime", "lastmodifieddatetime"})


def parse(text: str) -> Test:
    """Raises Refused for what is no filter, or names what cannot be filtered by."""
    if not text:
        return lambda _: True
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s+(?=(?:[^']*'[^']*')*[^']*$)", "", text):
        raise _bad(text)
    test, rest = _or(tokens, text)
    if rest:
        raise _bad(text)
    return test


def _or(tokens: list[str], text: str) -> tuple[Test, list[str]]:
    test, tokens = _and(tokens, text)
    tests = [test]
    while tokens and tokens[0].lower() == "or":
        test, tokens = _and(tokens[1:], text)
        tests.append(test)
    return (lambda one: any(each(one) for each in tests)), tokens


def _and(tokens: list[str], text: str) -> tuple[Test, list[str]]:
    test, tokens = _one(tokens, text)
    tests = [test]
    while tokens and tokens[0].lower() == "and":
        test, tokens = _one(tokens[1:], text)
        tests.append(test)
    return (lambda one: all(each(one) for each in tests)), tokens


def _one(tokens: list[str], text: str) -> tuple[Test, list[str]]:
    if tokens and tokens[0] == "(":
        test, rest = _or(tokens[1:], text)
        if not rest or rest[0] != ")":
            raise _bad(text)
        return test, rest[1:]
    if tokens and _ANY.match(tokens[0]):
        end = tokens.index(")") if ")" in tokens else len(tokens)
        return _any(tokens[0], tokens[2:end], text), tokens[end + 1 :]
    if len(tokens) < 3:  # noqa: PLR2004 - name, operator, value
        raise _bad(text)
    return _comparison(tokens[0], tokens[1], tokens[2], text), tokens[3:]


def _comparison(name: str, word: str, value: str, text: str) -> Test:
    key, compare = name.lower(), _COMPARES.get(word.lower())
    if key not in _VALUES or compare is None:
        raise _bad(text)
    wanted: Any = _literal(key, value, text)
    read = _VALUES[key]
    return lambda one: compare(read(one), wanted)


def _literal(key: str, value: str, text: str) -> object:
    is_text = value.startswith("'")
    bare = value[1:-1].replace("''", "'") if is_text else value
    if key in _MOMENTS:
        found = zones.parsed(bare)
        if found is None:
            raise _bad(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    if key == "isallday":
        return bare.lower() == "true"
    if not is_text:
        raise _bad(text)
    return bare


def _any(name: str, tokens: list[str], text: str) -> Test:
    """``ep: ep/id eq 'ID' and ep/value eq 'VALUE'``; values are compared in any case."""
    inner = [one for one in tokens if one != ":"]
    wanted = {
        inner[at - 1].rpartition("/")[2].lower(): inner[at + 1][1:-1].replace("''", "'")
        for at, one in enumerate(inner[:-1])
        if one.lower() == "eq" and at
    }
    if not wanted:
        raise _bad(text)
    if name.lower().startswith("categories"):
        category = next(iter(wanted.values()))
        return lambda one: category in one.body["categories"]
    key, value = wanted.get("id", ""), wanted.get("value")

    def has(one: Event) -> bool:
        kept = one.properties.get(key)
        return kept is not None and (value is None or kept.lower() == value.lower())

    return has


def ordered(events: Sequence[Event], text: str) -> list[Event]:
    """Raises Refused for an order that there is not."""
    found = list(events)
    for part in reversed([one.split() for one in text.split(",") if one.strip()]):
        name, word = part[0].lower(), part[1].lower() if len(part) > 1 else "asc"
        if name not in _VALUES or word not in {"asc", "desc"}:
            message = (
                f"Could not find a property named '{part[0]}' on type 'Microsoft.OutlookServices.Event'."
            )
            raise errors.bad_request(message, "RequestBroker--ParseUri")
        found.sort(key=_VALUES[name], reverse=word == "desc")
    return found


def _bad(text: str) -> errors.Refused:
    return errors.bad_request(f"Invalid filter clause: {text}")
