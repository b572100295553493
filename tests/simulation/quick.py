"""What the ORM spends most of its time with, done the same and quicker while histories are lived.

Nothing here changes what is asked of the database.
"""

# ruff: noqa: SLF001 - these stand in for what Tortoise does inside

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from unittest.mock import patch
from uuid import UUID

from tortoise import Model
from tortoise.backends.base.executor import BaseExecutor
from tortoise.expressions import Q
from tortoise.fields import DatetimeField, data
from tortoise.queryset import QuerySet

from metonic_gateway.store import texts


def _cloned(query: QuerySet[Any]) -> QuerySet[Any]:
    made: QuerySet[Any] = object.__new__(type(query))
    made.model, made.query, made.fields = query.model, query.query, query.fields
    made._db = query._db
    made._capabilities = query._capabilities
    made._single, made._raise_does_not_exist = query._single, query._raise_does_not_exist
    made._limit, made._offset, made._distinct = query._limit, query._offset, query._distinct
    made._fields_for_select, made._group_bys = query._fields_for_select, query._group_bys
    made._select_for_update = query._select_for_update
    made._select_for_update_nowait = query._select_for_update_nowait
    made._select_for_update_skip_locked = query._select_for_update_skip_locked
    made._select_for_update_of = query._select_for_update_of
    made._select_for_update_no_key = query._select_for_update_no_key
    made._select_related, made._select_related_idx = query._select_related, query._select_related_idx
    made._force_indexes, made._use_indexes = query._force_indexes, query._use_indexes
    made._prefetch_map, made._prefetch_queries = query._prefetch_map.copy(), query._prefetch_queries.copy()
    made._filter_kwargs, made._having = query._filter_kwargs.copy(), query._having.copy()
    made._orderings, made._joined_tables = query._orderings.copy(), query._joined_tables.copy()
    made._q_objects = query._q_objects.copy()
    made._annotations, made._custom_filters = query._annotations.copy(), query._custom_filters.copy()
    return made


def _filtered(query: QuerySet[Any], *conditions: Q, negate: bool, **named: Any) -> QuerySet[Any]:  # noqa: ANN401 - of any type
    made = _cloned(query)
    for condition in conditions:
        made._q_objects.append(~condition if negate else condition)
    for name, value in named.items():
        made._q_objects.append(_condition(name, value, negate=negate))
    return made


def _condition(name: str, value: Any, *, negate: bool) -> Q:  # noqa: ANN401 - of any type
    made = object.__new__(Q)
    made.children, made.filters, made.join_type, made._is_negated = (), {name: value}, Q.AND, negate
    return made


Convert = Callable[[Any], Any]
Columns = Sequence[tuple[str, Convert | None]]
"""The attribute of each column, and what makes its value."""


@dataclass(frozen=True, slots=True)
class _Part:
    """The columns of one model in a row; ``path`` is by which relations it comes, the asked one's is None."""

    model: type[Model]
    span: slice
    columns: Columns
    path: tuple[Any, ...]


def _parts(joined: Sequence[Any], names: Sequence[str]) -> Sequence[_Part] | None:
    """None where not all columns of each model were asked for."""
    made, start = [], 0
    for model, number, _, _, path in joined:
        own = [name if start == 0 else name.partition(".")[2] for name in names[start : start + number]]
        known = _columns(model)
        if known.keys() != set(own):
            return None
        made.append(_Part(model, slice(start, start + number), [known[name] for name in own], path))
        start += number
    return made


def _columns(model: type[Model]) -> dict[str, tuple[str, Convert | None]]:
    meta = model._meta
    known: dict[str, tuple[str, Convert | None]] = {
        key: (name, None) for key, name, _ in meta.db_native_fields
    }
    known |= {key: (name, _typed(field.field_type)) for key, name, field in meta.db_default_fields}
    return known | {key: (name, field.to_python_value) for key, name, field in meta.db_complex_fields}


def _typed(kind: Convert) -> Convert:
    return lambda value: None if value is None else kind(value)


def _instance(part: _Part, values: Sequence[Any]) -> Model:
    made = object.__new__(part.model)
    fields, meta = made.__dict__, part.model._meta
    fields["_partial"], fields["_saved_in_db"], fields["_await_when_save"] = False, True, {}
    fields["_custom_generated_pk"] = meta.db_pk_column not in meta.generated_db_fields
    for (name, convert), value in zip(part.columns, values, strict=True):
        fields[name] = convert(value) if convert else value
    return made


def _joined(parts: Sequence[_Part], row: Sequence[Any]) -> Model:
    """The instance of a row, with those it is joined with."""
    made: dict[tuple[Any, ...], Model] = {}
    for part in parts:
        values = row[part.span]
        is_there = not made or any(values)
        related = _instance(part, values) if is_there else None
        if (to := made.get(part.path[:-1])) is not None:
            to.__dict__[f"_{part.path[-1]}"] = related
        if related is not None:
            made[part.path] = related
    return made[parts[0].path]


class _Selecting:
    """Instances of rows, by the text of the statement that asked for these."""

    def __init__(self) -> None:
        self._select = BaseExecutor.execute_select
        self._known: dict[tuple[type[Model], str], Sequence[_Part] | None] = {}

    async def instances(
        self, executor: BaseExecutor, sql: str, values: list[Any], custom_fields: list[str]
    ) -> list[Any]:
        key = (executor.model, sql)
        if custom_fields or self._known.get(key, ()) is None:
            return await self._select(executor, sql, values, custom_fields)
        _, rows = await executor.db.execute_query(sql, values)
        if not rows:
            return []
        if key not in self._known:
            self._known[key] = _parts(executor.select_related_idx or (), list(rows[0].keys()))
        parts = self._known[key]
        if parts is None:
            return await self._select(executor, sql, values, custom_fields)
        made = [_joined(parts, tuple(row)) for row in rows]
        await executor._execute_prefetch_queries(made)
        return made


_SELECTING = _Selecting()


async def _selected(
    executor: BaseExecutor, sql: str, values: list[Any], custom_fields: list[str]
) -> list[Any]:
    return await _SELECTING.instances(executor, sql, values, custom_fields)


# The same few values are read again and again.
_uuid = lru_cache(4096)(UUID)
_instant = lru_cache(4096)(DatetimeField.to_python_value)


def _identity(_field: object, value: Any) -> UUID | None:  # noqa: ANN401 - of any type
    return _uuid(value) if type(value) is str else value


@contextmanager
def orm() -> Iterator[None]:
    texts.keep()
    with ExitStack() as stack:
        stack.enter_context(patch.object(QuerySet, "_clone", _cloned))
        stack.enter_context(patch.object(QuerySet, "_filter_or_exclude", _filtered))
        stack.enter_context(patch.object(BaseExecutor, "execute_select", _selected))
        stack.enter_context(patch.object(data.UUIDField, "to_python_value", _identity))
        stack.enter_context(patch.object(DatetimeField, "to_python_value", _instant))
        stack.enter_context(patch.object(data, "parse_datetime", datetime.fromisoformat))
        yield
