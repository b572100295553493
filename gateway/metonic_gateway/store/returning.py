"""An update that returns what it changed: one statement for two."""

# ruff: noqa: SLF001 - Tortoise has no other place for it

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from tortoise.models import Model
from tortoise.queryset import UpdateQuery

M = TypeVar("M", bound=Model)


async def returning(
    model: type[M], update: UpdateQuery, asked: Mapping[str, str]
) -> Sequence[tuple[M, Mapping[str, Any]]]:
    """Each row as it is by now, with what was ``asked`` of it: by name, expressions in SQL.

    Problem: Tortoise has no RETURNING for updates. Solution: what it makes of the update is sent with one.
    """
    update._choose_db_if_not_chosen(for_write=True)
    update._make_query()
    sql, values = update.query.get_parameterized_sql()
    columns = [f'"{column}"' for column in model._meta.fields_db_projection.values()]
    columns += [f'({text}) AS "{name}"' for name, text in asked.items()]
    rows = await update._db.execute_query_dict(f"{sql} RETURNING {', '.join(columns)}", values)
    return [(model._init_from_db(**_besides(row, asked)), row) for row in rows]


def _besides(row: Mapping[str, Any], names: Mapping[str, str]) -> Mapping[str, Any]:
    return {name: value for name, value in row.items() if name not in names}
