"""What is done quicker while histories are lived comes to the same."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from tests.simulation import quick
from tests.simulation.decisions import Script
from tests.simulation.history import lived
from tortoise import Model
from tortoise.backends.base.executor import BaseExecutor
from tortoise.queryset import AwaitableQuery

from metonic_gateway.store import texts
from metonic_gateway.store.models import CalendarSyncConfig

Query = AwaitableQuery[Any]

HISTORIES = 5
ENOUGH = 1000


def test_a_statement_whose_text_is_kept_is_the_one_that_would_be_made() -> None:
    texts.keep()
    compared = 0

    def comparing(kind: type[Query]) -> Callable[[Query], None]:
        keep: Any = kind._make_query  # noqa: SLF001 - what is compared

        def compare(query: Query) -> None:
            nonlocal compared
            keep(query)
            kept = query.query.get_parameterized_sql()
            keep.__wrapped__(query)
            assert query.query.get_parameterized_sql() == kept
            compared += 1

        return compare

    with ExitStack() as stack:
        for kind in texts.KINDS:
            stack.enter_context(patch.object(kind, "_make_query", comparing(kind)))
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
