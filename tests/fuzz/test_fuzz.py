"""Hostile texts and answers: a few seconds of them (``make fuzz`` for more), and those once found."""

import asyncio
from pathlib import Path
from typing import NoReturn

import pytest
from tests.fuzz import bodies
from tests.fuzz.bodies import judged_body
from tests.fuzz.bounds import TooSlow, bounded
from tests.fuzz.course import JUDGES, MATERIALS, judged, run
from tests.fuzz.documents import judged_document
from tests.fuzz.mutations import named
from tests.fuzz.reasons import OF_GOOGLE, OF_OUTLOOK, REASONS

from metonic_apple.reading import reading

FOUND = Path(__file__).with_name("found")
FEW = 1000


@pytest.mark.parametrize(
    ("plugin", "reasons"), [("apple", REASONS), ("google", OF_GOOGLE), ("outlook", OF_OUTLOOK)]
)
def test_nothing_hostile_breaks_anything(plugin: str, reasons: frozenset[str]) -> None:
    course = run(0, FEW, plugin)

    assert course.broken == {}
    # It got past the first check: most texts are understood or refused for what they say.
    assert course.outcomes["read and edited"] > FEW / 10
    assert len(reasons & set(course.outcomes)) > len(reasons) / 5


@pytest.mark.parametrize("name", sorted(path.name for path in FOUND.glob("*.ics")))
def test_a_text_that_broke_something_does_so_no_more(name: str) -> None:
    text = (FOUND / name).read_text("utf-8")

    for turn in range(40):
        judged_body(text, turn)


@pytest.mark.parametrize("name", sorted(path.name for path in FOUND.glob("*.xml")))
def test_an_answer_that_broke_something_does_so_no_more(name: str) -> None:
    text = (FOUND / name).read_text("utf-8")

    with asyncio.Runner() as runner:
        for turn in range(300):
            judged_document(runner, text, turn)


@pytest.mark.parametrize("name", sorted(f"{path.parent.name}/{path.name}" for path in FOUND.glob("*/*")))
def test_what_broke_something_elsewhere_does_so_no_more(name: str) -> None:
    text, kind = (FOUND / name).read_text("utf-8"), name.partition("/")[0]

    with asyncio.Runner() as runner:
        for turn in range(60 if kind.endswith("event") else 300):
            JUDGES[kind](runner, text, turn)


def test_what_breaks_something_is_found_shrunk_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(event_id: str, etag: str, text: str, floating: str) -> object:
        if "99991231" in text:
            raise KeyError
        return reading(event_id, etag, text, floating)

    monkeypatch.setattr(bodies, "reading", failing)

    ((name, error),) = run(0, FEW, "apple").broken.items()

    found = named(name, MATERIALS)
    assert error.startswith("KeyError")
    assert str(found) == name
    assert "99991231" in found.text
    assert len(found.steps) == 1
    with asyncio.Runner() as runner, pytest.raises(KeyError):
        judged(found, found.text, runner)


def test_what_takes_too_long_is_cut_off() -> None:
    def hang() -> NoReturn:
        with bounded(0.05):
            while True:
                pass

    with pytest.raises(TooSlow):
        hang()


def test_a_reason_that_is_not_known_counts_as_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "REASONS", frozenset())

    with pytest.raises(AssertionError, match="no reason that is known"):
        judged_body("BEGIN:VCALENDAR", 0)
