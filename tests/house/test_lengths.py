"""Files and functions stay short, and every module opens by saying what it is for."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("core", "gateway", "plugins", "simulators", "tests")
FILE_LINES = 300
FUNCTION_LINES = 50


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {name: len(source.splitlines()) for name, source in sources().items()}

    assert {name: lines for name, lines in lengths.items() if lines > FILE_LINES} == {}


def test_no_function_is_longer_than_50_lines() -> None:
    lengths = {where: lines for name in sources() for where, lines in functions(name)}

    assert {where: lines for where, lines in lengths.items() if lines > FUNCTION_LINES} == {}


def test_every_module_opens_with_a_docstring() -> None:
    assert [name for name, source in sources().items() if not ast.get_docstring(ast.parse(source))] == []


@cache
def sources() -> dict[str, str]:
    """The text of every module we write, by its path from the root; migrations are generated."""
    paths = [path.relative_to(ROOT) for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return {str(path): (ROOT / path).read_text("utf-8") for path in paths if "migrations" not in path.parts}


def functions(name: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(sources()[name])):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            yield f"{name}:{node.lineno} {node.name}", lines
