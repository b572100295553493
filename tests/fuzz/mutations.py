"""Texts made hostile: a seed and a few steps, each of which damages what the last one left.

An input is small numbers alone, so Hypothesis makes it fast and shrinks it well: fewer steps, the first seed,
steps that do less. Its name, such as ``body:7:2:4.120.33``, makes it again from the same seeds and words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

Step = tuple[int, int, int]
"""Which mutation, where in the text, and with what."""

_MOST_STEPS = 5
_SCALE = 10_000
_TIMES = (2, 3, 20, 1100, 3100)
_MOST_CHARACTERS = 500_000
_SIGNS = tuple('\\,;:="\t\r\x00\x0b\x7f^<>&-+TZ09 ')
_CHARACTERS = (*_SIGNS, "", "\n", "\n ", "\r\n\t", "\ufeff", "\u00df", "\udcff", "\U0001f600")
_NUMBERS = ("0", "00000000", "99999999", "1", "-1", "2400", "00010101", "99991231", "60", "31", "9" * 400)


@dataclass(frozen=True, slots=True)
class Material:
    """What the inputs of one kind are made of: seeds, and lines and values that mean harm.

    ``places`` are where values stand: each is found by one of the patterns, as its group. ``mutations`` are
    what a step may do.
    """

    kind: str
    seeds: tuple[str, ...]
    lines: tuple[str, ...]
    values: tuple[str, ...]
    places: tuple["re.Pattern[str]", ...]
    mutations: tuple["Mutation", ...]


Mutation = Callable[[str, float, int, Material], str]
"""A step: the text, where in it (from 0 to 1), and with what."""


@dataclass(frozen=True, slots=True, repr=False)
class Input:
    """A seed and what was done to it; ``turn`` chooses what is done with it then."""

    material: Material
    seed: int
    turn: int
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        steps = ",".join(".".join(map(str, step)) for step in self.steps)
        return f"{self.material.kind}:{self.seed}:{self.turn}:{steps}"

    def __repr__(self) -> str:
        """Short: Hypothesis writes it down for what broke something, and the seeds are long."""
        return str(self)

    @property
    def text(self) -> str:
        """What it comes to."""
        text = self.material.seeds[self.seed % len(self.material.seeds)]
        for kind, where, what in self.steps:
            mutations = self.material.mutations
            text = mutations[kind % len(mutations)](text, where / _SCALE, what, self.material)
            text = text[:_MOST_CHARACTERS]
        return text


def inputs(material: Material) -> st.SearchStrategy[Input]:
    """Any input of that material."""
    step = st.tuples(
        st.integers(0, len(material.mutations) - 1), st.integers(0, _SCALE - 1), st.integers(0, 999)
    )
    steps = st.lists(step, max_size=_MOST_STEPS).map(tuple)
    seed = st.integers(0, len(material.seeds) - 1)
    drawn = st.tuples(seed, st.integers(0, 999), steps)
    return drawn.map(lambda numbers: Input(material, *numbers))


def named(name: str, materials: dict[str, Material]) -> Input:
    """The input of that name."""
    kind, seed, turn, steps = name.split(":")
    numbers = [tuple(int(n) for n in step.split(".")) for step in steps.split(",") if step]
    return Input(materials[kind], int(seed), int(turn), tuple((a, b, c) for a, b, c in numbers))


def _place(text: str, where: float) -> tuple[list[str], int]:
    """The lines, and one of them."""
    lines = text.split("\n")
    return lines, int(where * len(lines))


def times(piece: str, what: int) -> int:
    """How often it is repeated, which makes no text that is too large to be handed out at all."""
    return max(1, min(_TIMES[min(what // 240, len(_TIMES) - 1)], _MOST_CHARACTERS // (len(piece) + 1)))


def _without_line(text: str, where: float, what: int, _: Material) -> str:
    lines, at = _place(text, where)
    del lines[at : at + 1 + what // 300]
    return "\n".join(lines)


def _with_line(text: str, where: float, what: int, material: Material) -> str:
    lines, at = _place(text, where)
    lines.insert(at, material.lines[what % len(material.lines)])
    return "\n".join(lines)


def with_other_value(text: str, where: float, what: int, material: Material) -> str:
    places = list(material.places[what % len(material.places)].finditer(text))
    if not places:
        return text
    begin, end = places[int(where * len(places))].span(1)
    return text[:begin] + material.values[what % len(material.values)] + text[end:]


def with_other_number(text: str, where: float, what: int, _: Material) -> str:
    numbers = list(re.finditer(r"\d+", text))
    if not numbers:
        return text
    found = numbers[int(where * len(numbers))]
    number = _NUMBERS[what % len(_NUMBERS)]
    if what % 2:  # as long as the one that was there, so that a date stays one
        number = number.ljust(len(found.group()), "0")[: len(found.group())]
    return text[: found.start()] + number + text[found.end() :]


def with_character(text: str, where: float, what: int, _: Material) -> str:
    at = int(where * (len(text) + 1))
    return text[:at] + _CHARACTERS[what % len(_CHARACTERS)] + text[at + what % 3 :]


def cut(text: str, where: float, _: int, __: Material) -> str:
    return text[: int(where * len(text))]


def _repeated(text: str, where: float, what: int, _: Material) -> str:
    lines, at = _place(text, where)
    lines[at : at + 1] = lines[at : at + 1] * times(lines[at], what)
    return "\n".join(lines)


def _listed(text: str, where: float, what: int, _: Material) -> str:
    """The end of a line, many times in one list."""
    lines, at = _place(text, where)
    head, mark, end = lines[at].rpartition(":")
    lines[at] = head + mark + ",".join([end] * times(end, what))
    return "\n".join(lines)


def _repeated_block(text: str, where: float, what: int, _: Material) -> str:
    lines, at = _place(text, where)
    end = at + 1 + what % 30
    lines[end:end] = lines[at:end] * (1 + what // 500)
    return "\n".join(lines)


def _swapped(text: str, where: float, what: int, _: Material) -> str:
    lines, at = _place(text, where)
    other = what % len(lines)
    lines[at], lines[other] = lines[other], lines[at]
    return "\n".join(lines)


def _with_line_of_another(text: str, where: float, what: int, material: Material) -> str:
    lines, at = _place(text, where)
    others = material.seeds[what % len(material.seeds)].split("\n")
    lines[at] = others[(what * 7) % len(others)]
    return "\n".join(lines)


def _with_piece_of_another(text: str, where: float, what: int, material: Material) -> str:
    lines, at = _place(text, where)
    others = material.seeds[what % len(material.seeds)].split("\n")
    begin = (what * 7) % len(others)
    lines[at:at] = others[begin : begin + what % 25]
    return "\n".join(lines)


def _joined(text: str, where: float, _: int, __: Material) -> str:
    lines, at = _place(text, where)
    lines[at : at + 2] = ["".join(lines[at : at + 2])]
    return "\n".join(lines)


def _in_other_case(text: str, where: float, _: int, __: Material) -> str:
    lines, at = _place(text, where)
    lines[at] = lines[at].swapcase()
    return "\n".join(lines)


def _longer(text: str, where: float, what: int, _: Material) -> str:
    """One character very often, which is what regular expressions go wrong at."""
    at = int(where * (len(text) + 1))
    return text[:at] + _CHARACTERS[what % len(_CHARACTERS)] * (50 * (what % 400)) + text[at:]


# What leaves the rest of a text in its place stands several times: it is what gets deep.
AS_LINES: tuple[Mutation, ...] = (
    *(with_other_value,) * 6,
    *(_with_line,) * 4,
    *(with_other_number,) * 4,
    _without_line,
    with_character,
    _with_line_of_another,
    _swapped,
    _repeated_block,
    _joined,
    _in_other_case,
    _with_piece_of_another,
    cut,
    _repeated,
    _listed,
    _longer,
)
