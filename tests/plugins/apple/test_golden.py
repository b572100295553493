"""Texts as the well-known clients write them: what they mean, and which lines an edit of one thing touches.

Each is one of ``meanings.py``, and has a ``golden/<client>/<name>.ics`` and, for every edit of ``edits.py``
that it can have, a ``<name>.<edit>.diff`` with the lines that the edit takes out and those that it puts in.
"""

import difflib
from pathlib import Path

import pytest
from tests.plugins.apple.contents import canonical
from tests.plugins.apple.edits import EDITS, edits_of, groups_of
from tests.plugins.apple.meanings import MEANING

from metonic_apple.reading import reading
from metonic_apple.writing import updated
from metonic_core.spi import Seen, StoredEvent

GOLDEN = Path(__file__).with_name("golden")
CASES = [f"{name}.{edit}" for name, content in MEANING.items() for edit in edits_of(content)]


def test_every_text_has_a_meaning_and_every_edit_its_lines() -> None:
    assert {str(p.relative_to(GOLDEN).with_suffix("")) for p in GOLDEN.glob("*/*.ics")} == set(MEANING)
    assert {str(p.relative_to(GOLDEN).with_suffix("")) for p in GOLDEN.glob("*/*.diff")} == set(CASES)


@pytest.mark.parametrize("name", MEANING)
def test_a_text_of_that_client_means(name: str) -> None:
    assert event(text_of(name)).content == MEANING[name]


@pytest.mark.parametrize("case", CASES)
def test_an_edit_touches_the_lines_it_must(case: str) -> None:
    name, edit = case.split(".")
    text, content = text_of(name), MEANING[name]

    edited = updated(text, EDITS[edit](content), groups_of(content, edit), None)

    assert diff(text, edited) == (GOLDEN / f"{case}.diff").read_text("utf-8")


@pytest.mark.parametrize("case", CASES)
def test_an_edit_reads_as_what_was_asked(case: str) -> None:
    name, edit = case.split(".")
    content = MEANING[name]
    wanted, groups = EDITS[edit](content), groups_of(content, edit)

    read = event(updated(text_of(name), wanted, groups, None)).content

    assert read == canonical(content.take(groups, wanted))


@pytest.mark.parametrize("name", MEANING)
def test_what_changes_nothing_leaves_every_line(name: str) -> None:
    text, content = text_of(name), MEANING[name]

    edited = updated(text, content, content.groups(), None)

    assert [found for found in diff(text, edited).splitlines() if "DTSTAMP" not in found] == []


@pytest.mark.parametrize("name", MEANING)
def test_a_marker_is_put_and_replaced_in_one_line(name: str) -> None:
    text = text_of(name)

    once = updated(text, MEANING[name], frozenset(), "v1;first")
    twice = updated(once, MEANING[name], frozenset(), "v1;second")

    assert event(twice).marker == "v1;second"
    assert [found for found in diff(text, twice).splitlines() if "DTSTAMP" not in found] == [
        "+X-METONIC-COPY:v1;second"
    ]


def text_of(name: str) -> str:
    return (GOLDEN / f"{name}.ics").read_text("utf-8").replace("\n", "\r\n")


def event(text: str) -> StoredEvent:
    found = reading("/c/x.ics", "e", text)
    assert isinstance(found, Seen), found
    return found.event


def diff(before: str, after: str) -> str:
    """The lines taken out and put in, in order; every line must end in CRLF."""
    assert "\n" not in before.replace("\r\n", "") + after.replace("\r\n", "")
    compared = difflib.ndiff(before.split("\r\n"), after.split("\r\n"))
    return "".join(f"{found[0]}{found[2:]}\n" for found in compared if found[0] in "+-")
