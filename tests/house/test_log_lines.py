"""What we log ourselves can be read: each event stands there as a literal, each key is one that passes."""

import ast
from collections.abc import Iterator

from tests.house.test_lengths import sources

from metonic_gateway.telemetry import KEYS

ABOUT_THE_LINE = frozenset({"exc_info"})


def test_no_log_line_of_ours_withholds_its_event_or_a_value() -> None:
    assert [where for name in sources() if name.startswith("gateway/") for where in _unreadable(name)] == []


def _unreadable(name: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(sources()[name])):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="_log")), args=[event], keywords=given):
                keys = {keyword.arg for keyword in given if keyword.arg} - ABOUT_THE_LINE
                if not isinstance(event, ast.Constant) or not keys <= KEYS:
                    yield f"{name}:{node.lineno}"
