"""Texts of statements, made once for all that differ in their values alone.

Problem: Tortoise puts a statement together anew each time, which takes longer than to have it carried out.
Solution: its text is kept by the shape of the query, which is all that makes it but the values, as SQLAlchemy
does (https://docs.sqlalchemy.org/en/20/core/connections.html#sql-compilation-caching). A query that has more
to it than is known here has no shape, and is put together each time.

Where the values go is not assumed but found: a text is kept only if they stood among the parameters that
Tortoise made, in their order, and in one way only.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache, wraps
from operator import attrgetter
from typing import Any
from uuid import UUID

from tortoise.expressions import Case, CombinedExpression, F, Q, RawSQL, Subquery, Value, When
from tortoise.fields import JSONField
from tortoise.functions import Count
from tortoise.models import Model
from tortoise.queryset import (
    BulkCreateQuery,
    CountQuery,
    DeleteQuery,
    ExistsQuery,
    QuerySet,
    UpdateQuery,
    ValuesListQuery,
    ValuesQuery,
)

Shape = tuple[Any, ...]

KINDS = (QuerySet, UpdateQuery, DeleteQuery, ExistsQuery, CountQuery, ValuesQuery, ValuesListQuery)
_APART = {
    # What is made with the text, or in which it has no part.
    *("query", "model", "_db", "_capabilities", "_joined_tables", "_select_related_idx", "values"),
    *("fields", "_fields_to_select_sql", "_filter_kwargs", "_prefetch_map", "_prefetch_queries"),
    # What is looked into.
    *("_q_objects", "_annotations", "_custom_filters", "update_kwargs"),
}
_TOLD = {
    kind: attrgetter(*sorted({n for base in kind.mro() for n in getattr(base, "__slots__", ())} - _APART))
    for kind in KINDS
}
_PLAIN = (str, int, float, UUID, datetime, date)
_PLAIN_COUNT = vars(Count("id"))
_VALUE = "a value"
_MOST, _LONGEST_LIST = 2_000, 50
"""How many texts are kept, and for lists of how many values."""


class _ShapelessError(Exception):
    """There is something in the query of which is not known here what becomes of it."""


@dataclass(frozen=True, slots=True)
class _Text:
    """``places`` says of each parameter which value it is, None where it is ``fixed``.

    ``related`` is which columns are whose.
    """

    sql: str
    places: Sequence[int | None]
    fixed: Sequence[Any]
    related: Any

    def parameters(self, values: Sequence[Any]) -> list[Any]:
        pairs = zip(self.places, self.fixed, strict=True)
        return [fixed if place is None else values[place] for place, fixed in pairs]


@dataclass(frozen=True, slots=True)
class _Made:
    """Stands where Tortoise has what it makes a text of; ``anew`` puts it together for another statement."""

    sql: str
    parameters: list[Any]
    anew: Callable[[], Any]

    def get_parameterized_sql(self, within: object = None) -> tuple[str, list[Any]]:
        if within is None:
            return self.sql, self.parameters
        made: tuple[str, list[Any]] = self.anew().get_parameterized_sql(within)
        return made


@cache
def keep() -> None:
    """Have all statements of this process keep their texts."""
    known: dict[Shape, _Text] = {}
    for kind in KINDS:
        made: Any = kind._make_query  # noqa: SLF001 - Tortoise has no other place for it
        kind._make_query = _keeping(known, made)  # type: ignore[method-assign,assignment] # noqa: SLF001 - likewise
    BulkCreateQuery._make_queries = _keeping_inserts(BulkCreateQuery._make_queries)  # type: ignore[method-assign] # noqa: SLF001 - likewise


def _keeping(known: dict[Shape, _Text], make: Callable[[Any], None]) -> Callable[[Any], None]:
    @wraps(make)
    def made(query: Any) -> None:  # noqa: ANN401 - one of the kinds, which have no common ground
        values: list[Any] = []
        try:
            shape = _shape_of(query, values)
        except _ShapelessError:
            make(query)
            return
        if text := known.get(shape):
            query.query = _Made(text.sql, text.parameters(values), lambda: anew(query))
            if text.related is not None:
                query._select_related_idx = text.related  # noqa: SLF001 - as it is made with the text
        elif text := _text_of(anew(query), values, getattr(query, "_select_related_idx", None)):
            if len(known) >= _MOST:
                del known[next(iter(known))]
            known[shape] = text

    def anew(query: Any) -> Any:  # noqa: ANN401 - likewise
        make(query)
        return query.query

    return made


def _keeping_inserts(make: Callable[..., tuple[str, str]]) -> Callable[..., tuple[str, str]]:
    """They have no values in them: what they come to depends on the columns alone."""
    known: dict[Shape, tuple[str, str]] = {}

    @wraps(make)
    def made(query: Any, omitted: set[str] | None = None) -> tuple[str, str]:  # noqa: ANN401 - with its private parts
        names = (query._on_conflict, query._update_fields, omitted)  # noqa: SLF001 - likewise
        columns = (tuple(some or ()) for some in names)
        shape = (query.model, query._executor.__class__, query._ignore_conflicts, *columns)  # noqa: SLF001 - likewise
        if shape not in known:
            known[shape] = make(query, omitted)
        return known[shape]

    return made


def _text_of(made: Any, values: Sequence[Any], related: object) -> _Text | None:  # noqa: ANN401 - as pypika has it
    """None if it is not sure which parameter is which value."""
    sql, parameters = made.get_parameterized_sql()
    first = _places(parameters, values)
    last = [len(parameters) - 1 - place for place in reversed(_places(parameters[::-1], values[::-1]))]
    if len(first) < len(values) or first != last:
        return None
    value_at = {place: value for value, place in enumerate(first)}
    places = [value_at.get(place) for place in range(len(parameters))]
    return _Text(sql, places, parameters, related)


def _places(parameters: Sequence[Any], values: Sequence[Any]) -> list[int]:
    """Where the values stand among the parameters, each as early as may be; fewer where they do not."""
    places: list[int] = []
    for place, parameter in enumerate(parameters):
        if len(places) < len(values) and _told_apart(parameter) == _told_apart(values[len(places)]):
            places.append(place)
    return places


def _told_apart(value: object) -> object:
    """So that 1 is not True."""
    return type(value), value


def _shape_of(query: Any, values: list[Any]) -> Shape:  # noqa: ANN401 - likewise
    """All of it but its values, which are put into the list as they are stored; raises _ShapelessError.

    What is changed stands before what is compared.
    """
    kind, model = type(query), query.model
    if kind not in _TOLD:
        raise _ShapelessError
    return (
        kind,
        model,
        query._db.capabilities.dialect,  # noqa: SLF001 - what it is sent to
        *map(_fixed, _TOLD[kind](query)),
        tuple(_annotation(kind, *pair) for pair in query._annotations.items()),  # noqa: SLF001 - what it was made of
        tuple(_changes(getattr(query, "update_kwargs", {}), model, values)),
        tuple(_condition(q, model, values) for q in query._q_objects),  # noqa: SLF001 - likewise
    )


def _fixed(value: Any) -> object:  # noqa: ANN401 - whatever Tortoise keeps
    if isinstance(value, dict):
        return tuple(value.items())
    return frozenset(value) if isinstance(value, set) else tuple(value) if isinstance(value, list) else value


def _annotation(kind: type, name: str, value: object) -> Shape:
    if kind is QuerySet and type(value) is RawSQL:
        return name, value.sql
    # Of other functions a part of what they come to is found out with the text.
    if kind is ValuesQuery and type(value) is Count and vars(value) == _PLAIN_COUNT:
        return name, value.field
    raise _ShapelessError


def _condition(q: Q, model: type[Model], values: list[Any]) -> Shape:
    parts = [_condition(child, model, values) for child in q.children]
    for name, value in q.filters.items():
        parts.append((name, _compared(name, value, model, values)))
    return q.join_type, q._is_negated, *parts  # noqa: SLF001 - there is no other way to tell


def _compared(name: str, value: Any, model: type[Model], values: list[Any]) -> object:  # noqa: ANN401 - of any column
    kind = type(value)
    if _is_part_of_text(value):
        return kind, value
    if isinstance(value, _PLAIN):
        values.append(_stored(name, value, model))
        return _VALUE
    if kind is Subquery:
        value.query._choose_db_if_not_chosen()  # noqa: SLF001 - as Tortoise does
        return _shape_of(value.query, values)
    if kind not in {list, tuple, set} or len(value) > _LONGEST_LIST:
        raise _ShapelessError
    if all(map(_is_part_of_text, value)):
        return kind, *map(_told_apart, value)
    if not all(isinstance(one, _PLAIN) and not _is_part_of_text(one) for one in value):
        raise _ShapelessError
    values.extend(_stored(name, value, model))
    return list, len(value)


def _is_part_of_text(value: object) -> bool:
    return value is None or isinstance(value, bool | Enum)


def _stored(name: str, value: Any, model: type[Model]) -> Any:  # noqa: ANN401 - likewise
    """What Tortoise compares a column with."""
    told = model._meta  # noqa: SLF001 - Tortoise's own name for it
    if (compared := told.filters.get(name)) is None:
        relation, _, rest = name.partition("__")
        if relation not in told.fetch_fields or not rest:
            raise _ShapelessError
        return _stored(rest, value, told.fields_map[relation].related_model)  # type: ignore[attr-defined]
    if "table" in compared:
        raise _ShapelessError
    field = told.fields_map[compared["field"]]
    encoder = compared.get("value_encoder")
    return encoder(value, model, field) if encoder else field.to_db_value(value, model)


def _changes(columns: Mapping[str, Any], model: type[Model], values: list[Any]) -> Iterator[Shape]:
    fields = model._meta.fields_map  # noqa: SLF001 - Tortoise's own name for it
    for name, value in columns.items():
        kind, field = type(value), fields.get(name)
        if field is None or name in model._meta.fetch_fields:  # noqa: SLF001 - likewise
            raise _ShapelessError
        if _is_part_of_text(value) or (kind is int and value in {0, 1}):
            yield name, kind, value
        elif isinstance(value, _PLAIN) or isinstance(field, JSONField):
            values.append(field.to_db_value(value, None))  # type: ignore[arg-type] # as Tortoise does
            yield name, _VALUE
        else:
            yield name, _expression(value, model, values)


def _expression(value: object, model: type[Model], values: list[Any]) -> object:
    match value:
        case F(name=name):
            return F, name
        case CombinedExpression(left=left, connector=connector, right=right):
            return connector, _expression(left, model, values), _expression(right, model, values)
        case Value(value=int(number)):
            return Value, number
        case Value(value=datetime() as at):
            values.append(at)
            return _VALUE
        case Case(args=[When(args=[Q() as q], kwargs={}, negate=False, then=then)], default=default):
            found = _condition(q, model, values), _expression(then, model, values)
            return Case, *found, _expression(default, model, values)
    raise _ShapelessError
