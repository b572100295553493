"""How large an operation may be, and how its errors are told.

Strawberry's own limiters walk a fragment anew wherever it is spread: forty fragments that each spread the
next one twice keep them busy for years. Here each fragment is measured once. The rule is one class for all
requests, as a class per request would keep Strawberry's validation cache from ever finding anything
(strawberry #4635).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)
from strawberry.extensions import (
    AddValidationRules,
    MaskErrors,
    MaxTokensLimiter,
    ParserCache,
    SchemaExtension,
    ValidationCache,
)

from metonic_gateway.graphql.connection import LARGEST
from metonic_gateway.graphql.errors import request_error
from metonic_gateway.telemetry import get_logger

MOST_TOKENS = 1_000
MOST_DEPTH = 12
MOST_ALIASES = 30
MOST_COST = 10_000
"""A page of 100 changes of appointments with all that they say fits, with room for a longer page of less."""
_CACHED = 256
_PAGES = {"nodes": 20, "edges": 20, "changes": 100, "resolved": LARGEST, "refused": LARGEST}
"""By the name of the field that holds a page's items: how many there are unless it is asked for others."""
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Size:
    """How deep fields are nested, how many have aliases, and how many may be answered: pages multiply.

    ``page`` is how many items these fields have where they are those of a page and no number is asked for.
    """

    depth: int = 0
    aliases: int = 0
    cost: int = 0
    page: int = 1

    def beside(self, other: "Size") -> "Size":
        return Size(
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.cost + other.cost,
            max(self.page, other.page),
        )


class SizeLimit(ValidationRule):
    """Refuses an operation that is nested too deep, has too many aliases or may answer too many fields."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._fragments = {
            definition.name.value: definition
            for definition in context.document.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self._measured: dict[str, Size] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: object) -> None:
        size = self._of_set(node.selection_set)
        for name, found, most in (
            ("fields are nested", size.depth, MOST_DEPTH),
            ("aliases are used", size.aliases, MOST_ALIASES),
            ("fields may be answered", size.cost, MOST_COST),
        ):
            if found > most:
                # The figure may have thousands of digits.
                message = (
                    f"The operation is too large: {name} more than {most} times. Split it, or ask for less."
                )
                self.report_error(request_error("TOO_LARGE", message))

    def _of_set(self, selections: SelectionSetNode | None) -> Size:
        size = Size()
        for selection in (selections.selections if selections else None) or ():
            size = size.beside(self._of_selection(selection))
        return size

    def _of_selection(self, selection: SelectionNode) -> Size:
        match selection:
            case FieldNode():
                return self._of_field(selection)
            case InlineFragmentNode():
                return self._of_set(selection.selection_set)
            case FragmentSpreadNode():
                return self._of_fragment(selection.name.value)
        return Size()

    def _of_field(self, field: FieldNode) -> Size:
        # What the schema says of itself is bounded, and every tool asks for it with one long query.
        if field.name.value.startswith("__"):
            return Size()
        inner = self._of_set(field.selection_set)
        aliases = inner.aliases + (field.alias is not None)
        cost = 1 + _page_size(field, inner.page) * inner.cost
        return Size(inner.depth + 1, aliases, cost, _PAGES.get(field.name.value, 1))

    def _of_fragment(self, name: str) -> Size:
        if name not in self._measured:
            # A fragment that spreads itself is refused by another rule; here it must only come to an end.
            self._measured[name] = Size()
            fragment = self._fragments.get(name)
            self._measured[name] = self._of_set(fragment.selection_set if fragment else None)
        return self._measured[name]


def _page_size(field: FieldNode, usual: int) -> int:
    """How often what is asked under this field may be answered."""
    given = next((a.value for a in field.arguments or () if a.name.value == "first"), None)
    if given is None:
        return usual
    # A variable's value is not known here, and the outcome is cached for all values. What is no page size
    # is refused later; here it must not count as less than one.
    if isinstance(given, IntValueNode) and re.fullmatch("[1-9][0-9]{0,2}", given.value):
        return int(given.value)
    return max(usual, LARGEST)


class Parsed(ParserCache):
    """Keeps what was parsed, and leaves what cannot be to Strawberry, which tells it as an error.

    Problem: out of the cache it comes as an exception, past every extension, and over a WebSocket it even
    ends the operation without a word.
    """

    def __init__(self) -> None:
        super().__init__(maxsize=_CACHED)

    def on_parse(self) -> Iterator[None]:
        asked = self.execution_context
        with suppress(GraphQLError):
            asked.graphql_document = self.cached_parse_document(asked.query or "", **asked.parse_options)
        yield


class Told(MaskErrors):
    """Gives every error a code, and tells a reference in place of what nobody foresaw, logged under it."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=_has_no_code)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        return self._masked(error) if _is_unforeseen(error) else _coded(error)

    def _masked(self, error: GraphQLError) -> GraphQLError:
        reference = uuid4().hex[:12]
        _log.error("operation_failed", reference=reference, exc_info=error.original_error)
        return GraphQLError(
            f"Something went wrong inside the service. Tell who runs it this reference: {reference}.",
            nodes=error.nodes,
            path=error.path,
            extensions={"code": "INTERNAL", "reference": reference},
        )


def _has_no_code(error: GraphQLError) -> bool:
    return "code" not in (error.extensions or {})


def _coded(error: GraphQLError) -> GraphQLError:
    """What GraphQL itself finds wrong with an operation or its variables; a copy, as errors are cached."""
    return GraphQLError(
        error.message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions={**(error.extensions or {}), "code": "BAD_REQUEST"},
    )


def _is_unforeseen(error: GraphQLError) -> bool:
    return error.original_error is not None and not isinstance(error.original_error, GraphQLError)


def extensions() -> Sequence[Callable[[], SchemaExtension]]:
    """What every schema of this service is built with."""
    rules: list[Any] = [SizeLimit]
    return [
        lambda: AddValidationRules(rules),
        lambda: MaxTokensLimiter(max_token_count=MOST_TOKENS),
        Told,
        Parsed,
        lambda: ValidationCache(maxsize=_CACHED),
    ]
