"""The examples of docs/api.md, as a reader finds them: an operation, then its variables, then the answer.

An operation is a fenced block ``graphql``. Of the blocks ``json`` that follow it, one with ``data`` or
``errors`` is the answer, any other the variables. Under "The jobs of a backend" the backend asks, elsewhere
the user trainer-1 does, and also there after the comment ``<!-- asked by a user -->``. Another comment says
what happens in the calendar before: ``<!-- in the calendar: its title becomes another -->``, or what the user
does at the page that ``authUrl`` is the address of: ``<!-- in the browser: the user agrees -->``.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_BY_A_USER = "<!-- asked by a user -->\n"
_RETITLED = re.compile(r"<!-- in the calendar: (.+) becomes (.+) -->\n\Z")
_AGREED = "<!-- in the browser: the user agrees -->\n"
_BACKEND = "The jobs of a backend"
_PLACEHOLDER = re.compile("<([A-Za-z]+)>")


@dataclass
class Example:
    """``answer`` is None where the page shows none, ``retitled`` an event before, by its former title.

    ``is_agreed``: the user agreed before at a provider's page.
    """

    line: int
    is_of_backend: bool
    operation: str
    variables: dict[str, Any] = field(default_factory=dict)
    answer: Any = None
    retitled: tuple[str, str] | None = None
    is_agreed: bool = False

    @property
    def kind(self) -> str:
        return self.operation.split(maxsplit=1)[0]


def examples(page: str) -> Iterator[Example]:
    """In their order."""
    found: Example | None = None
    for block in _FENCE.finditer(page):
        kind, text = block.groups()
        if kind == "graphql":
            if found:
                yield found
            before = page[: block.start()]
            is_of_backend = _section(before) == _BACKEND and not before.endswith(_BY_A_USER)
            found = Example(before.count("\n") + 1, is_of_backend, text)
            found.is_agreed = before.endswith(_AGREED)
            if edited := _RETITLED.search(before):
                found.retitled = edited[1], edited[2]
        elif kind == "json" and found:
            document = json.loads(text)
            if document.keys() & {"data", "errors"}:
                found.answer = document
            else:
                found.variables = document
    if found:
        yield found


def _section(before: str) -> str:
    headings = _HEADING.findall(before)
    return str(headings[-1]) if headings else ""


def filled(value: Any, known: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON has no narrower type
    """The variables, with what earlier answers said put in."""
    match value:
        case dict():
            return {name: filled(each, known) for name, each in value.items()}
        case list():
            return [filled(each, known) for each in value]
        case str() if named := _PLACEHOLDER.fullmatch(value):
            return known[named[1]]
    return value


def learnt(answer: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - likewise
    """The name and value of each field that holds something, in the order of the answer."""
    match answer:
        case dict():
            for name, value in answer.items():
                if isinstance(value, str | int | float):
                    yield name, value
                else:
                    yield from learnt(value)
        case list():
            for each in answer:
                yield from learnt(each)


def agrees(shown: Any, given: Any) -> bool:  # noqa: ANN401 - likewise
    """Whether the answer is what the page shows, where a placeholder stands for whatever is there."""
    match shown:
        case dict():
            return (
                isinstance(given, dict)
                and shown.keys() == given.keys()
                and all(agrees(shown[name], given[name]) for name in shown)
            )
        case list():
            return (
                isinstance(given, list)
                and len(shown) == len(given)
                and all(agrees(one, other) for one, other in zip(shown, given, strict=True))
            )
        case str() if _PLACEHOLDER.fullmatch(shown):
            return given is not None
    return bool(shown == given)


def is_refusal(answer: Any) -> bool:  # noqa: ANN401 - likewise
    """Whether a field of the answer is a user's error."""
    if "errors" in answer:
        return True
    return any(
        isinstance(each, dict) and {"code", "nextStep"} <= each.keys() for each in answer["data"].values()
    )
