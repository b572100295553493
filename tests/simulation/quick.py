"""What the ORM spends most of its time with, done the same and quicker while histories are lived.

A history is a thousand statements, and most of what each costs is copying the parts of its query. Nothing
here changes what is asked of the database.
"""

import copy
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any
from unittest.mock import patch

from pypika_tortoise import queries, terms
from pypika_tortoise.context import SqlContext
from pypika_tortoise.dialects import sqlite
from tortoise import queryset
from tortoise.fields import data

_PLAIN = frozenset({list, dict, set})
_LISTS = (
    "_from",
    "_with",
    "_selects",
    "_columns",
    "_values",
    "_groupbys",
    "_orderbys",
    "_joins",
    "_unions",
    "_updates",
    "_select_star_tables",
    "_on_conflict_fields",
    "_on_conflict_do_updates",
    "_returns",
)


def _copied(value: Any) -> Any:  # noqa: ANN401 - of any type
    return value.copy() if type(value) in _PLAIN else copy.copy(value)


def _copied_context(self: SqlContext, **changed: Any) -> SqlContext:  # noqa: ANN401 - of any field
    made = object.__new__(SqlContext)
    made.__dict__.update(self.__dict__, **changed)
    return made


def _copied_builder(self: queries.QueryBuilder) -> queries.QueryBuilder:
    made = object.__new__(type(self))
    parts = made.__dict__
    parts.update(self.__dict__)
    for name in _LISTS:
        parts[name] = parts[name].copy()
    return made


def _copied_term(self: terms.Term) -> terms.Term:
    made = object.__new__(type(self))
    made.__dict__.update(self.__dict__)
    return made


class _Columns:
    """The text of what a query selects, known again where it selects the very same columns."""

    def __init__(self) -> None:
        self._original = queries.QueryBuilder._select_sql  # noqa: SLF001 - stood in for
        self._known: dict[tuple[object, ...], tuple[str, object]] = {}

    def text(self, query: queries.QueryBuilder, ctx: SqlContext) -> str:
        selected = query._selects  # noqa: SLF001 - stood in for
        if query._distinct or any(type(one) is not terms.Field or one.alias for one in selected):  # noqa: SLF001
            return self._original(query, ctx)
        key = (ctx.with_namespace, *map(id, selected))
        if key not in self._known:
            # With the columns themselves, so that no other ever has the same identity.
            self._known[key] = self._original(query, ctx), tuple(selected)
        return self._known[key][0]


_COLUMNS = _Columns()


def _selected(query: queries.QueryBuilder, ctx: SqlContext) -> str:
    return _COLUMNS.text(query, ctx)


@contextmanager
def orm() -> Iterator[None]:
    with ExitStack() as stack:
        for module in (queries, sqlite, queryset):
            stack.enter_context(patch.object(module, "copy", _copied))
        stack.enter_context(patch.object(SqlContext, "copy", _copied_context))
        stack.enter_context(patch.object(sqlite.SQLLiteQueryBuilder, "__copy__", _copied_builder))
        stack.enter_context(patch.object(terms.Term, "__copy__", _copied_term, create=True))
        stack.enter_context(patch.object(queries.QueryBuilder, "_select_sql", _selected))
        stack.enter_context(patch.object(data, "parse_datetime", datetime.fromisoformat))
        yield
