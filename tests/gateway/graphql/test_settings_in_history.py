"""What is set or chosen is carried out by a run that says so, if anything follows from it now."""

from typing import Any

import pytest
from tests.gateway.graphql.client import Api
from tests.gateway.graphql.settings import CHOOSE, SET, created
from tests.gateway.house import synced

from metonic_gateway.store.models import CalendarSyncConfig

HISTORY = "{ syncHistory { nodes { reason state } } }"


async def test_a_run_that_follows_from_settings_says_so(api: Api) -> None:
    calendar = await synced(api.house)

    await api.call(SET, settings={"includeNotes": False})
    queued = (await api.call(HISTORY))["nodes"]
    await api.house.sync(calendar)

    assert queued == [{"reason": "SETTINGS", "state": "QUEUED"}]
    assert (await api.call(HISTORY))["nodes"] == [{"reason": "SETTINGS", "state": "FINISHED"}]


async def test_a_run_that_follows_from_a_choice_says_so(api: Api) -> None:
    await synced(api.house)
    lesson = await created(api, "Lesson")

    await api.call(CHOOSE, ids=[lesson], choice="NEVER")

    assert (await api.call(HISTORY))["nodes"][0]["reason"] == "SETTINGS"


@pytest.mark.parametrize("settings", [{"frequencyMinutes": 5}, {"includeNotes": False, "isPaused": True}])
async def test_settings_that_nothing_follows_from_now_make_no_run(api: Api, settings: dict[str, Any]) -> None:
    await synced(api.house)

    await api.call(SET, settings=settings)

    assert (await api.call(HISTORY))["nodes"] == []


async def test_a_calendar_that_has_to_be_signed_in_to_waits_for_no_run(api: Api) -> None:
    calendar = await synced(api.house)
    await CalendarSyncConfig.filter(id=calendar).update(stopped="needs_sign_in")

    await api.call(SET, settings={"includeNotes": False})

    assert (await api.call(HISTORY))["nodes"] == []
