"""A history is narrowed by provider, by result and by when its runs were asked for."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.operations import HISTORY
from tests.gateway.house import NOON
from tests.gateway.memory import CREDENTIALS, memory_provider

from metonic_gateway.accounts.connecting import connect_with_credentials
from metonic_gateway.store import run_log
from metonic_gateway.store.runs import Outcome

HOUR = timedelta(hours=1)


@pytest.fixture
async def history(api: Api) -> Api:
    """Three runs of one calendar and one of another, an hour apart; the last one still runs."""
    pear = memory_provider(api.house.world, "pear")
    other = await connect_with_credentials(api.house.services, api.house.user, pear, CREDENTIALS)
    calendar = await api.house.connect()
    await _run(calendar, NOON, "success")
    await _run(calendar, NOON + HOUR, "failed")
    await _run(other, NOON + 2 * HOUR, "partial")
    await (await run_log.begin(calendar, "schedule", NOON + 3 * HOUR)).ensure()
    return api


async def _run(calendar: UUID, at: datetime, status: str) -> None:
    log = await run_log.begin(calendar, "schedule", at)
    await log.ensure()
    await log.finish(Outcome(status), at)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [None, "PARTIAL", "FAILED", "SUCCESS"]),
        ({"provider": "pear"}, ["PARTIAL"]),
        ({"provider": "memory"}, [None, "FAILED", "SUCCESS"]),
        ({"provider": "apple"}, []),
        ({"status": ["FAILED"]}, ["FAILED"]),
        ({"status": ["SUCCESS", "PARTIAL"]}, ["PARTIAL", "SUCCESS"]),
        ({"status": []}, []),
        ({"since": "2026-11-22T13:00:00Z"}, [None, "PARTIAL", "FAILED"]),
        ({"until": "2026-11-22T13:00:00Z"}, ["SUCCESS"]),
        ({"since": "2026-11-22T14:00:00+01:00", "until": "2026-11-22T15:30:00+01:00"}, ["PARTIAL", "FAILED"]),
        ({"provider": "memory", "status": ["FAILED"], "since": "2026-11-22T14:00:00Z"}, []),
    ],
)
async def test_filters_choose_by_provider_result_and_time(
    wanted: dict[str, Any], found: list[str | None], history: Api
) -> None:
    answer = await history.call(HISTORY, filter=wanted)

    assert [run["status"] for run in answer["nodes"]] == found
    assert answer["totalCount"] == len(found)


@pytest.mark.parametrize("name", ["since", "until"])
async def test_a_time_without_offset_is_refused_by_name(name: str, api: Api) -> None:
    error = await api.refused(HISTORY, filter={name: "2026-11-22T13:00:00"})

    assert error["extensions"]["code"] == "INVALID_ARGUMENT"
    assert error["message"].startswith(f"`filter.{name}`")
