"""The SQL of queries, known again by their shape while histories are lived.

Most of what a statement costs is building its text, and a history asks a few hundred questions over and over
with other values. The shape of a query is all of it but the values in its conditions and assignments; what is
known of a shape is its text, and how its values become parameters. A query whose shape cannot be told, or
whose parameters are not its values in their order, is built each time.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from tortoise import Model, queryset
from tortoise.expressions import CombinedExpression, Expression, F, Q, Value
from tortoise.filters import is_null, not_null
from tortoise.functions import Count
from tortoise.queryset import AwaitableQuery

Query = AwaitableQuery[Any]
Encode = Callable[[Any], Any]

_SELECTING = (
    "_limit",
    "_offset",
    "_orderings",
    "_distinct",
    "_group_bys",
    "_force_indexes",
    "_use_indexes",
)
ASKED: dict[type[Query], Sequence[str]] = {
    queryset.QuerySet: (*_SELECTING, "_fields_for_select", "_select_related"),
    queryset.ValuesListQuery: (*_SELECTING, "_fields_for_select_list"),
    queryset.ValuesQuery: (*_SELECTING, "_fields_for_select"),
    queryset.ExistsQuery: ("_force_indexes", "_use_indexes"),
    queryset.CountQuery: ("_distinct", "_force_indexes", "_use_indexes"),
    queryset.UpdateQuery: (),
    queryset.DeleteQuery: (),
}
"""What makes up the shape of each kind of query, besides its conditions and assignments."""

_VARYING = frozenset({UUID, datetime, date, int, str})
"""Types whose values make no difference to the text of a statement."""

_COLLECTIONS = frozenset({list, tuple, set, frozenset})
_DOCUMENTS = frozenset({dict, list})


class _ShapelessError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Known:
    """``encoders`` are for the values, ``rest`` are the parameters after them, ``joined`` what it joins."""

    sql: str
    encoders: Sequence[Encode]
    rest: Sequence[Any]
    joined: Any


@dataclass(frozen=True, slots=True)
class _Built:
    """Stands for a query that was built."""

    sql: str
    parameters: list[Any]

    def get_parameterized_sql(self) -> tuple[str, list[Any]]:
        return self.sql, self.parameters


_KNOWN: dict[tuple[object, ...], _Known | None] = {}


def make(query: Query) -> None:
    """Build the query, or put in its place what is known of its shape."""
    try:
        key, values = _shape(query)
    except _ShapelessError:
        query._make_query()  # noqa: SLF001 - stood in for
        return
    if key not in _KNOWN:
        _KNOWN[key] = _learnt(query, values)
    known = _KNOWN[key]
    if known is None:
        query._make_query()  # noqa: SLF001 - stood in for
        return
    query.query = _Built(known.sql, _parameters(known, values))  # type: ignore[assignment]
    if isinstance(query, queryset.QuerySet):
        query._select_related_idx = known.joined  # noqa: SLF001 - what making it would leave there


def _parameters(known: _Known, values: Sequence[Any]) -> list[Any]:
    made: list[Any] = []
    for encode, value in zip(known.encoders, values, strict=True):
        parameter = encode(value)
        if type(parameter) is list:
            made += parameter
        else:
            made.append(parameter)
    return [*made, *known.rest]


def _learnt(query: Query, values: Sequence[Any]) -> _Known | None:
    """None if its parameters are not its values in their order."""
    query._make_query()  # noqa: SLF001 - stood in for
    sql, parameters = query.query.get_parameterized_sql()
    encoders = list(_encoders(query))
    made = _parameters(_Known(sql, encoders, (), None), values)
    rest = parameters[len(made) :]
    if made != parameters[: len(made)] or len(rest) > 2:
        return None
    return _Known(sql, encoders, rest, getattr(query, "_select_related_idx", None))


def _shape(query: Query) -> tuple[tuple[object, ...], list[Any]]:
    """All that makes the text of a query, and the values in it."""
    kind = type(query)
    values: list[Any] = []
    parts: list[object] = [kind, query.model, *(_hashable(getattr(query, name)) for name in ASKED[kind])]
    for name, asked in query._annotations.items():  # noqa: SLF001 - told nowhere else
        parts += (name, _counted(asked))
    if isinstance(query, queryset.UpdateQuery):
        for name, value in query.update_kwargs.items():
            parts += (name, _assigned(value))
            values.append(value)
    for condition in query._q_objects:  # noqa: SLF001 - told nowhere else
        _take(condition, parts, values)
    return tuple(parts), values


def _take(condition: Q, parts: list[object], values: list[Any]) -> None:
    parts += (condition.join_type, condition._is_negated, len(condition.filters), len(condition.children))  # noqa: SLF001
    for name, value in condition.filters.items():
        parts += (name, _told(value))
        values.append(value)
    for child in condition.children:
        _take(child, parts, values)


def _hashable(value: Any) -> object:  # noqa: ANN401 - of any type
    kind = type(value)
    if kind is list:
        return tuple(value)
    if kind is set:
        return frozenset(value)
    return tuple(value.items()) if kind is dict else value


def _counted(asked: object) -> object:
    if type(asked) is Count and type(asked.field) is str and not asked.distinct and not asked.filter:
        return asked.field
    raise _ShapelessError


def _told(value: Any) -> object:  # noqa: ANN401 - of any type
    """What a value adds to the text."""
    kind = type(value)
    if kind in _VARYING and value != "*":
        return kind
    if kind in _COLLECTIONS:
        return kind, len(value) if all(_told(one) in _VARYING for one in value) else tuple(map(_fixed, value))
    return _fixed(value)


def _fixed(value: Any) -> object:  # noqa: ANN401 - of any type
    if value is None or isinstance(value, bool | Enum | str):
        return type(value), value
    raise _ShapelessError


def _assigned(value: Any) -> object:  # noqa: ANN401 - of any type
    if isinstance(value, Expression):
        return _computed(value)
    return "document" if type(value) in _DOCUMENTS else _told(value)


def _computed(value: Expression) -> object:
    if type(value) is F:
        return value.name
    if type(value) is Value and type(value.value) is int:
        return value.value
    if type(value) is CombinedExpression:
        return value.connector, _computed(value.left), _computed(value.right)
    raise _ShapelessError


def _encoders(query: Query) -> Iterator[Encode]:
    """How each value of a query becomes a parameter or some."""
    if isinstance(query, queryset.UpdateQuery):
        for name in query.update_kwargs:
            yield _assigning(query.model, name)
    for condition in query._q_objects:  # noqa: SLF001 - told nowhere else
        yield from _comparing_each(query.model, condition)


def _comparing_each(model: type[Model], condition: Q) -> Iterator[Encode]:
    for name in condition.filters:
        yield _comparing(model, name)
    for child in condition.children:
        yield from _comparing_each(model, child)


def _assigning(model: type[Model], name: str) -> Encode:
    to_db_value = model._meta.fields_map[name].to_db_value  # noqa: SLF001 - where Tortoise has it

    def encode(value: Any) -> Any:  # noqa: ANN401 - of any type
        if isinstance(value, Expression):
            return list(_numbers(value))
        return _said(to_db_value(value, None))  # type: ignore[arg-type]

    return encode


def _numbers(value: Any) -> Iterator[int]:  # noqa: ANN401 - of any type
    if type(value) is Value:
        yield value.value
    if type(value) is CombinedExpression:
        yield from _numbers(value.left)
        yield from _numbers(value.right)


def _comparing(model: type[Model], name: str) -> Encode:
    """As Tortoise encodes what a field is compared with, that of another table too."""
    meta = model._meta  # noqa: SLF001 - where Tortoise has it
    first, _, rest = name.partition("__")
    if name not in meta.filters and first in meta.fetch_fields:
        return _comparing(meta.fields_map[first].related_model, rest)  # type: ignore[attr-defined]
    asked = meta.get_filter(name)
    compared = meta.fields_map[asked["field"]]
    encode_value, is_nothing = asked.get("value_encoder"), asked["operator"] in {is_null, not_null}

    def encode(value: Any) -> Any:  # noqa: ANN401 - of any type
        if value is None or is_nothing:
            return []
        if encode_value:
            return _said(encode_value(value, model, compared))
        return _said(compared.to_db_value(value, model))

    return encode


def _said(encoded: Any) -> Any:  # noqa: ANN401 - of any type
    """Without what stands in the text of a statement itself."""
    if type(encoded) is list:
        return [one for one in encoded if not _is_said(one)]
    return [] if _is_said(encoded) else encoded


def _is_said(value: object) -> bool:
    return value is None or isinstance(value, Enum) or value == "*"
