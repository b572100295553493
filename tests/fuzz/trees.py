"""JSON made hostile: steps that damage what it says and leave it JSON, so that they get past its parser.

Where a step finds no JSON any more, an earlier one has damaged the text itself, and it leaves that as it is.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.fuzz.mutations import (
    Material,
    Mutation,
    cut,
    times,
    with_character,
    with_other_number,
    with_other_value,
)

_DEPTHS = (1, 2, 40, 900, 20_000)
_HOLE = "a hole to be filled"

Place = tuple[Any, Any]
"""What holds a value, and under which key or number."""


def _places(tree: object) -> Iterator[Place]:
    """Where values stand: objects and lists are values too."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in pairs:
        yield tree, key
        yield from _places(value)


def _on_a_place(change: Callable[[list[Place], int, int, Material], None]) -> Mutation:
    """A step that does this to one of the places."""

    def step(text: str, where: float, what: int, material: Material) -> str:
        try:
            tree = json.loads(text)
            places = list(_places(tree))
            if places:
                change(places, int(where * len(places)), what, material)
            return json.dumps(tree, indent=1)
        except (ValueError, RecursionError):
            return text

    return step


def _without(places: list[Place], at: int, _: int, __: Material) -> None:
    parent, key = places[at]
    del parent[key]


def _as_another(places: list[Place], at: int, what: int, _: Material) -> None:
    parent, key = places[at]
    other, its = places[what % len(places)]
    # A copy: what contains itself is no JSON.
    parent[key] = json.loads(json.dumps(other[its]))


def _swapped(places: list[Place], at: int, what: int, _: Material) -> None:
    (parent, key), (other, its) = places[at], places[what % len(places)]
    one, two = json.dumps(parent[key]), json.dumps(other[its])
    parent[key], other[its] = json.loads(two), json.loads(one)


def _repeated(places: list[Place], at: int, what: int, _: Material) -> None:
    parent, key = places[at]
    number = times(json.dumps(parent[key]), what)
    if isinstance(parent, list):
        parent[key:key] = [parent[key]] * number
    else:
        parent[key] = [parent[key]] * number


def _with_line(places: list[Place], at: int, what: int, material: Material) -> None:
    """One more entry in a list; a value of another kind where there is none."""
    lists = [parent[key] for parent, key in places if isinstance(parent[key], list)]
    line = material.lines[what % len(material.lines)]
    if lists:
        lists[at % len(lists)].append(line)
    else:
        parent, key = places[at]
        parent[key] = line


def _with_lines(places: list[Place], at: int, what: int, material: Material) -> None:
    """A recurrence of a few lines in the place of a value."""
    parent, key = places[at]
    parent[key] = [material.lines[(what + 7 * i) % len(material.lines)] for i in range(1 + what % 4)]


def _renamed(places: list[Place], at: int, what: int, _: Material) -> None:
    parent, key = places[at]
    names = [name for _, name in places if isinstance(name, str)]
    if isinstance(parent, dict) and names:
        parent[names[what % len(names)]] = parent.pop(key)


def _of_another(places: list[Place], at: int, what: int, material: Material) -> None:
    parent, key = places[at]
    others = list(_places(json.loads(material.seeds[what % len(material.seeds)])))
    if others:
        other, its = others[(what * 7) % len(others)]
        parent[key] = other[its]


def _under_its_name(places: list[Place], at: int, what: int, material: Material) -> None:
    """What another seed says under a name is said here too."""
    objects = [places[at][0]] if isinstance(places[at][0], dict) else []
    others = list(_places(json.loads(material.seeds[what % len(material.seeds)])))
    named = [(other, its) for other, its in others if isinstance(its, str)]
    for one in objects[: len(named)]:
        other, its = named[(what * 7) % len(named)]
        one[its] = other[its]


def _deeper(text: str, where: float, what: int, material: Material) -> str:
    """A value far inside of lists: deeper than a parser goes, or not quite."""
    depth = _DEPTHS[what % len(_DEPTHS)]

    def dig(places: list[Place], at: int, _: int, __: Material) -> None:
        parent, key = places[at]
        parent[key] = _HOLE

    dug = _on_a_place(dig)(text, where, what, material)
    return dug.replace(f'"{_HOLE}"', "[" * depth + "1" + "]" * depth)


AS_TREE: tuple[Mutation, ...] = (
    *(with_other_value,) * 8,
    *(_on_a_place(_with_line),) * 3,
    *(_on_a_place(_with_lines),) * 2,
    *(_on_a_place(_of_another),) * 3,
    *(_on_a_place(_under_its_name),) * 2,
    *(with_other_number,) * 3,
    *(_on_a_place(_without),) * 2,
    _on_a_place(_as_another),
    _on_a_place(_swapped),
    _on_a_place(_repeated),
    _on_a_place(_renamed),
    _deeper,
    with_character,
    cut,
)
