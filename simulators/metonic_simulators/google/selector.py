"""The ``fields`` parameter: which parts of an answer are wanted.

https://developers.google.com/workspace/calendar/api/guides/performance: ``a,b/c,d(e,f)`` and ``*``.
"""

import re
from typing import Any

from metonic_simulators.google import errors

_TOKEN = re.compile(r"[A-Za-z0-9_$-]+|[*/(),]")

Tree = dict[str, "Tree"]
"""Wanted keys; an empty tree wants all below it."""


def parse(text: str) -> Tree:
    """Raises Refused for what is no selector."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text.replace(" ", "") or not tokens:
        raise _bad(text)
    tree, rest = _list(tokens, text)
    if rest:
        raise _bad(text)
    return tree


def _list(tokens: list[str], text: str) -> tuple[Tree, list[str]]:
    tree: Tree = {}
    while True:
        name, below, tokens = _field(tokens, text)
        tree[name] = {**tree.get(name, {}), **below}
        if not tokens or tokens[0] != ",":
            return tree, tokens
        tokens = tokens[1:]


def _field(tokens: list[str], text: str) -> tuple[str, Tree, list[str]]:
    if not tokens or tokens[0] in set("/(),"):
        raise _bad(text)
    name, rest = tokens[0], tokens[1:]
    if rest and rest[0] == "/":
        below, tree, rest = _field(rest[1:], text)
        return name, {below: tree}, rest
    if rest and rest[0] == "(":
        tree, rest = _list(rest[1:], text)
        if not rest or rest[0] != ")":
            raise _bad(text)
        return name, tree, rest[1:]
    return name, {}, rest


def select(tree: Tree, value: Any) -> Any:  # noqa: ANN401 - any part of an answer
    if not tree or ("*" in tree and not tree["*"]):
        return value
    if isinstance(value, list):
        return [select(tree, one) for one in value]
    if not isinstance(value, dict):
        return value
    wanted = {key: tree.get(key, tree.get("*")) for key in value}
    return {key: select(below, value[key]) for key, below in wanted.items() if below is not None}


def check(tree: Tree, known: frozenset[str], text: str) -> None:
    """Raises Refused where the answer could never have a part of that name."""
    for name in tree:
        if name != "*" and name not in known:
            raise _bad(text)


def _bad(text: str) -> errors.Refused:
    return errors.classic(
        400, "global", "invalidParameter", f"Invalid field selection {text}", "parameter:fields"
    )
