"""What is done quicker while histories are lived comes to the same."""

from typing import Any
from unittest.mock import patch

from tests.simulation import quick, statements
from tests.simulation.decisions import Script
from tests.simulation.history import lived
from tortoise import Model
from tortoise.backends.base.executor import BaseExecutor

from metonic_gateway.store.models import CalendarSyncConfig

HISTORIES = 5
ENOUGH = 1000


def test_a_query_that_is_known_by_its_shape_is_the_one_that_would_be_built() -> None:
    make, compared = statements.make, 0

    def compare(query: statements.Query) -> None:
        nonlocal compared
        make(query)
        known = query.query.get_parameterized_sql()
        query._make_query()  # noqa: SLF001 - what is stood in for
        assert query.query.get_parameterized_sql() == known
        compared += 1

    with patch.object(statements, "make", compare):
        for seed in range(HISTORIES):
            lived(Script(seed))

    assert compared > ENOUGH


def test_an_instance_of_a_row_is_the_one_that_tortoise_makes() -> None:
    select, compared = BaseExecutor.execute_select, 0

    async def compare(executor: BaseExecutor, sql: str, values: list[Any], custom_fields: list[str]) -> Any:  # noqa: ANN401 - of any model
        nonlocal compared
        made = await quick._SELECTING.instances(executor, sql, values, custom_fields)  # noqa: SLF001 - to be compared
        expected = await select(executor, sql, values, custom_fields)
        assert list(map(_told, made)) == list(map(_told, expected))
        compared += len(made)
        return made

    with patch.object(quick, "_selected", compare):
        for seed in range(HISTORIES):
            lived(Script(seed))

    assert compared > ENOUGH


def _told(made: Model) -> dict[str, Any]:
    told = {name: value for name, value in vars(made).items() if name in made._meta.db_fields}  # noqa: SLF001 - all of it
    if isinstance(made, CalendarSyncConfig) and isinstance(vars(made).get("_user"), Model):
        return told | {"user": _told(made.user), "sync_filter": _told(made.sync_filter)}
    return told
